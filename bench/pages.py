"""Measures how fast all that is kept is read, page by page, beside its rows alone and COPY.

Run `python -m bench.pages [--journeys N] [--rounds N]`.
"""

import argparse
import asyncio
import io
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from statistics import median
from uuid import UUID

import asyncpg

from bench.journeys import make_journeys
from shared.journey_event import JourneyEvent
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade

JOURNEYS, ROUNDS, PAGE, BATCH = 5_000, 5, 500, 500
DATABASE = "journey"
FLOOR = 50_000


async def fill(server: EmbeddedPostgres, journeys: int) -> int:
    """Publish so many journeys of every agency and return how many events they have."""
    events = [
        JourneyEvent(
            source=event.source,
            id=f"{number}-{event.id}",
            type=event.type,
            reference=event.reference,
            occurred_at=event.occurred_at,
            data=event.data,
            precision=event.precision,
            recorded_at=event.recorded_at,
        )
        for number, sample in enumerate(make_journeys(journeys))
        for event in sample.events
    ]
    for agency in ("police", "cps", "probation"):
        store = await Store.open(server.role_url(agency, DATABASE))
        own = [event for event in events if event.agency == agency]
        for first in range(0, len(own), BATCH):
            await store.publish(own[first : first + BATCH])
        await store.close()
    return len(events)


async def read_records(store: Store) -> int:
    """Read every record of the store and return how many events they hold."""
    after, known_at, events = UUID(int=0), datetime.now(UTC), 0
    while keys := await store.read_keys(after=after, limit=PAGE, known_at=known_at):
        records = await store.read_records(keys, known_at=known_at)
        events += sum(len(record.events) for record in records)
        after = keys[-1]
    return events


async def read_rows(connection: asyncpg.Connection) -> int:
    """Read the rows of every event in pages by key, and make nothing of them."""
    statement = """
        SELECT * FROM event WHERE (reference_id, event_id) > ($1, $2)
        ORDER BY reference_id, event_id LIMIT 8000
    """
    last, events = (UUID(int=0), UUID(int=0)), 0
    while rows := await connection.fetch(statement, *last):
        last, events = (rows[-1]["reference_id"], rows[-1]["event_id"]), events + len(rows)
    return events


async def copy_rows(connection: asyncpg.Connection) -> int:
    """Copy the rows of every event out as bytes."""
    status: str = await connection.copy_from_table("event", output=io.BytesIO())
    return int(status.split()[-1])


async def measure(journeys: int, rounds: int) -> None:
    """Fill a store of our own, read it in turn in three ways, and print the table."""
    with EmbeddedPostgres.throwaway() as server:
        server.create_database(DATABASE)
        upgrade(server.owner_url(DATABASE), server.role_passwords)
        events = await fill(server, journeys)
        url = server.role_url("gateway", DATABASE)
        store, connection = await Store.open(url), await asyncpg.connect(url)
        ways: dict[str, Callable[[], Awaitable[int]]] = {
            "records, pages of 500 references": lambda: read_records(store),
            "rows alone, pages of 8,000": lambda: read_rows(connection),
            "COPY": lambda: copy_rows(connection),
        }
        took: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            for name, read in ways.items():
                began = time.perf_counter()
                if await read() != events:
                    raise SystemExit(f"{name}: not every event was read once")
                if number:  # the first round warms up
                    took[name].append(time.perf_counter() - began)
        await store.close()
        await connection.close()
    print(f"{journeys:,} journeys, {events:,} events, {rounds} rounds, one process")
    print(f"| read | events/s (floor for records: {FLOOR:,}) |")
    print("|---|---|")
    for name, seconds in took.items():
        print(f"| {name} | {events / median(seconds):,.0f} |")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=JOURNEYS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    asyncio.run(measure(asked.journeys, asked.rounds))


if __name__ == "__main__":
    main()
