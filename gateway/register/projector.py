"""Brings the register up to date: a projector judges what is behind, and writes what has changed.

A reference is behind where its version is ahead of the one last projected; a journey is where its
rows were judged by another yardstick. A declaration of an interruption raises no version, because
it may concern every journey of an organisation: the projector marks these as behind itself. So it
does when a feed's silence is noticed, ends or is replayed.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from uuid import UUID

from gateway.register.judged import Judged, joined, judge
from gateway.register.kept import (
    COUNT_DECLARED,
    Overtaken,
    changes,
    from_nothing,
    read_kept,
    write,
)
from gateway.register.rows import Yardstick
from gateway.register.share import EVERYTHING, Share
from shared.journey_event import JourneyRecord
from shared.problems import NotReady
from shared.store import Store
from shared.store.locks import Lock
from shared.store.schema import OF_A_JOURNEY
from shared.store.store import ALL_KNOWN
from shared.tracing import log

# References judged in one transaction: some 5,000 rows, a fifth of a second's work.
TOGETHER = 200
# How many of these are under way at once: one is judged while the database works on others.
UNDER_WAY = 3
# Keys taken in a round, whose end waits for all that are under way.
A_ROUND = 8 * TOGETHER
# Records judged at a stretch, some 3 ms, until what else is under way may send its next statement.
AT_A_TIME = 10
# How often one that was overtaken is judged again before it is left for the next round.
ATTEMPTS = 5
# What cannot be judged is tried again after so long; a new event does not mend a fault of ours.
SET_ASIDE_SECONDS = 60.0
# Journeys that a declaration marks in one transaction.
MARKED = 1_000

# One whose neighbour comes first is left out: a record is read once, and not for each reference.
# Which comes first is told by the second halves of their ids, which are hashes. By the first, by
# which shares go, the lower share would have three of four records of two references.
BEHIND = """
SELECT reference_id FROM reference
WHERE behind AND reference_id BETWEEN $1 AND $2
  AND reference_id <> ALL ($4::uuid[])
  AND NOT EXISTS (
      SELECT FROM reference_link AS link
      WHERE link.reference_id = reference.reference_id
        AND substr(uuid_send(other_id), 9) < substr(uuid_send(link.reference_id), 9) AND EXISTS (
          SELECT FROM reference AS other
          WHERE other.reference_id = link.other_id AND other.behind OFFSET 0
      ) OFFSET 0
  )
ORDER BY reference_id LIMIT $3
"""

# A record whose references lie in the shares of several projectors is that one's in whose share the
# first lies that is behind.
STILL_BEHIND = "SELECT reference_id FROM reference WHERE behind AND reference_id = ANY ($1::uuid[])"

JUDGED_OTHERWISE = """
(SELECT journey_id FROM register_journey
 WHERE yardstick_id < $5 AND journey_id BETWEEN $1 AND $2 AND journey_id <> ALL ($4::uuid[])
 LIMIT $3)
UNION ALL
(SELECT journey_id FROM register_journey
 WHERE yardstick_id > $5 AND journey_id BETWEEN $1 AND $2 AND journey_id <> ALL ($4::uuid[])
 LIMIT $3)
LIMIT $3
"""

# A silence of which all had been sent when it was noticed hides nothing, and never did.
UNMARKED = """
WITH said (agency, organisation, system, interruption_id, noticed) AS (
    SELECT agency, organisation, system, interruption_id, false FROM feed_interruption
    UNION ALL
    SELECT agency, organisation, system,
           extract(epoch FROM since_at) || ' ' || extract(epoch FROM noticed_at), true
    FROM feed_silence AS word
    WHERE NOT replayed OR EXISTS (
        SELECT FROM feed_silence AS earlier
        WHERE (earlier.agency, earlier.organisation, earlier.system, earlier.since_at)
            = (word.agency, word.organisation, word.system, word.since_at)
          AND earlier.noticed_at < word.noticed_at
    )
)
SELECT agency, organisation, system, interruption_id AS id, noticed,
       marked.agency IS NULL AS is_new
FROM said
LEFT JOIN register_declaration AS marked
    USING (agency, organisation, system, interruption_id, noticed)
WHERE marked.agency IS NULL OR last_journey_id IS NOT NULL
"""
BEGIN_MARKING = """
INSERT INTO register_declaration
    (agency, organisation, system, interruption_id, noticed, last_journey_id)
VALUES ($1, $2, $3, $4, $5, '00000000-0000-0000-0000-000000000000') ON CONFLICT DO NOTHING
"""
MARKED_UNTIL = """
SELECT last_journey_id FROM register_declaration
WHERE (agency, organisation, system, interruption_id, noticed) = ($1, $2, $3, $4, $5) FOR UPDATE
"""
# The keys come first in the index, so that a page is read without the others.
CONCERNED = """
SELECT journey_id FROM register_party
WHERE organisation = $2 AND agency = $1 AND journey_id > $3 ORDER BY journey_id LIMIT $4
"""
# Whoever judged them before has been overtaken, and they are behind. In the order of all who write.
OVERTAKE = """
WITH concerned AS MATERIALIZED (
    SELECT reference_id FROM register_reference WHERE journey_id = ANY ($1::uuid[])
    ORDER BY reference_id FOR UPDATE
)
UPDATE register_reference SET written = written + 1 FROM concerned
WHERE register_reference.reference_id = concerned.reference_id
RETURNING register_reference.reference_id
"""
BEHIND_AGAIN = "UPDATE reference SET projected_version = 0 WHERE reference_id = $1"
NOTE_MARKED = """
UPDATE register_declaration SET last_journey_id = $6
WHERE (agency, organisation, system, interruption_id, noticed) = ($1, $2, $3, $4, $5)
"""


# Rows of journeys that no reference makes any more, should a fault have left any; of a journey that
# somebody may have been told of it is said that it is gone.
FORGET_JOURNEYS = """
WITH orphaned AS (
    DELETE FROM register_journey AS kept WHERE journey_id > $1 AND journey_id <= $2 AND NOT EXISTS (
        SELECT FROM register_reference WHERE register_reference.journey_id = kept.journey_id
    ) RETURNING journey_id, reference
), raised AS (
    UPDATE register_state SET revision = revision + 1 WHERE EXISTS (SELECT FROM orphaned)
    RETURNING revision
)
INSERT INTO register_gone (journey_id, reference, revision)
SELECT journey_id, reference, revision FROM orphaned, raised
ON CONFLICT (journey_id) DO UPDATE SET revision = excluded.revision
"""
FORGET = [
    f"DELETE FROM {table.name} AS kept WHERE journey_id > $1 AND journey_id <= $2 AND NOT EXISTS ("  # noqa: S608
    "SELECT FROM register_reference WHERE register_reference.journey_id = kept.journey_id)"
    for table in OF_A_JOURNEY
    if table.name != "register_journey"
]
COUNT_JOURNEYS = """
SELECT count(*) FROM register_journey WHERE journey_id > $1 AND journey_id <= $2
"""


def second_half(key: UUID) -> bytes:
    """Return by what it is told which of several keys comes first, whosever share they are in."""
    return key.bytes[8:]


class Projector:
    """Projects journeys under one yardstick; every method raises NotReady without a store."""

    def __init__(self, store: Store, yardstick: Yardstick, number: int) -> None:
        self._store = store
        self._yardstick = yardstick
        self._number = number
        # What failed, with the moment of our own clock from which it is tried again.
        self._aside: dict[UUID, float] = {}
        self._after: UUID | None = None
        # References being judged or written. One reads at a time, and knows what others have read.
        self._in_hand: set[UUID] = set()
        # References written since this round began: a journey has several, each behind.
        self._done: set[UUID] = set()
        self._reading = asyncio.Lock()

    async def round(self, share: Share) -> int:
        """Project some of what is behind in a share; return 0 where there is nothing left to do.

        What another projector is about to do, because a reference in its share comes first, is left
        to it.
        """
        now = time.monotonic()
        self._aside = {key: until for key, until in self._aside.items() if until > now}
        marked = await self._mark_declared()
        keys = await self._behind(share)
        is_page = len(keys) == A_ROUND
        keys += await self._judged_otherwise(share)
        await self._project_all(keys, share)
        left = not is_page and share != EVERYTHING
        return marked + (len(self._done) if left else len(keys))

    @property
    def set_aside(self) -> int:
        """How many references could not be projected when they were last tried."""
        return len(self._aside)

    async def rebuild(self, after: UUID) -> tuple[UUID, int]:
        """Make the rows of the next references after a key anew, and trust nothing kept of them.

        Return the key up to which that was done, the last of all at the end, and how many journeys
        there are from one to the other.
        """
        limit = A_ROUND
        keys = await self._store.read_keys(after=after, limit=limit, known_at=ALL_KNOWN)
        last = keys[-1] if len(keys) == limit else EVERYTHING.last
        await self._project_all(keys, EVERYTHING, anew=True)
        for statement in (FORGET_JOURNEYS, *FORGET):
            await self._store.ask(statement, after, last)
        ((journeys,),) = await self._store.ask(COUNT_JOURNEYS, after, last)
        return last, journeys

    async def _behind(self, share: Share) -> list[UUID]:
        """Return the next keys that are behind, going through the share from end to end."""
        first = share.first if self._after is None else max(share.first, self._after)
        asked = [first, share.last, A_ROUND, list(self._aside)]
        keys = [row["reference_id"] for row in await self._store.ask(BEHIND, *asked)]
        self._after = keys[-1] if len(keys) == A_ROUND else None
        return keys

    async def _judged_otherwise(self, share: Share) -> list[UUID]:
        asked = [share.first, share.last, A_ROUND, list(self._aside), self._number]
        return [row["journey_id"] for row in await self._store.ask(JUDGED_OTHERWISE, *asked)]

    async def _project_all(self, keys: Sequence[UUID], share: Share, *, anew: bool = False) -> None:
        self._done.clear()
        parts = iter([keys[n : n + TOGETHER] for n in range(0, len(keys), TOGETHER)])
        await asyncio.gather(*(self._project_parts(parts, share, anew) for _ in range(UNDER_WAY)))

    async def _project_parts(
        self, parts: Iterator[Sequence[UUID]], share: Share, anew: bool
    ) -> None:
        for part in parts:
            await self._project(part, share, anew)

    async def _project(self, keys: Sequence[UUID], share: Share, anew: bool) -> None:
        """Project some keys together, or each alone where that fails: one must not stop others."""
        try:
            await self._project_together(keys, share, anew)
        except Exception as error:
            await self._store.ping()  # without a store nothing can be done alone either
            if len(keys) > 1:
                for key in keys:
                    await self._project([key], share, anew)
            elif anew or not isinstance(error, (NotReady, Overtaken)):  # those end by themselves
                self._aside[keys[0]] = time.monotonic() + SET_ASIDE_SECONDS
                name = type(error).__name__
                log.error("one journey cannot be projected and stays as it was: %s", name)

    async def _project_together(self, keys: Sequence[UUID], share: Share, anew: bool) -> None:
        """Project some keys in one transaction. Raises Overtaken where others are always first."""
        for attempt in range(ATTEMPTS):
            try:
                await self._project_once(keys, share, anew)
            except Overtaken:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    async def _project_once(self, keys: Sequence[UUID], share: Share, anew: bool) -> None:
        """Read, judge and write what is not in hand already. Raises Overtaken.

        Declarations are counted before the events are read, and what is kept is read after them:
        so what others do meanwhile is seen here or by the guard.
        """
        async with self._reading:
            keys = [k for k in keys if k not in self._in_hand and k not in self._done]
            if not keys:
                return
            ((declared,),) = await self._store.ask(COUNT_DECLARED)
            if anew:  # page by page, and so each record once
                records = await self._store.read_records(keys, known_at=ALL_KNOWN)
            else:
                records = await self._store.read_records_of(keys)
                if share != EVERYTHING:
                    records = await self._first_in(share, records)
            ours = {r.reference_id for record in records for r in record.references}
            self._in_hand |= ours
        try:
            judged = []
            for record in records:
                judged.append(judge(record, self._yardstick))
                if len(judged) % AT_A_TIME == 0:
                    await asyncio.sleep(0)
            await self._keep(judged, anew=anew, declared=declared)
            self._done |= ours
        finally:
            self._in_hand -= ours

    async def _first_in(
        self, share: Share, records: Sequence[JourneyRecord]
    ) -> list[JourneyRecord]:
        """Return the records whose first reference that is behind lies in a share, or has none."""
        asked = [r.reference_id for record in records for r in record.references]
        behind = {row["reference_id"] for row in await self._store.ask(STILL_BEHIND, asked)}
        firsts = (
            min(
                (r.reference_id for r in one.references if r.reference_id in behind),
                key=second_half,
                default=None,
            )
            for one in records
        )
        return [
            one
            for one, first in zip(records, firsts, strict=True)
            if first is None or share.first <= first <= share.last
        ]

    async def _keep(self, judged: Sequence[Judged], *, anew: bool, declared: int) -> None:
        """Write what was judged. Raises Overtaken where it is not the newest any more."""
        references = [row for one in judged for row in one.references]
        if not references:
            return
        rows = joined([one.rows for one in judged])
        async with self._store.connection() as connection:
            kept = await read_kept(connection, [row.reference_id for row in references])
        if any(kept.versions.get(row.reference_id, 0) > row.version for row in references):
            raise Overtaken
        if anew:
            found = from_nothing(rows, [row.reference_id for row in references])
        else:
            found = changes(rows, kept, self._number)
        async with self._store.writing_connection() as connection:
            await write(
                connection,
                references,
                kept,
                found,
                yardstick_id=self._number,
                declared=declared,
            )

    async def _mark_declared(self) -> int:
        """Mark the next journeys that a word on a feed may concern; return how many there were."""
        marked = 0
        for row in await self._store.ask(UNMARKED):
            feed = (row["agency"], row["organisation"], row["system"])
            declaration = (*feed, row["id"], row["noticed"])
            if row["is_new"]:
                await self._let_all_hear()
                await self._store.ask(BEGIN_MARKING, *declaration)
            marked += await self._mark(declaration)
        return marked

    async def _let_all_hear(self) -> None:
        """Return when all that is written from now on has heard of what is declared by now."""
        async with self._store.connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", Lock.WRITING)

    async def _mark(self, declaration: tuple[str, str, str, str, bool]) -> int:
        agency, organisation, *_ = declaration
        async with self._store.connection() as connection, connection.transaction():
            last = await connection.fetchval(MARKED_UNTIL, *declaration)
            if last is None:
                return 0  # another projector has marked the last of them
            found = await connection.fetch(CONCERNED, agency, organisation, last, MARKED)
            journeys = [row["journey_id"] for row in found]
            overtaken = await connection.fetch(OVERTAKE, journeys)
            await connection.executemany(BEHIND_AGAIN, sorted(map(tuple, overtaken)))
            next_ = journeys[-1] if len(journeys) == MARKED else None
            await connection.execute(NOTE_MARKED, *declaration, next_)
            return len(journeys)
