"""An organisation is told from the others only where chance does not explain it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.figures.fair.comparison import Position, compare


def test_of_organisations_that_are_alike_few_are_beyond() -> None:
    """At most as many as is said, small ones no more often than large ones."""
    lot = random.Random(3)
    sizes = {f"force {of}": of for of in (4, 6, 9, 14, 20, 30, 45, 70, 100, 150, 220, 300)}
    beyond = dict.fromkeys(sizes, 0)
    far = 0
    for _ in range(600):
        counts = {
            name: (sum(lot.random() < 0.8 for _ in range(of)), of) for name, of in sizes.items()
        }
        told = compare(counts, target=0.8, allow_for_spread=False)
        for point in told.points:
            beyond[point.name] += point.position in (Position.BELOW, Position.ABOVE)
            far += point.position in (Position.FAR_BELOW, Position.FAR_ABOVE)
    # 5 % of 600 is 30; 44 is beyond what chance makes of it in 199 of 200 cases.
    assert max(beyond.values()) <= 44
    assert far <= 600 * 12 * 0.002 * 2
    assert sum(beyond.values()) > 600 * 12 * 0.015, "limits that nobody passes would tell nothing"


def test_who_differs_is_told() -> None:
    counts = {f"force {at}": (80, 100) for at in range(12)} | {"poor": (55, 100), "odd": (71, 100)}
    positions = {point.name: point.position for point in compare(counts, target=0.8).points}
    assert positions["poor"] is Position.FAR_BELOW
    assert positions["odd"] is Position.BELOW
    assert {positions[f"force {at}"] for at in range(12)} == {Position.INSIDE}


def test_the_same_share_of_few_cases_is_no_finding() -> None:
    large = compare({"large": (110, 200), "rest": (800, 1000)}, target=0.8).points[0]
    small = compare({"small": (3, 5), "rest": (800, 1000)}, target=0.8).points[0]
    assert large.position is Position.FAR_BELOW
    assert small.position is Position.INSIDE


def test_of_too_few_cases_nothing_is_said() -> None:
    (point,) = compare({"one": (0, 1)}, target=0.5).points
    assert point.position is Position.TOO_FEW
    assert "Too few cases" in point.words


def test_where_nothing_was_counted_there_is_no_share() -> None:
    told = compare({"none": (0, 0)})
    assert told.target is None
    assert told.points[0].share is None
    assert told.points[0].position is Position.NOTHING


def test_limits_are_wider_where_organisations_differ_more_than_by_chance() -> None:
    lot = random.Random(4)
    counts = {}
    for at in range(43):
        share = lot.uniform(0.6, 0.9)
        counts[f"force {at}"] = (round(share * 500), 500)
    allowed, plain = compare(counts), compare(counts, allow_for_spread=False)
    assert allowed.spread is not None
    assert allowed.spread > 5
    outside = [
        sum(point.position is not Position.INSIDE for point in told.points)
        for told in (allowed, plain)
    ]
    assert outside[0] <= 4
    assert outside[1] > 20
    assert any("what is usual may still be poor" in note for note in allowed.notes)
    assert any("not allowed for" in note for note in plain.notes)


def test_how_many_chance_puts_beyond_is_said() -> None:
    notes = compare({f"force {at}": (8, 10) for at in range(43)}).notes
    assert any("up to 2.1 beyond the 95 % limits, and up to 0.1 beyond 99.8 %" in n for n in notes)


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=3),
        st.integers(0, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))),
        min_size=1,
        max_size=15,
    )
)
def test_every_point_is_where_its_limits_put_it(counts: dict[str, tuple[int, int]]) -> None:
    for point in compare(counts).points:
        if point.inner is None or point.outer is None or point.share is None:
            assert point.position is Position.NOTHING
            continue
        assert point.outer.low <= point.inner.low <= point.inner.high <= point.outer.high
        inside = point.inner.low - 1e-9 <= point.share <= point.inner.high + 1e-9
        assert inside == (point.position in (Position.INSIDE, Position.TOO_FEW))
        assert point.words


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="5 of 3"):
        compare({"odd": (5, 3)})
