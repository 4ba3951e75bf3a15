"""Tables of a small country made up for tests: forces in areas and regions, rights, months."""

import random
from collections.abc import Mapping, Sequence

from gateway.figures.disclosure.layout import Cell, Dimension, Layout, Table

FORCES = ("f1", "f2", "f3", "f4", "f5", "f6")
AREAS = {"A1": {"f1", "f2"}, "A2": {"f3", "f4"}, "A3": {"f5", "f6"}}
# Regions do not nest with areas, as CPS Areas and probation regions do not.
REGIONS = {"P1": {"f1", "f2", "f3"}, "P2": {"f4", "f5", "f6"}}
RIGHTS = ("r1", "r2")
OUTCOMES = ("met", "not_met")
EVERYTHING = "all"


def frozen(totals: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """The totals of one level, as a dimension takes them."""
    return {name: frozenset(of) for name, of in totals.items()}


def layout(months: Sequence[str], **totals: Sequence[str]) -> Layout:
    """The layout of these months, and of totals of them by name."""
    return Layout(
        (
            Dimension(
                "area",
                FORCES,
                {
                    "area": frozen(AREAS),
                    "region": frozen(REGIONS),
                    "nation": frozen({EVERYTHING: set(FORCES)}),
                },
            ),
            Dimension("right", RIGHTS, {"all": frozen({EVERYTHING: set(RIGHTS)})}),
            Dimension("outcome", OUTCOMES, {"all": frozen({EVERYTHING: set(OUTCOMES)})}),
            Dimension(
                "month",
                tuple(months),
                {name: frozen({name: set(of)}) for name, of in totals.items()},
            ),
        ),
        "outcome",
    )


def table(laid: Layout, *months: str, told: bool = True) -> Table:
    """All areas, rights and outcomes, with all their totals, of some months."""
    members = tuple(tuple(dimension.parts_of) for dimension in laid.dimensions[:3])
    return Table("by area, right and outcome", (*members, months), told=told)


def counted(lot: random.Random, *months: str, usual: float = 14) -> dict[Cell, int]:
    """Counts of some months, many of them small."""
    counts: dict[Cell, int] = {}
    for force in FORCES:
        for right, size in zip(RIGHTS, (1.0, 0.3), strict=True):
            for month in months:
                of = int(usual * size * lot.lognormvariate(0, 0.8))
                met = sum(lot.random() < 0.75 for _ in range(of))
                counts[force, right, "met", month] = met
                counts[force, right, "not_met", month] = of - met
    return counts
