"""Reads samples as they were kept, and adds what replaced what; nothing kept ever changes."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.store import Store

# Of a frame, at a time: some 2 MB as text.
FRAME_PAGE = 10_000
# How often a replacement that met another is tried again.
ATTEMPTS = 5

READ = "SELECT * FROM sample WHERE sample_id = $1"
READ_STRATA = "SELECT * FROM sample_stratum WHERE sample_id = $1 ORDER BY stratum"
# `now_id` is the journey that the reference it was named by is on now: its own, another that
# absorbed it, or null where the register has forgotten it.
READ_CASES = """
SELECT drawn.*, kept.journey_id AS now_id, journey.reference AS now_reference
FROM sample_case AS drawn
LEFT JOIN register_reference AS kept ON kept.reference_id = drawn.journey_id
LEFT JOIN register_journey AS journey ON journey.journey_id = kept.journey_id
WHERE sample_id = $1 ORDER BY stratum, rank
"""
READ_REPLACEMENTS = """
SELECT * FROM sample_replacement WHERE sample_id = $1 ORDER BY replaced_at, stratum, replaced_by
"""
LIST = """
SELECT * FROM sample
WHERE drawn_by = $1 AND ($2::uuid IS NULL OR sample_id < $2) AND (NOT special OR $4)
ORDER BY sample_id DESC LIMIT $3
"""
# Places follow each other without a gap, so that a page is found whatever the planner knows of the
# table. The labels are not joined: of a table just filled it knows nothing, and loops over them.
READ_FRAME = """
SELECT place, journey_id::text AS journey, stratum FROM sample_frame
WHERE sample_id = $1 AND place > $2 AND place <= $3 ORDER BY place
"""
# The next of the stratum's order that nobody has used; none where the reserve is spent.
REPLACE = """
INSERT INTO sample_replacement
SELECT sample_id, stratum, $3, rank, $4, $5, $6 FROM sample_case AS reserve
JOIN sample_stratum USING (sample_id, stratum)
WHERE sample_id = $1 AND stratum = $2 AND rank > drawn AND rank > $3 AND NOT EXISTS (
    SELECT FROM sample_replacement AS used
    WHERE used.sample_id = $1 AND used.stratum = $2 AND used.replaced_by = reserve.rank
)
ORDER BY rank LIMIT 1
ON CONFLICT DO NOTHING RETURNING replaced_by
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One journey of a stratum's random order, as it was drawn and as it is now.

    `now` is its id and reference today, the same where nothing absorbed it, and None where no
    journey has it any more. The organisations had it at the frame's moment.
    """

    stratum: int
    rank: int
    journey_id: UUID
    reference: str
    police: str | None
    cps: str | None
    probation: str | None
    now: tuple[UUID, str] | None

    @property
    def absorbed(self) -> bool:
        """Whether it is part of another journey now, by a link that came later."""
        return self.now is not None and self.now[0] != self.journey_id


@dataclass(frozen=True, slots=True)
class Replacement:
    """That one case was replaced by another of its stratum, both by rank; when in UTC."""

    stratum: int
    rank: int
    replaced_by: int
    reason: str
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum: how many there were, how many were asked for and how many were drawn."""

    number: int
    label: str
    population: int
    wanted: int
    drawn: int


@dataclass(frozen=True, slots=True)
class KeptSample:
    """What is kept of a sample as a whole; moments in UTC, the hash in hexadecimal.

    `asked` is the plan as JSON, and stays readable whatever can be asked for later.
    """

    id: UUID
    drawn_at: datetime
    drawn_by: str
    preset: str | None
    asked: Mapping[str, Any]
    special: bool
    algorithm: str
    seed: str
    seed_made: bool
    as_of: datetime
    revision: int
    behind: int
    judged_otherwise: int
    rulebook: str
    calendar: str
    frame_size: int
    frame_sha256: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A sample with its strata, its cases by stratum in random order, and its replacements."""

    sample: KeptSample
    strata: tuple[Stratum, ...]
    cases: Mapping[int, Sequence[Case]]
    replacements: tuple[Replacement, ...]

    def in_sample(self, stratum: Stratum) -> list[Case]:
        """Return the cases of a stratum that are to be examined, once all was replaced."""
        replaced_by = {
            one.rank: one.replaced_by for one in self.replacements if one.stratum == stratum.number
        }
        order = self.cases.get(stratum.number, ())
        ranks = []
        for rank in range(1, stratum.drawn + 1):
            while rank in replaced_by:
                rank = replaced_by[rank]
            ranks.append(rank)
        return [order[rank - 1] for rank in ranks]


async def read_sample(store: Store, sample_id: UUID) -> KeptSample | None:
    """Return a sample without its cases, None where none has this id. Raises NotReady."""
    rows = await store.ask(READ, sample_id)
    return _sample(rows[0]) if rows else None


async def read_whole(store: Store, sample: KeptSample) -> Whole:
    """Return all of a sample but its frame. Raises NotReady."""
    cases: dict[int, list[Case]] = {}
    for row in await store.ask(READ_CASES, sample.id):
        cases.setdefault(row["stratum"], []).append(_case(row))
    return Whole(
        sample,
        await read_strata(store, sample.id),
        cases,
        tuple([_replacement(row) for row in await store.ask(READ_REPLACEMENTS, sample.id)]),
    )


async def read_strata(store: Store, sample_id: UUID) -> tuple[Stratum, ...]:
    """Return the strata of a sample, in the order of their numbers. Raises NotReady."""
    return tuple(
        [
            Stratum(row["stratum"], row["label"], row["population"], row["wanted"], row["drawn"])
            for row in await store.ask(READ_STRATA, sample_id)
        ]
    )


async def read_own(
    store: Store, who: str, *, before: UUID | None, limit: int, special: bool
) -> list[KeptSample]:
    """Return whose own samples these are, the newest first. Raises NotReady."""
    return [_sample(row) for row in await store.ask(LIST, who, before, limit, special)]


async def read_frame(
    store: Store, sample_id: UUID, strata: Sequence[Stratum], *, after: int, limit: int
) -> list[tuple[int, str, str]]:
    """Return the next rows of a frame: place, journey and label. Raises NotReady."""
    labels = {stratum.number: stratum.label for stratum in strata}
    rows = await store.ask(READ_FRAME, sample_id, after, after + limit)
    return [(row["place"], row["journey"], labels[row["stratum"]]) for row in rows]


async def frame_pages(store: Store, sample: KeptSample) -> AsyncIterator[list[tuple[str, str]]]:
    """Yield all of a frame, journey and label, page by page. Raises NotReady."""
    strata = await read_strata(store, sample.id)
    for after in range(0, sample.frame_size, FRAME_PAGE):
        rows = await read_frame(store, sample.id, strata, after=after, limit=FRAME_PAGE)
        yield [(journey, label) for _, journey, label in rows]


async def replace(
    store: Store, sample_id: UUID, case: Case, *, reason: str, who: str, now: datetime
) -> bool:
    """Replace a case by the next of its stratum; return False where none is left.

    True says that it is replaced now, by this call or by another at the same time. Raises NotReady.
    """
    asked = (sample_id, case.stratum, case.rank, reason, now, who)
    for _ in range(ATTEMPTS):
        if await store.ask(REPLACE, *asked):
            return True
        replaced = await store.ask(READ_REPLACEMENTS, sample_id)
        if any((row["stratum"], row["rank"]) == (case.stratum, case.rank) for row in replaced):
            return True
    return False


def _sample(row: Any) -> KeptSample:
    asked = json.loads(row["asked"])
    preset = asked.pop("preset")
    return KeptSample(
        id=row["sample_id"],
        drawn_at=row["drawn_at"],
        drawn_by=row["drawn_by"],
        preset=preset,
        asked=asked,
        special=row["special"],
        algorithm=row["algorithm"],
        seed=row["seed"],
        seed_made=row["seed_made"],
        as_of=row["as_of"],
        revision=row["revision"],
        behind=row["behind"],
        judged_otherwise=row["judged_otherwise"],
        rulebook=row["rulebook"],
        calendar=row["calendar"],
        frame_size=row["frame_size"],
        frame_sha256=row["frame_sha256"].hex(),
    )


def _case(row: Any) -> Case:
    now = None if row["now_reference"] is None else (row["now_id"], row["now_reference"])
    return Case(
        stratum=row["stratum"],
        rank=row["rank"],
        journey_id=row["journey_id"],
        reference=row["reference"],
        police=row["police"],
        cps=row["cps"],
        probation=row["probation"],
        now=now,
    )


def _replacement(row: Any) -> Replacement:
    return Replacement(
        row["stratum"],
        row["rank"],
        row["replaced_by"],
        row["reason"],
        row["replaced_at"],
        row["replaced_who"],
    )
