"""Measures how fast the register is kept in stores of 10,000 journeys and of many more.

Run `python -m bench.keeping [--sizes 10000 100000 1000000]`. New journeys come into a store that
holds so many: whole, and then event by event in a shuffled order. `bench.register` has P7 itself.
"""

from dataclasses import dataclass
from random import Random

from bench.filled import SLICE
from bench.growing import Asked, main
from bench.multiplied import Multiplied

JOURNEYS, SHUFFLED = 600, 300


@dataclass(frozen=True, slots=True)
class Found:
    """How many events a second were projected into a store of a size."""

    journeys: int
    whole: float
    shuffled: float


async def measure(store: Multiplied, asked: Asked) -> Found:
    """Publish new journeys, and project them both ways."""
    whole = store.new_events(JOURNEYS)
    await store.publish(whole)
    took = await store.project()
    one_by_one = store.new_events(SHUFFLED)
    Random(asked.seed).shuffle(one_by_one)  # noqa: S311 - for measuring, not for secrets
    slowly = 0.0
    for first in range(0, len(one_by_one), SLICE):
        await store.publish(one_by_one[first : first + SLICE])
        slowly += await store.project()
    return Found(store.journeys, len(whole) / took, len(one_by_one) / slowly)


def report(found: list[Found]) -> None:
    """Print the table."""
    first = found[0]
    print("| journeys | whole, events/s | shuffled, events/s | of the smallest |")
    print("|---|---|---|---|")
    for one in found:
        of_first = f"{one.whole / first.whole:.2f}, {one.shuffled / first.shuffled:.2f}"
        print(f"| {one.journeys:,} | {one.whole:,.0f} | {one.shuffled:,.0f} | {of_first} |")


if __name__ == "__main__":
    main(__doc__, (measure, report))
