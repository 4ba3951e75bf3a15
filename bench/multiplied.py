"""Fills a store with very many journeys: some are made and projected, the rest are copies of them.

Copies are made inside PostgreSQL. Each has references, ids and systems of its own, and belongs to
one of as many organisations as there are in England and Wales, so that a journey read by its id is
whole and is judged as the register says (`hold_to` asks it of some). Only the ids of obligations
are those of the journey copied. Days are not moved: a copy on another day would fall due on others.
"""

import time
from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from bench.filled import Bench, events_of
from gateway.register.judged import judge
from gateway.register.rows import SHAPES, Yardstick
from gateway.register.tally import count_next
from shared.journey_event import reference_id
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres
from shared.store.schema import OF_A_JOURNEY

MADE = 5_000
SAMPLE, SEED = 20, 7
BASE = (
    "event",
    "event_identity",
    "reference",
    "reference_link",
    "register_reference",
    "victim_key",
)

LAST_REVISION = """
UPDATE register_state SET revision = (SELECT max(revision) FROM register_journey)
"""
PREPARE = """
ALTER SYSTEM SET maintenance_work_mem = '1GB';
SELECT pg_reload_conf();
CREATE TABLE bench_copy (
    copy integer, old_id uuid, new_id uuid PRIMARY KEY, old_reference text, reference text
);
CREATE FUNCTION bench_named(organisation text, copy integer) RETURNS text IMMUTABLE AS $$
    SELECT CASE organisation
        WHEN 'example-force' THEN 'force-' || copy % 43
        WHEN 'example-area' THEN 'area-' || copy % 14
        WHEN 'example-region' THEN 'region-' || copy % 12
        ELSE organisation END
$$ LANGUAGE SQL;
CREATE FUNCTION bench_source(source text, copy integer) RETURNS text IMMUTABLE AS $$
    SELECT '/' || split_part(source, '/', 2) || '/' || bench_named(split_part(source, '/', 3), copy)
           || '/' || split_part(source, '/', 4) || '-' || copy
$$ LANGUAGE SQL;
-- The place of the copy takes that of the random bits: as unique, and in the same order.
CREATE FUNCTION bench_id(id uuid, copy integer) RETURNS uuid IMMUTABLE AS $$
    SELECT (left(id::text, 26) || lpad(to_hex(copy), 10, '0'))::uuid
$$ LANGUAGE SQL;
CREATE FUNCTION bench_names(organisations text[], copy integer) RETURNS text[] IMMUTABLE AS $$
    SELECT CASE WHEN organisations IS NOT NULL THEN ARRAY(
        SELECT bench_named(one, copy) FROM unnest(organisations)
        WITH ORDINALITY AS each (one, place) ORDER BY place) END
$$ LANGUAGE SQL;
CREATE FUNCTION bench_victim(victim text, copy integer) RETURNS text IMMUTABLE AS $$
    SELECT victim || '-' || copy
$$ LANGUAGE SQL;
CREATE FUNCTION bench_data(data jsonb, copy integer, other text) RETURNS jsonb IMMUTABLE AS $$
    SELECT data
        || CASE WHEN other IS NULL THEN '{}' ELSE jsonb_build_object('reference', other) END
        || CASE WHEN data ? 'region' AND other IS NULL
           THEN jsonb_build_object('region', bench_named(data->>'region', copy)) ELSE '{}' END
        || CASE WHEN data ? 'victim_key'
           THEN jsonb_build_object('victim_key', bench_victim(data->>'victim_key', copy))
           ELSE '{}' END
$$ LANGUAGE SQL;
"""

COPIES = (
    """
    INSERT INTO reference
        (reference_id, reference, scheme, first_received_at, version, projected_version)
    SELECT new_id, bench_copy.reference, scheme, first_received_at, version, projected_version
    FROM base_reference AS base JOIN bench_copy ON old_id = reference_id
    WHERE copy BETWEEN $1 AND $2 ORDER BY new_id
    """,
    """
    INSERT INTO event
        (reference_id, event_id, source, source_event_id, agency, organisation, type, occurred_at,
         time_precision, recorded_at, received_at, data, backfill)
    SELECT mine.new_id, bench_id(event_id, mine.copy), bench_source(source, mine.copy),
           source_event_id, agency, bench_named(organisation, mine.copy), type, occurred_at,
           time_precision, recorded_at, received_at,
           bench_data(data, mine.copy, other.reference), backfill
    FROM base_event AS base JOIN bench_copy AS mine ON mine.old_id = reference_id
    LEFT JOIN bench_copy AS other
        ON other.copy = mine.copy AND other.old_reference = data ->> 'reference'
    WHERE mine.copy BETWEEN $1 AND $2 ORDER BY mine.new_id, event_id
    """,
    """
    INSERT INTO event_identity
        (source, source_event_id, digest, reference_id, event_id, received_at)
    SELECT bench_source(source, copy), source_event_id, digest, new_id, bench_id(event_id, copy),
           received_at
    FROM base_event_identity AS base JOIN bench_copy ON old_id = reference_id
    WHERE copy BETWEEN $1 AND $2 ORDER BY 1, 2
    """,
    """
    INSERT INTO victim_key (victim_key, reference_id, event_id, agency)
    SELECT bench_victim(victim_key, copy), new_id, bench_id(event_id, copy), agency
    FROM base_victim_key AS base JOIN bench_copy ON old_id = reference_id
    WHERE copy BETWEEN $1 AND $2 ORDER BY 1, 2
    """,
    """
    INSERT INTO reference_link
        (reference_id, other_id, event_id, in_effect, occurred_at, received_at, agency)
    SELECT mine.new_id, other.new_id, bench_id(event_id, mine.copy), in_effect, occurred_at,
           received_at, agency
    FROM base_reference_link AS base JOIN bench_copy AS mine ON mine.old_id = reference_id
    JOIN bench_copy AS other ON other.old_id = other_id AND other.copy = mine.copy
    WHERE mine.copy BETWEEN $1 AND $2 ORDER BY 1, 2
    """,
    """
    INSERT INTO register_reference (reference_id, journey_id, version, told_until, written)
    SELECT mine.new_id, journey.new_id, version, told_until, written
    FROM base_register_reference AS base JOIN bench_copy AS mine ON mine.old_id = reference_id
    JOIN bench_copy AS journey ON journey.old_id = journey_id AND journey.copy = mine.copy
    WHERE mine.copy BETWEEN $1 AND $2 ORDER BY 1
    """,
)
# What a copy has otherwise than the journey copied, by column; `copied` is its row in bench_copy.
OTHERWISE = {
    "journey_id": "copied.new_id",
    "reference": "copied.reference",
    # More than any that was made has: no two copies were written at once.
    "revision": "copied.copy * 1000000000::bigint + revision",
    "organisation": "bench_named(organisation, copied.copy)",
    "to_organisation": "bench_named(to_organisation, copied.copy)",
    "organisations": "bench_names(organisations, copied.copy)",
    "victim_key": "bench_victim(victim_key, copied.copy)",
    "event_source": "bench_source(event_source, copied.copy)",
    "event_sources": "ARRAY(SELECT bench_source(one, copied.copy) FROM unnest(event_sources) "
    "WITH ORDINALITY AS each (one, place) ORDER BY place)",
    **{agency: f"bench_names({agency}, copied.copy)" for agency in ("police", "cps", "probation")},
    "part_id": "part.new_id",
}
# A part has a name of its own.
PARTS = {**OTHERWISE, "reference": "part.reference"}


def register_copies() -> list[str]:
    """Return what copies the rows of each table of the register."""
    statements = []
    for table in OF_A_JOURNEY:
        names = [column.name for column in table.columns]
        is_part = "part_id" in names
        otherwise = PARTS if is_part else OTHERWISE
        told = ", ".join(otherwise.get(name, f"base.{name}") for name in names)
        parts = "JOIN bench_copy AS part ON part.old_id = part_id AND part.copy = copied.copy "
        statements.append(
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {told} "  # noqa: S608 - our own
            f"FROM base_{table.name} AS base "
            "JOIN bench_copy AS copied ON copied.old_id = journey_id "
            f"{parts if is_part else ''}"
            "WHERE copied.copy BETWEEN $1 AND $2 ORDER BY copied.new_id"
        )
    return statements


class Multiplied:
    """A store of its own that grows from size to size; `journeys` is how many there are."""

    def __init__(self, server: EmbeddedPostgres, yardstick: Yardstick, *, made: int = MADE) -> None:
        self._bench = Bench(server, yardstick)
        self._made = made
        self._yardstick = yardstick
        self.server = server
        self.journeys = 0
        self.events = 0

    async def __aenter__(self) -> "Multiplied":
        await self._bench.__aenter__()
        events = events_of(self._made)
        await self._bench.publish(events)
        await self._bench.project()
        self.journeys, self.events = self._made, len(events)
        self.owner = await asyncpg.connect(self.server.owner_url(self.name))
        # ALTER SYSTEM is no part of a transaction.
        for statement in PREPARE.strip().split(";\n", 2):
            await self.owner.execute(statement)
        for table in (*BASE, *SHAPES):
            await self.owner.execute(f"CREATE TABLE base_{table} AS TABLE {table}")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.owner.close()
        await self._bench.__aexit__(*error)

    @property
    def name(self) -> str:
        """The name of its database."""
        return self._bench.name

    @property
    def reader(self) -> Store:
        """The store as the gateway holds it."""
        return self._bench.reader

    async def grow(self, journeys: int) -> None:
        """Copy until there are so many journeys, in steps of as many as were made.

        The tally waits to be counted (`count`).
        """
        first, last = self.journeys // self._made, journeys // self._made - 1
        if first > last:
            return
        known = await self.owner.fetch("SELECT reference_id, reference FROM base_reference")
        await self.owner.copy_records_to_table(
            "bench_copy",
            records=(
                (copy, old_id, reference_id(name), old, name)
                for copy in range(first, last + 1)
                for old_id, old in known
                for name in (renamed(old, copy * self._made),)
            ),
        )
        await self.owner.execute("ANALYZE bench_copy")
        await self.owner.execute("SET synchronous_commit = off; SET work_mem = '512MB'")
        for statement in (*COPIES, *register_copies()):
            await self.owner.execute(statement, first, last)
        await self.owner.execute(LAST_REVISION)
        await self.owner.execute("VACUUM (ANALYZE)")
        # Else the disk is busy with all of this for minutes, and whoever is timed waits for it.
        await self.owner.execute("CHECKPOINT")
        self.journeys = (last + 1) * self._made
        self.events = await self.owner.fetchval("SELECT count(*) FROM event")
        await self.hold_to()

    async def count(self) -> float:
        """Count what waits into the tally and return the seconds that took."""
        began = time.perf_counter()
        while await count_next(self.reader):
            pass
        took = time.perf_counter() - began
        await self.owner.execute("VACUUM (ANALYZE) register_tally")
        return took

    async def sample(self, number: int, *, seed: int = SEED) -> list[UUID]:
        """Return the ids of some journeys, spread evenly over all."""
        chance = Random(seed)  # noqa: S311 - for measuring, not for secrets
        starts = [UUID(int=chance.getrandbits(128)) for _ in range(number)]
        found = await self.owner.fetch(
            """
            SELECT journey_id FROM unnest($1::uuid[]) AS start CROSS JOIN LATERAL (
                SELECT journey_id FROM register_journey
                WHERE journey_id >= start ORDER BY journey_id LIMIT 1) AS next
            """,
            starts,
        )
        return [row["journey_id"] for row in found]

    async def hold_to(self) -> None:
        """Judge some journeys and compare with the register. Raises SystemExit where it differs."""
        ids = await self.sample(SAMPLE)
        for record in await self.reader.read_records_of(ids):
            rows = judge(record, self._yardstick).rows
            for table, (shape, _) in SHAPES.items():
                journeys = list({key[0] for key in rows["register_journey"]})
                found = await self.owner.fetch(
                    f"SELECT {', '.join(shape._fields)} FROM {table} "  # noqa: S608 - our own
                    "WHERE journey_id = ANY ($1)",
                    journeys,
                )
                if comparable(found) != comparable(list(rows[table].values())):
                    raise SystemExit(f"a copied journey is not judged as {table} says")


def comparable(rows: Sequence[Any]) -> list[str]:
    """Return rows without what a copy has from the journey copied, in one order."""
    return sorted(repr([value for value in row if not _is_key(value)]) for row in rows)


def _is_key(value: Any) -> bool:
    return isinstance(value[0] if isinstance(value, list) and value else value, bytes)


def renamed(reference: str, further: int) -> str:
    """Return the reference of a copy whose numbers are so much higher."""
    scheme, _, value = reference.partition(":")
    if scheme == "crime":
        force, number, victim = value.split("/")
        return f"crime:{force}/{int(number) + further:010}/{victim}"
    if scheme == "case":
        urn, victim = value.split("/")
        return f"case:{urn[:4]}{int(urn[4:]) + further:07}/{victim}"
    region, number = value.split("/")
    return f"contact:{region}/{int(number) + further:07}"
