"""Measures how fast the register is kept, beside how fast the same events come in.

Run `python -m bench.register [--journeys N] [--rounds N] [--only-catch-up]`: P7 of the performance
page. Synthetic journeys go through the three doors over HTTP. `shuffled` sends the events of many
journeys in one shuffled order, a slice at a time, and lets the register catch up with each: nearly
every event has its whole journey judged and written again. `catch-up` lets it come once all are
there. Both are done by one process, and by a process a core. Each round has its own database.

Whole journeys come at once when agencies load their history, which is what the client's command is
for: catching up is held to that. One agency after another imports its own file, the police first,
since journeys are named by the reference heard of first; each file is in order of time, as a
system's log is, and said to be history. Beside it stands what the doors take all at once from
senders that have nothing to do but write bytes that were made before, on the same cores.

Beside what is shuffled stands COPY of 500 events a commit, by which one machine is told from
another: it kept 34,000 to 37,000 a second where the page's floor of 1,800 was set.
"""

import argparse
import asyncio
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from operator import attrgetter
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import IO
from uuid import uuid4

import asyncpg
import uvloop

from bench.appends import copying, post, send_all
from bench.compiled import whether_compiled
from bench.imports import sending
from bench.letting_in import let_in
from bench.publish_styles import serving
from bench.server import set_up
from demo.synthetic.event import Event
from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import FILE, read_practice
from gateway.register.command import YOUNG, fast_loop, usual_yardstick
from gateway.register.lag import number_of, read_lag
from gateway.register.projector import Projector
from gateway.register.rows import SHAPES, Yardstick
from gateway.register.share import share_of
from shared.ports import free_port
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from shared.web import settle

JOURNEYS, ROUNDS, SLICE, SEED = 2_000, 3, 500, 2024
SHUFFLED_SHARE = 4  # of so many journeys one is projected event by event, which takes longer
SINCE, UNTIL = date(2022, 1, 1), date(2025, 12, 31)
TEMPLATE = "template"
# Connections to each door: four at the police's, who send three events of four.
SENDERS = {"police": 4, "cps": 2, "probation": 1}
FLOOR, AIM = 1_800, 5_000
CATCH_UP_FLOOR, CATCH_UP_AIM = 1.0, 3.0
CORES = os.cpu_count() or 1


def synthetic_events(journeys: int, *, after: int = 0) -> list[Event]:
    """Return the events of the next synthetic journeys, in the order in which they were told."""
    world = world_of(SEED, SINCE, UNTIL, read_practice(FILE))
    numbers = range(after, after + journeys)
    made = [event for number in numbers for event in make(world, number).events]
    return sorted(made, key=attrgetter("arrives", "source", "id"))


class Doors:
    """The three doors of one database, each served by a process of its own."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self.ports = ports

    def send(self, events: Iterable[Event]) -> float:
        """Send events in batches to all doors at once, and return the seconds that took."""
        of: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            of[event.agency].append(event)
        clients = {agency: batches(own, SENDERS[agency]) for agency, own in of.items()}
        began = time.perf_counter()
        uvloop.run(self._send_all(clients))
        return time.perf_counter() - began

    def load(self, books: Mapping[str, Path]) -> float:
        """Have one agency after another import its history, and return the seconds that took."""
        began = time.perf_counter()
        for agency in sorted(books, key=list(SENDERS).index):
            said, _ = sending(books[agency], self.ports[agency], "--backfill").communicate()
            if " 0 refused" not in said:
                raise RuntimeError(f"the import said: {said}")
        return time.perf_counter() - began

    async def _send_all(self, clients: Mapping[str, Sequence[Sequence[bytes]]]) -> None:
        kept = b'"refused":0'
        await asyncio.gather(
            *(
                send_all(self.ports[agency], [iter(one) for one in own], kept)
                for agency, own in clients.items()
            )
        )


def write_books(events: Iterable[Event], folder: Path) -> dict[str, Path]:
    """Write the events of each agency to a file in a folder, in their order; return the files."""
    books: dict[str, Path] = {}
    with ExitStack() as stack:
        files: dict[str, IO[str]] = {}
        for event in events:
            if event.agency not in books:
                books[event.agency] = folder / f"{event.agency}.ndjson"
                files[event.agency] = stack.enter_context(books[event.agency].open("w"))
            files[event.agency].write(json.dumps(event.cloudevent()) + "\n")
    return books


def open_doors(server: EmbeddedPostgres, database: str, stack: ExitStack) -> Doors:
    """Serve the three doors of a database until the stack is left."""
    ports = {agency: free_port() for agency in SENDERS}
    for agency, port in ports.items():
        app, address = f"services.{agency}.app:app", server.role_url(agency, database)
        stack.enter_context(serving(app, port, address))
    return Doors(ports)


def batches(events: Sequence[Event], senders: int) -> list[list[bytes]]:
    """Return the requests of so many senders, who take the batches in turn."""
    made = [
        post("/v1/events", json.dumps([e.cloudevent() for e in events[n : n + SLICE]]).encode())
        for n in range(0, len(events), SLICE)
    ]
    return [made[n::senders] for n in range(min(senders, len(made)))]


class Hands:
    """One projector: so many processes, each with a share of the keys."""

    def __init__(self, pipes: Sequence["Connection[str, str]"]) -> None:
        self._pipes = pipes

    def project(self) -> float:
        """Let them catch up and return the seconds that took."""
        began = time.perf_counter()
        for pipe in self._pipes:
            pipe.send("catch up")
        for pipe in self._pipes:
            pipe.recv()
        return time.perf_counter() - began


@contextmanager
def hands(url: str, processes: int) -> Iterator[Hands]:
    """Run so many projecting processes at a database, which wait until they are asked."""
    context = get_context("spawn")
    with ExitStack() as stack:
        pipes = []
        for place in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_hand, args=(theirs, url, place, processes))
            process.start()
            stack.callback(process.join)
            stack.callback(ours.send, "")
            pipes.append(ours)
        for pipe in pipes:
            pipe.recv()
        yield Hands(pipes)


def _hand(pipe: "Connection[str, str]", url: str, place: int, of: int) -> None:
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_project(pipe, url, place, of))


async def _project(pipe: "Connection[str, str]", url: str, place: int, of: int) -> None:
    yardstick = usual_yardstick()
    store = await Store.open(url)
    projector = Projector(store, yardstick, await number_of(store, yardstick))
    settle(young=YOUNG)
    pipe.send("ready")
    while pipe.recv():
        while await projector.round(share_of(place, of)):
            pass
        pipe.send("done")
    await store.close()


class Bench:
    """One database of its own, with its doors."""

    def __init__(self, server: EmbeddedPostgres, stack: ExitStack) -> None:
        self.server = server
        self.name = f"round_{uuid4().hex}"
        server.create_database(self.name, TEMPLATE)
        stack.callback(server.drop_database, self.name)
        self.doors = open_doors(server, self.name, stack)

    @property
    def url(self) -> str:
        """Where the database is, for the gateway."""
        return self.server.role_url("gateway", self.name)

    def check(self, yardstick: Yardstick) -> None:
        """Raise SystemExit unless the register holds all there is."""
        if not asyncio.run(is_up_to_date(self.url, yardstick)):
            raise SystemExit("the register did not catch up")

    def bytes_of_a_journey(self, journeys: int) -> dict[str, float]:
        """Return how many bytes each table takes for a journey, its indexes included."""
        return asyncio.run(sizes(self.server.owner_url(self.name), journeys))


async def is_up_to_date(url: str, yardstick: Yardstick) -> bool:
    """Say whether the register of a database holds all there is."""
    store = await Store.open(url)
    lag = await read_lag(store, yardstick)
    await store.close()
    return lag.is_up_to_date


async def sizes(url: str, journeys: int) -> dict[str, float]:
    """Return how many bytes the tables of a database take for a journey."""
    owner = await asyncpg.connect(url)
    size = "SELECT pg_total_relation_size($1::regclass)"
    found = {
        table: await owner.fetchval(size, table) / journeys
        for table in (*SHAPES, "register_reference")
    }
    await owner.close()
    return found


def slice_by_slice(doors: Doors, projector: Hands, events: Sequence[Event]) -> float:
    """Send events in a shuffled order, and return how many are projected a second."""
    shuffled = [*events]
    Random(SEED).shuffle(shuffled)  # noqa: S311 - for measuring, not for secrets
    took = 0.0
    for first in range(0, len(shuffled), SLICE):
        doors.send(shuffled[first : first + SLICE])
        took += projector.project()
    return len(shuffled) / took


def measure(journeys: int, rounds: int, *, only_catch_up: bool) -> None:
    """Measure both ways in turn and print the tables."""
    yardstick = usual_yardstick()
    whole = synthetic_events(journeys)
    some = synthetic_events(journeys // SHUFFLED_SHARE)
    counts = sorted({1, CORES})
    by_slice: dict[int, list[float]] = {n: [] for n in counts}
    caught_up: dict[int, list[float]] = {n: [] for n in counts}
    loaded: dict[int, list[float]] = {n: [] for n in counts}
    flooded: list[float] = []
    copied: list[float] = []
    with ExitStack() as outer:
        books = write_books(whole, Path(outer.enter_context(TemporaryDirectory())))
        outer.enter_context(let_in())
        server = outer.enter_context(EmbeddedPostgres.throwaway())
        asyncio.run(set_up(server))
        server.create_database(TEMPLATE)
        upgrade(server.owner_url(TEMPLATE), server.role_passwords)
        copy = outer.enter_context(copying(server))
        for _ in range(rounds):
            copied.append(copy())
            for processes in counts:
                if not only_catch_up:
                    with ExitStack() as stack:
                        bench = Bench(server, stack)
                        projector = stack.enter_context(hands(bench.url, processes))
                        rate = slice_by_slice(bench.doors, projector, some)
                        by_slice[processes].append(rate)
                        bench.check(yardstick)
                with ExitStack() as stack:
                    bench = Bench(server, stack)
                    projector = stack.enter_context(hands(bench.url, processes))
                    loaded[processes].append(len(whole) / bench.doors.load(books))
                    caught_up[processes].append(len(whole) / projector.project())
                    bench.check(yardstick)
                    taken = bench.bytes_of_a_journey(journeys)
            with ExitStack() as stack:
                flooded.append(len(whole) / Bench(server, stack).doors.send(whole))
    print(f"{journeys:,} journeys, {len(whole):,} events, {rounds} rounds; {whether_compiled()}")
    print("| P7 | median (least to most) | floor | aim |")
    print("|---|---|---|---|")
    goals, none = f"{CATCH_UP_FLOOR:.0f} | {CATCH_UP_AIM:.0f}", " | "
    print(f"| COPY of 500 a commit, events/s | {spread(copied)} | {none} |")
    for processes in counts:
        name = "one process" if processes == 1 else "a process a core"
        rates, theirs = caught_up[processes], loaded[processes]
        if not only_catch_up:
            told = spread(by_slice[processes])
            print(f"| shuffled, {name}, events/s | {told} | {FLOOR:,} | {AIM:,} |")
        print(f"| catch-up, {name}, events/s | {spread(rates)} | {none} |")
        print(f"| imported by the client, events/s | {spread(theirs)} | {none} |")
        print(f"| catch-up, {name} / imported | {spread(ratios(rates, theirs), 2)} | {goals} |")
        beside = spread(ratios(rates, flooded), 2)
        print(f"| catch-up, {name} / what the doors take | {beside} | {none} |")
    print(f"| what the doors take, events/s | {spread(flooded)} | {none} |")
    print("\n| bytes for a journey | with indexes |")
    print("|---|---|")
    for table, size in taken.items():
        print(f"| `{table}` | {size:,.0f} |")
    print(f"| all | {sum(taken.values()):,.0f} |")


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Return how much faster one was than the other, round by round."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def spread(found: Sequence[float], places: int = 0) -> str:
    """Return the median of some figures, with the least and the most, to so many places."""
    least, middle, most = (f"{f(found):,.{places}f}" for f in (min, median, max))
    return f"{middle} ({least} to {most})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=JOURNEYS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only-catch-up", action="store_true", help="leave out what is shuffled")
    asked = parser.parse_args(arguments)
    measure(asked.journeys, asked.rounds, only_catch_up=asked.only_catch_up)


if __name__ == "__main__":
    main()
