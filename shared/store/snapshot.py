"""Asks several questions of the store at one moment: all see the same, whatever others write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg

from shared.store.store import PREFETCH, Store


class Asks(Protocol):
    """A store, or one moment of it, of which statements can be asked."""

    async def ask(self, statement: str, *arguments: Any) -> list[Any]:
        """Run one statement and return its rows."""

    def stream(self, statement: str, *arguments: Any) -> AsyncIterator[Any]:
        """Run one statement and yield its rows, of which few are held at a time."""


class Snapshot:
    """One moment of the store; what is written through it is kept when it ends."""

    def __init__(self, connection: asyncpg.Connection, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds

    async def ask(self, statement: str, *arguments: Any) -> list[Any]:
        """Run one statement at this moment and return its rows."""
        rows: list[Any] = await self._connection.fetch(statement, *arguments, timeout=self._seconds)
        return rows

    async def stream(self, statement: str, *arguments: Any) -> AsyncIterator[Any]:
        """Run one statement at this moment and yield its rows, few of which are held at a time."""
        cursor = self._connection.cursor(statement, *arguments, prefetch=PREFETCH)
        async for row in cursor:
            yield row


@asynccontextmanager
async def snapshot(store: Store, *, seconds: int) -> AsyncIterator[Snapshot]:
    """Lend one moment of the store for so many seconds at most; raises NotReady.

    It begins with the first statement. What is longer than a service's transactions otherwise are
    may publish no event, for these are settled once that time is over.
    """
    async with (
        store.connection() as connection,
        connection.transaction(isolation="repeatable_read"),
    ):
        # PostgreSQL winds up a transaction's clock when it begins, and anew only from none.
        await connection.execute(
            "SET LOCAL transaction_timeout = 0; "
            f"SET LOCAL transaction_timeout = '{seconds}s'; "
            f"SET LOCAL statement_timeout = '{seconds}s'"
        )
        yield Snapshot(connection, float(seconds))
