"""What must survive: afterwards every acknowledged event is there once, and nothing else.

`make torture` runs the same stories many times over.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import asyncpg
import httpx
import psutil
import pytest

from shared.ports import HOST
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from tests.services.events import arrest
from tests.services.processes import Service, running
from tests.shared.databases import Database

TIMES = int(os.environ.get("TORTURE", "1"))
LINES = "application/x-ndjson"
TRIES = 400

Event = dict[str, Any]


def events(name: str, number: int, *, journeys: int = 20) -> list[Event]:
    """Return new events over some journeys."""
    return [
        arrest(id=f"{name}-{place}", subject=f"crime:kent/{place % journeys}/V1")
        for place in range(number)
    ]


def lines(sent: Iterable[Event]) -> bytes:
    return "".join(f"{json.dumps(event)}\n" for event in sent).encode()


@asynccontextmanager
async def client_of(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=64)
    async with httpx.AsyncClient(
        base_url=service.url, timeout=30, limits=limits, headers=service.headers
    ) as client:
        yield client


@contextmanager
def own_server() -> Iterator[EmbeddedPostgres]:
    """A server for one test, which may be treated badly."""
    with EmbeddedPostgres.throwaway() as server:
        server.create_database("journey")
        upgrade(server.owner_url("journey"), server.role_passwords)
        yield server


class Sender:
    """Sends events in every way, again and again until each is acknowledged, as suppliers do."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.receipts: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()

    async def send(self, sent: list[Event]) -> None:
        """Send events until all are acknowledged: singly, as an array or as lines."""
        way = random.choice([self._one, self._array, self._lines])
        for _ in range(TRIES):
            waiting = [event for event in sent if event["id"] not in self.receipts]
            if not waiting:
                return
            # Not only what is missing: a sender that heard nothing sends everything again.
            with suppress(httpx.TransportError):
                await way(random.choice([waiting, sent]))
                continue
            await asyncio.sleep(0.05)
        raise AssertionError("some event was never acknowledged")

    async def _one(self, sent: list[Event]) -> None:
        for event in sent:
            reply = await self._client.post("/v1/events", json=event)
            if self._is_answered(reply):
                self._acknowledge(reply.json())

    async def _array(self, sent: list[Event]) -> None:
        reply = await self._client.post("/v1/events", json=sent)
        if self._is_answered(reply):
            for item in reply.json()["items"]:
                self._acknowledge(item["receipt"])

    async def _lines(self, sent: list[Event]) -> None:
        headers = {"content-type": LINES}
        kind = {"content": lines(sent), "headers": headers}
        async with self._client.stream("POST", "/v1/events", **kind) as reply:  # type: ignore[arg-type]
            if not self._is_answered(reply):
                return
            async for line in reply.aiter_lines():
                item = json.loads(line)
                if "receipt" in item:
                    self._acknowledge(item["receipt"])

    def _is_answered(self, reply: httpx.Response) -> bool:
        self.statuses[reply.status_code] += 1
        if reply.status_code in (429, 503):  # too much at once, of this sender or of all
            assert reply.headers["retry-after"] == "1"
            return False
        assert reply.status_code in (200, 201), reply.status_code
        return True

    def _acknowledge(self, receipt: Event) -> None:
        told = self.receipts.setdefault(receipt["id"], receipt["receivedtime"])
        assert told == receipt["receivedtime"], "a second receipt differs from the first"


async def connection_to(url: str) -> asyncpg.Connection:
    """Return a connection to a server that its keeper may just be starting again."""
    for _ in range(300):
        try:
            return await asyncpg.connect(url)
        except (OSError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(0.1)
    return await asyncpg.connect(url)


async def hold_to(owner_url: str, sent: Iterable[Event], receipts: dict[str, str]) -> None:
    """Hold the store to what was sent and acknowledged: each event once, and nothing else."""
    owner = await connection_to(owner_url)
    kept = await owner.fetch("SELECT source_event_id, event_id, received_at FROM event")
    identities = await owner.fetch(
        "SELECT source_event_id, event_id, received_at FROM event_identity"
    )
    torn = await owner.fetchval(
        "SELECT count(*) FROM event LEFT JOIN reference USING (reference_id) WHERE version IS NULL"
    )
    await owner.close()
    assert Counter(row["source_event_id"] for row in kept) == Counter(
        {event["id"] for event in sent}
    )
    assert {tuple(row) for row in kept} == {tuple(row) for row in identities}
    assert torn == 0
    assert {
        row["source_event_id"]: row["received_at"].isoformat().replace("+00:00", "Z")
        for row in kept
    } == receipts


async def test_a_service_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    database: Database,
) -> None:
    service = Service("police", database.url("police")).start()
    every: list[Event] = []
    try:
        async with client_of(service) as client:
            sender = Sender(client)
            for number in range(2 * TIMES):
                batches = [events(f"{number}-{place}", 700) for place in range(6)]
                every += [event for batch in batches for event in batch]
                sending = asyncio.gather(*(sender.send(batch) for batch in batches))
                for _ in range(2):
                    await asyncio.sleep(random.uniform(0.02, 0.25))
                    service.kill()
                    await asyncio.to_thread(service.start)
                await sending
    finally:
        service.stop()
    await hold_to(database.owner_url, every, sender.receipts)


async def test_a_database_that_is_stopped_at_any_moment_loses_and_doubles_nothing() -> None:
    every: list[Event] = []
    with own_server() as server, running("police", server.role_url("police", "journey")) as service:
        async with client_of(service) as client:
            sender = Sender(client)
            for number in range(2 * TIMES):
                batches = [events(f"{number}-{place}", 700) for place in range(6)]
                every += [event for batch in batches for event in batch]
                sending = asyncio.gather(*(sender.send(batch) for batch in batches))
                await asyncio.sleep(random.uniform(0.02, 0.25))
                # An immediate stop, or a fast one; its keeper starts it again.
                os.kill(server.pid, random.choice([signal.SIGQUIT, signal.SIGINT]))
                await sending
            assert service.process.poll() is None
        await hold_to(server.owner_url("journey"), every, sender.receipts)


async def test_an_event_sent_fifty_times_at_once_over_several_processes_is_one(
    database: Database,
) -> None:
    with running("police", database.url("police"), processes=2) as service:
        async with client_of(service) as client:
            for number in range(3 * TIMES):
                event = arrest(id=f"same-{number}")
                replies = await asyncio.gather(
                    *(
                        client.post("/v1/events", json=[event] if place % 2 else event)
                        for place in range(50)
                    )
                )
                told = [
                    body["items"][0]["receipt"] if "items" in body else body
                    for body in (reply.json() for reply in replies)
                ]
                assert Counter(one.pop("status") for one in told) == {"created": 1, "repeated": 49}
                assert all(one == told[0] for one in told)


async def test_a_reply_that_is_lost_is_given_again(database: Database) -> None:
    with running("police", database.url("police")) as service:
        sent = events("lost", 60)
        for event in sent:
            body = json.dumps(event).encode()
            _reader, writer = await asyncio.open_connection(HOST, service.port)
            writer.write(
                b"POST /v1/events HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n"
                b"content-length: %d\r\n\r\n" % len(body) + body
            )
            await writer.drain()
            await asyncio.sleep(random.uniform(0, 0.01))
            writer.transport.abort()  # the reply is read by nobody
        async with client_of(service) as client:
            sender = Sender(client)
            await asyncio.gather(*(sender.send([event]) for event in sent))
            again = await asyncio.gather(*(client.post("/v1/events", json=one) for one in sent))
    assert {reply.json()["id"]: reply.json()["receivedtime"] for reply in again} == sender.receipts
    await hold_to(database.owner_url, sent, sender.receipts)


async def test_lines_that_break_off_on_either_side_are_sent_again(database: Database) -> None:
    sent = events("broken", 1_500)
    body = lines(sent)
    with running("police", database.url("police")) as service:
        for _ in range(4 * TIMES):
            cut = random.randrange(len(body))
            reader, writer = await asyncio.open_connection(HOST, service.port)
            writer.write(
                b"POST /v1/events HTTP/1.1\r\nhost: here\r\ncontent-type: application/x-ndjson\r\n"
                b"content-length: %d\r\n\r\n" % len(body) + body[:cut]
            )
            with suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await reader.read(random.randrange(100_000))
            writer.transport.abort()
        async with client_of(service) as client:
            sender = Sender(client)
            await sender.send(sent)
    await hold_to(database.owner_url, sent, sender.receipts)


async def test_a_sender_that_reads_nothing_before_it_has_sent_all_is_answered(
    database: Database,
) -> None:
    """A million lines in the long form: the memory of the service stays as it is."""
    number = 30_000 if TIMES == 1 else 1_000_000
    line = json.dumps(arrest(id="ID", subject="crime:kent/ID/V1")).encode() + b"\n"

    with running("police", database.url("police")) as service:
        process = psutil.Process(service.process.pid)
        held: list[int] = []

        async def sent() -> AsyncIterator[bytes]:
            for first in range(0, number, 500):
                held.append(process.memory_info().rss)
                yield b"".join(line.replace(b"ID", b"%d" % (first + n)) for n in range(500))

        async with client_of(service) as client:
            await client.post("/v1/events", json=events("warm", 5_000))
            before = process.memory_info().rss
            last = ""
            told = 0
            kind = {"content": sent(), "headers": {"content-type": LINES}, "timeout": 600}
            # httpx reads nothing before it has sent everything.
            async with client.stream("POST", "/v1/events", **kind) as reply:  # type: ignore[arg-type]
                assert reply.status_code == 200
                async for text in reply.aiter_lines():
                    last = text
                    told += 1
                    if told % 1000 == 0:
                        held.append(process.memory_info().rss)
    assert json.loads(last) == {"created": number, "repeated": 0, "refused": 0}
    assert told == number + 1
    assert max(held) - before < 48 * 1024 * 1024


async def test_batches_and_links_that_cross_each_other_meet_no_deadlock(
    database: Database,
) -> None:
    """Two agencies link the same references at once, from both ends, amid batches of both."""
    cases = [f"case:52AB{place:07}/V1" for place in range(20)]
    crimes = [f"crime:kent/{place}/V1" for place in range(20)]

    def batch(agency: str, turn: int, *, backwards: bool) -> list[Event]:
        mine, theirs = (crimes, cases) if agency == "police" else (cases, crimes)
        source = f"/{agency}/{'kent/niche' if agency == 'police' else 'south-east/cms'}"
        told = [
            arrest(
                id=f"{agency}-{turn}-{backwards}-{place}",
                source=source,
                subject=mine[place],
                type="reference.linked",
                data={"reference": theirs[place], "basis": "file"},
            )
            for place in range(20)
        ]
        return told[::-1] if backwards else told

    every: list[Event] = []
    receipts: dict[str, str] = {}
    with (
        running("police", database.url("police")) as police,
        running("cps", database.url("cps")) as cps,
    ):
        async with client_of(police) as to_police, client_of(cps) as to_cps:
            for turn in range(10 * TIMES):
                sending = []
                for agency, client in (("police", to_police), ("cps", to_cps)):
                    for backwards in (False, True):
                        sent = batch(agency, turn, backwards=backwards)
                        every += sent
                        sending += [client.post("/v1/events", json=sent[:-4])]
                        sending += [client.post("/v1/events", json=one) for one in sent[-4:]]
                for reply in await asyncio.gather(*sending):
                    assert reply.status_code in (200, 201), reply.text
                    body = reply.json()
                    for receipt in [item["receipt"] for item in body.get("items", ())] or [body]:
                        assert receipt["status"] == "created"
                        receipts[receipt["id"]] = receipt["receivedtime"]
    await hold_to(database.owner_url, every, receipts)
    owner = await asyncpg.connect(database.owner_url)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert await owner.fetchval(deadlocks) == 0
    assert await owner.fetchval("SELECT count(*) FROM reference") == 40
    assert await owner.fetchval("SELECT count(*) FROM reference_link") == 2 * len(every)
    await owner.close()


async def test_one_journey_with_32_writers_harms_no_other(database: Database) -> None:
    hot = [arrest(id=f"hot-{number}", subject="crime:kent/hot/V1") for number in range(640)]
    cold = events("cold", 60)
    answered, overtaken_by = 0, [0]
    with running("police", database.url("police")) as service:
        async with client_of(service) as client:
            sender = Sender(client)

            async def write(mine: list[Event]) -> None:
                nonlocal answered
                for event in mine:
                    before = answered
                    reply = await client.post("/v1/events", json=event)
                    assert reply.status_code == 201
                    sender.receipts[event["id"]] = reply.json()["receivedtime"]
                    if mine is cold:
                        overtaken_by.append(answered - before)
                    else:
                        answered += 1

            await asyncio.gather(write(cold), *(write(hot[place::32]) for place in range(32)))
    # Counted in answers and not in seconds: it waits for a turn of the others, not for their end.
    assert max(overtaken_by) < len(hot) / 2
    await hold_to(database.owner_url, [*hot, *cold], sender.receipts)


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="needs prlimit of util-linux")
async def test_a_full_disk_is_refused_cleanly_and_nothing_is_torn() -> None:
    """No file of the server may grow beyond 17 MiB, as on a disk that is full."""

    def limit_files(server: EmbeddedPostgres, size: str) -> None:
        postmaster = psutil.Process(server.pid)
        whose = {}
        if os.geteuid() == 0:
            user, group = postmaster.uids().real, postmaster.gids().real
            whose = {"user": user, "group": group, "extra_groups": []}
        for process in [postmaster, *postmaster.children()]:
            # Its log of transactions is made of files of 16 MiB, which stay as they are.
            command = ["prlimit", f"--fsize={size}:", "--pid", str(process.pid)]
            limited = subprocess.run(command, capture_output=True, **whose)
            # A worker may have ended in the meantime; the next one inherits the limit.
            assert limited.returncode == 0 or not process.is_running(), limited.stderr

    with own_server() as server, running("police", server.role_url("police", "journey")) as service:
        async with client_of(service) as client:
            sender = Sender(client)
            sent = events("before", 500)
            await sender.send(sent)
            owner = await asyncpg.connect(server.owner_url("journey"))
            # Rows of a table that grow it to just below the limit, and go again.
            await owner.execute(
                """
                INSERT INTO event SELECT reference_id, gen_random_uuid(), source, 'filler', agency,
                    organisation, type, occurred_at, time_precision, recorded_at, received_at, data
                FROM event, generate_series(1, 120)
                """
            )
            await owner.execute("DELETE FROM event WHERE source_event_id = 'filler'")
            await owner.close()
            limit_files(server, str(17 * 1024 * 1024))
            refused: list[Event] = []
            for number in range(60):
                batch = [
                    arrest(id=f"{number}-{place}", subject=f"crime:kent/{place}/V1")
                    for place in range(1_000)
                ]
                reply = await client.post("/v1/events", json=batch)
                sent += batch
                if reply.status_code == 503:
                    assert reply.headers["retry-after"] == "1"
                    refused = batch
                    break
                assert reply.status_code == 200
                for item in reply.json()["items"]:
                    sender.receipts[item["receipt"]["id"]] = item["receipt"]["receivedtime"]
            assert refused, "the disk never was full"
            alone = await client.post("/v1/events", json=arrest(id="alone"))
            assert alone.status_code in (201, 503)
            limit_files(server, "unlimited")
            await sender.send([*refused, arrest(id="alone")])
            sent.append(arrest(id="alone"))
        await hold_to(server.owner_url("journey"), sent, sender.receipts)
