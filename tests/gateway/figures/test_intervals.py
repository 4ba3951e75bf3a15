"""Intervals are those that are published, stay between 0 and 1, and narrow as more is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.figures.intervals import correction, counted_as, half_width, needed, wilson

# R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine
# 17 (1998), 857-872, table I, method 3 (the score method without a continuity correction), 95 %.
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
# R. V. Krejcie and D. W. Morgan, Determining sample size for research activities, Educational and
# Psychological Measurement 30 (1970), 607-610: for 5 points at 95 %, by the plain normal interval.
KREJCIE_AND_MORGAN = [(100, 80), (500, 217), (1000, 278), (10_000, 370), (1_000_000, 384)]

cases = st.integers(1, 5_000)
confidences = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(("found", "of", "low", "high"), NEWCOMBE)
def test_the_interval_is_the_published_one(found: int, of: int, low: float, high: float) -> None:
    told = wilson(found, of)
    assert (round(told.low, 4), round(told.high, 4)) == (low, high)


@pytest.mark.parametrize(("population", "published"), KREJCIE_AND_MORGAN)
def test_as_many_are_needed_as_is_published(population: int, published: int) -> None:
    """Wilson's interval is a little narrower at a half: it asks for at most z² = 3.84 fewer."""
    assert published - 4 <= needed(0.05, population=population) <= published + 1


def test_of_a_population_without_end_381_are_needed_for_five_points() -> None:
    assert needed(0.05) == 381
    assert half_width(381) <= 0.05 < half_width(380)


@given(st.data(), cases, confidences)
def test_an_interval_holds_its_share_and_is_the_mirror_of_its_opposite(
    data: st.DataObject, of: int, confidence: float
) -> None:
    found = data.draw(st.integers(0, of))
    population = data.draw(st.none() | st.integers(of, 100_000))
    told = wilson(found, of, population=population, confidence=confidence)
    assert 0 <= told.low <= found / of + 1e-12
    assert found / of - 1e-12 <= told.high <= 1
    mirror = wilson(of - found, of, population=population, confidence=confidence)
    assert told.low == pytest.approx(1 - mirror.high, abs=1e-9)
    if 0 < found < of:
        share = found / of
        reach = half_width(of, share=share, population=population, confidence=confidence)
        assert told.half_width == pytest.approx(reach, abs=1e-9)


@given(st.data(), cases)
def test_a_finite_population_is_known_better_and_a_whole_one_is_known(
    data: st.DataObject, of: int
) -> None:
    found = data.draw(st.integers(0, of))
    population = data.draw(st.integers(of, 100_000))
    part, endless = wilson(found, of, population=population), wilson(found, of)
    assert part.half_width <= endless.half_width + 1e-12
    whole = wilson(found, of, population=of)
    assert (whole.low, whole.high) == (found / of, found / of)
    assert correction(of, of) == 0


@given(st.floats(0.005, 0.6), st.none() | st.integers(1, 100_000), confidences)
def test_needed_is_enough_and_one_fewer_is_not(
    within: float, population: int | None, confidence: float
) -> None:
    enough = needed(within, population=population, confidence=confidence)
    assert half_width(enough, population=population, confidence=confidence) <= within
    if enough:
        assert half_width(enough - 1, population=population, confidence=confidence) > within


def test_a_half_is_known_least_surely() -> None:
    at_a_half = half_width(50, population=400)
    assert all(half_width(50, share=s / 20, population=400) <= at_a_half for s in range(21))
    assert wilson(25, 50, population=400).half_width == pytest.approx(at_a_half)


def test_nothing_drawn_says_nothing_and_what_cannot_be_is_refused() -> None:
    nothing = wilson(0, 0)
    assert (nothing.low, nothing.high, half_width(0)) == (0, 1, 0.5)
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)
    with pytest.raises(ValueError, match="5 of 4"):
        counted_as(5, 4)
    with pytest.raises(ValueError, match="5 of 4"):
        correction(5, 4)
    with pytest.raises(ValueError, match="no confidence"):
        wilson(1, 2, confidence=1)
    with pytest.raises(ValueError, match="half width"):
        needed(0)
    with pytest.raises(ValueError, match="no share"):
        half_width(10, share=2)
