"""Limits of chance are those of published tables, and chance goes beyond them as it is said."""

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.figures.fair.chance import limits_of_chance, spread_of

# The sign test's two-sided critical values at 5 %: W. J. Dixon and A. M. Mood, The statistical sign
# test, Journal of the American Statistical Association 41 (1946). So few are significant.
SIGN_TEST = [(6, 0), (8, 0), (9, 1), (10, 1), (12, 2), (15, 3), (20, 5), (25, 7), (30, 9), (50, 17)]

shares = st.floats(0.01, 0.99)


@pytest.mark.parametrize(("of", "critical"), SIGN_TEST)
def test_a_half_has_the_limits_of_the_sign_test(of: int, critical: int) -> None:
    limits = limits_of_chance(of, 0.5)
    assert round(limits.low * of) == critical + 1
    assert round(limits.high * of) == of - critical - 1
    assert limits.beyond(critical / of) == -1
    assert limits.beyond((critical + 1) / of) == 0


@given(of=st.integers(1, 60), share=shares, outside=st.sampled_from([0.05, 0.002]))
def test_chance_goes_beyond_either_limit_at_most_as_often_as_is_said(
    of: int, share: float, outside: float
) -> None:
    limits = limits_of_chance(of, share, outside=outside)
    chances = [comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(of + 1)]
    sides = [limits.beyond(k / of) for k in range(of + 1)]
    for side in (-1, 1):
        beyond = sum(each for each, at in zip(chances, sides, strict=True) if at == side)
        assert beyond <= outside / 2 + 1e-12


@given(of=st.integers(1, 60), share=shares)
def test_the_next_count_beyond_is_as_unlikely_as_is_said(of: int, share: float) -> None:
    """Limits are no wider than they must be: one count nearer would be passed too often."""
    limits = limits_of_chance(of, share)
    least = round(limits.low * of)
    below = sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(least + 1))
    assert below > 0.025 - 1e-12


@given(of=st.integers(1, 3000), share=shares)
def test_one_case_more_moves_a_limit_by_no_more_than_one_count(of: int, share: float) -> None:
    one, more = limits_of_chance(of, share), limits_of_chance(of + 1, share)
    assert round(more.low * (of + 1)) - round(one.low * of) in (0, 1)
    assert round(more.high * (of + 1)) - round(one.high * of) in (0, 1)


@given(of=st.integers(1, 3000), share=shares)
def test_limits_hold_the_share_and_narrow_with_cases(of: int, share: float) -> None:
    one, many = limits_of_chance(of, share), limits_of_chance(16 * of, share)
    assert 0 <= one.low <= share <= one.high <= 1
    # Where less than one is expected, one is beyond, and the limits are as near as they can be.
    if of * min(share, 1 - share) >= 1:
        assert many.high - many.low <= one.high - one.low
    outer = limits_of_chance(of, share, outside=0.002)
    assert outer.low <= one.low
    assert one.high <= outer.high


def test_very_many_cases_have_the_limits_of_the_normal_distribution() -> None:
    limits = limits_of_chance(1_000_000, 0.3)
    reach = 1.959964 * (0.3 * 0.7 / 1_000_000) ** 0.5
    assert limits.low == pytest.approx(0.3 - reach, abs=2e-6)
    assert limits.high == pytest.approx(0.3 + reach, abs=2e-6)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_what_is_certain_has_no_room(share: float) -> None:
    limits = limits_of_chance(20, share)
    assert (limits.low, limits.high) == (share, share)


@pytest.mark.parametrize(
    ("of", "share", "outside", "spread"),
    [(0, 0.5, 0.05, 1), (5, 1.1, 0.05, 1), (5, 0.5, 0, 1), (5, 0.5, 0.05, 0.5)],
)
def test_what_has_no_limits_is_refused(
    of: int, share: float, outside: float, spread: float
) -> None:
    with pytest.raises(ValueError, match="no limits"):
        limits_of_chance(of, share, outside=outside, spread=spread)


def test_organisations_that_are_alike_have_no_spread_of_their_own() -> None:
    lot = random.Random(1)
    widened = 0
    for _ in range(400):
        counts = [(sum(lot.random() < 0.7 for _ in range(of)), of) for of in range(10, 53)]
        spread = spread_of(counts, 0.7)
        assert spread is not None
        widened += spread > 1
    assert widened <= 40, "about one in twenty by chance"


def test_organisations_that_differ_have_a_spread() -> None:
    lot = random.Random(2)
    counts = []
    for _ in range(43):
        share = lot.uniform(0.5, 0.9)
        counts.append((sum(lot.random() < share for _ in range(400)), 400))
    spread = spread_of(counts, 0.7)
    assert spread is not None
    assert 10 < spread < 40


def test_one_that_really_differs_does_not_widen_its_own_limits() -> None:
    alike = [(70, 100)] * 21 + [(72, 100), (68, 100)] * 10
    assert spread_of([*alike, (5, 100)], 0.7) == 1.0


def test_too_few_have_no_spread_that_can_be_said() -> None:
    assert spread_of([(7, 10)] * 9 + [(0, 0)] * 5, 0.7) is None


@pytest.mark.parametrize("share", [0.0, 5e-324, 1e-300, 1 - 1e-16, 1.0])
def test_beside_what_is_as_good_as_certain_no_spread_can_be_said(share: float) -> None:
    assert spread_of([(10_000, 20_000)] * 20, share) is None


@pytest.mark.parametrize("often", [4, 9])
def test_the_spread_is_as_great_as_it_is(often: int) -> None:
    """Cases that come in so many at once spread so many times further; drawing in hides nothing."""
    lot = random.Random(often)
    spreads = []
    for _ in range(100):
        drawn = [sum(lot.random() < 0.7 for _ in range(50)) for _ in range(43)]
        counts = [(often * found, often * 50) for found in drawn]
        spread = spread_of(counts, 0.7)
        assert spread is not None
        spreads.append(spread)
    assert sum(spreads) / len(spreads) == pytest.approx(often, rel=0.08)
