"""Doors, projectors and the database are all killed, anywhere: nothing is lost, doubled or stale.

Whole synthetic journeys go through the three doors while it happens. `make torture` does it many
times over.
"""

import asyncio
import os
import random
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from typing import Any

import pytest

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.register.lag import read_lag
from shared.problems import NotReady
from shared.store import Store
from tests.gateway.register.registers import differences, yardstick
from tests.gateway.register.test_survival import PATIENCE, command
from tests.services.processes import Service
from tests.services.test_survival import Sender, client_of, hold_to, own_server
from tests.shared.databases import Database

TIMES = int(os.environ.get("TORTURE", "1"))
JOURNEYS = 60
TOGETHER = 40
AGENCIES = ("police", "cps", "probation")
Event = dict[str, Any]


def some_events(turn: int) -> dict[str, list[Event]]:
    """Whole journeys by agency, in the order in which we would be told."""
    world = world_of(100 + turn, date(2022, 1, 1), date(2025, 12, 31), usual_practice())
    events = [event for number in range(JOURNEYS) for event in make(world, number).events]
    return {a: [e.cloudevent() for e in events if e.agency == a] for a in AGENCIES}


class Projecting:
    """Two projectors as processes; one that is killed is started again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._processes: list[subprocess.Popen[str]] = []

    async def __aenter__(self) -> "Projecting":
        self._processes = [command(self._database, "run") for _ in range(2)]
        return self

    async def __aexit__(self, *error: object) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    def kill(self) -> None:
        """Kill one of them in the middle of whatever it does."""
        victim = self._processes.pop(random.randrange(2))
        victim.kill()
        victim.communicate()
        self._processes.append(command(self._database, "run"))


@asynccontextmanager
async def doors(database: Database) -> AsyncIterator[dict[str, Service]]:
    """The three doors as processes."""
    services = {agency: Service(agency, database.url(agency)) for agency in AGENCIES}
    try:
        await asyncio.gather(*(asyncio.to_thread(one.start) for one in services.values()))
        yield services
    finally:
        for service in services.values():
            service.kill()


async def up_to_date(database: Database) -> None:
    """Return when nothing is behind any more."""
    reader = await Store.open(database.url("gateway"))
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if (await read_lag(reader, yardstick())).is_up_to_date:
                    break
            except NotReady:
                pass  # its keeper is starting it again
            await asyncio.sleep(0.1)
    assert await differences(database, reader) == []
    await reader.close()


@pytest.mark.slow
async def test_whatever_is_killed_each_event_is_kept_once_and_the_register_follows() -> None:
    with own_server() as server:
        database = Database(server, "journey")
        every: list[Event] = []
        async with AsyncExitStack() as stack:
            projecting = await stack.enter_async_context(Projecting(database))
            services = await stack.enter_async_context(doors(database))
            senders = {
                agency: Sender(await stack.enter_async_context(client_of(service)))
                for agency, service in services.items()
            }

            async def send(agency: str, events: list[Event]) -> None:
                for first in range(0, len(events), TOGETHER):
                    await senders[agency].send(events[first : first + TOGETHER])

            async def kill_a_door() -> None:
                service = random.choice([*services.values()])
                service.kill()
                await asyncio.to_thread(service.start)

            async def kill_a_projector() -> None:
                await asyncio.to_thread(projecting.kill)

            async def stop_the_database() -> None:
                os.kill(server.pid, signal.SIGQUIT)  # at once; its keeper starts it again

            for turn in range(TIMES):
                events = some_events(turn)
                every += [event for own in events.values() for event in own]
                sending = asyncio.gather(*(send(agency, own) for agency, own in events.items()))
                harms = [kill_a_door, kill_a_projector, stop_the_database]
                for harm in random.sample(harms, len(harms)):
                    await asyncio.sleep(random.uniform(0.1, 0.6))
                    await harm()
                await sending
                await up_to_date(database)
        receipts = {id: told for sender in senders.values() for id, told in sender.receipts.items()}
        await hold_to(server.owner_url("journey"), every, receipts)
