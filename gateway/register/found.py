"""Lists and counts what was found on many journeys, as the register has it, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from gateway.journey.findings.finding import FindingKind
from gateway.journey.stages import Stage
from shared.store import Store


class Place(NamedTuple):
    """Where a page ended: since when (UTC) its last finding holds, and its name."""

    holds_from: datetime
    journey_id: UUID
    kind: str
    about: str


class CountPlace(NamedTuple):
    """Where a page of counts ended; an empty word is none."""

    kind: str
    agency: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Question:
    """Which findings are asked for, as of a moment (UTC); None leaves nothing out.

    They held at `as_of` and had begun by `begun_by`; `special` says whether those that tell of a
    special category of a victim's data are among them.
    """

    as_of: datetime
    begun_by: datetime
    limit: int
    special: bool
    kind: FindingKind | None = None
    about: str | None = None
    organisation: str | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One finding that held at the moment asked about, in the register's words; moments in UTC."""

    journey_id: UUID
    reference: str
    holds_from: datetime
    kind: FindingKind
    about: str
    holds_until: datetime | None
    agency: str | None
    organisation: str | None
    stage: int | None
    days: int | None
    says: str
    events: tuple[tuple[str, str], ...]
    obligations: tuple[bytes, ...]

    @property
    def place(self) -> Place:
        """Where a page that ends with it ends."""
        return Place(self.holds_from, self.journey_id, self.kind.value, self.about)


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings of a kind one organisation has to answer for, on how many journeys."""

    kind: FindingKind
    agency: str | None
    organisation: str | None
    findings: int
    journeys: int

    @property
    def place(self) -> CountPlace:
        """Where a page that ends with it ends."""
        return CountPlace(self.kind.value, self.agency or "", self.organisation or "")


# What holds at a moment. A report that was not flagged is a finding where another journey has an
# earlier one of the same victim.
_HOLDING = """
    (holds_until IS NULL OR holds_until > $1)
    AND ($3::text IS NULL OR kind = $3)
    AND ($4::text IS NULL OR about = $4)
    AND ($5::text IS NULL OR organisation = $5)
    AND ($6::smallint IS NULL OR stage = $6)
    AND ($7 OR NOT special)
    AND (kind <> 'repeat_not_flagged' OR EXISTS (
        SELECT FROM register_victim AS mine JOIN register_victim AS other USING (victim_key)
        WHERE mine.journey_id = finding.journey_id AND mine.reported_at = finding.holds_from
          AND other.journey_id <> mine.journey_id AND other.reported_at < mine.reported_at
    ))
"""

# After a place the bound goes without saying; told both, the index is read from the looser one on.
FINDINGS = f"""
SELECT finding.*, journey.reference
FROM register_finding AS finding JOIN register_journey AS journey USING (journey_id)
WHERE {_HOLDING}
  AND ($8::timestamptz IS NOT NULL OR holds_from <= $2)
  AND ($8::timestamptz IS NULL
       OR (holds_from, journey_id, kind, about) < ($8, $9::uuid, $10::text, $11::text))
ORDER BY holds_from DESC, journey_id DESC, kind DESC, about DESC LIMIT $12
"""  # noqa: S608 - ours

COUNTS = f"""
SELECT kind, agency, organisation, count(*) AS findings, count(DISTINCT journey_id) AS journeys
FROM register_finding AS finding
WHERE {_HOLDING} AND holds_from <= $2
  AND ($8::text IS NULL
       OR (kind, coalesce(agency, ''), coalesce(organisation, '')) > ($8, $9::text, $10::text))
GROUP BY kind, agency, organisation
ORDER BY kind, coalesce(agency, ''), coalesce(organisation, '') LIMIT $11
"""  # noqa: S608 - ours

REPORTS_OF = """
SELECT reference_id FROM victim_key
WHERE victim_key = ANY ($1::text[]) AND NOT reference_id = ANY ($2::uuid[])
ORDER BY event_id LIMIT $3
"""


async def read_findings(store: Store, asked: Question, after: Place | None) -> list[Found]:
    """Return the findings of a moment, the latest first; fewer than asked are the last."""
    if after is not None and after.holds_from > asked.begun_by:
        after = None  # no page of ours ended there
    place: Sequence[Any] = after or (None, None, None, None)
    rows = await store.ask(FINDINGS, *_filters(asked), *place, asked.limit)
    return [_found(row) for row in rows]


async def count_findings(store: Store, asked: Question, after: CountPlace | None) -> list[Count]:
    """Return how many findings held at a moment, by kind, agency and organisation, in order."""
    place: Sequence[Any] = after or (None, None, None)
    rows = await store.ask(COUNTS, *_filters(asked), *place, asked.limit)
    return [
        Count(
            FindingKind(row["kind"]),
            row["agency"],
            row["organisation"],
            row["findings"],
            row["journeys"],
        )
        for row in rows
    ]


def _filters(asked: Question) -> Sequence[Any]:
    return (
        asked.as_of,
        asked.begun_by,
        asked.kind and asked.kind.value,
        asked.about,
        asked.organisation,
        None if asked.stage is None else int(asked.stage),
        asked.special,
    )


def _found(row: Any) -> Found:
    return Found(
        journey_id=row["journey_id"],
        reference=row["reference"],
        holds_from=row["holds_from"],
        kind=FindingKind(row["kind"]),
        about=row["about"],
        holds_until=row["holds_until"],
        agency=row["agency"],
        organisation=row["organisation"],
        stage=row["stage"],
        days=row["days"],
        says=row["says"],
        events=tuple(zip(row["event_sources"], row["event_ids"], strict=True)),
        obligations=tuple(row["obligation_ids"]),
    )
