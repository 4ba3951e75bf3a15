"""A door under more than it can do says so at once, holds little, and goes on when it can."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from shared.problems import MEDIA_TYPE
from tests.doors import Doors, doors_to
from tests.services.events import arrest
from tests.shared.databases import Database
from tests.tokens import bearer, token

NICHE, OTHER = "/police/avon-and-somerset/niche", "/police/dorset/niche"


@asynccontextmanager
async def locked(database: Database, statement: str) -> AsyncIterator[None]:
    """Hold a lock as somebody else's long transaction would."""
    owner = await asyncpg.connect(database.owner_url)
    try:
        async with owner.transaction():
            await owner.execute(statement)
            yield
    finally:
        await owner.close()


def is_busy(reply: httpx.Response) -> bool:
    if reply.status_code not in (429, 503):
        return False
    assert reply.headers["content-type"] == MEDIA_TYPE
    assert reply.headers["retry-after"] == "1"
    return True


async def test_a_slow_database_fills_no_memory_and_is_used_again(
    doors: Doors, database: Database
) -> None:
    many = [arrest(id=f"a-{number}", source=NICHE) for number in range(1_500)]
    few = [arrest(id=f"b-{number}", source=OTHER) for number in range(100)]
    async with locked(database, "LOCK TABLE event_identity IN ACCESS EXCLUSIVE MODE"):
        began = time.monotonic()
        replies = await asyncio.gather(
            *(doors.police.post("/v1/events", json=event) for event in [*many, *few])
        )
        assert time.monotonic() - began < 40  # seconds, on a busy machine: nobody waits for ever
    assert all(is_busy(reply) for reply in replies)
    # One organisation may not take all the room: the other's events waited their time.
    statuses = Counter(reply.status_code for reply in replies[: len(many)])
    assert statuses == {429: 500, 503: 1_000}
    assert {reply.status_code for reply in replies[len(many) :]} == {503}
    again = await asyncio.gather(
        *(doors.police.post("/v1/events", json=event) for event in [*many[:300], *few])
    )
    assert {reply.status_code for reply in again} == {201}


async def test_more_organisations_than_there_is_room_for_are_told_to_come_again(
    doors: Doors, database: Database
) -> None:
    every = [
        arrest(id=str(number), source=f"/police/force-{number % 3}/niche")
        for number in range(2_100)
    ]
    async with locked(database, "LOCK TABLE event_identity IN ACCESS EXCLUSIVE MODE"):
        replies = await asyncio.gather(
            *(doors.police.post("/v1/events", json=event) for event in every)
        )
    assert all(is_busy(reply) for reply in replies)
    names = Counter(reply.json()["type"].rpartition(":")[2] for reply in replies)
    assert set(names) == {"not-ready", "too-busy"}
    assert names["too-busy"] >= 100


async def test_a_journey_that_is_locked_holds_up_no_other(doors: Doors, database: Database) -> None:
    hot, cold = "crime:kent/hot/V1", "crime:kent/cold"
    await doors.police.post("/v1/events", json=arrest(id="first", subject=hot))
    async with locked(database, "SELECT FROM reference FOR UPDATE"):
        stuck = [
            asyncio.create_task(
                doors.police.post("/v1/events", json=arrest(id=f"hot-{n}", subject=hot))
            )
            for n in range(32)
        ]
        await asyncio.sleep(0.2)
        for number in range(10):
            began = time.monotonic()
            reply = await doors.police.post(
                "/v1/events", json=arrest(id=f"cold-{number}", subject=f"{cold}{number}/V1")
            )
            assert reply.status_code == 201
            assert time.monotonic() - began < 1
            assert not any(task.done() for task in stuck)
    replies = await asyncio.gather(*stuck)
    assert {reply.status_code for reply in replies} == {201}


async def test_bodies_that_are_too_many_at_once_are_sent_back_and_taken_later(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setenv("IN_HAND_LIMIT_BYTES", "500000")
    batches = [[arrest(id=f"{place}-{number}") for number in range(800)] for place in range(6)]
    assert 200_000 < len(json.dumps(batches[0])) < 250_000
    callers = ["one", "one", "another", "another", "a third", "a third"]
    headers = [
        bearer(token("sender", organisations=("police/*",), subject=name)) for name in callers
    ]
    async with doors_to(database) as doors:
        async with locked(database, "LOCK TABLE event_identity IN ACCESS EXCLUSIVE MODE"):
            sending = [
                asyncio.create_task(doors.police.post("/v1/events", json=batch, headers=whose))
                for batch, whose in zip(batches, headers, strict=True)
            ]
            done, waiting = await asyncio.wait(sending, timeout=1)
            # One caller does not fill the door: half of it is left to others.
            assert waiting == {sending[0], sending[2]}
            assert [sending[place].result().json()["type"] for place in (1, 3, 4, 5)] == [
                "urn:victim-journey:problem:too-often",
                "urn:victim-journey:problem:too-often",
                "urn:victim-journey:problem:too-busy",
                "urn:victim-journey:problem:too-busy",
            ]
            assert {task.result().headers["retry-after"] for task in done} == {"1"}
        assert {(await task).status_code for task in waiting} == {200}
        for batch in batches:
            assert (await doors.police.post("/v1/events", json=batch)).status_code == 200
        # Room for lines is taken for as long as they are read.
        lines = "\n".join(json.dumps(event) for event in batches[0])
        kind = {"content-type": "application/x-ndjson"}
        reply = await doors.police.post("/v1/events", content=lines, headers=kind)
        assert is_busy(reply)
