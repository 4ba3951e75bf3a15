"""A database of a bench's own with made journeys in it, kept and projected in this process."""

import time
from collections.abc import Sequence
from uuid import uuid4

from bench.journeys import make_journeys
from gateway.register.lag import number_of, read_lag
from gateway.register.projector import Projector
from gateway.register.rows import Yardstick
from gateway.register.share import EVERYTHING
from shared.journey_event import JourneyEvent
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres

SLICE, SEED = 500, 2024
TEMPLATE = "template"
AGENCIES = ("police", "cps", "probation")


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
