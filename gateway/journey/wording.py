"""The plain English of each word of the wire, the rulebook and the heart."""

from datetime import date

AGENCIES = {
    "police": "the police",
    "wcu": "the Witness Care Unit",
    "cps": "the CPS",
    "probation": "probation",
    "courts": "the courts",
    "victim": "the victim",
    "any": "the agency",
}
CHANNELS = {
    "in_person": "in person",
    "phone": "by phone",
    "portal": "by portal",
    "other": "otherwise",
}
CONTENTS = {
    "reasons": "the reasons",
    "conditions": "the conditions",
    "review_rights": "the right to a review",
    "further_information": "where to learn more",
    "support_offer": "an offer of support",
    "date_time_place": "the date, time and place",
    "effect": "what the sentence means",
    "unduly_lenient_scheme": "the unduly lenient sentence scheme",
    "crime_details": "the details of the crime",
    "justice_information": "how the justice system works",
    "compensation": "how to seek compensation",
    "restorative_justice": "restorative justice",
    "release_date": "the release date",
    "progress": "how the case is going",
    "next_step": "what comes next",
}
RECIPIENTS = {
    "victim": "the victim",
    "parent_or_guardian": "the victim's parent or guardian",
    "representative": "the victim's representative",
    "named_contact": "the business's named contact",
    "other": "somebody else",
}
FACTS = {
    "crime.reported": "a crime was reported",
    "crime.recorded": "the crime was recorded",
    "crime.cancelled": "the crime record was cancelled",
    "support.referred": "the victim was referred to support",
    "support.declined": "the victim declined referral to support",
    "suspect.arrested": "{suspect} was arrested",
    "suspect.interviewed": "{suspect} was interviewed under caution",
    "suspect.released": "{suspect} was released {released}",
    "bail.changed": "police bail of {suspect} was {change}",
    "suspect.charged": "{suspect} was charged",
    "disposal.given": "{suspect} was given an out-of-court disposal",
    "prosecution.declined": "it was decided not to prosecute {suspect}",
    "file.submitted": "the file was sent to the CPS",
    "hearing.ended": "hearing {hearing} ended",
    "contact_scheme.referred": "the victim was referred to the contact scheme",
    "charge.authorised": "a charge against {suspect} was authorised",
    "meeting.held": "a meeting was held with the victim",
    "contact_scheme.referral_received": "the referral to the contact scheme was received",
    "contact_scheme.joined": "the victim joined the contact scheme",
    "contact_scheme.left": "the victim left the contact scheme",
    "statement.made": "a personal statement was made",
    "review.requested": "a review was asked for",
    "review.acknowledged": "the request for a review was acknowledged",
    "review.decided": "the review was decided",
    "reference.linked": "the reference {reference} was linked to this journey",
    "reference.unlinked": "the reference {reference} was parted from this journey",
}
# Facts of which one field says what happened: the field, and the words for each of its values.
FACTS_BY_FIELD = {
    "investigation.decided": (
        "decision",
        {
            "investigate": "it was decided to investigate",
            "not_investigate": "it was decided not to investigate",
            "closed": "the investigation was closed",
        },
    ),
    "prosecution.stopped": (
        "how",
        {
            "discontinued": "the prosecution of {suspect} was discontinued",
            "no_evidence_offered": "no evidence was offered against {suspect}",
            "charge_altered": "a charge against {suspect} was altered",
        },
    ),
    "case.concluded": (
        "outcome",
        {
            "convicted": "{suspect} was convicted",
            "acquitted": "{suspect} was acquitted",
            "no_evidence": "the case against {suspect} ended: no evidence was offered",
            "discontinued": "the case against {suspect} ended: it was discontinued",
            "other": "the case against {suspect} ended",
        },
    ),
    "appeal.changed": (
        "outcome",
        {
            "lodged": "an appeal in the case of {suspect} was lodged",
            "leave_granted": "leave to appeal was granted in the case of {suspect}",
            "leave_refused": "leave to appeal was refused in the case of {suspect}",
            "bail": "{suspect} was given bail until the appeal",
            "hearing_fixed": "the hearing of the appeal in the case of {suspect} was fixed",
            "result": "the appeal in the case of {suspect} was decided",
            "sentence_changed": "the sentence of {suspect} was changed on appeal",
            "commission_referral": "the case of {suspect} was referred for an appeal",
        },
    ),
    "offender.milestone": (
        "milestone",
        {
            "release_considered": "release of the offender was being considered",
            "parole_review": "a parole review of the offender began",
            "open_conditions": "the offender moved to open conditions",
            "release": "the offender was released",
            "recall": "the offender was recalled to prison",
            "licence_change": "the offender's licence was changed",
            "sentence_change": "the offender's sentence was changed",
            "escape": "the offender escaped",
            "abscond": "the offender absconded",
            "discharge": "the offender's sentence or order came to its end",
            "deportation": "the offender was deported",
            "death": "the offender died",
        },
    ),
    "officer.assigned": (
        "role",
        {
            "officer_in_case": "an officer in the case was assigned",
            "witness_care": "a witness care officer was assigned",
            "family_liaison": "a family liaison officer was assigned",
            "victim_liaison": "a victim liaison officer was assigned",
        },
    ),
    "offender.sentenced": (
        "sentence_kind",
        {
            "custody": "{suspect} was sentenced to {length} custody",
            "suspended": "{suspect} was given a suspended sentence{of_length}",
            "community_order": "{suspect} was given a community order",
            "hospital_order": "{suspect} was given a hospital order",
            "fine": "{suspect} was fined",
            "discharge": "{suspect} was given a discharge",
            "other": "{suspect} was sentenced",
        },
    ),
}
OFFERS = {
    "personal_statement": "a personal statement",
    "support": "support",
    "specialist_support": "specialist support",
    "meeting": "a meeting",
    "pre_trial_meeting": "a meeting before the trial",
    "restorative_justice": "restorative justice",
    "review": "a review",
    "contact_scheme": "the contact scheme",
    "interpreter": "an interpreter",
    "translation": "a translation",
    "supporter": "a supporter of their choice",
    "special_measures": "special measures",
    "registered_intermediary": "a registered intermediary",
    "officer_gender": "an officer of the gender they asked for",
    "court_visit": "a visit to the court",
    "separate_waiting": "a separate place to wait",
    "statement_copy": "a copy of their statement",
    "further_statement": "a further statement",
}
RESPONSES = {"accepted": "accepted", "declined": "declined", "no_response": "no answer came"}
NEWS = {
    "crime.reported": "the report",
    "crime.recorded": "the recording of the crime",
    "crime.cancelled": "the cancelling of the crime record",
    "needs.assessed": "the needs assessment",
    "preferences.agreed": "how to keep in touch",
    "support.referred": "the referral to support",
    "support.declined": "the referral to support",
    "investigation.decided": "the decision about the investigation",
    "outcome.assigned": "the outcome of the crime",
    "suspect.arrested": "the arrest",
    "suspect.interviewed": "the interview under caution",
    "suspect.released": "the release of the suspect",
    "bail.changed": "the change of police bail",
    "suspect.charged": "the charge",
    "disposal.given": "the out-of-court disposal",
    "prosecution.declined": "the decision not to prosecute",
    "file.submitted": "the file going to the CPS",
    "hearing.fixed": "the date of the hearing",
    "hearing.ended": "the hearing",
    "case.concluded": "the outcome of the case",
    "offender.sentenced": "the sentence",
    "appeal.changed": "the appeal",
    "contact_scheme.referred": "the referral to the contact scheme",
    "charge.authorised": "the decision to charge",
    "prosecution.stopped": "the decision to stop or alter the prosecution",
    "meeting.held": "the meeting",
    "contact_scheme.referral_received": "the referral to the contact scheme",
    "contact_scheme.joined": "joining the contact scheme",
    "contact_scheme.left": "leaving the contact scheme",
    "offender.milestone": "the offender's sentence",
    "statement.made": "the personal statement",
    "officer.assigned": "the officer assigned",
    "review.requested": "the request for a review",
    "review.acknowledged": "the request for a review",
    "review.decided": "the outcome of the review",
}


def words(text: str) -> str:
    """Write a word of the wire as people say it: `under_investigation`, under investigation."""
    return text.replace("_", " ").replace(".", " ")


def day_words(day: date) -> str:
    """Write a day as people say it: 3 April 2024."""
    return f"{day.day} {day:%B %Y}"


def listed(items: list[str]) -> str:
    """Write a list as people say it: one, two and three."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
