"""What each kind of finding means, and what it does not, as the API tells it."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache

from gateway.journey.duty import Rulebook
from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.special import rests_on_special


@dataclass(frozen=True, slots=True)
class Meaning:
    """One kind of finding, in words for whoever quotes it.

    `version` rises whenever what is found changes. `holds` says from when until when, `days` what
    its days count. `abouts` are the words of `about` where they are few, else empty and `about`
    describes them. Those in `special` are told only to who may see special categories of data.
    """

    kind: FindingKind
    version: int
    means: str
    does_not_mean: str
    holds: str
    days: str
    about: str
    abouts: Mapping[str, str] = field(default_factory=dict)
    special: frozenset[str] = frozenset()
    always_special: bool = False


_TO_ITS_END = "London days from its beginning to its end, null while it lasts."

MEANINGS = (
    Meaning(
        FindingKind.NEVER_OFFERED,
        version=1,
        means="By the facts recorded the victim was eligible for something, and no offer of it is "
        "recorded, or came late. Who is eligible is judged from the offence, the sentence and the "
        "report, whatever an agency flagged.",
        does_not_mean="That nothing was offered: only that nothing of it is recorded. Where a "
        "sentence does not say whether the offence is a specified one, eligibility for the contact "
        "scheme is not known, and nothing is found.",
        holds="With a limit, from its end; where the Code names no time, from the moment it could "
        "first have been offered (the report, or the assessment). Until any offer, an answer to "
        "one, or the moment from which a feed that was down may hide one; else for good.",
        days=_TO_ITS_END,
        about="What was not offered.",
        abouts={
            "contact_scheme": "The Victim Contact Scheme: no referral by the end of its limit, or "
            "no first contact by probation after it.",
            "enhanced_rights": "Enhanced Rights: the report gives them (most serious group, "
            "bereaved, under 18), and no needs assessment says so, or the last one denies them.",
            "personal_statement": "A personal statement, or for a business an impact statement.",
            "specialist_support": "Specialist support, once an assessment found Enhanced Rights.",
            "support": "A referral to a support service.",
        },
        special=frozenset({"enhanced_rights"}),
    ),
    Meaning(
        FindingKind.NEEDS_LOST,
        version=1,
        means="Something known of the victim at one stage does not appear in the record of the "
        "next: the sender says that it passed other things on, the receiver says that it was "
        "missing, or nobody says that it came.",
        does_not_mean="That it did not arrive: agencies may pass on what they record nowhere. What "
        "was in a file that does not say what it passed is not known; such a file is found only "
        "where nothing says that the item arrived.",
        holds="From the handover, the receipt or the later assessment, until a later event shows "
        "that it arrived or was spoken to; else for good.",
        days=_TO_ITS_END,
        about="What was lost, and how that is known.",
        abouts={
            "needs_not_passed": "The handover says what it passed, and needs are not among it.",
            "needs_not_acknowledged": "Nothing says that the needs arrived.",
            "needs_missing": "The receiver recorded that the needs were missing.",
            "needs_as_witness": "The assessment as a witness names none of the needs known before.",
            "needs_in_sentence_report": "The report for the sentence did not speak to them.",
            "preferences_not_passed": "The handover leaves out what was agreed with the victim.",
            "preferences_not_acknowledged": "Nothing says that what was agreed arrived.",
            "preferences_missing": "The receiver recorded that what was agreed was missing.",
            "statement_not_passed": "The handover leaves out the victim's statement.",
            "statement_not_acknowledged": "Nothing says that the victim's statement arrived.",
            "statement_missing": "The receiver recorded that the statement was missing.",
        },
        special=frozenset(
            {
                "needs_not_passed",
                "needs_not_acknowledged",
                "needs_missing",
                "needs_as_witness",
                "needs_in_sentence_report",
            }
        ),
    ),
    Meaning(
        FindingKind.REPEAT_NOT_FLAGGED,
        version=1,
        means="An earlier journey has a report with the same pseudonym, and this report does not "
        "say that the victim is a repeat victim.",
        does_not_mean="That nobody knew: an assessment may have found the victim persistently "
        "targeted. Reports without a pseudonym, and crimes linked into one journey, are not "
        "compared. Whether the earlier report was of a similar crime is not asked.",
        holds="From the report until it was flagged, by a correction or with another report of "
        "the journey; else for good.",
        days="London days from the report until it was flagged, null while it is not.",
        about="Always the report.",
        abouts={"report": "The first report of the journey that bears a pseudonym."},
    ),
    Meaning(
        FindingKind.NO_POLICE_REFERENCE,
        version=1,
        means="No reference of the police is known on this journey, so that what the police did "
        "for this victim is not on it.",
        does_not_mean="That the crime was not reported: the reference may not have been linked "
        "yet. Nobody is named, because anybody who knows both references may link them.",
        holds="From the beginning of the journey, for good; once a reference is linked it is found "
        "no more, for any moment.",
        days="Null.",
        about="Always the reference.",
        abouts={"reference": "The journey's references."},
    ),
    Meaning(
        FindingKind.LISTING_CHANGE,
        version=1,
        means="A hearing that had been fixed was listed for another time, or vacated. The sentence "
        "says whether the victim was told before the next change, how soon, and whether a reason "
        "was recorded.",
        does_not_mean="That anybody is to blame for the change, or that the victim heard nothing "
        "where nothing says so. A window that became a day within it has not changed, nor has what "
        "fell and was put back on one day.",
        holds="From the change, for good.",
        days="London days from the Witness Care Unit's stated receipt, else from the change, until "
        "the victim was told; null where nothing says so.",
        about="The hearing, and which of its changes, such as `H1/2`.",
    ),
    Meaning(
        FindingKind.MET_BY_KEYING,
        version=1,
        means="A duty stands as met by when its answer is said to have happened, and only because "
        "of what was keyed well after the limit, written up with other contacts at once, or first "
        "made to count by a correction that came late.",
        does_not_mean="That it did not happen in time: only that the record of it is later. "
        "History loaded as such is nobody's late keying.",
        holds="From the keying, for good.",
        days="London days from the limit's last day to the keying.",
        about="The duty, and which of its obligations on this journey, such as `R6.ARREST/2`.",
    ),
    Meaning(
        FindingKind.PERFUNCTORY_CONTACT,
        version=1,
        means="A telling that answers a duty shows, by its structure, two signs or more of having "
        "said little; the sentence names each.",
        does_not_mean="Anything about a person, or that the victim learned nothing. Free text is "
        "never read, and a telling that carried anything is none.",
        holds="From the telling until the victim was told more of the same; else for good.",
        days="Null.",
        about="The first duty it answers, and which of its obligations, such as `R6.ARREST/2`.",
    ),
    Meaning(
        FindingKind.MISSED_BEFORE_WITHDRAWAL,
        version=1,
        means="The victim withdrew support, and the Code had been broken in the 90 London days "
        "before; the sentence counts the breaches in 30, 60 and 90 days.",
        does_not_mean="That the victim withdrew because of it. Whoever owed the last breach is "
        "named, though others may have owed the rest.",
        holds="From the withdrawal, for good.",
        days="London days from the last breach to the withdrawal.",
        about="The withdrawal, and which one, such as `withdrawal/1`.",
    ),
    Meaning(
        FindingKind.NEED_UNMET,
        version=1,
        means="A need was recorded, and nothing recorded before or after would answer it.",
        does_not_mean="That nothing was done about it: only that nothing is recorded. Nor that the "
        "Code was broken: whether it was is told by the breaches.",
        holds="From the moment it was recorded, or for a need at court from the charge, until "
        "something answers it, it is a need no more, or it cannot be known; else for good.",
        days="London days from its beginning to its end, or to the end of the case; else null.",
        about="The need.",
        abouts={
            "channel": "News came by other ways than were agreed with the victim; it holds from "
            "the news after which none had come by those.",
            "interpreter": "An interpreter.",
            "officer_gender": "An officer of a certain gender.",
            "other_need": "A need in words of the sender's own, which are not repeated.",
            "registered_intermediary": "A registered intermediary.",
            "safeguarding": "Safeguarding.",
            "separate_waiting": "Waiting apart from the suspect at court.",
            "special_measures": "Special measures.",
            "support": "Support, or support from a specialist.",
            "supporter": "Somebody to be with the victim.",
            "translation": "A translation.",
        },
        always_special=True,
    ),
)
MEANING_OF = {meaning.kind: meaning for meaning in MEANINGS}


@lru_cache(maxsize=8)
def special_rules(rulebook: Rulebook) -> frozenset[str]:
    """Return the ids of the duties that rest on a special category of a victim's data."""
    return frozenset(duty.id for duty in rulebook.duties if rests_on_special(duty))


def resting_on_special(evidence: Evidence, rulebook: Rulebook) -> frozenset[bytes]:
    """Return the keys of the obligations of a journey that rest on a special category of data."""
    special = special_rules(rulebook)
    return frozenset([one.key for one in evidence.obligations if one.demand.duty.id in special])


def is_special(finding: Finding, resting: Set[bytes]) -> bool:
    """Say whether a finding tells of a special category of a victim's data.

    It does by what it is about, or because an obligation it concerns is among those `resting` on
    one, by key.
    """
    meaning = MEANING_OF[finding.kind]
    return (
        meaning.always_special
        or finding.about in meaning.special
        or not resting.isdisjoint(finding.obligations)
    )
