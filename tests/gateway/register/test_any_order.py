"""In whatever order events come, and however often they are projected, the register is the same."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.register.share import EVERYTHING
from shared.journey_event import JourneyEvent
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres
from tests.demo.made import taken
from tests.gateway.register.registers import Table, catch_up, differences, kept, projector_of
from tests.shared.databases import Database

AGENCIES = ("police", "cps", "probation")
# Told of everything at one moment, so that no order of arrival is known to the law.
TOLD = datetime(2026, 7, 1, tzinfo=UTC)


def some_events(journeys: int) -> list[JourneyEvent]:
    world = world_of(11, date(2022, 1, 1), date(2025, 6, 30), usual_practice())
    return [event for n in range(journeys) for event, _ in taken(make(world, n))]


class Senders:
    """The three agencies' stores and the gateway's, on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __aenter__(self) -> "Senders":
        roles = (*AGENCIES, "gateway")
        self._stores = {
            role: await Store.open(self._database.url(role), clock=lambda: TOLD) for role in roles
        }
        return self

    async def __aexit__(self, *error: object) -> None:
        for store in self._stores.values():
            await store.close()

    @property
    def reader(self) -> Store:
        return self._stores["gateway"]

    async def publish(self, events: Sequence[JourneyEvent]) -> None:
        for agency in AGENCIES:
            own = [event for event in events if event.agency == agency]
            if own:
                await self._stores[agency].publish(own)


async def test_any_order_of_arrival_and_any_step_of_projecting_come_to_the_same_rows(
    server: EmbeddedPostgres, template: str
) -> None:
    events = some_events(40)
    found: list[Table] = []
    for seed in range(3):
        name = f"order_{uuid4().hex}"
        server.create_database(name, template)
        database, chance = Database(server, name), random.Random(seed)
        async with Senders(database) as senders:
            projector = await projector_of(senders.reader)
            at_once = len(events)
            if seed:  # the first comes in order, and is projected when all is there
                chance.shuffle(events)
                at_once = 40 * seed
            for first in range(0, len(events), at_once):
                await senders.publish(events[first : first + at_once])
                await catch_up(projector)
            found.append(await kept(database))
            assert await differences(database, senders.reader) == []
        server.drop_database(name)
    assert len(found[0]["register_obligation"]) > len(events) / 2
    assert found[0] == found[1] == found[2]


async def test_projected_again_by_two_or_made_anew_under_load_it_holds_the_same(
    database: Database,
) -> None:
    events = some_events(30)
    random.Random(3).shuffle(events)
    before, after = events[: len(events) // 2], events[len(events) // 2 :]
    owner = await asyncpg.connect(database.owner_url)
    async with Senders(database) as senders, Senders(database) as others:
        one, two = await projector_of(senders.reader), await projector_of(others.reader)
        await senders.publish(before)
        await catch_up(one)
        rows = await kept(database)
        revision = await owner.fetchval("SELECT revision FROM register_state")

        await owner.execute("UPDATE reference SET projected_version = 0")
        while sum(await asyncio.gather(one.round(EVERYTHING), two.round(EVERYTHING))):
            pass
        assert await kept(database) == rows
        assert await owner.fetchval("SELECT revision FROM register_state") == revision

        sending = True

        async def send() -> None:
            nonlocal sending
            for first in range(0, len(after), 10):
                await senders.publish(after[first : first + 10])
            sending = False

        async def project() -> None:
            while sending:
                await one.round(EVERYTHING)

        async def rebuild() -> None:
            while sending:
                last = UUID(int=0)
                while last != EVERYTHING.last:
                    last, _ = await two.rebuild(last)

        await asyncio.gather(send(), project(), rebuild())
        await catch_up(one)
        assert await differences(database, senders.reader) == []
        assert await kept(database) != rows
    await owner.close()
