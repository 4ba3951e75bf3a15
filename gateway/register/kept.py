"""Reads what the register holds of some references, and writes what has to change, or nothing.

A writing is one transaction. It first claims every reference that it judged, and goes on only if
nobody has written any of them since it read them; what it read of them is then what is there, and
it changes the rows that differ. So two projectors may do the same work, one of them may be killed
anywhere, and one may come late with old news: the register is whole, and never older than it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from gateway.register.judged import ReferenceRow
from gateway.register.rows import SHAPES, JourneyRow, Rows
from gateway.register.tally_sql import SET_ASIDE
from shared.store.locks import Lock
from shared.store.schema import OF_A_JOURNEY

READ_REFERENCES = """
SELECT reference_id, journey_id, version, written
FROM register_reference WHERE reference_id = ANY ($1::uuid[])
"""

READ_JUDGED = """
SELECT journey_id, yardstick_id, revision FROM register_journey
WHERE journey_id = ANY ($1::uuid[])
"""
# Up to which revision journeys are in the tally, or are being counted into it.
TALLIED = "SELECT target FROM register_tally_state"

# Locked in one order, so that two projectors can wait for each other but never in a circle.
# `written` is one more than was read; nobody else may have made it so.
CLAIM = """
INSERT INTO register_reference AS kept (reference_id, journey_id, version, told_until, written)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::bigint[])
    AS judged (reference_id, journey_id, version, told_until, written)
ORDER BY reference_id
ON CONFLICT (reference_id) DO UPDATE
SET journey_id = excluded.journey_id, version = excluded.version,
    told_until = excluded.told_until, written = excluded.written
WHERE kept.written = excluded.written - 1
RETURNING reference_id
"""

NEXT_REVISION = "UPDATE register_state SET revision = revision + 1 RETURNING revision"
# What is said of feeds, declared and noticed: each word is a row, and none ever goes.
COUNT_DECLARED = """
SELECT (SELECT count(*) FROM feed_interruption) + (SELECT count(*) FROM feed_silence)
"""

# In order, as publishing locks them, and last, so that no post waits for our rows.
NOTE = """
WITH noted AS MATERIALIZED (
    SELECT reference_id, judged.version
    FROM unnest($1::uuid[], $2::bigint[]) AS judged (reference_id, version)
    JOIN reference USING (reference_id)
    WHERE projected_version < judged.version
    ORDER BY reference_id FOR UPDATE OF reference
)
UPDATE reference SET projected_version = noted.version FROM noted
WHERE reference.reference_id = noted.reference_id
"""

# Whoever was told of a journey is told that it is gone, and again where its survivor changes. Its
# id is the key of its reference, which is on the survivor now.
NOTE_GONE = """
INSERT INTO register_gone AS told (journey_id, reference, survivor_id, revision)
SELECT id, gone.reference, kept.journey_id, $3
FROM unnest($1::uuid[], $2::text[]) AS gone (id, reference)
LEFT JOIN register_reference AS kept ON reference_id = gone.id
ON CONFLICT (journey_id) DO UPDATE
SET reference = excluded.reference, survivor_id = excluded.survivor_id,
    revision = excluded.revision
"""
MOVE_GONE = """
UPDATE register_gone AS told SET survivor_id = moved.survivor_id, revision = $3
FROM unnest($1::uuid[], $2::uuid[]) AS moved (reference_id, survivor_id)
WHERE told.journey_id = moved.reference_id AND told.survivor_id IS DISTINCT FROM moved.survivor_id
"""
NOTE_BACK = "DELETE FROM register_gone WHERE journey_id = ANY ($1::uuid[])"

SAME_UNDER_THIS_YARDSTICK = """
UPDATE register_journey SET yardstick_id = $2 WHERE journey_id = ANY ($1::uuid[])
"""

_TYPES = postgresql.dialect().type_compiler_instance  # type: ignore[no-untyped-call]


class Overtaken(Exception):
    """Somebody else wrote some of these references, or a declaration came, since we read."""


class _Statements:
    """The statements about one table of a journey's rows."""

    def __init__(self, table: Table) -> None:
        row, width = SHAPES[table.name]
        key = row._fields[:width]
        if key != tuple(column.name for column in table.primary_key):
            raise TypeError(f"{row.__name__} does not begin with the key of {table.name}")
        kinds = [_TYPES.process(table.c[name].type) for name in key]
        gone = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(kinds, 1))
        same = " AND ".join(f"kept.{name} = gone.{name}" for name in key)
        self.columns = row._fields
        # The names are those of our own tables.
        self.read = (
            f"SELECT {', '.join(row._fields)} FROM {table.name} "  # noqa: S608
            "WHERE journey_id = ANY ($1::uuid[])"
        )
        self.drop = (
            f"DELETE FROM {table.name} AS kept "  # noqa: S608
            f"USING unnest({gone}) AS gone ({', '.join(key)}) WHERE {same}"
        )
        self.clear = f"DELETE FROM {table.name} WHERE journey_id = ANY ($1::uuid[])"  # noqa: S608


_OF = {table.name: _Statements(table) for table in OF_A_JOURNEY}
_JOURNEY = "register_journey"
_NAMED = "journey_id, reference"


# A key begins with the id of its journey.
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the register holds of some references: their versions, their writings, and the rows.

    Rows are plain tuples here, in the order of their columns. Of their journeys, by what these were
    judged, and in which revision they last changed.
    """

    versions: Mapping[UUID, int]
    written: Mapping[UUID, int]
    rows: Mapping[str, Mapping[Key, tuple[Any, ...]]]
    yardsticks: Mapping[UUID, int]
    revisions: Mapping[UUID, int]


@dataclass(slots=True)
class Changes:
    """What a writing does: keys that go, rows that come, and journeys that only stay as they are.

    `cleared` are journeys all of whose rows go, whatever they are.
    """

    gone: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    fresh: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    same: list[UUID] = field(default_factory=list)
    cleared: list[UUID] = field(default_factory=list)


async def read_kept(connection: asyncpg.Connection, references: Sequence[UUID]) -> Kept:
    """Return what the register holds of these references and of the journeys they were on."""
    known = await connection.fetch(READ_REFERENCES, references)
    journeys = list({row["journey_id"] for row in known})
    rows: dict[str, dict[Key, tuple[Any, ...]]] = {}
    for table, statements in _OF.items():
        _, width = SHAPES[table]
        found = await connection.fetch(statements.read, journeys) if journeys else []
        rows[table] = {row[:width]: row for row in map(tuple, found)}
    judged = await connection.fetch(READ_JUDGED, journeys) if journeys else []
    return Kept(
        versions={row["reference_id"]: row["version"] for row in known},
        written={row["reference_id"]: row["written"] for row in known},
        rows=rows,
        yardsticks={row["journey_id"]: row["yardstick_id"] for row in judged},
        revisions={row["journey_id"]: row["revision"] for row in judged},
    )


def changes(judged: Rows, kept: Kept, yardstick_id: int) -> Changes:
    """Return what has to change so that the register holds what was judged.

    The row of a journey is written anew where any of its rows is, because it tells in which
    revision the journey last changed.
    """
    if not any(kept.rows.values()):
        return from_nothing(judged, [])  # as every journey comes that is new
    found = Changes()
    touched: set[UUID] = set()
    for table in _OF:
        if table == _JOURNEY:
            continue
        gone, fresh = found.gone[table], found.fresh[table] = differing(
            kept.rows[table], judged[table]
        )
        touched.update(key[0] for key in gone)
        touched.update(row[0] for row in fresh)
    old, new = kept.rows[_JOURNEY], judged[_JOURNEY]
    changed = {key for key, row in new.items() if old.get(key) != row or row.journey_id in touched}
    found.gone[_JOURNEY] = [key for key in old if key in changed or key not in new]
    found.fresh[_JOURNEY] = [row for key, row in new.items() if key in changed]
    found.same = [
        row.journey_id
        for key, row in new.items()
        if key not in changed and kept.yardsticks[row.journey_id] != yardstick_id
    ]
    return found


def differing(
    old: Mapping[Key, tuple[Any, ...]], new: Mapping[Key, tuple[Any, ...]]
) -> tuple[list[Key], list[tuple[Any, ...]]]:
    """Return the keys of old rows that are not among the new ones, and the new that were not."""
    # Each two are compared once: most are equal, which is known only after their last values.
    left = dict(new)
    gone, altered = [], []
    for key, row in old.items():
        now = left.pop(key, None)
        if now != row:
            gone.append(key)
            if now is not None:
                altered.append(now)
    return gone, [*altered, *left.values()]


def from_nothing(judged: Rows, references: Sequence[UUID]) -> Changes:
    """Return what makes all rows of some references anew, whatever the register holds of them."""
    return Changes(
        fresh={table: [*rows.values()] for table, rows in judged.items()}, cleared=[*references]
    )


async def write(
    connection: asyncpg.Connection,
    references: Sequence[ReferenceRow],
    kept: Kept,
    found: Changes,
    *,
    yardstick_id: int,
    declared: int,
) -> None:
    """Write what has to change on the journeys of these references, all of it or nothing.

    `declared` is how many words on feeds there were before the events were read. Raises Overtaken.
    """
    references = sorted(references)
    async with connection.transaction():
        # Whoever has to know that all who write have heard of a declaration takes it alone.
        await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", Lock.WRITING)
        if await connection.fetchval(COUNT_DECLARED) != declared:
            raise Overtaken
        await _claim(connection, references, kept)
        await _set_aside(connection, kept, found)
        were: dict[UUID, str] = {
            journey: reference for journey, reference, *_ in kept.rows[_JOURNEY].values()
        }
        if found.cleared:
            were |= await _clear(connection, found.cleared)
        for table in _OF:
            if table != _JOURNEY:
                await _replace(connection, table, found, _OF[table].columns)
        if found.fresh.get(_JOURNEY) or found.gone.get(_JOURNEY):
            revision = await connection.fetchval(NEXT_REVISION)
            found.fresh[_JOURNEY] = [
                (*row, yardstick_id, revision) for row in found.fresh.get(_JOURNEY, ())
            ]
            columns = (*JourneyRow._fields, "yardstick_id", "revision")
            await _replace(connection, _JOURNEY, found, columns)
            await _note_gone(connection, references, were, revision)
        if found.same:
            await connection.execute(SAME_UNDER_THIS_YARDSTICK, found.same, yardstick_id)
        noted = [row.reference_id for row in references], [row.version for row in references]
        await connection.execute(NOTE, *noted)


async def _claim(
    connection: asyncpg.Connection, references: Sequence[ReferenceRow], kept: Kept
) -> None:
    columns = [list(column) for column in zip(*references, strict=True)]
    written = [kept.written.get(row.reference_id, 0) + 1 for row in references]
    if len(await connection.fetch(CLAIM, *columns, written)) < len(references):
        raise Overtaken


async def _clear(connection: asyncpg.Connection, journeys: Sequence[UUID]) -> dict[UUID, str]:
    """Drop all rows of journeys, and return those that there were, with their names."""
    for table, statements in _OF.items():
        if table != _JOURNEY:
            await connection.execute(statements.clear, journeys)
    return dict(await connection.fetch(f"{_OF[_JOURNEY].clear} RETURNING {_NAMED}", journeys))


async def _note_gone(
    connection: asyncpg.Connection,
    references: Sequence[ReferenceRow],
    were: Mapping[UUID, str],
    revision: int,
) -> None:
    """Note which journeys are no more, which are joined to another survivor, and which are back.

    `were` are the names of the journeys that these references made before.
    """
    are = {row.journey_id for row in references}
    if back := are - were.keys():
        await connection.execute(NOTE_BACK, [*back])
    moved = [row for row in references if row.reference_id != row.journey_id]
    if moved:
        columns = [row.reference_id for row in moved], [row.journey_id for row in moved]
        await connection.execute(MOVE_GONE, *columns, revision)
    if gone := were.keys() - are:
        await connection.execute(NOTE_GONE, [*gone], [were[id] for id in gone], revision)


async def _set_aside(connection: asyncpg.Connection, kept: Kept, found: Changes) -> None:
    """Keep for the tally what is about to be replaced of journeys that are counted in it."""
    written_anew = {*(key[0] for key in found.gone.get(_JOURNEY, ())), *found.cleared}
    before = {id: of for id, of in kept.revisions.items() if id in written_anew}
    if not before:
        return
    tallied = await connection.fetchval(TALLIED)
    counted = [id for id, revision in before.items() if revision <= tallied]
    if counted:
        await connection.execute(SET_ASIDE, counted)


async def _replace(
    connection: asyncpg.Connection, table: str, found: Changes, columns: Sequence[str]
) -> None:
    gone, fresh = found.gone.get(table), found.fresh.get(table)
    if gone:
        keys = [list(column) for column in zip(*gone, strict=True)]
        await connection.execute(_OF[table].drop, *keys)
    if fresh:
        # As plain tuples: of a named one the driver takes each value by way of a number it makes.
        await connection.copy_records_to_table(table, records=map(tuple, fresh), columns=columns)
