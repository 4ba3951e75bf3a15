"""Keeps what was published for partners and what must stay with the keeper, and reads both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from gateway.figures.disclosure.control import Publication
from gateway.figures.months import Month
from gateway.partner_tables.making import PublishedStatus, Row
from gateway.partner_tables.secret import read_secret, write_secret
from shared.store import Store
from shared.store.snapshot import Asks

STATUSES = """
SELECT DISTINCT ON (period) period, edition, status FROM published_period
WHERE quarter = $1 ORDER BY period, edition DESC
"""
KEPT_BACK = """
SELECT agency, content FROM published_secret WHERE quarter = $1 ORDER BY set_id
"""
ADD_SET = "INSERT INTO published_set VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
ADD_PERIOD = "INSERT INTO published_period VALUES ($1, $2, $3, $4, $5)"
ADD_CELL = "INSERT INTO published_cell VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
ADD_KEPT_BACK = "INSERT INTO published_secret VALUES ($1, $2, $3, $4)"

# A page of what was told; of each period the newest edition, or the one that is asked for.
TOLD = """
SELECT cell.*, told.edition, told.status, kept.made_at, kept.as_of, kept.threshold, kept.base,
       kept.metric, kept.metric_version
FROM published_period AS told
JOIN published_set AS kept USING (set_id)
JOIN published_cell AS cell USING (set_id, period)
WHERE ($1::text IS NULL OR told.period = $1)
  AND area = ANY ($2::text[])
  AND ($3::text IS NULL OR agency = $3)
  AND told.edition = coalesce($4::integer, (
      SELECT max(newest.edition) FROM published_period AS newest WHERE newest.period = told.period
  ))
  AND ($5::text IS NULL OR (told.period, agency, area, right_number) > ($5, $6, $7, $8::bigint))
ORDER BY told.period, agency, area, right_number LIMIT $9
"""
AREAS = "SELECT DISTINCT area FROM published_cell WHERE area = $1"
NEWEST = "SELECT max(set_id::text) AS newest, count(*) AS sets FROM published_set"


class CellPlace(NamedTuple):
    """Where a page ended: the period, agency, area and right of its last row."""

    period: str
    agency: str
    area: str
    right: int


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A row as partners are told it, with where it comes from; moments in UTC."""

    row: Row
    edition: int
    status: PublishedStatus
    made_at: datetime
    as_of: datetime
    threshold: int
    base: int
    metric: str
    metric_version: int

    @property
    def place(self) -> CellPlace:
        """Where a page that ends with it ends."""
        return CellPlace(self.row.period, self.row.agency, self.row.area, self.row.right)


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows are asked for; None leaves nothing out."""

    areas: tuple[str, ...]
    period: str | None
    agency: str | None
    edition: int | None
    after: CellPlace | None
    limit: int


@dataclass(frozen=True, slots=True)
class Made:
    """What one run publishes: the rows of each series, and its publication for the keeper."""

    set_id: UUID
    made_at: datetime
    as_of: datetime
    revision: int
    rulebook: str
    calendar: str
    metric: str
    metric_version: int
    threshold: int
    base: int
    fixed_set: str
    month: Month
    periods: Mapping[str, tuple[int, PublishedStatus]]
    rows: Sequence[Row]
    publications: Mapping[str, Publication]


async def read_statuses(store: Asks, quarter: str) -> dict[str, tuple[int, PublishedStatus]]:
    """Return the newest edition and its status of each period of a quarter that is published."""
    rows = await store.ask(STATUSES, quarter)
    return {row["period"]: (row["edition"], PublishedStatus(row["status"])) for row in rows}


async def read_publications(store: Asks, quarter: str) -> dict[str, list[Publication]]:
    """Return all that was published of a quarter, by agency, the oldest first, for the keeper."""
    found: dict[str, list[Publication]] = {}
    for row in await store.ask(KEPT_BACK, quarter):
        found.setdefault(row["agency"], []).append(read_secret(row["content"]))
    return found


async def keep(connection: asyncpg.Connection, made: Made) -> None:
    """Keep what a run publishes: all of it or nothing.

    Raises asyncpg.UniqueViolationError where another run has published one of its editions.
    """
    async with connection.transaction():
        await connection.execute(
            ADD_SET,
            made.set_id,
            made.made_at,
            made.as_of,
            made.revision,
            made.rulebook,
            made.calendar,
            made.metric,
            made.metric_version,
            made.threshold,
            made.base,
            made.fixed_set,
        )
        quarter = made.month.quarter
        await connection.executemany(
            ADD_PERIOD,
            [
                (period, edition, made.set_id, quarter, status)
                for period, (edition, status) in made.periods.items()
            ],
        )
        await connection.executemany(ADD_CELL, [(made.set_id, *_columns(row)) for row in made.rows])
        await connection.executemany(
            ADD_KEPT_BACK,
            [
                (made.set_id, agency, quarter, write_secret(publication))
                for agency, publication in made.publications.items()
            ],
        )


def _columns(row: Row) -> tuple[Any, ...]:
    return (row.period, row.agency, row.area, row.right, row.due, row.met, row.not_met)


async def read_told(store: Store, asked: Question) -> list[ToldRow]:
    """Return a page of what was published, by period, agency, area and right."""
    after = asked.after or (None, None, None, None)
    rows = await store.ask(
        TOLD, asked.period, list(asked.areas), asked.agency, asked.edition, *after, asked.limit
    )
    return [
        ToldRow(
            Row(
                row["period"],
                row["agency"],
                row["area"],
                row["right_number"],
                row["due"],
                row["met"],
                row["not_met"],
            ),
            row["edition"],
            PublishedStatus(row["status"]),
            row["made_at"],
            row["as_of"],
            row["threshold"],
            row["base"],
            row["metric"],
            row["metric_version"],
        )
        for row in rows
    ]


async def read_newest(store: Store) -> tuple[str | None, int]:
    """Return what changes with every run: the newest set, and how many there are."""
    (row,) = await store.ask(NEWEST)
    return row["newest"], row["sets"]
