"""Counts the runs through a chain: how many took each step, and of how many it is known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.figures.shares import Share, share_of
from gateway.journey.chains.chain import Chain, Step


@dataclass(frozen=True, slots=True)
class Pattern:
    """Runs on which the same steps had been taken, each in the same way, and how many they are.

    `entered`: that the chain's first step is recorded; `unknown`: that a feed hides what else was
    done by then. `days_left` of the victim's own time, None where nobody told of it.
    """

    steps: tuple[str, ...]
    hows: tuple[str, ...]
    entered: bool
    unknown: bool
    days_left: int | None
    runs: int


@dataclass(frozen=True, slots=True)
class StepFigure:
    """How many runs took one step.

    `recorded` are those of which it is recorded, `reached` those of which it or a later step is.
    The share is of those that entered, without the `unknown` ones: not reached, and a feed may
    hide it. A step beside is `recorded` only, and its share of those recorded.
    `hows` counts how it was taken, where that is said.
    """

    step: Step
    reached: int
    recorded: int
    unknown: int
    share: Share
    hows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Funnel:
    """The figures of every step of a chain in its order.

    `runs` entered it. `not_entered` are left out of all figures: a later step is recorded and the
    first is not. `days_left` counts runs by the days of the victim's own time that were left.
    """

    runs: int
    not_entered: int
    steps: tuple[StepFigure, ...]
    days_left: Mapping[int, int]


@dataclass(slots=True)
class _Count:
    reached: int = 0
    recorded: int = 0
    unknown: int = 0
    hows: Counter[str] = field(default_factory=Counter)


def funnel_of(chain: Chain, patterns: Iterable[Pattern]) -> Funnel:
    """Return what patterns of a chain come to; steps that it does not have are nothing."""
    forward = {step: place for place, step in enumerate(chain.forward)}
    counts = {step.id: _Count() for step in chain.steps}
    runs = not_entered = 0
    days_left: Counter[int] = Counter()
    for one in patterns:
        if not one.entered:
            not_entered += one.runs
            continue
        runs += one.runs
        taken = dict(zip(one.steps, one.hows, strict=True))
        furthest = max((forward.get(step, 0) for step in taken), default=0)
        for step in chain.steps:
            count = counts[step.id]
            got_there = step.id in taken or (not step.beside and forward[step.id] <= furthest)
            count.reached += one.runs if got_there else 0
            count.unknown += one.runs if one.unknown and not got_there else 0
            if step.id in taken:
                count.recorded += one.runs
                count.hows[taken[step.id]] += one.runs
        if chain.window_from in taken and one.days_left is not None:
            days_left[one.days_left] += one.runs
    return Funnel(
        runs,
        not_entered,
        tuple(_figure(step, counts[step.id], runs) for step in chain.steps),
        dict(days_left),
    )


def _figure(step: Step, count: _Count, runs: int) -> StepFigure:
    hows = {how: often for how, often in sorted(count.hows.items()) if how}
    share = share_of(count.reached, runs - count.unknown)
    return StepFigure(step, count.reached, count.recorded, count.unknown, share, hows)
