"""Which part of the work is one projector's: a stretch of keys, by its seat among those running.

Keys are hashes, so that stretches of one length hold as many of them. A seat is a lock that ends
with its connection, however that ends, so that the others take over what a dead projector leaves.
Two may work on one key while seats change; the register's own guard is what keeps it right.
"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from shared.store.locks import Lock

MOST = 1_000
ALL_KEYS = 2**128

TAKE = "SELECT pg_try_advisory_lock($1, $2)"
# `objsubid` 2 marks a lock of two numbers.
TAKEN = """
SELECT objid::bigint AS seat FROM pg_locks
WHERE locktype = 'advisory' AND classid = $1 AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY seat
"""


@dataclass(frozen=True, slots=True)
class Share:
    """A stretch of keys, both ends included."""

    first: UUID
    last: UUID


EVERYTHING = Share(UUID(int=0), UUID(int=ALL_KEYS - 1))


def share_of(place: int, of: int) -> Share:
    """Return the stretch of the projector in one place, from 0, among so many."""
    return Share(
        UUID(int=place * ALL_KEYS // of),
        UUID(int=(place + 1) * ALL_KEYS // of - 1),
    )


async def take_seat(connection: asyncpg.Connection) -> int:
    """Take the first free seat, which is held as long as the connection lives."""
    for seat in range(MOST):
        if await connection.fetchval(TAKE, Lock.SEAT, seat):
            return seat
    raise RuntimeError(f"{MOST} projectors are running already")


async def share_for(connection: asyncpg.Connection, seat: int) -> Share:
    """Return the share of a seat among all that are taken now."""
    taken = [row["seat"] for row in await connection.fetch(TAKEN, Lock.SEAT)]
    return share_of(taken.index(seat), len(taken))


async def leave_seat(connection: asyncpg.Connection, seat: int) -> None:
    """Give a seat back; one whose connection was lost is free already."""
    if not connection.is_closed():
        await connection.execute("SELECT pg_advisory_unlock($1, $2)", Lock.SEAT, seat)
