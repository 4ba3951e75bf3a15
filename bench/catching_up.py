"""Measures how the register catches up with whole journeys, up to as many as a country has.

Run `python -m bench.catching_up [--sizes 10000 100000 1000000] [--processes N]`: the second half of
P7 of the performance page. Three agencies import so many synthetic journeys into a database of its
own, as `bench.register` has them do it, a few files at a time; then a projector, of a process a
core, catches up with all of them. A million took 32 minutes on two cores, and takes some tens of
gigabytes of disk.
"""

import argparse
import asyncio
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.compiled import whether_compiled
from bench.letting_in import let_in
from bench.register import CORES, TEMPLATE, Bench, hands, synthetic_events, write_books
from bench.server import set_up
from gateway.register.command import usual_yardstick
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade

SIZES = (10_000, 100_000)
# Journeys of one file of each agency: written while nothing is timed, by a process a core.
A_FILE = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """How many events so many journeys have, and the seconds of both halves."""

    journeys: int
    events: int
    imported: float
    caught_up: float


def write(first: int, journeys: int, folder: Path) -> tuple[int, dict[str, Path]]:
    """Write some journeys; return how many events they have, and the file of each agency."""
    events = synthetic_events(journeys, after=first)
    folder.mkdir()
    return len(events), write_books(events, folder)


def measure(server: EmbeddedPostgres, journeys: int, processes: int) -> Found:
    """Import so many journeys and catch up with them."""
    events, imported = 0, 0.0
    firsts = list(range(0, journeys, A_FILE))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        spawned = get_context("spawn")
        writers = stack.enter_context(ProcessPoolExecutor(CORES, mp_context=spawned))
        bench = Bench(server, stack)
        projector = stack.enter_context(hands(bench.url, processes))
        for place in range(0, len(firsts), CORES):
            some = firsts[place : place + CORES]
            counts = [min(A_FILE, journeys - first) for first in some]
            folders = [folder / str(first) for first in some]
            # All are written before the first is imported.
            for number, books in list(writers.map(write, some, counts, folders)):
                events += number
                imported += bench.doors.load(books)
                for book in books.values():
                    book.unlink()
        caught_up = projector.project()
        bench.check(usual_yardstick())
    return Found(journeys, events, imported, caught_up)


def main() -> None:
    """Read the command line, measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many journeys")
    parser.add_argument("--processes", type=int, default=CORES, help="usually a process a core")
    asked = parser.parse_args()
    with EmbeddedPostgres.throwaway() as server, let_in():
        asyncio.run(set_up(server))
        server.create_database(TEMPLATE)
        upgrade(server.owner_url(TEMPLATE), server.role_passwords)
        print(f"projecting processes: {asked.processes}; {whether_compiled()}")
        print("| journeys | events | imported, events/s | caught up, events/s | / imported |")
        print("|---|---|---|---|---|")
        for journeys in asked.sizes:
            found = measure(server, journeys, asked.processes)
            rates = found.events / found.imported, found.events / found.caught_up
            told = " | ".join(f"{rate:,.0f}" for rate in rates)
            ratio = found.imported / found.caught_up
            print(f"| {journeys:,} | {found.events:,} | {told} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
