"""Lists what was owed on many journeys, as the register has it, a page at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from gateway.journey.standing import Standing
from gateway.register.rows import LETTERS
from shared.store import Store

NoticedBy = Literal["agency", "victim", "inspector", "gateway"]

_STANDINGS = {letter: standing for standing, letter in LETTERS.items()}


class Place(NamedTuple):
    """Where a page ended: the limit (UTC) and the key of its last obligation."""

    due_at: datetime
    journey_id: UUID
    obligation_id: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """Which obligations are asked for, as of a moment (UTC); None leaves nothing out.

    `rules` are those that count, `noticed_by` who noticed a breach first: `agency`, `victim`,
    `inspector`, or `gateway` where nobody but we did.
    """

    as_of: datetime
    limit: int
    organisation: str | None = None
    owner: str | None = None
    rules: tuple[str, ...] | None = None
    noticed_by: NoticedBy | None = None
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing recorded beside an obligation, and when (UTC, London day)."""

    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation as it stood at the moment asked about; moments in UTC, days of London.

    `answered_at` is when it was met late, None where it was not by then.
    """

    journey_id: UUID
    reference: str
    obligation_id: bytes
    rule: str
    owner: str
    organisation: str | None
    suspect: str | None
    enhanced: bool
    stage: int | None
    started_at: datetime
    due_on: date
    due_at: datetime
    content_stated: bool
    standing: Standing
    answered_at: datetime | None
    noticed_by: NoticedBy
    marks: Mapping[str, Mark]

    @property
    def place(self) -> Place:
        """Where a page that ends with it ends."""
        return Place(self.due_at, self.journey_id, self.obligation_id)


def _select(source: str) -> str:
    """Return the beginning of a statement that lists obligations, `owed` in a source of ours."""
    return f"""
SELECT journey_id, journey.reference, obligation_id, rule, owner, organisation, suspect, enhanced,
       stage, started_at, due_on, due_at, content_stated, turns, standings,
       width_bucket($1, turns) AS reached, marks, noticed_by
FROM {source}
JOIN register_journey AS journey USING (journey_id)
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(mark, jsonb_build_array(marked_at, marked_on)) AS marks,
           coalesce(max(by_whom), 'gateway') AS noticed_by
    FROM register_mark AS mark
    WHERE mark.journey_id = owed.journey_id AND mark.obligation_id = owed.obligation_id
      AND marked_at <= $1
) AS beside
WHERE due_at IS NOT NULL AND started_at <= $1
  AND ($2::text IS NULL OR organisation = $2)
  AND ($3::text IS NULL OR owner = $3)
  AND ($4::text[] IS NULL OR rule = ANY ($4))
"""  # noqa: S608 - the sources are ours


_EVERY = _select("register_obligation AS owed")

# What is a breach has reached its limit, which is what the index is in the order of.
_BROKEN = """
  AND breach_from <= $1 AND due_at <= $1
  AND ($5::text IS NULL OR noticed_by = $5)
  AND ($6::timestamptz IS NULL OR (due_at, journey_id, obligation_id) < ($6, $7::uuid, $8::bytea))
ORDER BY due_at DESC, journey_id DESC, obligation_id DESC LIMIT $9
"""
BREACHES = _EVERY + _BROKEN

# Few breaches are noticed by anybody: these are looked for among what was noticed.
NOTICED = (
    _select(
        "register_mark AS seen JOIN register_obligation AS owed USING (journey_id, obligation_id)"
    )
    + "AND seen.mark = 'breach.noticed' AND seen.by_whom = $5"
    + _BROKEN
)

DUE = (
    _EVERY
    + """
  AND due_at > $1 AND due_at <= $5
  AND substr(standings, width_bucket($1, turns), 1) = $6
  AND ($7::timestamptz IS NULL OR (due_at, journey_id, obligation_id) > ($7, $8::uuid, $9::bytea))
ORDER BY due_at, journey_id, obligation_id LIMIT $10
"""
)


async def read_breaches(store: Store, asked: Question) -> list[Owed]:
    """Return the breaches of a moment, the latest limit first; fewer than asked are the last."""
    by_somebody = asked.noticed_by not in (None, "gateway")
    statement = NOTICED if by_somebody else BREACHES
    rows = await store.ask(
        statement, *_filters(asked), asked.noticed_by, *_place(asked), asked.limit
    )
    return [_owed(row) for row in rows]


async def read_due(store: Store, asked: Question, until: datetime) -> list[Owed]:
    """Return what is pending at a moment and falls due until another, the next limit first."""
    pending = LETTERS[Standing.PENDING]
    rows = await store.ask(DUE, *_filters(asked), until, pending, *_place(asked), asked.limit)
    return [_owed(row) for row in rows]


def _filters(asked: Question) -> Sequence[Any]:
    rules = None if asked.rules is None else list(asked.rules)
    return asked.as_of, asked.organisation, asked.owner, rules


def _place(asked: Question) -> Sequence[Any]:
    return asked.after or (None, None, None)


def _owed(row: Any) -> Owed:
    standing = _STANDINGS[row["standings"][row["reached"] - 1]]
    late = standing is Standing.MET_LATE
    marks = json.loads(row["marks"]) if row["marks"] else {}
    return Owed(
        journey_id=row["journey_id"],
        reference=row["reference"],
        obligation_id=row["obligation_id"],
        rule=row["rule"],
        owner=row["owner"],
        organisation=row["organisation"],
        suspect=row["suspect"],
        enhanced=row["enhanced"],
        stage=row["stage"],
        started_at=row["started_at"],
        due_on=row["due_on"],
        due_at=row["due_at"],
        content_stated=row["content_stated"],
        standing=standing,
        answered_at=row["turns"][row["reached"] - 1] if late else None,
        noticed_by=row["noticed_by"],
        marks={
            mark: Mark(datetime.fromisoformat(at).astimezone(UTC), date.fromisoformat(on))
            for mark, (at, on) in marks.items()
        },
    )
