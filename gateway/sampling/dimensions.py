"""What strata can be made of, and the SQL that tells each from the register as of a moment.

In every expression `journey` is a row of `register_journey`, `stay` the stay it was in, and $1 the
moment. What was not told by then is NULL: it is a stratum of its own, and no word stands for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from gateway.journey.stages import Stage
from shared.words import HOME_OFFICE_OUTCOMES, Flag, OffenceGroup, VictimKind

STAGES = tuple(stage.word for stage in Stage)
FLAG = "flag:"
YES_NO = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that journeys differ in: the SQL of its value as text, and what it means.

    `values` are all that there can be, None where there is no list of them. `special` says that it
    tells of special categories of a victim's data.
    """

    sql: str
    says: str
    values: tuple[str, ...] | None = None
    special: bool = False
    of_stay: bool = False


def _reported(value: str) -> str:
    """Return the SQL of what the first report said, unknown before it."""
    return f"CASE WHEN journey.reported_at <= $1 THEN {value} END"


def _in_turn(column: str, turns: str) -> str:
    """Return the SQL of what held at the moment, of one column by the turns in another."""
    return f"journey.{column}[width_bucket($1, journey.{turns})]"


def _child(moment: str) -> str:
    return (
        "CASE WHEN journey.under_18_until IS NULL THEN 'not_recorded' "
        f"WHEN {moment} < journey.under_18_until THEN 'yes' ELSE 'no' END"
    )


_STAGE = f"(ARRAY[{', '.join(repr(word) for word in STAGES)}])[stay.stage]"
_CHILD = ("yes", "no", "not_recorded")

DIMENSIONS: Mapping[str, Dimension] = {
    "offence_group": Dimension(
        _reported("journey.offence_group"),
        "The group of offences, as first reported.",
        get_args(OffenceGroup),
        special=True,
    ),
    "outcome": Dimension(
        f"{_in_turn('outcomes', 'outcome_turns')}::text",
        "The Home Office outcome last assigned by the moment, by its number.",
        tuple(str(number) for number in HOME_OFFICE_OUTCOMES),
    ),
    "month": Dimension(
        _reported("to_char(journey.reported_on, 'YYYY-MM')"),
        "The month of the first report, by its London day.",
    ),
    "police": Dimension(
        _in_turn("police", "police_turns"),
        "The force that held the crime: that which spoke first, or which it was last moved to.",
    ),
    "cps": Dimension(_in_turn("cps", "cps_turns"), "The CPS Area that spoke first."),
    "probation": Dimension(
        _in_turn("probation", "probation_turns"),
        "The probation region that spoke first, or that the victim was first referred to.",
    ),
    "stage": Dimension(_STAGE, "The stage the journey was in.", STAGES, of_stay=True),
    "victim_kind": Dimension("journey.victim_kind", "Who the victim is.", get_args(VictimKind)),
    "under_18": Dimension(
        _child("$1"),
        "Whether the victim was a child; `not_recorded` where never known to have been one.",
        _CHILD,
    ),
    "under_18_at_report": Dimension(
        _reported(_child("journey.reported_at")),
        "The same on the day of the first report.",
        _CHILD,
    ),
    "enhanced": Dimension(
        "CASE WHEN width_bucket($1, journey.enhanced_turns) % 2 = 1 THEN 'yes' ELSE 'no' END",
        "Whether Enhanced Rights were owed.",
        YES_NO,
    ),
    **{
        f"{FLAG}{flag}": Dimension(
            _reported(
                f"CASE WHEN '{flag}' = ANY (coalesce(journey.flags, '{{}}')) "
                "THEN 'yes' ELSE 'no' END"
            ),
            f"Whether the first report had the flag {flag}.",
            YES_NO,
            special=True,
        )
        for flag in get_args(Flag)
    },
}
