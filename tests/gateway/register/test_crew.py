"""Several projecting processes share the work: none does another's, and none is missed for long."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil

from gateway.register.lag import read_lag
from gateway.register.share import TAKEN, share_of
from shared.store import Store
from shared.store.locks import Lock
from tests.gateway.register.registers import differences, projector_of, yardstick
from tests.shared.databases import Database, linked, said

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0
CRIMES = [f"crime:kent/{number}/V1" for number in range(40)]


async def joined_journeys(store: Store) -> None:
    """Publish journeys of two references each."""
    for crime in CRIMES:
        custody = crime.replace("/V1", "/V9")
        fact, other = (
            said(id=f"a {crime}", reference=crime),
            said(id=f"b {crime}", reference=custody),
        )
        await store.publish([fact, other, linked(custody, id=f"link {crime}", reference=crime)])


async def test_a_journey_in_two_shares_is_projected_by_one_only(
    database: Database, store: Store, reader: Store
) -> None:
    await joined_journeys(store)
    projectors = [await projector_of(reader) for _ in range(3)]
    while sum(
        await asyncio.gather(
            *(one.round(share_of(place, 3)) for place, one in enumerate(projectors))
        )
    ):
        pass
    owner = await asyncpg.connect(database.owner_url)
    written = await owner.fetch("SELECT written, count(*) FROM register_reference GROUP BY written")
    await owner.close()
    assert [tuple(row) for row in written] == [(1, 2 * len(CRIMES))]
    assert await differences(database, reader) == []


async def test_joined_journeys_are_divided_evenly(store: Store, reader: Store) -> None:
    pairs = [(f"crime:kent/{number}/V1", f"crime:kent/{number}/V9") for number in range(300)]
    await store.publish([linked(other, id=f"link {one}", reference=one) for one, other in pairs])
    alone = await projector_of(reader)
    done = await alone.round(share_of(0, 2))
    # By the order of their ids the first of two would lie in the lower share for 450 references.
    assert 240 < done < 360
    assert done % 2 == 0
    assert await alone.round(share_of(1, 2)) == 2 * len(pairs) - done


def crew_of_two(database: Database) -> "subprocess.Popen[bytes]":
    """A projector of two processes, signed in as the gateway."""
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.register", "run", "--processes", "2"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database.url("gateway")},
    )


async def seats(connection: asyncpg.Connection, number: int) -> None:
    """Return when so many projectors are seated."""
    give_up = time.monotonic() + PATIENCE
    while len(await connection.fetch(TAKEN, Lock.SEAT)) != number:
        assert time.monotonic() < give_up, "the seats are never taken"
        await asyncio.sleep(0.1)


async def test_a_process_that_dies_is_followed_by_another_and_none_is_left_at_the_end(
    database: Database, store: Store, reader: Store
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    crew = crew_of_two(database)
    try:
        await seats(owner, 2)
        first = hands_of(crew)
        first[0].kill()
        first[0].wait(PATIENCE)
        await seats(owner, 1)
        await joined_journeys(store)
        await seats(owner, 2)
        give_up = time.monotonic() + PATIENCE
        while not (await read_lag(reader, yardstick())).is_up_to_date:
            assert time.monotonic() < give_up, "the register never catches up"
            await asyncio.sleep(0.1)
        assert await differences(database, reader) == []
        hands = hands_of(crew)
        crew.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(crew.wait, PATIENCE) == 0
        assert not any(hand.is_running() for hand in hands)
    finally:
        crew.kill()
        crew.wait()
    await seats(owner, 0)
    await owner.close()


def hands_of(crew: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """The processes of a crew that project."""
    children = psutil.Process(crew.pid).children()
    return [one for one in children if "spawn_main" in " ".join(one.cmdline())]
