"""Measures how many journeys a second the heart evaluates, against rivals in the same rounds.

Run `python -m bench.heart [--journeys N] [--rounds N]`. The naive rival must first come to the same
verdicts; Declare4Py says a subset only, which the heart then does alone as well.
"""

import argparse
import gc
import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from bench.compiled import whether_compiled
from bench.declare import Declare, NoDeclare, declare
from bench.journeys import Sample, make_journeys
from bench.naive import Verdict, bank_holidays, follow_plainly
from gateway.journey.calendar import Calendar
from gateway.journey.duty import Allowance, Answer, Duty, Kind, Rulebook, Start, Unit
from gateway.journey.obligations import follow_all
from gateway.journey.story import story_of
from gateway.rulebook import england_and_wales, load_rulebook
from shared.journey_event import KeptEvent
from shared.london import write_instant

JOURNEYS, ROUNDS, SEED = 1_000, 5, 2024
FLOOR, AIM = 5.0, 20.0
SUBSET_DAYS = 7


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A journey, by its number, with what only the heart and what only the naive rival said."""

    journey: int
    heart: tuple[Verdict, ...]
    naive: tuple[Verdict, ...]


def heart_verdicts(sample: Sample, rulebook: Rulebook, calendar: Calendar) -> list[Verdict]:
    """Return what the heart says of one journey, in the words of the naive rival."""
    story = story_of(sample.events, as_of=sample.as_of)
    followed = follow_all(rulebook, story, calendar)
    return [
        Verdict(
            rule=owed.duty.id,
            source=owed.start.event.source,
            id=owed.start.event.id,
            suspect=owed.start.suspect,
            due=owed.due_at,
            standing=owed.standing.value,
        )
        for owed in followed.obligations
    ]


def disagreements(
    samples: Sequence[Sample], rulebook: Rulebook, calendar: Calendar, days_off: frozenset[date]
) -> Iterable[Disagreement]:
    """Yield every journey on which the heart and the naive rival differ."""
    for number, sample in enumerate(samples):
        ours = Counter(heart_verdicts(sample, rulebook, calendar))
        theirs = Counter(follow_plainly(sample.events, rulebook, days_off, sample.as_of))
        if ours != theirs:
            yield Disagreement(
                number, tuple((ours - theirs).elements()), tuple((theirs - ours).elements())
            )


def subset_of(rulebook: Rulebook) -> Rulebook:
    """Return what Declare can say of a rulebook: told about a fact within so many calendar days."""
    allowed = Allowance(SUBSET_DAYS, Unit.CALENDAR_DAYS)
    duties: dict[str, Duty] = {}
    for duty in rulebook.duties:
        type_ = duty.starts.facts[0] if duty.starts.facts else ""
        if duty.kind is not Kind.CODE or duty.met_by.told_about != (type_,) or type_ in duties:
            continue
        if duty.terms[-1].within is None:
            continue  # Declare would be handed a time that the Code does not name
        terms = replace(
            duty.terms[-1],
            in_force=date.min,
            within=allowed,
            within_enhanced=allowed,
            starts=None,
            met_by=None,
            organisations=(),
        )
        duties[type_] = Duty(
            id=duty.id,
            title=duty.title,
            right=duty.right,
            owner=duty.owner,
            starts=Start(facts=(type_,)),
            met_by=Answer(told_about=(type_,)),
            terms=(terms,),
        )
    return Rulebook(tuple(duties.values()), rulebook.hash)


def activities(events: Iterable[KeptEvent]) -> list[tuple[str, str]]:
    """Return a journey as Declare reads it: what happened and what was told, with its time."""
    log = []
    for event in sorted(events, key=lambda event: event.occurred_at):
        at = write_instant(event.occurred_at)
        if event.type != "victim.told":
            log.append((event.type, at))
        elif event.data["reached"] is True:
            log += [(f"told {type_}", at) for type_ in event.data["about"]]
    return log


def timed(work: Callable[[Sample], object], samples: Sequence[Sample]) -> float:
    """Return the seconds that some work on every journey took."""
    gc.collect()
    began = time.perf_counter()
    for sample in samples:
        work(sample)
    return time.perf_counter() - began


def report(name: str, seconds: Sequence[float], rival: Sequence[float], journeys: int) -> None:
    """Print one line: journeys a second, and how much faster the heart was than this rival."""
    ratios = [theirs / ours for ours, theirs in zip(seconds, rival, strict=True)]
    spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    ours, theirs = journeys / median(seconds), journeys / median(rival)
    reached = "aim" if median(ratios) >= AIM else "floor" if median(ratios) >= FLOOR else "neither"
    print(
        f"| {name} | {ours:,.0f} | {theirs:,.0f} | {spread} | {FLOOR:.0f} | {AIM:.0f} | {reached} |"
    )


def measure(journeys: int, rounds: int) -> None:
    """Check that the rivals agree, measure them in turn and print the table."""
    samples = make_journeys(journeys, seed=SEED)
    rulebook, calendar, days_off = load_rulebook(), england_and_wales(), bank_holidays()
    different = list(disagreements(samples, rulebook, calendar, days_off))
    if different:
        first = different[0]
        raise SystemExit(
            f"The heart and the naive rival disagree on {len(different)} of {journeys} journeys. "
            f"On number {first.journey} only the heart says {first.heart}, "
            f"only the naive one {first.naive}."
        )
    subset = subset_of(rulebook)

    def heart(sample: Sample) -> object:
        story = story_of(sample.events, as_of=sample.as_of)
        return follow_all(rulebook, story, calendar)

    def heart_on_subset(sample: Sample) -> object:
        story = story_of(sample.events, as_of=sample.as_of)
        return follow_all(subset, story, calendar)

    def naive(sample: Sample) -> object:
        return follow_plainly(sample.events, rulebook, days_off, sample.as_of)

    took: dict[str, list[float]] = {"heart": [], "naive": [], "subset": [], "declare": []}
    violations = 0
    with ExitStack() as stack:
        rival = started(stack, subset, samples)
        for number in range(rounds + 1):
            seconds = {
                "heart": timed(heart, samples),
                "naive": timed(naive, samples),
                "subset": timed(heart_on_subset, samples),
            }
            if rival is not None:
                seconds["declare"], violations = rival.round()
            if number:  # the first round warms up
                for name, one in seconds.items():
                    took[name].append(one)
    events = sum(len(sample.events) for sample in samples)
    owed = sum(len(heart_verdicts(sample, rulebook, calendar)) for sample in samples)
    print(
        f"{journeys:,} journeys, {events:,} events, {len(rulebook.duties)} duties, "
        f"{owed:,} obligations (the same by both); {rounds} rounds; "
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores; {whether_compiled()}"
    )
    print("| rival | heart, journeys/s | rival | ratio: median (least to most) | floor | aim | |")
    print("|---|---|---|---|---|---|---|")
    report("naive, day by day", took["heart"], took["naive"], journeys)
    if rival is not None:
        name = f"Declare4Py, {len(subset.duties)} responses"
        report(name, took["subset"], took["declare"], journeys)
        print(f"Declare4Py found {violations:,} violations, knowing no suspects and no hearings.")


def started(stack: ExitStack, subset: Rulebook, samples: Sequence[Sample]) -> Declare | None:
    """Return a Declare4Py that holds the journeys, or None where it cannot run here."""
    types = [duty.starts.facts[0] for duty in subset.duties]
    log = [activities(sample.events) for sample in samples]
    try:
        return stack.enter_context(declare(types, SUBSET_DAYS, log))
    except NoDeclare as error:
        print(f"Declare4Py is left out: {error}")
        return None


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=JOURNEYS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    measure(asked.journeys, asked.rounds)


if __name__ == "__main__":
    main()
