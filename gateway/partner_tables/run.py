"""Publishes a month for partners: counts at one moment, hides and rounds, and keeps what is told.

One run at a time. What is exact is read at one moment of a register that holds all that is known;
what is told is worked out after that, for a minute or more, while nothing is held.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from gateway.figures.compliance import Cell, Question, read_cells
from gateway.figures.disclosure.control import Publication
from gateway.figures.metrics import metric_of
from gateway.figures.months import Month
from gateway.journey.duty import Kind
from gateway.partner_tables.fixed_set import FixedSet
from gateway.partner_tables.kept import Made, keep, read_publications, read_statuses
from gateway.partner_tables.making import (
    CannotPublish,
    PublishedStatus,
    Row,
    Run,
    counts_of,
    latest_of,
    make,
    periods_of,
    rows_of,
    so_far_of,
)
from gateway.register.complete import require_complete
from gateway.register.rows import Yardstick
from shared.store import Store
from shared.store.ids import first_id, ids_from
from shared.store.locks import Lock
from shared.store.snapshot import snapshot

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be published, and when (UTC) it is; `accept` says to tell what is unproved too."""

    month: Month
    run: Run
    fixed_set: FixedSet
    now: datetime
    accept: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """What was read at one moment: the exact counts, and what was published of the quarter."""

    revision: int
    as_of: datetime
    cells: list[Cell]
    statuses: dict[str, tuple[int, PublishedStatus]]
    before: dict[str, list[Publication]]


async def publish_month(
    store: Store, yardstick: Yardstick, wanted: Wanted, say: Callable[[str], None]
) -> Made:
    """Publish a month, with its quarter where that is due, and return what was kept.

    `say` is told what is being done. Raises CannotPublish, NotReady where the register is behind.
    """
    if wanted.month.end > wanted.now:
        raise CannotPublish(f"{wanted.month.name} has not ended")
    async with _alone(store) as connection:
        counted = await _count(store, yardstick, wanted.month)
        statuses = {period: status for period, (_, status) in counted.statuses.items()}
        periods = periods_of(wanted.month, wanted.run, statuses)
        rows: list[Row] = []
        publications: dict[str, Publication] = {}
        for series in wanted.fixed_set.series:
            say(f"protecting what the {series.agency} owe in {', '.join(periods)}")
            counts = counts_of(series, counted.cells, metric_of(Kind.CODE))
            # Another thread, so that the connection is kept alive.
            publication = await asyncio.to_thread(
                make,
                series,
                wanted.month,
                periods,
                counts,
                so_far=so_far_of(wanted.month, periods, statuses),
                before=counted.before.get(series.agency, []),
                policy=wanted.fixed_set.policy,
            )
            publications[series.agency] = publication
            rows += rows_of(series, publication)
        _held_to_what_is_proved(publications, wanted)
        made = _made(yardstick, wanted, counted, periods, rows, publications)
        try:
            await keep(connection, made)
        except asyncpg.UniqueViolationError as error:
            raise CannotPublish("Another run has published it meanwhile.") from error
        return made


@asynccontextmanager
async def _alone(store: Store) -> AsyncIterator[asyncpg.Connection]:
    """Lend a connection with the lock of publishing. Raises CannotPublish where another has it."""
    async with store.connection() as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", Lock.PUBLISHING):
            raise CannotPublish("Another run is publishing: wait until it has ended.")
        try:
            yield connection
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock($1)", Lock.PUBLISHING)


async def _count(store: Store, yardstick: Yardstick, month: Month) -> Counted:
    """Read all that is needed at one moment of the store. Raises NotReady."""
    async with snapshot(store, seconds=SECONDS) as now:
        lag = await require_complete(now, yardstick)
        statuses = await read_statuses(now, month.quarter)
        first, _, last = month.of_quarter
        as_of = latest_of(month, statuses).end
        asked = Question(
            as_of=as_of,
            by=("organisation", "right", "month"),
            rules=tuple(duty.id for duty in yardstick.rulebook.duties if duty.kind is Kind.CODE),
            limit=0,
            first=first.first,
            last=last.first,
        )
        cells = await read_cells(now, asked, yardstick.rulebook)
        before = await read_publications(now, month.quarter)
    return Counted(lag.revision, as_of, cells, statuses, before)


def _held_to_what_is_proved(publications: dict[str, Publication], wanted: Wanted) -> None:
    """Refuse a first publication in which a hidden cell may be worked out. Raises CannotPublish."""
    unproved = sum(len(one.unproved) for one in publications.values())
    if unproved and wanted.run is Run.FIRST and not wanted.accept:
        raise CannotPublish(
            f"Of {unproved} cells it is not proved that they stay hidden. Publish less detail, or "
            "say --accept-unproved."
        )


def _made(
    yardstick: Yardstick,
    wanted: Wanted,
    counted: Counted,
    periods: dict[str, PublishedStatus],
    rows: list[Row],
    publications: dict[str, Publication],
) -> Made:
    (set_id,) = ids_from(first_id(wanted.now), 1)
    metric, policy = metric_of(Kind.CODE), wanted.fixed_set.policy
    return Made(
        set_id=set_id,
        made_at=wanted.now,
        as_of=counted.as_of,
        revision=counted.revision,
        rulebook=yardstick.rulebook.hash,
        calendar=yardstick.calendar.hash,
        metric=metric.id,
        metric_version=metric.version,
        threshold=policy.threshold,
        base=policy.base,
        fixed_set=wanted.fixed_set.hash,
        month=wanted.month,
        periods={
            period: (counted.statuses.get(period, (0, status))[0] + 1, status)
            for period, status in periods.items()
        },
        rows=rows,
        publications=publications,
    )
