"""Measures how fast the register is kept in stores of 10,000 journeys and of many more.

Run `python -m bench.keeping [--sizes 10000 100000 1000000]`. New journeys come into a store that
holds so many, as `bench.register` has them come into an empty one: imported whole by every agency
and caught up by a process a core, and then event by event in a shuffled order, with one process.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from random import Random

from bench.filled import SLICE
from bench.growing import Asked, main
from bench.letting_in import let_in
from bench.multiplied import Multiplied
from bench.register import CORES, hands, open_doors, synthetic_events

JOURNEYS, SHUFFLED, ROUNDS = 6_000, 600, 3


@dataclass(frozen=True, slots=True)
class Found:
    """How many events a second went into a store of a size, round by round.

    `whole` are imported and then projected.
    """

    journeys: int
    whole: list[tuple[float, float]]
    shuffled: float


async def measure(store: Multiplied, asked: Asked) -> Found:
    """Publish new journeys, and project them both ways."""
    whole = []
    with ExitStack() as stack:
        stack.enter_context(let_in())
        doors = open_doors(store.server, store.name, stack)
        projector = stack.enter_context(hands(store.server.role_url("gateway", store.name), CORES))
        for number in range(ROUNDS):
            events = synthetic_events(JOURNEYS, after=store.journeys + number * JOURNEYS)
            imported = len(events) / doors.load(events)
            whole.append((imported, len(events) / projector.project()))
    one_by_one = store.new_events(SHUFFLED)
    Random(asked.seed).shuffle(one_by_one)  # noqa: S311 - for measuring, not for secrets
    slowly = 0.0
    for first in range(0, len(one_by_one), SLICE):
        await store.publish(one_by_one[first : first + SLICE])
        slowly += await store.project()
    return Found(store.journeys, whole, len(one_by_one) / slowly)


def report(found: list[Found]) -> None:
    """Print the table."""
    print("| journeys | imported, events/s | caught up | / imported | shuffled |")
    print("|---|---|---|---|---|")
    for one in found:
        for imported, projected in one.whole:
            ratio = projected / imported
            print(
                f"| {one.journeys:,} | {imported:,.0f} | {projected:,.0f} | {ratio:.2f} "
                f"| {one.shuffled:,.0f} |"
            )


if __name__ == "__main__":
    main(__doc__, (measure, report))
