"""What the register should hold, worked out from the events, and what it holds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from gateway.register.judged import judge
from gateway.register.lag import number_of
from gateway.register.projector import Projector
from gateway.register.rows import SHAPES, Yardstick
from gateway.register.share import EVERYTHING
from shared.store import Store
from shared.store.store import ALL_KNOWN
from tests.builders import STANDARD, calendar, rulebook
from tests.shared.databases import Database

Table = dict[str, list[tuple[Any, ...]]]
ROUNDS = 200
PAGE = 500


def yardstick() -> Yardstick:
    return Yardstick(rulebook(), calendar(), STANDARD)


async def projector_of(store: Store, by: Yardstick | None = None) -> Projector:
    by = by or yardstick()
    return Projector(store, by, await number_of(store, by))


async def catch_up(projector: Projector) -> None:
    """Project until nothing is behind."""
    for _ in range(ROUNDS):
        if not await projector.round(EVERYTHING):
            return
    raise AssertionError("the register never catches up")


async def expected(reader: Store, by: Yardstick | None = None) -> Table:
    """What the events come to, journey by journey, read page by page and judged afresh."""
    rows: Table = {name: [] for name in (*SHAPES, "references")}
    after = UUID(int=0)
    while keys := await reader.read_keys(after=after, limit=PAGE, known_at=ALL_KNOWN):
        for record in await reader.read_records(keys, known_at=ALL_KNOWN):
            judged = judge(record, by or yardstick())
            rows["references"] += [(r.reference_id, r.journey_id) for r in judged.references]
            for table, those in judged.rows.items():
                rows[table] += map(tuple, those.values())
        after = keys[-1]
    return {table: sorted(those, key=repr) for table, those in rows.items()}


async def kept(database: Database) -> Table:
    """What the register holds, as its owner sees it."""
    connection = await asyncpg.connect(database.owner_url)
    found: dict[str, Sequence[Any]] = {
        table: await connection.fetch(
            f"SELECT {', '.join(row._fields)} FROM {table}"  # noqa: S608 - names of our own
        )
        for table, (row, _) in SHAPES.items()
    }
    found["references"] = await connection.fetch(
        "SELECT reference_id, journey_id FROM register_reference"
    )
    await connection.close()
    return {table: sorted(map(tuple, those), key=repr) for table, those in found.items()}


async def differences(database: Database, reader: Store, by: Yardstick | None = None) -> list[str]:
    """The tables in which the register differs from the events, with the first such rows."""
    ours, theirs = await kept(database), await expected(reader, by)
    return [
        f"{table}: only kept {only(ours[table], theirs[table])}, "
        f"only expected {only(theirs[table], ours[table])}"
        for table in theirs
        if ours[table] != theirs[table]
    ]


def only(these: list[tuple[Any, ...]], those: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    others = set(map(repr, those))
    return [row for row in these if repr(row) not in others][:2]
