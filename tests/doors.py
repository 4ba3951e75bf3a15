"""The four applications in this process, each behind its real HTTP door with its own login."""

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import httpx
from fastapi import FastAPI

from gateway.app import gateway_app
from services.cps.app import ROOM as CPS
from services.door.app import agency_app
from services.police.app import ROOM as POLICE
from services.probation.app import ROOM as PROBATION
from shared.store import utc_now
from tests.shared.databases import Database

Event = Mapping[str, Any]


@dataclass
class SetClock:
    """A clock that stands still until the test moves it; UTC."""

    now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Doors:
    """A client of each application."""

    police: httpx.AsyncClient
    cps: httpx.AsyncClient
    probation: httpx.AsyncClient
    gateway: httpx.AsyncClient

    def of(self, event: Event) -> httpx.AsyncClient:
        """The door of the agency that speaks in an event."""
        doors = {"police": self.police, "cps": self.cps, "probation": self.probation}
        return doors[event["source"].split("/")[1]]

    async def play(self, events: Iterable[Event]) -> list[str]:
        """Send each event to the door of its agency and return what each was answered."""
        answers = []
        for event in events:
            reply = await self.of(event).post("/v1/events", json=event)
            body = reply.json()
            answers.append(body["status"] if reply.is_success else f"{event['id']}: {body}")
        return answers

    async def journey(self, reference: str, **moments: str) -> dict[str, Any] | None:
        """Ask which journey a reference belongs to."""
        found = await self.gateway.get("/v1/journeys", params={"reference": reference, **moments})
        items = found.raise_for_status().json()["items"]
        return items[0] if items else None

    async def timeline(self, reference: str, **moments: str) -> dict[str, Any]:
        """Ask for the timeline of the journey that a reference belongs to."""
        journey = await self.journey(reference, **moments)
        assert journey is not None, f"{reference} belongs to no journey"
        asked = f"/v1/journeys/{journey['id']}/timeline"
        told = await self.gateway.get(asked, params=moments)
        timeline: dict[str, Any] = told.raise_for_status().json()
        return timeline


@asynccontextmanager
async def doors_to(
    database: Database, *, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Doors]:
    """Serve all four applications on one database, from their start to their end."""
    apps = [(room.agency, agency_app(room, clock=clock)) for room in (POLICE, CPS, PROBATION)]
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(serving(app, database.url(role))) for role, app in apps
        ]
        gateway = serving(
            gateway_app(clock=clock), database.url("gateway"), database.url("data_protection")
        )
        clients.append(await stack.enter_async_context(gateway))
        yield Doors(*clients)


@asynccontextmanager
async def serving(
    app: FastAPI, database_url: str, data_protection_url: str | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Start an application with its settings from the environment and yield a client of it."""
    settings = {"DATABASE_URL": database_url}
    if data_protection_url is not None:
        settings["DATABASE_URL_DATA_PROTECTION"] = data_protection_url
    async with AsyncExitStack() as stack:
        with patch.dict(os.environ, settings):
            await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://here")
        yield await stack.enter_async_context(client)
