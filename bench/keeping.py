"""Measures how fast the register is kept in stores of 10,000 journeys and of many more.

Run `python -m bench.keeping [--sizes 10000 100000 1000000]`. New journeys come into a store that
holds so many, as `bench.register` has them come into an empty one: imported whole by every agency
and caught up by a process a core, some thousands at a time; and then, of others, event by event in
a shuffled order. The first come right after a checkpoint, to pages that nobody has read lately.
As there, COPY of 500 events a commit stands beside what is shuffled.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.appends import copying
from bench.compiled import whether_compiled
from bench.growing import Asked, main
from bench.letting_in import let_in
from bench.multiplied import Multiplied
from bench.register import (
    CORES,
    hands,
    open_doors,
    ratios,
    slice_by_slice,
    spread,
    synthetic_events,
    write_books,
)

JOURNEYS, ROUNDS = 6_000, 5
SHUFFLED, SHUFFLED_ROUNDS = 600, 3


@dataclass(slots=True)
class Found:
    """How many events a second went into a store of a size, round by round.

    Whole journeys are `imported` and then `caught_up`; `shuffled` is by so many processes, and
    `copied` by COPY in the same rounds.
    """

    journeys: int
    imported: list[float] = field(default_factory=list)
    caught_up: list[float] = field(default_factory=list)
    shuffled: dict[int, list[float]] = field(default_factory=dict)
    copied: list[float] = field(default_factory=list)


async def measure(store: Multiplied, _asked: Asked) -> Found:
    """Publish new journeys, and project them both ways."""
    found, after = Found(store.journeys), store.journeys
    url = store.server.role_url("gateway", store.name)
    with ExitStack() as stack:
        stack.enter_context(let_in())
        doors = open_doors(store.server, store.name, stack)
        copy = stack.enter_context(copying(store.server))
        projectors = {n: stack.enter_context(hands(url, n)) for n in sorted({1, CORES})}
        for _round in range(ROUNDS):
            events = synthetic_events(JOURNEYS, after=after)
            after += JOURNEYS
            with TemporaryDirectory() as folder:
                took = doors.load(write_books(events, Path(folder)))
            found.imported.append(len(events) / took)
            found.caught_up.append(len(events) / projectors[CORES].project())
        for _round in range(SHUFFLED_ROUNDS):
            found.copied.append(await asyncio.to_thread(copy))
            for processes, projector in projectors.items():
                events = synthetic_events(SHUFFLED, after=after)
                after += SHUFFLED
                # In a thread of its own: the senders have a loop, and so have we.
                rate = await asyncio.to_thread(slice_by_slice, doors, projector, events)
                found.shuffled.setdefault(processes, []).append(rate)
    return found


def report(found: list[Found]) -> None:
    """Print the table: medians, with the least and the most."""
    counts = sorted(found[0].shuffled)
    shuffled = " | ".join(f"shuffled, processes: {n}" for n in counts)
    print(whether_compiled())
    print(f"| journeys | imported, events/s | caught up | / imported | COPY | {shuffled} |")
    print(f"|---|---|---|---|---|{'---|' * len(counts)}")
    for one in found:
        rates = [spread(one.imported), spread(one.caught_up)]
        rates += [spread(ratios(one.caught_up, one.imported), 2), spread(one.copied)]
        rates += [spread(one.shuffled[n]) for n in counts]
        print(f"| {one.journeys:,} | {' | '.join(rates)} |")


if __name__ == "__main__":
    main(__doc__, (measure, report))
