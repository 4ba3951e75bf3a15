"""Months are told from a baseline, and after from before, only where chance does not explain it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.figures.fair.over_time import Chart, change, chart
from gateway.figures.intervals import Interval

# R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics
# in Medicine 17 (1998), 873-890, table II, method 10, 95 %: the first less the second.
NEWCOMBE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]
proportions = st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def year(*founds: int, of: int = 100) -> list[tuple[str, int, int]]:
    return [(f"month {at}", found, of) for at, found in enumerate(founds)]


def signals(told: Chart) -> list[str]:
    return [month.name for month in told.months if month.signal]


@pytest.mark.parametrize(("first", "second", "low", "high"), NEWCOMBE)
def test_the_interval_of_a_difference_is_the_published_one(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    interval = change(second, first).interval
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(before=proportions, after=proportions)
def test_a_difference_lies_in_its_interval_and_turns_with_its_sides(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    told, turned = change(before, after), change(after, before)
    assert told.difference is not None
    assert -1 <= told.interval.low <= told.difference <= told.interval.high <= 1
    assert told.interval.low == pytest.approx(-turned.interval.high)


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [((50, 100), (80, 100), "Higher"), ((80, 100), (50, 100), "Lower"), ((5, 9), (6, 9), "No ")],
)
def test_a_change_is_told_in_words_that_blame_nothing(
    before: tuple[int, int], after: tuple[int, int], word: str
) -> None:
    words = change(before, after).words
    assert words.startswith(word)
    assert words.endswith("What else changed at the time is not known here.")


def test_before_nothing_was_counted_no_change_can_be_told() -> None:
    told = change((0, 0), (5, 9))
    assert (told.before, told.difference) == (None, None)
    assert told.interval == Interval(-1.0, 1.0)


def test_a_month_far_below_the_baseline_is_marked() -> None:
    told = chart(year(80, 78, 82, 79, 81, 60, 80), baseline={f"month {at}" for at in range(5)})
    assert told.centre == pytest.approx(0.8)
    assert signals(told) == ["month 5"]
    assert told.months[5].signal == "Below the 99.8 % limits."


def test_the_eighth_month_on_one_side_is_marked() -> None:
    told = chart(year(80, 80, *[78] * 9, 80, 78), baseline={"month 0", "month 1"})
    assert signals(told) == ["month 9", "month 10"]
    assert told.months[9].signal == "8 months in a row below the centre."
    assert told.months[11].run == 0
    assert told.months[12].run == 1


def test_a_month_of_no_case_neither_makes_a_run_nor_ends_one() -> None:
    months = year(80, *[78] * 7)
    months[4] = ("month 4", 0, 0)
    told = chart([*months, ("month 8", 70, 100), ("month 9", 78, 100)], baseline={"month 0"})
    assert told.months[4].share is None
    assert told.months[4].limits is None
    assert signals(told) == ["month 9"]


def test_months_of_few_cases_have_wide_limits() -> None:
    few = chart([("before", 80, 100), ("after", 2, 4)], baseline={"before"})
    many = chart([("before", 80, 100), ("after", 200, 400)], baseline={"before"})
    assert (signals(few), signals(many)) == ([], ["after"])


def test_years_in_which_nothing_changed_have_few_marks() -> None:
    lot = random.Random(5)
    marked = 0
    for _ in range(200):
        months = [
            (f"month {at}", sum(lot.random() < 0.75 for _ in range(60)), 60) for at in range(36)
        ]
        marked += len(signals(chart(months, baseline={f"month {at}" for at in range(24)})))
    # Of 7,200 months about one in a hundred is by the run, and one in five hundred by the limits.
    assert 20 < marked < 250


def test_without_a_baseline_nothing_is_judged() -> None:
    told = chart(year(80, 10), baseline=set())
    assert told.centre is None
    assert signals(told) == []


def test_a_baseline_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no months"):
        chart(year(80), baseline={"month 7"})


def test_months_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="101 of 100"):
        chart(year(101), baseline={"month 0"})
