"""Lists what was owed on many journeys, as the register has it, a page at a time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from gateway.journey.limits import AGENCY_OF
from gateway.journey.standing import Standing
from gateway.register.rows import LETTERS
from shared.access.caller import EVERY, Party
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
    `inspector`, or `gateway` where nobody but we did. `within` are the organisations whose own
    duties are asked for, each as its own part of the journey tells it; None for everybody's, as
    whole journeys tell them.
    """

    as_of: datetime
    limit: int
    organisation: str | None = None
    owner: str | None = None
    rules: tuple[str, ...] | None = None
    noticed_by: NoticedBy | None = None
    after: Place | None = None
    within: frozenset[Party] | None = None

    @property
    def sole_organisation(self) -> str | None:
        """The one organisation asked for, which an index leads with, None for several."""
        if self.organisation is None and self.within is not None and len(self.within) == 1:
            ((_, organisation),) = self.within
            return None if organisation == EVERY else organisation
        return self.organisation


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


@dataclass(frozen=True, slots=True)
class _Source:
    """Where obligations are listed from: rows, the journey's id and name there, and their marks."""

    rows: str
    journey: str
    reference: str
    marks: str
    only: str = ""

    def select(self) -> str:
        """Return the beginning of a statement that lists obligations; $1 is the moment."""
        return f"""
SELECT {self.journey} AS journey_id, {self.reference} AS reference, owed.obligation_id, rule, owner,
       owed.organisation, suspect, enhanced, stage, started_at, due_on, due_at, content_stated,
       turns, standings, width_bucket($1, turns) AS reached, marks, noticed_by
FROM {self.rows}
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(mark, jsonb_build_array(marked_at, marked_on)) AS marks,
           coalesce(max(by_whom), 'gateway') AS noticed_by
    FROM {self.marks} AND mark.obligation_id = owed.obligation_id AND marked_at <= $1
) AS beside
WHERE due_at IS NOT NULL AND started_at <= $1 {self.only}
  AND ($2::text IS NULL OR owed.organisation = $2)
  AND ($3::text IS NULL OR owner = $3)
  AND ($4::text[] IS NULL OR rule = ANY ($4))
"""  # noqa: S608 - the sources are ours

    def breaches(self, *, own: bool) -> str:
        """Return the statement that lists breaches, the latest limit first."""
        # What is a breach has reached its limit, which is what the index is in the order of.
        return f"""{self.select()} {_OWN.format(10) if own else ""}
  AND breach_from <= $1 AND due_at <= $1
  AND ($5::text IS NULL OR noticed_by = $5)
  AND ($6::timestamptz IS NULL
       OR (due_at, {self.journey}, owed.obligation_id) < ($6, $7::uuid, $8::bytea))
ORDER BY due_at DESC, {self.journey} DESC, owed.obligation_id DESC LIMIT $9
"""

    def due(self, *, own: bool) -> str:
        """Return the statement that lists what falls due, the next limit first."""
        return f"""{self.select()} {_OWN.format(11) if own else ""}
  AND due_at > $1 AND due_at <= $5
  AND substr(standings, width_bucket($1, turns), 1) = $6
  AND ($7::timestamptz IS NULL
       OR (due_at, {self.journey}, owed.obligation_id) > ($7, $8::uuid, $9::bytea))
ORDER BY due_at, {self.journey}, owed.obligation_id LIMIT $10
"""


# Owners with their organisations, `owner/organisation`, or `owner/*` for all of a kind.
_OWN = """
  AND (owner || '/' || owed.organisation = ANY (${0}::text[]) OR owner || '/*' = ANY (${0}::text[]))
"""
_EVERY = _Source(
    rows="register_obligation AS owed JOIN register_journey AS journey USING (journey_id)",
    journey="owed.journey_id",
    reference="journey.reference",
    marks="register_mark AS mark WHERE mark.journey_id = owed.journey_id",
)
# Few breaches are noticed by anybody: these are looked for among what was noticed.
_NOTICED = replace(
    _EVERY,
    rows="register_mark AS seen JOIN register_obligation AS owed USING (journey_id, obligation_id) "
    "JOIN register_journey AS journey USING (journey_id)",
    only="AND seen.mark = 'breach.noticed' AND seen.by_whom = $5",
)
# What the organisations' own parts say: the whole journey's row where it says the same.
_PARTS = (
    replace(_EVERY, only="AND in_part"),
    _Source(
        rows="register_part AS owed",
        journey="owed.part_id",
        reference="owed.reference",
        marks="register_part_mark AS mark "
        "WHERE mark.journey_id = owed.journey_id AND mark.organisation = owed.organisation",
    ),
)


def _either(arms: Iterable[str], order: str) -> str:
    """Return the statement that lists what several do, each already in this order and limited."""
    together = " UNION ALL ".join(f"({arm})" for arm in arms)
    return f"SELECT * FROM ({together}) AS owed ORDER BY {order}"  # noqa: S608


BREACHES = _EVERY.breaches(own=False)
NOTICED = _NOTICED.breaches(own=False)
OWN_BREACHES = _either(
    (part.breaches(own=True) for part in _PARTS),
    "due_at DESC, journey_id DESC, obligation_id DESC LIMIT $9",
)
DUE = _EVERY.due(own=False)
OWN_DUE = _either(
    (part.due(own=True) for part in _PARTS), "due_at, journey_id, obligation_id LIMIT $10"
)


async def read_breaches(store: Store, asked: Question) -> list[Owed]:
    """Return the breaches of a moment, the latest limit first; fewer than asked are the last."""
    by_somebody = asked.noticed_by not in (None, "gateway")
    statement = NOTICED if by_somebody else BREACHES
    own = _own(asked)
    rows = await store.ask(
        OWN_BREACHES if own else statement,
        *_filters(asked),
        asked.noticed_by,
        *_place(asked),
        asked.limit,
        *own,
    )
    return [_owed(row) for row in rows]


async def read_due(store: Store, asked: Question, until: datetime) -> list[Owed]:
    """Return what is pending at a moment and falls due until another, the next limit first."""
    pending, own = LETTERS[Standing.PENDING], _own(asked)
    rows = await store.ask(
        OWN_DUE if own else DUE,
        *_filters(asked),
        until,
        pending,
        *_place(asked),
        asked.limit,
        *own,
    )
    return [_owed(row) for row in rows]


def _own(asked: Question) -> Sequence[list[str]]:
    """Return the argument that says whose own duties are asked for, none for everybody's."""
    if asked.within is None:
        return ()
    owners = [
        f"{owner}/{organisation}"
        for agency, organisation in asked.within
        for owner, its_agency in AGENCY_OF.items()
        if its_agency == agency
    ]
    return (owners,)


def _filters(asked: Question) -> Sequence[Any]:
    rules = None if asked.rules is None else list(asked.rules)
    return asked.as_of, asked.sole_organisation, asked.owner, rules


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
