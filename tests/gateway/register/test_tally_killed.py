"""Whoever counts is killed anywhere, beside writers: figures stay those of counting every row."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.register.share import EVERYTHING
from shared.london import last_moment_of, start_of
from tests.conftest import OpenStore
from tests.demo.made import taken
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.register.test_tally import count_all, hold
from tests.shared.databases import Database

ROOT = Path(__file__).parents[3]
TIMES = int(os.environ.get("TORTURE", "1"))
JOURNEYS, SLICE = 120, 40
# Statements in which journeys are counted once; each child is killed before another of them.
STATEMENTS = 9
MOMENTS = [
    moment
    for month in (date(2022 + n // 12, 1 + n % 12, 1) for n in range(5, 66, 12))
    for moment in (last_moment_of(month - timedelta(days=1)), start_of(month))
]
# Kills itself before the n-th word to the database with which it counts, or lets go of what it has
# counted. Few at a time, so that there is nearly always something to be in the middle of.
COUNTING = """
import asyncio, os, signal, sys
from asyncpg.connection import Connection
from gateway.register.tally import count_next
from shared.store import Store

left, execute = int(sys.argv[2]), Connection.execute

async def counted(connection, query, *arguments, **more):
    global left
    left -= "pg_advisory_unlock" not in query
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return await execute(connection, query, *arguments, **more)

async def count():
    store = await Store.open(sys.argv[1])
    Connection.execute = counted
    print("counting", flush=True)
    while True:
        if not await count_next(store, together=3):
            await asyncio.sleep(0.01)

asyncio.run(count())
"""


@contextmanager
def counting(
    database: Database, statements: Sequence[int]
) -> "Iterator[list[subprocess.Popen[str]]]":
    """As many processes that count, each until before such a statement, once all have begun."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING, database.url("gateway"), str(number)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in statements
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "counting\n"
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


async def test_figures_are_exact_wherever_those_who_count_were_killed(
    database: Database, open_store: OpenStore
) -> None:
    chance, reader = random.Random(TIMES), await open_store("gateway")
    world = world_of(
        chance.randrange(2**32), date(2022, 1, 1), date(2025, 12, 31), usual_practice()
    )
    made = [event for number in range(JOURNEYS) for event, _ in taken(make(world, number))]
    chance.shuffle(made)  # each journey is written many times over
    stores = {agency: await open_store(agency) for agency in ("police", "cps", "probation")}
    projector = await projector_of(reader)

    async def write() -> None:
        for agency, store in stores.items():
            await store.publish([event for event in made[:SLICE] if event.agency == agency])
        del made[:SLICE]
        await projector.round(EVERYTHING)

    # Two at once, of which one counts at a time.
    for first in range(1, STATEMENTS * TIMES + 1):
        with counting(database, (first, first + STATEMENTS)) as processes:
            while any(process.poll() is None for process in processes):
                assert made, "there is nothing left to be counted, and somebody who counts"
                await write()
        assert {process.returncode for process in processes} == {-signal.SIGKILL}
        await hold(reader, MOMENTS[-2:])  # whatever is in the tally by now, and whatever not
    await catch_up(projector)
    await hold(reader, MOMENTS)
    await count_all(reader)
    await hold(reader, MOMENTS)
