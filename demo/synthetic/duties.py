"""What the 2020 Code asks on the journeys made here, written down a second time on purpose.

What is true of a synthetic journey is worked out from this page and not from the rulebook: truth
taken from the rulebook could find no fault in it. A test holds both against each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

# The days of reports and of the last look for which these terms hold: from the 2020 Code until the
# unduly lenient sentence scheme got its six months.
FIRST, LAST = date(2021, 4, 1), date(2026, 6, 28)

Data = Mapping[str, Any]
Where = Callable[[Data], bool]

# Enhanced Rights, whatever an assessment says.
MOST_SERIOUS = frozenset(
    {
        "arson_endangering_life",
        "child_sexual_abuse",
        "domestic_abuse",
        "hate",
        "homicide",
        "sexual",
        "wounding_with_intent",
    }
)


def always(data: Data) -> bool:
    """Hold of every fact."""
    return True


def said(field: str, *values: object) -> Where:
    """Return what holds of a fact whose field has one of these values; None stands for no field."""
    return lambda data: data.get(field) in values


@dataclass(frozen=True, slots=True)
class News:
    """A duty to tell the victim of a fact, in working days: ordinarily and with Enhanced Rights.

    `received` says that the days are counted from when the Witness Care Unit heard of it.
    """

    rule: str
    fact: str
    days: int
    enhanced: int
    where: Where = always
    carrying: tuple[str, ...] = ()
    received: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """A duty, or the victim's own window, that an event of another type meets.

    `done` are those types with what each must hold. Exactly one of the limits is given: `days` are
    working days. `own` says that it is done by the organisation that told the start.
    """

    rule: str
    fact: str
    done: Mapping[str, Where]
    days: int = 0
    hours: int = 0
    months: int = 0
    calendar_days: int = 0
    where: Where = always
    declined_by: str | None = None
    own: bool = False
    window: bool = False


def _not_moved(data: Data) -> bool:
    return not data.get("vacated")


def to_be_referred(data: Data) -> bool:
    """Say whether a sentence brings a referral to the contact scheme."""
    kind, months = data["sentence_kind"], data.get("sentence_months", 0)
    long = kind == "custody" and (months >= 12 or data.get("indeterminate") is True)
    return data.get("specified_offence") is True and (long or kind == "hospital_order")


def _of_the_cps(stage: str) -> Where:
    return lambda data: data["scheme"] == "cps" and data["stage"] == stage


def _window(rule: str, fact: str, scheme: str, *, days: int = 0, months: int = 0) -> Deed:
    where = said("all_proceedings_end", True, None)
    done = {"review.requested": said("scheme", scheme)}
    return Deed(rule, fact, done, days=days, months=months, where=where, window=True)


NEWS: tuple[News, ...] = (
    News(
        "R6.NOINV",
        "investigation.decided",
        5,
        1,
        where=said("decision", "not_investigate"),
        carrying=("reasons", "support_offer"),
    ),
    News("R6.ARREST", "suspect.arrested", 5, 1),
    News("R6.IUC", "suspect.interviewed", 5, 1),
    News(
        "R6.BAIL",
        "suspect.released",
        5,
        1,
        where=lambda data: data["released"] == "on_bail" and data.get("conditions") is not False,
        carrying=("conditions",),
    ),
    News(
        "R6.BAIL",
        "suspect.released",
        5,
        1,
        where=lambda data: data["released"] == "on_bail" and data.get("conditions") is False,
    ),
    News(
        "R6.RUI",
        "suspect.released",
        5,
        1,
        where=said("released", "under_investigation"),
        carrying=("reasons",),
    ),
    News("R6.RWC", "suspect.released", 5, 1, where=said("released", "without_charge")),
    News(
        "R6.BAILVAR",
        "bail.changed",
        5,
        1,
        where=said("change", "varied"),
        carrying=("reasons", "conditions"),
    ),
    News(
        "R6.BAILVAR",
        "bail.changed",
        5,
        1,
        where=said("change", "cancelled", "extended"),
        carrying=("reasons",),
    ),
    News("R6.OOCD", "disposal.given", 5, 1),
    News(
        "R6.NOCHARGE",
        "prosecution.declined",
        5,
        1,
        carrying=("reasons", "further_information", "review_rights", "support_offer"),
    ),
    News("R6.CHARGE", "suspect.charged", 5, 1),
    News(
        "R6.CPS-STOP",
        "prosecution.stopped",
        5,
        1,
        where=said("all_proceedings_end", True),
        carrying=("reasons", "review_rights"),
    ),
    News(
        "R6.CPS-STOP",
        "prosecution.stopped",
        5,
        1,
        where=said("all_proceedings_end", False),
        carrying=("reasons",),
    ),
    News(
        "R6.FIRSTHRG",
        "hearing.fixed",
        5,
        1,
        where=lambda data: data.get("first") is True and _not_moved(data),
        carrying=("date_time_place",),
        received=True,
    ),
    News(
        "R8.HRG",
        "hearing.fixed",
        1,
        1,
        where=lambda data: data.get("first") is not True and _not_moved(data),
        carrying=("date_time_place",),
        received=True,
    ),
    News(
        "R8.BAILHRG",
        "court_bail.decided",
        5,
        1,
        carrying=("conditions", "reasons"),
        received=True,
    ),
    News("R8.WARRANT", "warrant.issued", 5, 1, received=True),
    News("R8.WITNESS", "witness.required", 1, 1, received=True),
    News(
        "R8.REARREST",
        "hearing.ended",
        5,
        1,
        where=said("after_rearrest", True),
        received=True,
    ),
    News("R9.OUTCOME", "case.concluded", 1, 1, received=True),
    News("R9.SENT", "offender.sentenced", 1, 1, carrying=("effect",), received=True),
    News(
        "R9.ULSINFO",
        "offender.sentenced",
        1,
        1,
        where=said("unduly_lenient_scheme", True),
        carrying=("unduly_lenient_scheme",),
        received=True,
    ),
    News("R9.APPEAL", "appeal.changed", 1, 1, received=True),
)

DEEDS: tuple[Deed, ...] = (
    Deed("R2.NCRS24", "crime.reported", {"crime.recorded": always}, hours=24),
    Deed(
        "R4.REFER",
        "crime.reported",
        {"support.referred": always},
        days=2,
        declined_by="support.declined",
    ),
    Deed("R10.EXP", "expenses.claimed", {"expenses.paid": always}, days=10),
    Deed(
        "R11.REF",
        "offender.sentenced",
        {"contact_scheme.referred": always, "contact_scheme.referral_received": always},
        days=10,
        where=to_be_referred,
    ),
    Deed(
        "R12.ACK",
        "complaint.received",
        {
            "complaint.answered": always,
            # An acknowledgement alone is not enough.
            "complaint.acknowledged": lambda data: "reply_expected_on" in data,
        },
        days=10,
        own=True,
    ),
    Deed(
        "VRR.POL-ACK",
        "review.requested",
        {"review.acknowledged": said("scheme", "police")},
        days=10,
        where=said("scheme", "police"),
    ),
    Deed(
        "VRR.POL-DEC",
        "review.requested",
        {"review.decided": said("scheme", "police")},
        days=30,
        where=said("scheme", "police"),
    ),
    Deed(
        "VRR.CPS-LR",
        "review.requested",
        {"review.decided": _of_the_cps("local_resolution")},
        days=10,
        where=_of_the_cps("local_resolution"),
    ),
    Deed(
        "VRR.CPS-IND",
        "review.requested",
        {"review.decided": _of_the_cps("independent")},
        days=30,
        where=_of_the_cps("independent"),
    ),
    Deed(
        "ULS.REQ",
        "offender.sentenced",
        {"review.requested": said("scheme", "unduly_lenient")},
        calendar_days=28,
        where=said("unduly_lenient_scheme", True),
        window=True,
    ),
)

NEWS_OF: Mapping[str, tuple[News, ...]] = {
    fact: tuple(news for news in NEWS if news.fact == fact) for fact in {news.fact for news in NEWS}
}
DEEDS_OF: Mapping[str, tuple[Deed, ...]] = {
    fact: tuple(deed for deed in DEEDS if deed.fact == fact)
    for fact in {deed.fact for deed in DEEDS}
}

# Windows that open with the first news of a decision, each by the agency that decided.
WINDOWS: tuple[tuple[str, Deed], ...] = (
    ("police", _window("VRR.POL-REQ", "prosecution.declined", "police", months=3)),
    ("cps", _window("VRR.CPS-REQ", "prosecution.declined", "cps", days=10)),
    ("cps", _window("VRR.CPS-REQ-OUT", "prosecution.declined", "cps", months=3)),
    ("cps", _window("VRR.CPS-REQ", "prosecution.stopped", "cps", days=10)),
    ("cps", _window("VRR.CPS-REQ-OUT", "prosecution.stopped", "cps", months=3)),
)

# The courts' own legs: that the Witness Care Unit, or the police, hear of a fact, in working days.
LEGS: Mapping[str, tuple[tuple[str, ...], int]] = {
    "R8.HMCTS": (("hearing.ended",), 5),
    "R9.HMCTS": (("case.concluded", "offender.sentenced"), 5),
}
VLO, ANNUAL = "R11.VLO", "R11.ANNUAL"
VLO_DAYS, ANNUAL_MONTHS = 20, 12

# Every rule of which the truth is told. The rest are left out: they have no time, or ask about
# silences, or are not made here (a provisional decision to stop a case).
TOLD = frozenset(
    {
        *(news.rule for news in NEWS),
        *(deed.rule for deed in DEEDS),
        *(window.rule for _, window in WINDOWS),
        *LEGS,
        VLO,
        ANNUAL,
    }
)
