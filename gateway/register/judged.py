"""What is to be kept of all that was ever linked, judged together: its references and its rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gateway.journey.membership import journeys_of
from gateway.register.parts import add_parts, holdings_of
from gateway.register.rows import SHAPES, Rows, Yardstick, rows_of
from shared.journey_event import JourneyRecord


class ReferenceRow(NamedTuple):
    """The journey that a reference is on, the version read, and what we had been told by (UTC)."""

    reference_id: UUID
    journey_id: UUID
    version: int
    told_until: datetime | None


@dataclass(frozen=True, slots=True)
class Judged:
    """All references of one record, the journeys they make now, and every row of these."""

    references: tuple[ReferenceRow, ...]
    rows: Rows


def judge(record: JourneyRecord, yardstick: Yardstick) -> Judged:
    """Return all rows of the journeys that a record makes now.

    A record holds all that was ever linked, so that every journey that a link, its undoing, its
    correction or its withdrawal may have changed is judged with it.
    """
    rows: Rows = {table: {} for table in SHAPES}
    journeys: dict[UUID, UUID] = {}
    holdings = holdings_of(record)
    alone = next(iter(holdings)) if len(holdings) == len(record.references) == 1 else None
    for membership in journeys_of(record):
        journeys |= {r.reference_id: membership.id for r in membership.references}
        for table, those in rows_of(membership, yardstick, alone).items():
            if rows[table]:
                rows[table] |= those
            else:  # mostly, since most records make one journey
                rows[table] = those
    if alone is None:
        add_parts(rows, record, holdings, journeys, yardstick)
    told_until = last_received(record)
    return Judged(
        references=tuple(
            ReferenceRow(
                r.reference_id, journeys[r.reference_id], r.version, told_until.get(r.reference)
            )
            for r in record.references
        ),
        rows=rows,
    )


def last_received(record: JourneyRecord) -> dict[str, datetime]:
    """Return until when (UTC) we were told anything of each reference of a record, if ever."""
    of: dict[str, list[datetime]] = defaultdict(list)
    for event in record.events:
        of[event.reference].append(event.received_at)
    return {reference: max(moments) for reference, moments in of.items()}


def joined(rows: Sequence[Rows]) -> Rows:
    """Return the rows of several records, which share none, as one."""
    together: Rows = {table: {} for table in SHAPES}
    for one in rows:
        for table, those in one.items():
            together[table] |= those
    return together
