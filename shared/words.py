"""The words of the journey: every event type with its data fields, and the value lists.

The agencies' messages are the schemas; this is the list of names that everything else may use, and
a test holds the two together. A word that is not here is refused everywhere, with the nearest one.
"""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Literal, get_args

VictimKind = Literal["person", "bereaved_relative", "parent_or_guardian", "business"]
OffenceGroup = Literal[
    "theft",
    "burglary",
    "robbery",
    "violence",
    "sexual",
    "homicide",
    "fatal_road",
    "arson_damage",
    "fraud",
    "harassment_stalking",
    "other",
]
Flag = Literal[
    "domestic_abuse",
    "hate",
    "terrorism",
    "sexual",
    "modern_slavery",
    "attempted_murder",
    "kidnap",
    "false_imprisonment",
    "arson_endangering_life",
    "wounding_with_intent",
    "homicide",
    "fatal_road",
    "stalking",
    "child_sexual_abuse",
]
Ground = Literal["most_serious_crime", "persistently_targeted", "vulnerable", "intimidated"]
Carried = Literal[
    "reasons",
    "conditions",
    "review_rights",
    "further_information",
    "support_offer",
    "date_time_place",
    "effect",
    "unduly_lenient_scheme",
    "crime_details",
    "justice_information",
    "compensation",
    "restorative_justice",
    "release_date",
    "progress",
    "next_step",
]
Channel = Literal["phone", "in_person", "letter", "email", "text", "portal", "other"]
WRITTEN: frozenset[str] = frozenset({"letter", "email", "text", "portal"})
Recipient = Literal["victim", "parent_or_guardian", "representative", "named_contact", "other"]
RepresentativeKind = Literal["spokesperson", "parent_or_guardian", "social_worker", "other"]
Offer = Literal[
    "personal_statement",
    "support",
    "specialist_support",
    "meeting",
    "pre_trial_meeting",
    "restorative_justice",
    "review",
    "contact_scheme",
    "interpreter",
    "translation",
    "supporter",
    "special_measures",
    "registered_intermediary",
    "officer_gender",
    "court_visit",
    "separate_waiting",
    "statement_copy",
    "further_statement",
]
HearingKind = Literal["bail", "plea", "pre_trial", "trial", "sentence", "appeal", "other"]
StatementKind = Literal["personal", "business"]
SentenceKind = Literal[
    "custody", "suspended", "community_order", "hospital_order", "fine", "discharge", "other"
]
CaseOutcome = Literal["convicted", "acquitted", "no_evidence", "discontinued", "other"]
AppealOutcome = Literal[
    "lodged",
    "leave_granted",
    "leave_refused",
    "bail",
    "hearing_fixed",
    "result",
    "sentence_changed",
    "commission_referral",
]
Milestone = Literal[
    "release_considered",
    "parole_review",
    "open_conditions",
    "release",
    "recall",
    "licence_change",
    "sentence_change",
    "escape",
    "abscond",
    "discharge",
    "deportation",
    "death",
]
Passed = Literal["needs", "preferences", "statement", "losses"]
JourneyStage = Literal[
    "reported",
    "investigation",
    "charging_decision",
    "before_trial",
    "trial",
    "outcome_and_sentence",
    "appeal",
    "after_sentence",
]
ContactScheme = Literal["statutory", "notification"]
ReviewScheme = Literal["police", "cps", "unduly_lenient"]
ReviewStage = Literal["local_resolution", "independent"]
HOME_OFFICE_OUTCOMES = range(23)

COMMON_FIELDS: frozenset[str] = frozenset({"suspect", "hearing", "received_at_wcu", "about_event"})

# Instants inside data, which are kept in UTC like every other.
INSTANT_FIELDS: frozenset[str] = frozenset({"received_at_wcu", "starts_at"})

# A star marks what a message must have, as in the vocabulary.
_OWN_FIELDS: Mapping[str, str] = {
    "crime.reported": "victim_kind* under_18 turns_18_on victim_key named_contact "
    "offence_group* flags "
    "incident_on flagged_repeat channel",
    "crime.recorded": "crime_number",
    "crime.cancelled": "reason*",
    "needs.assessed": "enhanced_rights* grounds needs since for reassessment",
    "preferences.agreed": "update_every_days channels language interpreter safe_contact "
    "named_contact "
    "representative",
    "support.referred": "service consent",
    "support.declined": "service consent",
    "safeguarding.referred": "service consent",
    "investigation.decided": "decision* reason outcome",
    "outcome.assigned": "decision reason outcome",
    "suspect.arrested": "suspect*",
    "suspect.interviewed": "suspect*",
    "suspect.released": "suspect* released* conditions",
    "bail.changed": "suspect* change*",
    "suspect.charged": "suspect* disposal reason",
    "disposal.given": "suspect* disposal reason",
    "prosecution.declined": "suspect* disposal reason",
    "file.submitted": "to passed",
    "hearing.fixed": "hearing* first kind starts_at week_commencing vacated reason",
    "hearing.ended": "outcome after_rearrest",
    "court_bail.decided": "outcome after_rearrest",
    "warrant.issued": "outcome after_rearrest",
    "witness.required": "",
    "witness.refreshed": "",
    "case.concluded": "suspect* outcome*",
    "offender.sentenced": "suspect* sentence_kind* sentence_months indeterminate specified_offence "
    "unduly_lenient_scheme",
    "appeal.changed": "suspect* outcome* starts_at",
    "contact_scheme.referred": "region* scheme",
    "crime.transferred": "to_force new_reference",
    "crime.renumbered": "to_force new_reference",
    "property.held": "",
    "property.released": "",
    "property.returned": "",
    "victim.interviewed": "same_officer reason",
    "victim.withdrew": "reason stage",
    "charge.authorised": "suspect* reason",
    "prosecution.stopped": "suspect* how* all_proceedings_end* provisional",
    "needs.received": "arrived missing",
    "statement.received": "arrived missing",
    "special_measures.applied": "measures outcome",
    "special_measures.decided": "measures outcome",
    "expenses.claimed": "",
    "expenses.paid": "",
    "meeting.held": "purpose",
    "contact_scheme.referral_received": "scheme level",
    "contact_scheme.joined": "scheme level",
    "contact_scheme.left": "scheme level",
    "offender.milestone": "milestone*",
    "sentence_report.completed": "needs_addressed",
    "victim.told": "about* carried channel* reached* recipient recipient_excluded two_way template",
    "victim.offered": "offer* response not_offered reached channel recipient",
    "contact.declined": "scope*",
    "contact.resumed": "scope*",
    "statement.made": "kind wish",
    "statement.read": "kind wish",
    "needs.changed": "",
    "representations.invited": "on*",
    "representations.made": "on*",
    "compensation.claimed": "",
    "compensation.decided": "",
    "feedback.received": "stage* instrument* score scale says_done",
    "review.requested": "scheme stage outcome",
    "review.acknowledged": "scheme stage outcome",
    "review.decided": "scheme stage outcome",
    "complaint.received": "right reply_expected_on to",
    "complaint.acknowledged": "right reply_expected_on to",
    "complaint.answered": "right reply_expected_on to",
    "complaint.redirected": "right reply_expected_on to",
    "question.asked": "",
    "question.answered": "",
    "officer.assigned": "role*",
    "handover.sent": "to* passed",
    "handover.acknowledged": "to* passed",
    "departure.justified": "duty* start* reason* decided_by*",
    "breach.noticed": "duty* start* by",
    "breach.victim_told": "duty* start* by",
    "breach.remedied": "duty* start* by",
    "reference.linked": "reference* basis* suspects",
    "reference.unlinked": "reference* basis* suspects",
    "event.corrected": "event* content* reason*",
    "event.withdrawn": "event* reason*",
}

FIELDS: Mapping[str, frozenset[str]] = {
    word: frozenset(names.replace("*", "").split()) | COMMON_FIELDS
    for word, names in _OWN_FIELDS.items()
}
REQUIRED: Mapping[str, frozenset[str]] = {
    word: frozenset(name.rstrip("*") for name in names.split() if name.endswith("*"))
    for word, names in _OWN_FIELDS.items()
}

# The fields whose name means another thing in another type, with what they hold where it is not a
# short phrase. Every other field holds the same wherever it stands.
_REVIEW = ("review.requested", "review.acknowledged", "review.decided")
_MEANINGS: Mapping[str, Mapping[str, Collection[object]]] = {
    "channel": dict.fromkeys(("victim.told", "victim.offered"), get_args(Channel)),
    "kind": {
        "hearing.fixed": get_args(HearingKind),
        **dict.fromkeys(("statement.made", "statement.read"), get_args(StatementKind)),
    },
    "outcome": {
        "appeal.changed": get_args(AppealOutcome),
        "case.concluded": get_args(CaseOutcome),
        **dict.fromkeys(("investigation.decided", "outcome.assigned"), HOME_OFFICE_OUTCOMES),
    },
    "scheme": {
        **dict.fromkeys(_REVIEW, get_args(ReviewScheme)),
        **dict.fromkeys(
            (
                "contact_scheme.referred",
                "contact_scheme.referral_received",
                "contact_scheme.joined",
                "contact_scheme.left",
            ),
            get_args(ContactScheme),
        ),
    },
    "stage": {
        **dict.fromkeys(_REVIEW, get_args(ReviewStage)),
        **dict.fromkeys(("victim.withdrew", "feedback.received"), get_args(JourneyStage)),
    },
}
CARRIED: frozenset[str] = frozenset(get_args(Carried))
FLAGS: frozenset[str] = frozenset(get_args(Flag))


def fits(type_: str, data: Mapping[str, object]) -> bool:
    """Say whether data that fits some message of an agency fits this type of it.

    It has all fields that it must have and none of another's, and those whose name means another
    thing in another type hold what they do in this one. A test holds this to the messages.
    """
    known = FIELDS.get(type_)
    return (
        known is not None
        and REQUIRED[type_] <= data.keys() <= known
        and all(_means(type_, name, data[name]) for name in _MEANINGS.keys() & data.keys())
    )


def _means(type_: str, name: str, value: object) -> bool:
    held = _MEANINGS[name].get(type_)
    return isinstance(value, str) if held is None else value in held


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like this one, or None where none comes near."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), None)
