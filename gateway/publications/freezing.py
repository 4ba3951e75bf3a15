"""Freezes a figure at one moment of a register that holds all that is known, and keeps it.

What was known is kept so that it can be found again exactly. An event's moment of receipt is not
enough: it is read before its transaction commits, so that one received before the freezing may be
seen only after it. Transactions are cut off after five seconds; what was received long enough ago
is settled, and what was received since is kept by name (`tail`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from gateway.figures.compliance import Cell, Question, read_cells
from gateway.figures.metrics import metrics
from gateway.journey.duty import Kind
from gateway.publications.asked import PublicationStatus
from gateway.publications.frozen import (
    FrozenCell,
    FrozenFigure,
    FrozenQuestion,
    JudgedThen,
    KnownThen,
    canonical,
    hash_of,
    tail_hash,
)
from gateway.register.complete import require_complete
from gateway.register.rows import SHAPE, Yardstick
from gateway.register.tally_sql import DEFINITION
from gateway.seeing import left_out
from shared.access.caller import View
from shared.problems import BadQuestion, Fault, NotReady
from shared.store import Store
from shared.store.snapshot import Snapshot, snapshot
from shared.web import build_version

# Six times the longest write, for clocks that differ.
UNSETTLED = timedelta(seconds=30)
SECONDS = 30
# Some 7 MB, which are told as a whole.
MOST_CELLS = 5_000
# Whoever may see every journey, but no special categories: anybody who may see publications may
# see all that is in them.
VIEW = View(None, special=False)

TAIL = """
WITH recent AS MATERIALIZED (
    SELECT reference_id FROM register_reference WHERE told_until > $1
)
SELECT event_id, received_at FROM recent CROSS JOIN LATERAL (
    SELECT event_id, received_at FROM event
    WHERE event.reference_id = recent.reference_id AND received_at > $1 OFFSET 0
) AS event ORDER BY event_id
"""
# Words on feeds are few; where one has only just come, the freezing waits.
FEED_WORDS = """
SELECT EXISTS (SELECT FROM feed_interruption WHERE received_at > $1)
    OR EXISTS (SELECT FROM feed_silence WHERE noticed_at > $1) AS came
"""
ADD_EDITION = """
INSERT INTO publication_edition VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING RETURNING edition
"""
ADD_PARTIES = """
INSERT INTO publication_party (publication_id, agency, organisation)
SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING
"""
ADD_PUBLICATION = "INSERT INTO publication VALUES ($1, $2, $3, $4, $5)"


@dataclass(frozen=True, slots=True)
class Freezing:
    """An edition to be made, when (UTC) and by whom.

    `question` is in the words that are frozen with it. With a `title` the publication is new.
    """

    publication_id: UUID
    edition: int
    status: PublicationStatus
    reason: str | None
    words: Mapping[str, Any]
    kind: Kind
    asked: Question
    now: datetime
    who: str
    title: str | None = None


async def freeze(store: Store, yardstick: Yardstick, wanted: Freezing) -> None:
    """Freeze an edition and keep it, all of it or nothing.

    Raises NotReady while the register is behind, and where another has made the edition; and
    BadQuestion where there are too many cells.
    """
    async with snapshot(store, seconds=SECONDS) as now:
        lag = await require_complete(now, yardstick)
        settled_at = wanted.now - UNSETTLED
        known, tail = await _known(now, wanted.now, settled_at)
        cells = await read_cells(now, wanted.asked, yardstick.rulebook, most=MOST_CELLS + 1)
        if len(cells) > MOST_CELLS:
            fault = Fault(
                "by", f"makes more than {MOST_CELLS:,} cells", "ask for less, or for fewer months"
            )
            raise BadQuestion("That is too much to freeze.", fault)
        figure = FrozenFigure(
            question=dict(wanted.words),
            kind=wanted.kind,
            as_of=wanted.asked.as_of,
            counted=FrozenQuestion.of(wanted.asked),
            known=known,
            register_revision=lag.revision,
            judged_by=judged_by(yardstick),
            left_out=left_out(VIEW),
            cells=[FrozenCell.of(cell, wanted.kind) for cell in cells],
        )
        await _keep(now, wanted, canonical(figure), settled_at, tail, cells)


def judged_by(yardstick: Yardstick) -> JudgedThen:
    """Return by what this program judges and counts."""
    return JudgedThen(
        rulebook=yardstick.rulebook.hash,
        calendar=yardstick.calendar.hash,
        silence_days=yardstick.standard.days,
        member_silence_days=yardstick.standard.member_days,
        shape=SHAPE,
        classes=DEFINITION,
        software=build_version(),
        metrics={metric.id: metric.version for metric in metrics().values()},
    )


async def _known(
    now: Snapshot, known_at: datetime, settled_at: datetime
) -> tuple[KnownThen, list[UUID]]:
    """Return which events are known at a moment of the store. Raises NotReady."""
    ((came,),) = await now.ask(FEED_WORDS, settled_at)
    if came:
        fault = Fault("register", "heard of a feed only just now", "ask again in half a minute")
        raise NotReady(
            "What is published must be of all that is known.", fault, headers={"Retry-After": "30"}
        )
    rows = await now.ask(TAIL, settled_at)
    tail = [row["event_id"] for row in rows]
    known = KnownThen(
        known_at=known_at,
        settled_at=settled_at,
        until=max([known_at, *(row["received_at"] for row in rows)]),
        tail=len(tail),
        tail_sha256=tail_hash([str(id) for id in tail]),
    )
    return known, tail


async def _keep(
    now: Snapshot,
    wanted: Freezing,
    frozen: str,
    settled_at: datetime,
    tail: list[UUID],
    cells: list[Cell],
) -> None:
    made = await now.ask(
        ADD_EDITION,
        wanted.publication_id,
        wanted.edition,
        wanted.status,
        wanted.reason,
        wanted.now,
        wanted.who,
        frozen,
        hash_of(frozen),
        settled_at,
        tail,
    )
    if not made:
        raise NotReady(
            "Another edition was made at the same moment: look at it before you make one.",
            headers={"Retry-After": "1"},
        )
    if wanted.title is not None:
        await now.ask(
            ADD_PUBLICATION,
            wanted.publication_id,
            wanted.title,
            json.dumps(dict(wanted.words), sort_keys=True),
            wanted.now,
            wanted.who,
        )
    parties = sorted({cell.of["organisation"] for cell in cells if _names_one(cell)})
    await now.ask(
        ADD_PARTIES, wanted.publication_id, [one[0] for one in parties], [one[1] for one in parties]
    )


def _names_one(cell: Cell) -> bool:
    organisation = cell.of.get("organisation")
    return organisation is not None and bool(organisation[1])
