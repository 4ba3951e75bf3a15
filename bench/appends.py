"""Measures how fast the police's door keeps events, beside its anchors in the same rounds.

Run `python -m bench.appends [--rounds N] [--rows N]`. P1, P2, P3 and P5 of the performance page:
batches against COPY, single events against a no-op POST of the same application, 32 clients
against one, and full or never analysed tables against empty ones. Only the ratios count.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, takewhile
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import uvloop

from bench.letting_in import let_in, token_header
from bench.publish_styles import serving
from services.door.wire import Reader
from services.police.messages import MESSAGES
from services.police.translate import translate
from shared.ports import HOST, free_port
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from shared.store.parcels import parcels
from shared.store.store import utc_now

if TYPE_CHECKING:
    from fastapi import FastAPI

ROUNDS, ROWS = 5, 500_000
# A second or so each, in which beginning and end weigh little.
BATCH, BATCHES, SENDERS, JOURNEYS = 500, 60, 4, 450
CLIENTS, SECONDS = 32, 1.5
UNANALYSED = 30_000
EXAMPLES = Path(__file__).parents[1] / "services" / "police" / "examples"
NO_OP, EVENTS = "/no-op", "/v1/events"
TABLES = ("event", "event_identity", "reference", "reference_link", "victim_key", "access_log")
# One table that holds the same and has the same indexes: those of the events (LIKE), and those by
# which an identity, and what was received of a feed, are found.
ONE_TABLE = (
    """
    CREATE TABLE bench_copy (
        LIKE event INCLUDING ALL, reference text NOT NULL, digest bytea NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX ON bench_copy (source, source_event_id)",
    "CREATE INDEX ON bench_copy (source, received_at)",
)
COLUMNS = (
    "reference_id",
    "event_id",
    "source",
    "source_event_id",
    "agency",
    "organisation",
    "type",
    "occurred_at",
    "time_precision",
    "recorded_at",
    "received_at",
    "data",
    "reference",
    "digest",
)


@dataclass(frozen=True)
class Ratio:
    """One figure of the performance page: what is divided by what, its floor and its aim."""

    name: str
    above: str
    below: str
    floor: float
    aim: float


RATIOS = (
    Ratio("P1 batches of 500 / COPY", "batches", "COPY", 0.3, 0.5),
    Ratio("P1 the same, a process a core", "batches, a process a core", "COPY", 0.3, 0.5),
    Ratio("P2 single, 32 clients / no-op", "single, 32 clients", "no-op", 0.45, 0.6),
    Ratio("P3 32 clients / 1 client", "single, 32 clients", "single, 1 client", 2.0, 3.0),
    Ratio("P5 batches at {rows:,} rows / at empty", "batches, full", "batches", 0.7, 0.9),
    Ratio("P5 never analysed / at empty", "batches, never analysed", "batches", 0.7, 0.9),
)


def door_app() -> "FastAPI":
    """Return the police's application with a POST beside it that reads and keeps nothing."""
    # Only here: the process that makes the load needs none of it.
    from pydantic import BaseModel

    from services.police.app import app

    class Event(BaseModel):
        specversion: str
        id: str
        source: str
        type: str
        subject: str
        time: str
        data: dict[str, Any]

    @app.post(NO_OP, status_code=201)
    async def no_op(event: Event) -> dict[str, str]:
        return {"id": event.id}

    return app


def mixed_events(number: int) -> list[dict[str, Any]]:
    """Return so many new events of every type a police system sends, over many journeys."""
    examples = [
        json.loads(path.read_text())
        for path in sorted(EXAMPLES.glob("*.json"))
        if not path.stem.startswith(("event.", "reference."))
    ]
    run = uuid4().hex[:12]
    return [
        {
            **examples[place % len(examples)],
            "id": f"{run}-{place}",
            "subject": f"crime:avon-and-somerset/{run}{place % JOURNEYS}/V1",
        }
        for place in range(number)
    ]


def batches(number: int) -> list[bytes]:
    """Return so many requests, each a batch of new events."""
    events = mixed_events(number * BATCH)
    return [
        post(EVENTS, json.dumps(events[first : first + BATCH]).encode())
        for first in range(0, len(events), BATCH)
    ]


def singles(path: str) -> Iterator[bytes]:
    """Yield requests of one event each, without end; every event is new."""
    (event,) = mixed_events(1)
    run = event["id"]
    text = json.dumps({**event, "id": "ID", "subject": "crime:avon-and-somerset/ID/V1"})
    for number in count():
        yield post(path, text.replace("ID", f"{run}-{number}").encode())


def post(path: str, body: bytes) -> bytes:
    """Return a POST as it goes over the wire, with the token of whoever made the load."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\n{token_header()}"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Sender(asyncio.Protocol):
    """One client, which sends its next request when the one before is answered."""

    transport: asyncio.WriteTransport

    def __init__(self, requests: Iterator[bytes], expects: bytes) -> None:
        self._requests = requests
        self._expects = expects
        self._answer = b""
        self.answered = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        """Send the next request once an answer is whole."""
        self._answer += data
        head, _, body = self._answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not length or len(body) < int(length):
            return
        if self._expects not in self._answer:
            self.done.set_exception(RuntimeError(f"answered {self._answer[:500]!r}"))
            return
        self._answer = b""
        self.answered += 1
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.transport.close()
            self.done.set_result(None)
        else:
            self.transport.write(request)


async def send_all(port: int, clients: Sequence[Iterator[bytes]], expects: bytes) -> float:
    """Send each client's requests over a connection of its own; return the answers a second."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    senders = [
        (await loop.create_connection(partial(Sender, requests, expects), HOST, port))[1]
        for requests in clients
    ]
    await asyncio.gather(*(sender.done for sender in senders))
    return sum(sender.answered for sender in senders) / (time.perf_counter() - began)


def batches_a_second(port: int) -> float:
    """Return how many events a second a door keeps of batches over SENDERS connections."""
    # Each sends about journeys of its own, as four forces would.
    clients = [iter(batches(BATCHES // SENDERS)) for _ in range(SENDERS)]
    created = b'"created":%d' % BATCH
    return BATCH * uvloop.run(send_all(port, clients, created))


def singles_a_second(port: int, path: str, clients: int) -> float:
    """Return how many single events a second are answered to so many clients."""
    until = time.perf_counter() + SECONDS
    requests = takewhile(lambda _: time.perf_counter() < until, singles(path))
    return uvloop.run(send_all(port, [requests] * clients, b"HTTP/1.1 201"))


def copies_a_second(url: str) -> float:
    """Return how many events a second COPY keeps in one table, BATCH a commit."""
    return uvloop.run(_copy(url))


@contextmanager
def copying(server: EmbeddedPostgres) -> Iterator[Callable[[], float]]:
    """Hand over what measures COPY beside something else on a server, in a database of its own."""
    name = f"copies_{uuid4().hex}"
    server.create_database(name)
    url = server.owner_url(name)
    upgrade(url, server.role_passwords)

    def measured() -> float:
        execute(url, "DROP TABLE IF EXISTS bench_copy", *ONE_TABLE)
        return loader.submit(copies_a_second, url).result()

    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as loader:
            yield measured
    finally:
        server.drop_database(name)


def copied_rows(number: int) -> list[tuple[Any, ...]]:
    """Return so many new events as rows of the one table, in the order of COLUMNS."""
    reader = Reader(MESSAGES)
    events = [translate(reader.read(event)) for event in mixed_events(number)]
    return [
        (
            one.reference_id,
            one.event_id,
            one.event.source,
            one.event.id,
            one.event.agency,
            one.event.organisation,
            one.event.type,
            one.event.occurred_at,
            one.event.precision,
            one.event.recorded_at,
            now,
            one.data,
            one.event.reference,
            one.digest,
        )
        for now in (utc_now(),)
        for one in parcels(events, now)
    ]


async def _copy(url: str) -> float:
    rows = copied_rows(BATCH * BATCHES)
    connection = await asyncpg.connect(url)
    began = time.perf_counter()
    for first in range(0, len(rows), BATCH):
        await connection.copy_records_to_table(
            "bench_copy", records=rows[first : first + BATCH], columns=COLUMNS
        )
    took = time.perf_counter() - began
    await connection.close()
    return len(rows) / took


def execute(url: str, *statements: str) -> None:
    """Run statements as the owner of a database, each in a transaction of its own."""
    uvloop.run(_execute(url, statements))


async def _execute(url: str, statements: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


def filled(rows: int) -> list[str]:
    """Return the statements that fill the tables with so many events, 15 to a journey."""
    made = f"""
        SELECT number, md5('r' || number / 15)::uuid AS reference_id,
               (lpad(to_hex(1700000000000 + number), 12, '0')
                || '7000' || '8' || substr(md5(number::text), 1, 15))::uuid AS event_id,
               'filled-' || number AS id, '2024-03-28T17:45:00Z'::timestamptz AS moment
        FROM generate_series(1, {rows}) AS number
    """  # noqa: S608 - our own numbers and words
    source = "'/police/avon-and-somerset/niche'"
    return [
        f"""
        INSERT INTO event (reference_id, event_id, source, source_event_id, agency, organisation,
                           type, occurred_at, time_precision, received_at, data)
        SELECT reference_id, event_id, {source}, id, 'police', 'avon-and-somerset', 'victim.told',
               moment, 'instant', moment,
               '{{"about": ["suspect.arrested"], "channel": "phone", "reached": true}}'
        FROM ({made}) AS made
        """,  # noqa: S608
        f"""
        INSERT INTO event_identity (source, source_event_id, digest, reference_id, event_id,
                                    received_at)
        SELECT {source}, id, sha256(id::bytea), reference_id, event_id, moment
        FROM ({made}) AS made
        """,  # noqa: S608
        f"""
        INSERT INTO reference (reference_id, reference, scheme, first_received_at, version)
        SELECT reference_id, 'crime:avon-and-somerset/filled' || number || '/V1', 'crime', moment,
               15
        FROM ({made}) AS made ON CONFLICT DO NOTHING
        """,  # noqa: S608
        "VACUUM ANALYZE",
    ]


def measure(rounds: int, rows: int) -> dict[str, list[float]]:
    """Run everything in turn, round by round, and return what each did."""
    with ExitStack() as stack:
        stack.enter_context(let_in())
        server = stack.enter_context(EmbeddedPostgres.throwaway())
        ports = {}
        for name in ("empty", "full", "unanalysed"):
            server.create_database(name)
            upgrade(server.owner_url(name), server.role_passwords)
        for name, database, processes in (
            ("empty", "empty", 1),
            ("full", "full", 1),
            ("unanalysed", "unanalysed", 1),
            ("cores", "empty", os.cpu_count() or 1),
        ):
            ports[name] = free_port()
            address = server.role_url("police", database)
            door = serving("bench.appends:door_app", ports[name], address, processes)
            stack.enter_context(door)
        empty, full = server.owner_url("empty"), server.owner_url("full")
        execute(empty, *ONE_TABLE)
        execute(full, *filled(rows))
        execute(
            server.owner_url("unanalysed"),
            *(f"ALTER TABLE {table} SET (autovacuum_enabled = off)" for table in TABLES),
        )
        # Spawned, not forked, so that it shares nothing with this process.
        loader = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))

        def run(function: Callable[..., float], *arguments: Any) -> float:
            return loader.submit(function, *arguments).result()

        for _ in range(UNANALYSED // (BATCH * BATCHES)):
            run(batches_a_second, ports["unanalysed"])
        turns: dict[str, Callable[[], float]] = {
            "COPY": lambda: run(copies_a_second, empty),
            "batches": lambda: run(batches_a_second, ports["empty"]),
            "batches, a process a core": lambda: run(batches_a_second, ports["cores"]),
            "batches, full": lambda: run(batches_a_second, ports["full"]),
            "batches, never analysed": lambda: run(batches_a_second, ports["unanalysed"]),
            "no-op": lambda: run(singles_a_second, ports["empty"], NO_OP, CLIENTS),
            "single, 32 clients": lambda: run(singles_a_second, ports["empty"], EVENTS, CLIENTS),
            "single, 1 client": lambda: run(singles_a_second, ports["empty"], EVENTS, 1),
        }
        measured: dict[str, list[float]] = {name: [] for name in turns}
        for number in range(rounds + 1):
            execute(empty, f"TRUNCATE bench_copy, {', '.join(TABLES)}")
            for name, turn in turns.items():
                rate = turn()
                if number:  # the first warms up
                    measured[name].append(rate)
        return measured


def main(rounds: int = ROUNDS, rows: int = ROWS) -> None:
    """Measure and print what each did a second, and the ratios with their floors and aims."""
    measured = measure(rounds, rows)
    print(f"{rounds} rounds, medians (least to most), {os.cpu_count()} cores\n")
    print("| what | events/s |")
    print("|---|---|")
    for name, rates in measured.items():
        print(f"| {name} | {median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f}) |")
    print("\n| ratio | reached | floor | aim |")
    print("|---|---|---|---|")
    for one in RATIOS:
        above, below = measured[one.above], measured[one.below]
        ratios = [a / b for a, b in zip(above, below, strict=True)]
        reached = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {one.name.format(rows=rows)} | {reached} | {one.floor} | {one.aim} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows in the full tables")
    asked = parser.parse_args()
    main(asked.rounds, asked.rows)
