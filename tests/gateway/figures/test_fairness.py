"""Of forces that are alike nobody is told from the others, as the whole answer would tell it."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.figures.compliance import By, Cell
from gateway.figures.fair.answers import CURVE, CurveBody, notes_of, places_to
from gateway.figures.fair.beside import apart, beside, in_order
from gateway.figures.fair.chance import limits_of_chance
from gateway.figures.fair.comparison import OUTER, Comparison, compare
from gateway.figures.fair.over_time import chart
from gateway.figures.metrics import metrics
from shared.codes.lists import organisations
from shared.store.tally_tables import CLASSES

IN_TIME = metrics()["in-time"]
FORCES = sorted(o.id for o in organisations().values() if o.kind == "territorial_force")
# As forces are: some forty, of which the largest has a hundred times the cases of the smallest.
SIZES = dict(zip(FORCES, (round(4 * 1.12**at) for at in range(len(FORCES))), strict=True))
SMALL = [force for force, of in SIZES.items() if of <= 40]


def cell(by: By, value: Any, met: int, late: int) -> Cell:
    counts = dict.fromkeys(CLASSES, 0) | {"met": met, "late": late, "not_yet_due": 3, "unknown": 1}
    return Cell((str(value),), {by: value}, counts)


def cells_of(counts: Mapping[str, tuple[int, int]]) -> list[Cell]:
    of = organisations()
    return [cell("force", of["police", id], met, late) for id, (met, late) in counts.items()]


def compared(cells: list[Cell]) -> Comparison:
    """As an answer is made of cells."""
    each = beside(cells, IN_TIME).each
    return compare({"/".join(party): pair for party, pair in each.items()})


def outside(told: Comparison) -> list[str]:
    return [
        point.name.removeprefix("police/")
        for point in told.points
        if point.outer is not None and point.share is not None and point.outer.beyond(point.share)
    ]


def drawn(lot: random.Random, share: float, together: int = 1) -> list[Cell]:
    """Duties of every force that are kept with one true share, so many at once as a journey has."""
    counts = {}
    for force, of in SIZES.items():
        journeys = max(1, of // together)
        met = together * sum(lot.random() < share for _ in range(journeys))
        counts[force] = (met, together * journeys - met)
    return cells_of(counts)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(share=st.sampled_from([0.5, 0.7, 0.85, 0.95, 0.99]), seed=st.integers(0, 2**32))
def test_of_forces_under_one_true_share_chance_puts_hardly_any_outside(
    share: float, seed: int
) -> None:
    lot, rounds = random.Random(seed), 25
    told = [outside(compared(drawn(lot, share))) for _ in range(rounds)]
    # Of 1,075 forces one in five hundred: 2, and more than 9 in less than one of 5,000 cases.
    assert len(SIZES) * rounds == 1_075
    assert sum(map(len, told)) <= 9
    assert sum(force in SMALL for one in told for force in one) <= 5


def test_small_forces_are_not_outside_more_often_than_large_ones() -> None:
    lot, rounds = random.Random(8), 400
    told = [force for _ in range(rounds) for force in outside(compared(drawn(lot, 0.9)))]
    small = sum(force in SMALL for force in told)
    assert small <= 2 * OUTER * rounds * len(SMALL)
    assert len(told) <= 2 * OUTER * rounds * len(SIZES)


def test_duties_that_stand_or_fall_together_make_no_outliers() -> None:
    """A journey's five duties all met or all late: alone that would put many outside."""
    lot, wide, plain = random.Random(9), 0, 0
    for _ in range(60):
        cells = drawn(lot, 0.85, together=5)
        wide += len(outside(compared(cells)))
        each = beside(cells, IN_TIME).each
        counts = {"/".join(party): pair for party, pair in each.items()}
        plain += len(outside(compare(counts, allow_for_spread=False)))
    assert plain > 60 * len(SIZES) * 0.05
    assert wide <= 60 * len(SIZES) * 2 * OUTER


def test_a_force_that_differs_is_found() -> None:
    counts = {force: (round(0.85 * of), of - round(0.85 * of)) for force, of in SIZES.items()}
    large, small = FORCES[-1], FORCES[0]
    counts[large] = (round(0.6 * SIZES[large]), SIZES[large] - round(0.6 * SIZES[large]))
    counts[small] = (2, 2)
    assert outside(compared(cells_of(counts))) == [large]


def test_what_is_of_no_one_area_is_in_no_point() -> None:
    cells = [*cells_of({"dorset": (8, 2)}), cell("force", None, 5, 5)]
    found = beside(cells, IN_TIME)
    assert found.each == {("police", "dorset"): (8, 10)}
    assert found.elsewhere == (5, 10)
    unnamed = beside([cell("organisation", ("police", ""), 1, 1)], IN_TIME)
    assert (unnamed.each, unnamed.elsewhere) == ({}, (1, 2))


@settings(max_examples=20, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(FORCES), st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=12
    )
)
def test_the_curve_is_what_the_limits_of_points_are(counts: dict[str, tuple[int, int]]) -> None:
    told = compared(cells_of(counts))
    curve = CurveBody.each(told)
    most = max((point.of for point in told.points), default=0)
    assert [one.denominator for one in curve] == (places_to(most) if most else [])
    assert len(curve) <= CURVE
    for one in curve:
        assert one.limits_998.low <= one.limits_95.low <= one.limits_95.high <= one.limits_998.high
        limits = limits_of_chance(
            one.denominator, told.target or 0.0, outside=OUTER, spread=told.spread or 1.0
        )
        assert (one.limits_998.low, one.limits_998.high) == (limits.low, limits.high)
    if curve:
        largest = next(point for point in told.points if point.of == most)
        assert largest.outer is not None
        assert curve[-1].limits_998.low == largest.outer.low


def test_months_are_told_without_a_gap_and_parted_by_a_day() -> None:
    cells = [cell("month", date(2024, month, 1), month, 10) for month in (11, 12)]
    cells.append(cell("month", date(2025, 2, 1), 4, 6))
    months = in_order(cells, IN_TIME)
    assert [(str(m.first), m.pair) for m in months] == [
        ("2024-11-01", (11, 21)),
        ("2024-12-01", (12, 22)),
        ("2025-01-01", (0, 0)),
        ("2025-02-01", (4, 10)),
    ]
    assert apart(months, date(2024, 12, 1)) == ((11, 21), (16, 32), None)
    assert apart(months, date(2024, 12, 2)) == ((11, 21), (4, 10), date(2024, 12, 1))
    assert apart(months, date(2030, 1, 1)) == ((27, 53), (0, 0), None)
    assert in_order([], IN_TIME) == []


@pytest.mark.parametrize("rules", [("R6.ARREST",), ("R6.ARREST", "R6.CHARGE")])
def test_that_several_duties_are_counted_together_is_said(rules: tuple[str, ...]) -> None:
    for told in (compare({"one": (1, 2)}), chart([("2024-04-01", 1, 2)], baseline=set())):
        mixed = [note for note in notes_of(told, rules, ahead=False) if "Several duties" in note]
        assert len(mixed) == len(rules) - 1
