"""Projectors that are killed anywhere, beside senders that repeat, race and link, lose nothing."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.register.lag import read_lag
from gateway.register.share import Share, leave_seat, share_for, share_of, take_seat
from shared.journey_event import JourneyEvent
from shared.store import Store
from tests.conftest import OpenStore
from tests.demo.made import taken
from tests.gateway.register.registers import catch_up, differences, projector_of, yardstick
from tests.gateway.register.test_tally import SOME, count_all, hold
from tests.shared.databases import NICHE, Database, linked, said

ROOT = Path(__file__).parents[3]
TIMES = int(os.environ.get("TORTURE", "1"))
JOURNEYS = 2_000
SLICE = 500
PATIENCE = 120.0


def command(database: Database, *arguments: str) -> "subprocess.Popen[str]":
    """The register's command as a process of its own, signed in as the gateway."""
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.register", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database.url("gateway")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(database: Database, number: int) -> "Iterator[list[subprocess.Popen[str]]]":
    """So many projectors; whichever are in the list at the end are killed."""
    projectors = [command(database, "run") for _ in range(number)]
    try:
        yield projectors
    finally:
        for projector in projectors:
            projector.kill()
            projector.communicate()


async def up_to_date(reader: Store) -> None:
    """Return when nothing is behind any more."""
    give_up = time.monotonic() + PATIENCE
    while not (await read_lag(reader, yardstick())).is_up_to_date:
        assert time.monotonic() < give_up, "the register never catches up"
        await asyncio.sleep(0.1)


def some_events(chance: random.Random) -> list[JourneyEvent]:
    """Synthetic journeys of thousands, shuffled, with links between some of them that are wrong."""
    seed = chance.randrange(2**32)
    world = world_of(seed, date(2022, 1, 1), date(2025, 12, 31), usual_practice())
    made = [make(world, number) for number in range(JOURNEYS)]
    events = [event for one in made for event, _ in taken(one)]
    for number in range(40):
        one, other = chance.sample(made, 2)
        link = linked(other.reference, id=f"wrong {number}", reference=one.reference)
        events.append(link)
        if number % 2:
            named = {"event": {"source": NICHE, "id": link.id}, "reason": "another victim"}
            wrong = said("event.withdrawn", named, id=f"undo {number}", reference=one.reference)
            events.append(replace(wrong, occurred_at=events[-1].occurred_at))
    chance.shuffle(events)
    return events


async def send(store: Store, events: Sequence[JourneyEvent], chance: random.Random) -> None:
    """Publish one agency's events in slices, some of them twice."""
    for first in range(0, len(events), SLICE):
        part = events[first : first + SLICE]
        await store.publish(part)
        if chance.random() < 0.3:
            await store.publish(part)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(TIMES))
async def test_killed_projectors_leave_what_the_events_come_to(
    database: Database, open_store: OpenStore, seed: int
) -> None:
    chance = random.Random(seed)
    events, reader = some_events(chance), await open_store("gateway")
    senders = []
    for agency in ("police", "cps", "probation"):
        own = [event for event in events if event.agency == agency]
        senders.append(send(await open_store(agency), own, chance))
    sending = asyncio.gather(*senders)
    with running(database, 2) as projectors:
        for _ in range(4):
            await asyncio.sleep(chance.uniform(0.8, 2.5))
            victim = chance.randrange(2)
            projectors[victim].kill()
            projectors[victim].communicate()
            projectors[victim] = command(database, "run")
        await sending
        await up_to_date(reader)
        # What is asked to end ends by itself, and says nothing of it.
        for projector in projectors:
            projector.send_signal(signal.SIGTERM)
            assert projector.wait(30) == 0
    assert await differences(database, reader) == []
    # What they had counted between the killings, and what they had not.
    await hold(reader, SOME)
    await count_all(reader)
    await hold(reader, SOME)


async def test_rebuilding_trusts_nothing_that_is_kept(
    database: Database, store: Store, reader: Store
) -> None:
    names = [f"crime:kent/{number}/V1" for number in range(30)]
    events = [said(id=f"fact {name}", reference=name) for name in names]
    await store.publish([*events, linked(names[1], id="link", reference=names[0])])
    await catch_up(await projector_of(reader))
    owner = await asyncpg.connect(database.owner_url)
    for harm in (
        "DELETE FROM register_obligation WHERE rule LIKE 'R6%'",
        "UPDATE register_stage SET stage = 7",
        "UPDATE register_journey SET journey_id = gen_random_uuid() WHERE reference_count = 2",
        "TRUNCATE register_silence",
        "INSERT INTO register_stage VALUES "
        "('ffffffff-ffff-ffff-ffff-fffffffffff0', now(), NULL, 1, 'police', NULL)",
        "DELETE FROM register_reference WHERE ctid = '(0,3)'",
    ):
        await owner.execute(harm)
    await owner.close()
    assert await differences(database, reader) != []

    rebuilding = command(database, "rebuild")
    told, said_of_it = await asyncio.to_thread(rebuilding.communicate)
    assert (rebuilding.returncode, said_of_it) == (0, "")
    assert told == "29 journeys made anew. Behind: 0 references.\n"
    assert await differences(database, reader) == []

    # No door lets this in: an appeal says what became of it.
    broken = said("appeal.changed", {"suspect": "S1"}, id="broken", reference=names[5])
    await store.publish([broken])
    rebuilding = command(database, "rebuild")
    told, said_of_it = await asyncio.to_thread(rebuilding.communicate)
    assert (rebuilding.returncode, told) == (1, "29 journeys made anew. Behind: 1 references.\n")
    assert "1 references could not be projected; see the log." in said_of_it


async def test_projectors_share_all_keys_and_take_over_from_those_that_are_gone(
    database: Database,
) -> None:
    connections = [await asyncpg.connect(database.url("gateway")) for _ in range(3)]
    seats = [await take_seat(connection) for connection in connections]
    assert seats == [0, 1, 2]

    async def shares() -> list[Share]:
        open_ones = [(c, s) for c, s in zip(connections, seats, strict=True) if not c.is_closed()]
        return [await share_for(connection, seat) for connection, seat in open_ones]

    assert await shares() == [share_of(place, 3) for place in range(3)]
    await leave_seat(connections[1], seats[1])
    await connections[1].close()
    assert await shares() == [share_of(place, 2) for place in range(2)]
    connections[0].terminate()  # as the kernel does for a process that is killed
    for _ in range(200):
        if await shares() == [share_of(0, 1)]:
            break
        await asyncio.sleep(0.05)
    assert await shares() == [share_of(0, 1)]
    await connections[2].close()


def test_the_command_says_what_is_wrong(database: Database) -> None:
    lost = subprocess.run(
        [sys.executable, "-m", "gateway.register", "rebuild"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "postgresql://nobody:none@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
    )
    assert (lost.returncode, lost.stdout) == (1, "")
    assert "store cannot be reached" in lost.stderr
    assert "Traceback" not in lost.stderr
    wrong = subprocess.run(
        [sys.executable, "-m", "gateway.register", "rebuild"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database.url("gateway"), "SILENCE_DAYS": "none"},
        capture_output=True,
        text=True,
    )
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "SILENCE_DAYS" in wrong.stderr
