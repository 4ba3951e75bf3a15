"""Measures how fast one projector keeps the register, beside how fast the same events are ingested.

Run `python -m bench.register [--journeys N] [--rounds N]`. Each round has a database of its own.
`shuffled` publishes the events of many journeys in one shuffled order, a slice at a time, and lets
the projector catch up with each: nearly every event has its whole journey judged and written again.
`catch-up` lets it come once all are there. Ingesting is publishing to the store in batches of 500,
without the doors before it.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from random import Random
from statistics import median
from uuid import uuid4

import asyncpg

from bench.journeys import make_journeys
from gateway.journey.silences import Standard
from gateway.register.command import YOUNG, fast_loop
from gateway.register.lag import number_of, read_lag
from gateway.register.projector import Projector
from gateway.register.rows import SHAPES, Yardstick
from gateway.register.share import EVERYTHING
from gateway.rulebook import england_and_wales, load_rulebook
from shared.journey_event import JourneyEvent
from shared.settings import SilenceSettings
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from shared.web import settle

JOURNEYS, ROUNDS, SLICE, SEED = 2_000, 3, 500, 2024
SHUFFLED_SHARE = 4  # of so many journeys one is projected event by event, which takes longer
TEMPLATE = "template"
AGENCIES = ("police", "cps", "probation")
FLOOR, AIM = 1_800, 5_000
CATCH_UP_FLOOR, CATCH_UP_AIM = 1.0, 3.0


def events_of(journeys: int) -> list[JourneyEvent]:
    """Return the events of so many journeys, journey by journey."""
    return [
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
        for number, sample in enumerate(make_journeys(journeys, seed=SEED))
        for event in sample.events
    ]


class Bench:
    """One database of its own, the three agencies' stores, and a projector."""

    def __init__(self, server: EmbeddedPostgres, yardstick: Yardstick) -> None:
        self.server = server
        self.yardstick = yardstick
        self.name = f"round_{uuid4().hex}"

    async def __aenter__(self) -> "Bench":
        self.server.create_database(self.name, TEMPLATE)
        self.stores = {
            role: await Store.open(self.server.role_url(role, self.name)) for role in AGENCIES
        }
        self.reader = await Store.open(self.server.role_url("gateway", self.name))
        number = await number_of(self.reader, self.yardstick)
        self.projector = Projector(self.reader, self.yardstick, number)
        return self

    async def __aexit__(self, *error: object) -> None:
        for store in (*self.stores.values(), self.reader):
            await store.close()
        self.server.drop_database(self.name)

    async def publish(self, events: Sequence[JourneyEvent]) -> float:
        """Publish events in batches and return the seconds that took."""
        began = time.perf_counter()
        for agency, store in self.stores.items():
            own = [event for event in events if event.agency == agency]
            for first in range(0, len(own), SLICE):
                await store.publish(own[first : first + SLICE])
        return time.perf_counter() - began

    async def project(self) -> float:
        """Catch up and return the seconds that took."""
        began = time.perf_counter()
        while await self.projector.round(EVERYTHING):
            pass
        took = time.perf_counter() - began
        if not (await read_lag(self.reader, self.yardstick)).is_up_to_date:
            raise SystemExit("the register did not catch up")
        return took

    async def bytes_of_a_journey(self, journeys: int) -> dict[str, float]:
        """Return how many bytes each table takes for a journey, its indexes included."""
        owner = await asyncpg.connect(self.server.owner_url(self.name))
        size = "SELECT pg_total_relation_size($1::regclass)"
        found = {
            table: await owner.fetchval(size, table) / journeys
            for table in (*SHAPES, "register_reference")
        }
        await owner.close()
        return found


async def measure(journeys: int, rounds: int) -> None:
    """Measure both ways in turn and print the tables."""
    calendar, silence = england_and_wales(), SilenceSettings()
    standard = Standard(silence.silence_days, silence.member_silence_days)
    yardstick = Yardstick(load_rulebook(calendar=calendar), calendar, standard)
    whole = events_of(journeys)
    shuffled = events_of(journeys // SHUFFLED_SHARE)
    Random(SEED).shuffle(shuffled)  # noqa: S311 - for measuring, not for secrets
    settle(young=YOUNG)
    by_slice, caught_up, ingested = [], [], []
    with EmbeddedPostgres.throwaway() as server:
        server.create_database(TEMPLATE)
        upgrade(server.owner_url(TEMPLATE), server.role_passwords)
        for _ in range(rounds):
            async with Bench(server, yardstick) as bench:
                took = 0.0
                for first in range(0, len(shuffled), SLICE):
                    await bench.publish(shuffled[first : first + SLICE])
                    took += await bench.project()
                by_slice.append(len(shuffled) / took)
            async with Bench(server, yardstick) as bench:
                ingested.append(len(whole) / await bench.publish(whole))
                caught_up.append(len(whole) / await bench.project())
                sizes = await bench.bytes_of_a_journey(journeys)
    ratios = [ours / theirs for ours, theirs in zip(caught_up, ingested, strict=True)]
    print(f"{journeys:,} journeys, {len(whole):,} events, {rounds} rounds, one projector")
    print("| P7 | median (least to most) | floor | aim |")
    print("|---|---|---|---|")
    print(f"| shuffled, events/s | {spread(by_slice)} | {FLOOR:,} | {AIM:,} |")
    print(f"| catch-up, events/s | {spread(caught_up)} | | |")
    print(f"| ingested, events/s | {spread(ingested)} | | |")
    told = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    print(f"| catch-up / ingested | {told} | {CATCH_UP_FLOOR:.0f} | {CATCH_UP_AIM:.0f} |")
    print("\n| bytes for a journey | with indexes |")
    print("|---|---|")
    for table, size in sizes.items():
        print(f"| `{table}` | {size:,.0f} |")
    print(f"| all | {sum(sizes.values()):,.0f} |")


def spread(found: Sequence[float]) -> str:
    """Return the median of some figures, with the least and the most."""
    return f"{median(found):,.0f} ({min(found):,.0f} to {max(found):,.0f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=JOURNEYS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(arguments)
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(measure(asked.journeys, asked.rounds))


if __name__ == "__main__":
    main()
