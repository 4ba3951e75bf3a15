"""Counts the register's obligations into its tally, so that figures need not count them again.

Journeys are counted by revision, some at a time, after they are written: a writing has no more to
do than to set aside what it replaces of what was counted. Revisions come in the order in which
they can be seen, so that none is passed over. Counting may be killed anywhere: it is one statement.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from gateway.register.tally_sql import COUNT, DEFINITION, MONTH_STARTS
from shared.store import Store
from shared.store.locks import Lock
from shared.store.snapshot import Asks
from shared.tracing import log

# Journeys counted in one transaction: some 20,000 rows, a third of a second's work.
TOGETHER = 1_000
# Who has other work counts once so many journeys wait: a cell is written over less often so.
WAITING = 2_000
# Rows of a counting that is over, dropped in one transaction.
DROPPED = 50_000

STATE = "SELECT definition, generation, counted, target FROM register_tally_state"
WAIT = """
SELECT count(*) FROM (
    SELECT FROM register_journey
    WHERE revision > (SELECT counted FROM register_tally_state) LIMIT $1
) AS waiting
"""
SET_TARGET = """
UPDATE register_tally_state SET target = coalesce((
    SELECT revision FROM register_journey WHERE revision > counted
    ORDER BY revision OFFSET $1 LIMIT 1
), (SELECT revision FROM register_state)) RETURNING target
"""
# Where a batch ends that is smaller than its target: any revision up to that will do.
NEXT = """
SELECT revision FROM register_journey WHERE revision > $1 AND revision <= $2
ORDER BY revision OFFSET $3 LIMIT 1
"""
SET_COUNTED = "UPDATE register_tally_state SET counted = $1"
BEGIN_ANEW = """
UPDATE register_tally_state
SET definition = $1, generation = generation + 1, counted = 0, target = 0
"""
LET_GO = "DELETE FROM register_tally_gone"
DROP_OLD = """
DELETE FROM register_tally WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM register_tally
    WHERE generation <> (SELECT generation FROM register_tally_state) LIMIT $1
))
"""


class Tallying:
    """Counts for one projector, and fewer at a time where the database takes too long for many."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._together = TOGETHER

    async def count(self, least: int) -> bool:
        """Count where so many journeys wait; say whether any were. What fails is logged."""
        try:
            found = await count_next(self._store, least=least, together=self._together)
        except Exception as error:
            await self._store.ping()  # without a store there is nothing to be counted
            self._together = max(1, self._together // 2)
            log.error("the tally cannot be brought up to date just now: %s", type(error).__name__)
            return False
        if found:
            self._together = min(TOGETHER, 2 * self._together)
        return found


async def waiting(store: Asks, most: int = WAITING) -> int:
    """Return how many journeys are not counted yet, at most so many."""
    ((found,),) = await store.ask(WAIT, most)
    return int(found)


async def count_next(store: Store, *, least: int = 1, together: int = TOGETHER) -> bool:
    """Count the next journeys, where at least so many wait, and say whether any were counted.

    `together` is how many are counted in one transaction, a revision's journeys at least.

    Nothing is done while another counts. Raises NotReady.
    """
    async with _alone(store) as connection:
        if connection is None:
            return False
        definition, generation, counted, target = await connection.fetchrow(STATE)
        if definition != DEFINITION:
            await _begin_anew(connection)
            return True
        if await connection.fetchval(WAIT, least) < least:
            return False
        if target <= counted:  # else another was killed before it had counted up to there
            target = await connection.fetchval(SET_TARGET, together)
        # From then on all that write have heard of it, and keep what they replace.
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", Lock.WRITING)
        until = await connection.fetchval(NEXT, counted, target, together) or target
        async with connection.transaction():
            # One batch of rows, sorted and summed in memory instead of in hundreds of files.
            await connection.execute("SET LOCAL work_mem = '64MB'")
            await connection.execute("SET LOCAL jit = off")
            await connection.execute(COUNT, counted, until, generation, MONTH_STARTS)
            await connection.execute(SET_COUNTED, until)
        return True


async def count_anew(store: Store) -> bool:
    """Forget all that is counted, so that it is counted again; False while another counts."""
    async with _alone(store) as connection:
        if connection is None:
            return False
        await _begin_anew(connection)
        return True


async def _begin_anew(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        await connection.execute(BEGIN_ANEW, DEFINITION)
        await connection.execute(LET_GO)
    while await connection.execute(DROP_OLD, DROPPED) != "DELETE 0":
        pass


@asynccontextmanager
async def _alone(store: Store) -> AsyncIterator[asyncpg.Connection | None]:
    """Lend a connection with the lock of counting, None while another has it."""
    async with store.connection() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", Lock.COUNTING):
            yield None
            return
        try:
            yield connection
        finally:
            # A connection that was lost has given its locks up, and its pool has it back.
            with suppress(asyncpg.InterfaceError):
                if not connection.is_closed():
                    await connection.execute("SELECT pg_advisory_unlock($1)", Lock.COUNTING)
