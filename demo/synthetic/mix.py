"""What kinds of crime are reported, what becomes of them and how long it takes, in round numbers.

Rounded from published figures on recorded crime and its outcomes, so that journeys look likely;
they are no statistics. A charge is commoner here than in fact, because most duties follow one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.synthetic.chance import Mix, Quartiles

Ending = str  # how an investigation ends: one of the words of `_endings`


@dataclass(frozen=True, slots=True)
class Offence:
    """What is likely of one offence group, as shares; durations are in days.

    `decided` is from the report to the end of the investigation, `crown` the share of charges that
    the Crown Court tries, `custody` that of sentences, `specified` that of offences that are
    specified for the contact scheme.
    """

    endings: Mix[Ending]
    decided: Quartiles
    business: float = 0.01
    bereaved: bool = False
    child: float = 0.03
    serious: float = 0.05  # a flag of the most serious crime
    flags: tuple[str, ...] = ("hate", "domestic_abuse")
    crown: float = 0.15
    custody: float = 0.15
    specified: float = 0.0


def _endings(
    screened: int, unknown: int, withdrawn: int, weak: int, spared: int, charged: int
) -> Mix[Ending]:
    return Mix(
        {
            "not_investigated": screened,
            "no_suspect": unknown,
            "victim_withdrew": withdrawn,
            "declined": weak,
            "disposal": spared,
            "charged": charged,
        }
    )


OFFENCES: Mapping[str, Offence] = {
    "theft": Offence(_endings(30, 42, 6, 9, 4, 9), (0, 3, 15, 45, 240), business=0.4, crown=0.05),
    "burglary": Offence(
        _endings(12, 63, 5, 8, 1, 11), (0, 7, 25, 60, 300), business=0.25, crown=0.5, custody=0.5
    ),
    "robbery": Offence(
        _endings(3, 47, 14, 17, 1, 18),
        (1, 15, 45, 110, 400),
        child=0.2,
        crown=0.8,
        custody=0.7,
        specified=0.9,
    ),
    "violence": Offence(
        _endings(2, 12, 40, 23, 9, 14),
        (0, 9, 30, 75, 400),
        child=0.08,
        serious=0.38,
        flags=(
            "domestic_abuse",
            "domestic_abuse",
            "domestic_abuse",
            "hate",
            "wounding_with_intent",
        ),
        crown=0.2,
        custody=0.25,
        specified=0.5,
    ),
    "sexual": Offence(
        _endings(0, 12, 45, 33, 1, 9),
        (5, 70, 180, 350, 900),
        child=0.3,
        serious=1.0,
        flags=("sexual",),
        crown=0.8,
        custody=0.65,
        specified=0.95,
    ),
    "homicide": Offence(
        _endings(0, 5, 0, 7, 0, 88),
        (1, 2, 5, 40, 500),
        bereaved=True,
        serious=1.0,
        flags=("homicide",),
        crown=1.0,
        custody=0.95,
        specified=1.0,
    ),
    "fatal_road": Offence(
        _endings(0, 3, 0, 27, 0, 70),
        (60, 150, 250, 380, 800),
        bereaved=True,
        serious=1.0,
        flags=("fatal_road",),
        crown=0.8,
        custody=0.6,
        specified=0.8,
    ),
    "arson_damage": Offence(
        _endings(26, 43, 13, 9, 5, 4),
        (0, 3, 15, 40, 240),
        business=0.2,
        serious=0.02,
        flags=("hate", "arson_endangering_life"),
    ),
    "fraud": Offence(_endings(50, 28, 4, 10, 1, 7), (5, 30, 90, 200, 700), business=0.2, crown=0.4),
    "harassment_stalking": Offence(
        _endings(3, 10, 42, 26, 6, 13),
        (0, 12, 40, 90, 400),
        serious=0.35,
        flags=("domestic_abuse", "stalking", "stalking"),
        custody=0.2,
        specified=0.3,
    ),
    "other": Offence(_endings(10, 24, 25, 20, 8, 13), (0, 8, 30, 80, 300)),
}

GROUPS = Mix(
    {
        "theft": 290,
        "burglary": 60,
        "robbery": 20,
        "violence": 310,
        "sexual": 45,
        "homicide": 2,
        "fatal_road": 3,
        "arson_damage": 90,
        "fraud": 30,
        "harassment_stalking": 110,
        "other": 40,
    }
)
SUSPECTS = Mix({1: 82, 2: 14, 3: 4})
# The Home Office's outcome of each ending.
OUTCOMES: Mapping[Ending, Mix[int]] = {
    "not_investigated": Mix({18: 1}),
    "no_suspect": Mix({18: 9, 14: 1}),
    "victim_withdrew": Mix({16: 9, 14: 1}),
    "declined": Mix({15: 8, 10: 1, 21: 1}),
    "disposal": Mix({8: 6, 3: 2, 2: 1, 22: 2}),
    "charged": Mix({1: 1}),
}
SUSPECTED = frozenset({"victim_withdrew", "declined", "disposal", "charged"})

# Hours of the day at which a minute is drawn: nights and evenings for crime, the office for news.
ANY_HOUR = Mix({hour: 2 if hour < 7 else 4 if hour < 12 else 6 for hour in range(24)})
OFFICE_HOUR = Mix({8: 2, 9: 5, 10: 6, 11: 6, 12: 4, 13: 4, 14: 6, 15: 6, 16: 5, 17: 3, 19: 1})
COURT_HOUR = Mix({10: 5, 11: 5, 12: 4, 14: 4, 15: 4, 16: 2})

RELEASES = Mix({"on_bail": 45, "under_investigation": 35, "without_charge": 20})
CHANNELS: Mapping[str, Mix[str]] = {
    "police": Mix(
        {"phone": 45, "in_person": 8, "email": 25, "text": 10, "letter": 10, "portal": 2}
    ),
    "cps": Mix({"letter": 45, "email": 45, "phone": 10}),
    "probation": Mix({"letter": 50, "phone": 35, "email": 10, "in_person": 5}),
}
WRITTEN = ("email", "letter", "text")
RESPONSES = Mix({"accepted": 60, "declined": 20, "no_response": 20})
# What is said after the first hearing: nearly half of all trial dates change, many of them often.
TIMES_MOVED = Mix({0: 52, 1: 22, 2: 9, 3: 5, 4: 8, 5: 4})
