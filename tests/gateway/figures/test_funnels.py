"""A funnel only narrows, counts nobody twice, and leaves out what is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.figures.funnels import Pattern, funnel_of
from gateway.figures.shares import percentile, share_of
from gateway.journey.chains.chain import Chain
from gateway.journey.chains.defined import CHAIN_OF, CHAINS

SCHEME = CHAIN_OF["contact_scheme"]


def pattern(*steps: str, runs: int = 1, entered: bool = True, unknown: bool = False) -> Pattern:
    return Pattern(steps, ("",) * len(steps), entered, unknown, None, runs)


@st.composite
def chains_with_patterns(draw: st.DrawFn) -> tuple[Chain, list[Pattern]]:
    chain = draw(st.sampled_from(CHAINS))
    steps = st.lists(st.sampled_from([step.id for step in chain.steps]), unique=True)
    return chain, [
        pattern(
            *draw(steps), runs=draw(st.integers(1, 9)), entered=draw(st.booleans()), unknown=unknown
        )
        for unknown in draw(st.lists(st.booleans(), max_size=6))
    ]


@given(chains_with_patterns())
def test_a_funnel_only_narrows_and_leaves_nobody_out_unsaid(
    drawn: tuple[Chain, list[Pattern]],
) -> None:
    chain, patterns = drawn
    funnel = funnel_of(chain, patterns)
    assert funnel.runs + funnel.not_entered == sum(one.runs for one in patterns)
    assert [one.step for one in funnel.steps] == list(chain.steps)
    forward = [one.reached for one in funnel.steps if not one.step.beside]
    assert forward == sorted(forward, reverse=True)
    for one in funnel.steps:
        assert 0 <= one.recorded <= one.reached <= one.share.denominator
        assert one.share.denominator + one.unknown == funnel.runs
        assert sum(one.hows.values()) <= one.recorded


@given(chains_with_patterns(), st.integers(1, 3))
def test_patterns_may_be_split_and_told_in_any_order(
    drawn: tuple[Chain, list[Pattern]], parts: int
) -> None:
    chain, patterns = drawn
    again = [one for one in reversed(patterns) for _ in range(one.runs)]
    single = [pattern(*o.steps, entered=o.entered, unknown=o.unknown) for o in again]
    assert funnel_of(chain, single) == funnel_of(chain, patterns)


@pytest.mark.parametrize("agency", ["cps", "police"])
def test_who_asked_for_a_review_was_not_surely_told_of_the_right(agency: str) -> None:
    """A victim who had to find out alone is no victim who was told."""
    chain = CHAIN_OF[f"right_to_review_{agency}"]
    told = pattern("decided", "told", "told_of_right", "requested")
    funnel = funnel_of(chain, [told, pattern("decided", "told", "requested", runs=3)])
    found = {one.step.id: (one.reached, one.share.rate) for one in funnel.steps}
    assert found["told_of_right"] == (1, 0.25)
    assert found["told"] == found["requested"] == (4, 1.0)


def test_a_later_step_says_that_those_before_it_were_reached_and_no_step_beside_does() -> None:
    funnel = funnel_of(
        SCHEME,
        [
            pattern("eligible", runs=4),
            pattern("eligible", "joined", runs=2),
            pattern("eligible", "declined", runs=1),
            pattern("joined", entered=False, runs=8),
            pattern("eligible", "referred", unknown=True, runs=3),
        ],
    )
    figures = {
        one.step.id: (one.reached, one.recorded, one.unknown, one.share.denominator)
        for one in funnel.steps
    }
    assert (funnel.runs, funnel.not_entered) == (10, 8)
    assert figures == {
        "eligible": (10, 10, 0, 10),
        "referred": (5, 3, 0, 10),
        "received": (2, 0, 3, 7),
        "contacted": (2, 0, 3, 7),
        "joined": (2, 2, 3, 7),
        "declined": (1, 1, 3, 7),
        "left": (0, 0, 3, 7),
    }


def test_a_share_of_nothing_is_none_and_more_than_all_is_refused() -> None:
    assert share_of(0, 0).rate is None
    assert (share_of(0, 5).low, share_of(5, 5).high) == (0.0, 1.0)
    with pytest.raises(ValueError, match="6 of 5"):
        share_of(6, 5)


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile({}, 50) is None
    assert percentile({3: 1}, 90) == 3
    assert percentile({-2: 5, 4: 4, 9: 1}, 50) == -2
    assert percentile({-2: 5, 4: 4, 9: 1}, 90) == 4
    assert percentile({-2: 5, 4: 4, 9: 1}, 91) == 9
