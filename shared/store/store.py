"""The journey store: events in, each kept once, and all that is kept about a journey out."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from typing import Any, Self
from uuid import UUID

import asyncpg

from shared.feed import Feed, Span
from shared.feed_silence import FeedSilence
from shared.interruption import Declaration, KeptDeclaration
from shared.journey_event import (
    Agency,
    JourneyEvent,
    JourneyRecord,
    Receipt,
    reference_id,
)
from shared.london import end_of, start_of
from shared.problems import NotReady
from shared.store import access, erasing, feed_silences, feeds, pages, statements
from shared.store.access import Access, Asker, KeptAccess, Verb
from shared.store.address import for_asyncpg
from shared.store.ids import edge_of
from shared.store.moments import say_moments_fast
from shared.store.parcels import KeptIdentity, Parcel, columns, parcels
from shared.store.records import record_of, records_of
from shared.store.sharing import Answer, SharedCommits

Clock = Callable[[], datetime]
Identity = tuple[str, str]

# How long a request waits for a free connection, or for a new one, before the sender is asked to
# come again: many times a commit, and less than senders wait for an answer.
CONNECT_SECONDS = 3.0
# The server itself cuts off a service's transaction after 5 s (see the migrations). This is for a
# server that has stopped answering altogether.
ANSWER_SECONDS = 8.0
# How often a statement that met another in a deadlock is sent before we give up.
ATTEMPTS = 5
# Rows of a long answer that are read at once.
PREFETCH = 1_000

# No event is received later.
ALL_KNOWN = datetime.max.replace(tzinfo=UTC)

_UNREACHABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke while it was being made
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.UndefinedTableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,  # among others, that a file cannot grow
)
_IN_EACH_OTHERS_WAY = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    def get_reset_query(self) -> str:
        # Every statement here is a transaction of its own and leaves nothing to reset, which
        # would take one more journey to the server and back.
        return ""


class Store:
    """The journey store at one address, under the rights of one role.

    Every method raises NotReady when the store cannot be reached, is too busy or gave up. Nothing
    is lost then: asking or sending the same again is always right.
    """

    def __init__(self, pool: asyncpg.Pool, writing: asyncpg.Pool, clock: Clock) -> None:
        self._pool = pool
        self._writing = writing
        self._clock = clock
        self._shared = SharedCommits(self._publish)

    @classmethod
    async def open(cls, url: str, *, clock: Clock = utc_now, pool_size: int = 10) -> Self:
        """Open a store without connecting yet, so that a service may start before its database.

        `clock` tells, in UTC, when we were told of what is published.
        """
        pool = await _pool_of(url, pool_size)
        writing = await _pool_of(url, pool_size, init=say_moments_fast)
        return cls(pool, writing, clock)

    async def close(self) -> None:
        """Close every connection, after what is under way on it."""
        await self._shared.close()
        await self._pool.close()
        await self._writing.close()

    async def ping(self) -> None:
        """Return when the store answers and has its tables."""
        await self._ask("SELECT FROM event_identity LIMIT 1", list)

    async def publish_one(self, event: JourneyEvent, by: Asker | None = None) -> Answer:
        """Keep one event as `publish` does, in a commit that it may share with others that wait.

        Raises TooMany where too many events of its organisation wait, TooBusy where of all.
        """
        with _reachable():
            return await self._shared.publish(
                event, access.publishing_one(event, by) if by else None
            )

    async def publish(
        self, events: Sequence[JourneyEvent], by: Asker | None = None
    ) -> list[Answer]:
        """Keep each event once, all in one transaction, and answer each, in order, after COMMIT.

        The same transaction writes into the access log by whom it was asked, also where all was
        kept before.

        An event that was kept before is answered with its first receipt; other content under the
        same source and id with a ChangedStory, which is returned, not raised, and stops no other.
        Within one call the first of several under one identity is the one that counts.
        """
        with _reachable():
            return await self._publish(events, access.publishing(events, by) if by else ())

    async def check(self, events: Sequence[JourneyEvent], by: Asker | None = None) -> list[Answer]:
        """Return what `publish` would answer now, and keep nothing of it.

        The access log says by whom it was asked, where an answer tells that an event is kept.
        """
        batch = _Batch(events, self._clock)
        batch.made_ready()
        with _reachable():
            kept = await self._kept(list(batch.firsts))
        looked_at = {one.reference for one in events if (one.source, one.id) in kept}
        if by is not None and looked_at:
            journey = reference_id(*looked_at) if len(looked_at) == 1 else None
            await self.note_access(
                by.access("consultation", victims=len(looked_at), journey=journey)
            )
        return batch.answers(kept)

    async def receipt(self, source: str, id: str) -> Receipt | None:
        """Return the receipt of the event with this identity, or None where none is kept."""
        rows = await self._ask(statements.RECEIPT, lambda: [source, id])
        return next((_receipt(row) for row in rows), None)

    async def read_record(self, reference_id: UUID) -> JourneyRecord | None:
        """Return all that is kept about a reference and those ever linked to it, in one snapshot.

        Events come in the order in which we were told of them, references in the order in which
        we first heard of them. None where nobody has ever used the reference.
        """
        rows = await self._ask(statements.READ, lambda: [reference_id])
        return record_of(rows) if rows else None

    async def read_keys(self, *, after: UUID, limit: int, known_at: datetime) -> list[UUID]:
        """Return the keys of the next references after a key, as known at a moment, in order.

        Fewer than `limit` are the last. Keys are hashes, and so spread evenly over all possible.
        """
        asked = [after, limit, known_at]
        rows = await self._ask(pages.KEYS, lambda: asked)
        return [row["reference_id"] for row in rows]

    async def read_records(
        self, keys: Sequence[UUID], *, known_at: datetime
    ) -> list[JourneyRecord]:
        """Return the records of which one of these keys is the smallest, in one snapshot.

        Asked with every key of the store, page by page and as known at one moment, it returns every
        record once. Each is as `read_record` returns it, without what arrived later.
        """
        return await self._records(pages.RECORDS, keys, known_at)

    async def read_records_of(self, keys: Sequence[UUID]) -> list[JourneyRecord]:
        """Return the records of these keys, each once, with all that is known, in one snapshot."""
        return await self._records(pages.RECORDS_OF, keys, ALL_KNOWN)

    async def _records(
        self, statement: str, keys: Sequence[UUID], known_at: datetime
    ) -> list[JourneyRecord]:
        asked = [list(keys), known_at]
        return records_of(await self._ask(statement, lambda: asked))

    async def ask(self, statement: str, *arguments: Any) -> list[Any]:
        """Run one statement on what is made from the events, and return its rows after COMMIT."""
        return await self._ask(statement, lambda: list(arguments))

    async def stream(self, statement: str, *arguments: Any) -> AsyncIterator[Any]:
        """Run one statement on what is made from the events, and yield its rows.

        Few of them are held at a time. Raises NotReady.
        """
        async with self.connection() as connection, connection.transaction(readonly=True):
            async for row in connection.cursor(statement, *arguments, prefetch=PREFETCH):
                yield row

    def connection(self) -> AbstractAsyncContextManager[asyncpg.Connection]:
        """Lend a connection for what takes several statements."""
        return _lent(self._pool)

    def writing_connection(self) -> AbstractAsyncContextManager[asyncpg.Connection]:
        """Lend a connection for writing many rows: it is quick at sending moments (see moments)."""
        return _lent(self._writing)

    async def _publish(
        self, events: Sequence[JourneyEvent], entries: Sequence[Access]
    ) -> list[Answer]:
        if not events:
            return []
        batch = _Batch(events, self._clock)
        rows = await self._fetch(
            statements.PUBLISH,
            lambda: [*batch.made_ready(), *access.columns_of(entries, batch.received_at)],
        )
        before = [(row["source"], row["source_event_id"]) for row in rows]
        kept = await self._kept(before)
        if len(kept) < len(before):
            raise _not_ready()  # nothing is acknowledged that is neither new nor found
        return batch.answers(kept)

    async def _kept(self, identities: Sequence[Identity]) -> dict[Identity, KeptIdentity]:
        """Return what is kept under those of the identities that are."""
        if not identities:
            return {}
        wanted = [list(column) for column in zip(*identities, strict=True)]
        rows = await self._fetch(statements.FIND, lambda: wanted)
        return {
            (row["source"], row["source_event_id"]): KeptIdentity(
                row["digest"], row["event_id"], row["received_at"]
            )
            for row in rows
        }

    async def read_feeds(self, agencies: Sequence[Agency]) -> list[Feed]:
        """Return every feed of these agencies that has sent an event, in no particular order."""
        rows = await self._ask(feeds.FEEDS, lambda: [list(agencies)])
        return [feeds.feed_of(row) for row in rows]

    async def count_received(self, wanted: Sequence[tuple[str, Span]]) -> list[int]:
        """Return how many events we were told of by each source in its span, in the order asked."""
        columns = [
            [source for source, _ in wanted],
            [span.since for _, span in wanted],
            [span.until for _, span in wanted],
        ]
        return [row["count"] for row in await self._ask(feeds.COUNT_RECEIVED, lambda: columns)]

    async def count_occurred(
        self, agency: Agency, source: str, days: Sequence[date]
    ) -> dict[tuple[str, date], int]:
        """Return how many events of a source happened, by type and day, on successive London days.

        A type and day without any is left out.
        """
        edges = [*(start_of(day) for day in days), end_of(days[-1])]
        asked = [agency, source, edges]
        rows = await self._ask(feeds.COUNT_BY_TYPE_AND_DAY, lambda: asked)
        return {(row["type"], days[row["day"]]): row["events"] for row in rows}

    async def declare(self, declaration: Declaration) -> tuple[KeptDeclaration, bool]:
        """Keep a declaration once and return it as kept, and whether this was the first time.

        Raises ChangedStory where its id was kept with other content, and BadMessage where it amends
        what is not there.
        """
        rows = await self._ask(
            feeds.DECLARE, lambda: [*feeds.columns_of(declaration), self._clock()]
        )
        if rows:
            return feeds.declaration_of(rows[0]), True
        identity = feeds.columns_of(declaration)[:4]
        before = await self._ask(feeds.FIND_DECLARATION, lambda: identity)
        kept = feeds.declaration_of(before[0]) if before else None
        return feeds.held_to(declaration, kept), False

    async def read_declarations(self, agencies: Sequence[Agency]) -> list[KeptDeclaration]:
        """Return every declaration of these agencies in the order in which we were told of them."""
        rows = await self._ask(feeds.DECLARATIONS, lambda: [list(agencies)])
        return [feeds.declaration_of(row) for row in rows]

    async def read_silences(self, agencies: Sequence[Agency]) -> list[FeedSilence]:
        """Return every word on a silence of these agencies' feeds, by feed and then by time."""
        rows = await self._ask(feed_silences.SILENCES, lambda: [list(agencies)])
        return [feed_silences.silence_of(row) for row in rows]

    async def note_access(self, entry: Access) -> None:
        """Write into the access log what is about to be answered; return once it is kept."""
        await self._ask(access.NOTE, lambda: self._noted(entry))

    async def search_access(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        who: str | None = None,
        organisation: str | None = None,
        verb: Verb | None = None,
        journeys: Collection[UUID] | None = None,
        before: UUID | None = None,
        limit: int,
    ) -> list[KeptAccess]:
        """Return the newest entries of the access log that fit, newest first.

        `since` is inclusive, `until` exclusive; `before` is the last entry's id of the page before.
        Only the role of data protection may ask.
        """
        ends = [edge for edge in (before, until and edge_of(until)) if edge is not None]
        asked = [
            since and edge_of(since),
            min(ends, default=None),
            who,
            organisation,
            verb,
            None if journeys is None else list(journeys),
            limit,
        ]
        rows = await self._ask(access.SEARCH, lambda: asked)
        return [access.kept_access(row) for row in rows]

    async def erase_event(self, source: str, id: str, *, reason: str, by: Asker) -> int | None:
        """Erase the content of an event and of all its corrections, for good.

        Returns how many had any left, or None where no such event is kept. Receipts stay, and so
        does the digest by which the event, sent again, is known. Only the role of retention may.
        """
        rows = await self._ask(erasing.FIND, lambda: [source, id])
        if not rows:
            return None
        return await self._erase(rows[0]["reference_id"], rows[0]["event_id"], reason, by)

    async def erase_reference(self, reference: str, *, reason: str, by: Asker) -> int | None:
        """Erase the content of every event of a reference, as `erase_event` does of one."""
        key = reference_id(reference)
        rows = await self._ask(erasing.FIND_REFERENCE, lambda: [key])
        return await self._erase(key, None, reason, by) if rows else None

    async def _erase(self, reference: UUID, event: UUID | None, reason: str, by: Asker) -> int:
        entry = Access(by, "erasure", 1, reference)
        rows = await self._ask(
            erasing.ERASE, lambda: self._noted(entry, reference, event, reason, by.who)
        )
        erased: int = rows[0]["erased"]
        return erased

    def _noted(self, entry: Access, *others: Any) -> list[Any]:
        """Return the arguments of a statement that writes an entry: when, others, the entry."""
        now = self._clock()
        return [now, *others, *access.columns_of([entry], now)]

    async def _ask(self, statement: str, arguments: Callable[[], list[Any]]) -> list[Any]:
        """Run one statement and return its rows; raises NotReady where the store is not there."""
        with _reachable():
            return await self._fetch(statement, arguments)

    async def _fetch(self, statement: str, arguments: Callable[[], list[Any]]) -> list[Any]:
        """Run one statement as one transaction and return its rows after it has committed.

        The arguments are made anew for each attempt, with its connection in hand.
        """
        for _ in range(ATTEMPTS):
            try:
                async with self._pool.acquire(timeout=CONNECT_SECONDS) as connection:
                    rows: list[Any] = await connection.fetch(statement, *arguments())
                    return rows
            except _IN_EACH_OTHERS_WAY:
                await asyncio.sleep(random.uniform(0, 0.05))  # noqa: S311 - not a secret
        raise _not_ready()


async def _pool_of(url: str, size: int, **options: Any) -> asyncpg.Pool:
    """Return a pool of so many connections at most, none of which is made yet."""
    return await asyncpg.create_pool(
        for_asyncpg(url),
        min_size=0,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=ANSWER_SECONDS,
        connection_class=_Connection,
        server_settings={
            "application_name": "victim-journey",
            # A plan made once on empty tables reads them from end to end for ever after: at
            # 30,000 rows that was measured at a twelfth of the speed.
            "plan_cache_mode": "force_custom_plan",
        },
        **options,
    )


@asynccontextmanager
async def _lent(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    with _reachable():
        async with pool.acquire(timeout=CONNECT_SECONDS) as connection:
            try:
                yield connection
            except _IN_EACH_OTHERS_WAY as error:
                raise _not_ready() from error


class _Batch:
    """Events on their way into the store, made ready anew for each attempt."""

    received_at: datetime
    sent: list[Parcel]
    firsts: dict[Identity, Parcel]

    def __init__(self, events: Sequence[JourneyEvent], clock: Clock) -> None:
        self._events = events
        self._clock = clock

    def made_ready(self) -> list[Any]:
        """Return the arguments of the statement that publishes them.

        The moment we were told is read here, with a connection in hand: if waiting for one came
        after it, a write could land longer after that moment than the server allows.
        """
        self.received_at = self._clock()
        self.sent = parcels(self._events, self.received_at)
        self.firsts = {}
        for parcel in self.sent:
            self.firsts.setdefault(parcel.identity, parcel)
        return columns(list(self.firsts.values()), self.received_at)

    def answers(self, before: Mapping[Identity, KeptIdentity]) -> list[Answer]:
        """Answer each event, given what was kept `before` under any of the identities."""
        answers: list[Answer] = []
        for parcel in self.sent:
            identity = parcel.identity
            kept = before.get(identity)
            if kept is None:
                first = self.firsts[identity]
                answers.append(parcel.answer(first, self.received_at, created=parcel is first))
            else:
                answers.append(parcel.answer(kept, kept.received_at, created=False))
        return answers


def _receipt(row: Any) -> Receipt:
    return Receipt(
        source=row["source"],
        id=row["source_event_id"],
        reference=row["reference"],
        event_id=row["event_id"],
        received_at=row["received_at"],
        created=False,
    )


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except _UNREACHABLE as error:
        # asyncpg says with the same error that a connection is closed and that we handed it a
        # wrong value, which would be ours to mend.
        if isinstance(error, ValueError):
            raise
        raise _not_ready() from error


def _not_ready() -> NotReady:
    return NotReady(
        "The store cannot be reached or is too busy. Nothing was lost: send the same again.",
        headers={"Retry-After": "1"},
    )
