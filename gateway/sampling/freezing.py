"""Freezes a frame in the store, draws a sample from it, and keeps both: all of it or nothing.

The frame is selected and kept by the database, and read back once, row by row, to be hashed and
drawn from, so that its size is no matter of memory. It is one snapshot of the register.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

import asyncpg

from gateway.register.lag import Lag
from gateway.register.rows import Yardstick
from gateway.sampling.asked import MOST_NAMED, MOST_STRATA, Plan, Population
from gateway.sampling.dimensions import DIMENSIONS
from gateway.sampling.draw import ALGORITHM, Drawing, Drawn, Sample, Wanted, label_of
from shared.problems import BadQuestion, Fault
from shared.store import Store
from shared.store.ids import first_id, ids_from
from shared.store.locks import Lock

# A million journeys take some 15 seconds. The five that a service's transactions have otherwise are
# for those who publish: an answer about less long ago may still change. A sample publishes nothing.
LONGEST = 120
# PostgreSQL winds up a transaction's clock when it begins, and anew only where there was none.
LIMITS = f"""
SET LOCAL transaction_timeout = 0;
SET LOCAL transaction_timeout = '{LONGEST}s';
SET LOCAL statement_timeout = '{LONGEST}s'
"""
# One at a time, so that no more than one writes so much. Who waits longer than the role's lock
# timeout is asked to come again.
ALONE = f"SELECT pg_advisory_xact_lock({Lock.DRAWING:d})"
# Rows read back at a time: some 10 ms of work for the loop, on which others wait.
AT_ONCE = 5_000

REVISION = "SELECT revision FROM register_state"
READ_BACK = """
SELECT journey_id::text, stratum FROM sample_frame WHERE sample_id = $1 ORDER BY place
"""
ADD_STRATA = """
INSERT INTO sample_stratum SELECT $1, * FROM unnest(
    $2::integer[], $3::text[], $4::bigint[], $5::integer[], $6::integer[]
)
"""
# The name each journey has now, and the organisations that had it at the moment ($1).
ADD_CASES = f"""
INSERT INTO sample_case
SELECT $2, drawn.stratum, drawn.rank, journey_id, journey.reference,
       {DIMENSIONS["police"].sql}, {DIMENSIONS["cps"].sql}, {DIMENSIONS["probation"].sql}
FROM unnest($3::integer[], $4::integer[], $5::uuid[]) AS drawn (stratum, rank, journey_id)
JOIN register_journey AS journey USING (journey_id)
"""  # noqa: S608 - the expressions are ours
ADD_SAMPLE = """
INSERT INTO sample VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
)
"""


@dataclass(frozen=True, slots=True)
class Request:
    """A sample to be drawn: what of, as of which moment (UTC), by which seed, by whom and when."""

    plan: Plan
    preset: str | None
    as_of: datetime
    seed: str
    seed_made: bool
    who: str
    now: datetime


@dataclass(slots=True)
class _Query:
    """The SQL of a population, with its arguments; $1 is the moment."""

    arguments: list[Any]
    tests: list[str] = field(default_factory=list)
    with_stay: bool = False

    def add(self, value: Any, type_: str) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}::{type_}"

    def one_of(self, dimension: str, values: Sequence[str] | None) -> None:
        if values is not None:
            self.with_stay |= DIMENSIONS[dimension].of_stay
            self.tests.append(
                f"{DIMENSIONS[dimension].sql} = ANY ({self.add([*values], 'text[]')})"
            )

    @property
    def source(self) -> str:
        stay = """
LEFT JOIN register_stage AS stay ON stay.journey_id = journey.journey_id
    AND stay.since_at <= $1 AND (stay.until_at IS NULL OR stay.until_at > $1)
"""
        tests = "".join(f" AND {test}" for test in self.tests)
        return (
            f"FROM register_journey AS journey {stay if self.with_stay else ''}"
            f"WHERE journey.began_at <= $1{tests}"
        )


def population_of(asked: Population, as_of: datetime) -> _Query:
    """Return the query of a population as of a moment (UTC)."""
    query = _Query([as_of])
    outcomes = None if asked.outcomes is None else [str(number) for number in asked.outcomes]
    for dimension, values in {
        "police": asked.police,
        "cps": asked.cps,
        "probation": asked.probation,
        "offence_group": asked.offence_groups,
        "outcome": outcomes,
        "stage": asked.stages,
        "victim_kind": asked.victim_kinds,
    }.items():
        query.one_of(dimension, values)
    for dimension, wanted in {
        "under_18": asked.under_18,
        "under_18_at_report": asked.under_18_at_report,
        "enhanced": asked.enhanced,
    }.items():
        if wanted is not None:
            # What was not recorded is not the case, as it is nowhere else in an answer.
            query.one_of(dimension, ["yes"] if wanted else ["no", "not_recorded"])
    if asked.flags is not None:
        flags = query.add([*asked.flags], "text[]")
        query.tests.append(f"journey.reported_at <= $1 AND journey.flags && {flags}")
    for day, sign in ((asked.reported_from, ">="), (asked.reported_until, "<=")):
        if day is not None:
            query.tests.append(
                f"journey.reported_at <= $1 AND journey.reported_on {sign} {query.add(day, 'date')}"
            )
    return query


async def draw_sample(store: Store, asked: Request, yardstick: Yardstick, lag: Lag) -> UUID:
    """Freeze the frame, draw from it, keep all of it, and return the sample's id.

    Raises BadQuestion where there are too many strata or too many journeys would be named, and
    NotReady where the store is away or another sample is being drawn.
    """
    (sample_id,) = ids_from(first_id(asked.now), 1)
    async with (
        store.connection() as connection,
        connection.transaction(isolation="repeatable_read"),
    ):
        await connection.execute(LIMITS)
        await connection.execute(ALONE)
        revision = await connection.fetchval(REVISION)
        labels = await _freeze(connection, sample_id, asked)
        wanted = dict.fromkeys(labels, asked.plan.otherwise) | asked.plan.wanted()
        drawn = await _draw(connection, sample_id, asked.seed, labels, wanted)
        numbers = await _keep_strata(connection, sample_id, labels, wanted, drawn)
        await _keep_cases(connection, sample_id, asked.as_of, numbers, drawn.strata)
        await connection.execute(
            ADD_SAMPLE,
            sample_id,
            asked.now,
            asked.who,
            json.dumps({"preset": asked.preset, **asked.plan.model_dump(mode="json")}),
            asked.plan.is_special,
            ALGORITHM,
            asked.seed,
            asked.seed_made,
            asked.as_of,
            revision,
            lag.behind,
            lag.judged_otherwise,
            yardstick.rulebook.hash,
            yardstick.calendar.hash,
            drawn.size,
            bytes.fromhex(drawn.sha256),
        )
    return sample_id


async def _freeze(
    connection: asyncpg.Connection, sample_id: UUID, asked: Request
) -> tuple[str, ...]:
    """Keep the frame, and return the labels of its strata in the order of their numbers, from 1."""
    plan = asked.plan
    query = population_of(plan.population, asked.as_of)
    query.with_stay |= any(DIMENSIONS[name].of_stay for name in plan.strata)
    values = f"ARRAY[{', '.join(DIMENSIONS[name].sql for name in plan.strata)}]::text[]"
    found = await connection.fetch(
        f"SELECT {values} AS stratum, count(*) {query.source} GROUP BY 1 LIMIT {MOST_STRATA + 1}",
        *query.arguments,
        timeout=LONGEST,
    )
    if len(found) > MOST_STRATA:
        fault = Fault("strata", f"make more than {MOST_STRATA}", "leave a dimension out")
        raise BadQuestion("There are too many strata.", fault)
    strata = {
        label_of(dict(zip(plan.strata, row["stratum"], strict=True))): row["stratum"]
        for row in found
    }
    labels = tuple(sorted(strata))
    sizes = {label_of(dict(zip(plan.strata, row[0], strict=True))): row[1] for row in found}
    _held_to_what_can_be_named(plan, sizes)
    numbered = query.add(json.dumps([strata[label] for label in labels]), "jsonb")
    sample = query.add(sample_id, "uuid")
    await connection.execute(
        f"""
        INSERT INTO sample_frame (sample_id, place, journey_id, stratum)
        SELECT {sample}, row_number() OVER (ORDER BY journey_id), journey_id, numbered.stratum
        FROM (SELECT journey.journey_id, {values} AS said {query.source}) AS population
        JOIN (
            SELECT ARRAY(SELECT jsonb_array_elements_text(one)) AS said, stratum
            FROM jsonb_array_elements({numbered}) WITH ORDINALITY AS listed (one, stratum)
        ) AS numbered USING (said)
        """,  # noqa: S608 - the expressions are ours
        *query.arguments,
        timeout=LONGEST,
    )
    return labels


def _held_to_what_can_be_named(plan: Plan, sizes: Mapping[str, int]) -> None:
    wanted = plan.wanted()
    named = sum(
        min(size, asked.cases + asked.reserve)
        for size, asked in ((sizes[label], wanted.get(label, plan.otherwise)) for label in sizes)
    )
    if named > MOST_NAMED:
        fault = Fault("n", f"names {named:,} journeys in all", f"draw at most {MOST_NAMED:,}")
        raise BadQuestion("The manifest would name too many journeys.", fault)


async def _draw(
    connection: asyncpg.Connection,
    sample_id: UUID,
    seed: str,
    labels: Sequence[str],
    wanted: Mapping[str, Wanted],
) -> Sample:
    """Read the frame back as it was kept, hash it and draw from it."""
    drawing = Drawing(seed, wanted)
    async for rows in _read_back(connection, sample_id):
        # Not on the loop, on which others wait for an answer of a millisecond.
        await asyncio.to_thread(drawing.take, ((row[0], labels[row[1] - 1]) for row in rows))
    return drawing.sample()


async def _read_back(
    connection: asyncpg.Connection, sample_id: UUID
) -> AsyncIterator[Iterable[Any]]:
    cursor = await connection.cursor(READ_BACK, sample_id, timeout=LONGEST)
    while rows := await cursor.fetch(AT_ONCE, timeout=LONGEST):
        yield rows


async def _keep_strata(
    connection: asyncpg.Connection,
    sample_id: UUID,
    labels: Sequence[str],
    wanted: Mapping[str, Wanted],
    drawn: Sample,
) -> dict[str, int]:
    """Keep what came out of each stratum, and return their numbers by label.

    Those that were asked for and are not in the frame come last.
    """
    missing = sorted(drawn.strata.keys() - set(labels))
    numbers = {label: number for number, label in enumerate(chain(labels, missing), 1)}
    await connection.execute(
        ADD_STRATA,
        sample_id,
        [*numbers.values()],
        [*numbers],
        [drawn.strata[label].population for label in numbers],
        [wanted[label].cases for label in numbers],
        [len(drawn.strata[label].cases) for label in numbers],
    )
    return numbers


async def _keep_cases(
    connection: asyncpg.Connection,
    sample_id: UUID,
    as_of: datetime,
    numbers: Mapping[str, int],
    strata: Mapping[str, Drawn],
) -> None:
    cases = [
        (numbers[label], rank, UUID(journey))
        for label, stratum in strata.items()
        for rank, journey in enumerate(stratum.order, 1)
    ]
    columns = [[one[place] for one in cases] for place in range(3)]
    await connection.execute(ADD_CASES, as_of, sample_id, *columns)
