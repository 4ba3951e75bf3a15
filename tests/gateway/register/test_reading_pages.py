"""How the database goes about finding a page of what organisations owed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from gateway.register.owed import Question, read_breaches, read_due
from shared.access.caller import Party
from tests.shared.databases import Database

AS_OF = datetime(2024, 7, 1, 12, tzinfo=UTC)
# Of forty organisations, over three years: pending until its limit, and then met, or in breach.
OWED = """
INSERT INTO register_obligation
    (journey_id, obligation_id, rule, owner, organisation, enhanced, started_at, due_on, due_at,
     breach_from, allowed_days, content_stated, turns, standings, in_part)
SELECT gen_random_uuid(), uuid_send(gen_random_uuid()), 'rule-' || n % 9, 'police',
       'force-' || n % 40, false, started_at, due_at::date, due_at,
       CASE WHEN n % 7 = 0 THEN due_at END, 20, true, ARRAY[started_at, due_at],
       CASE WHEN n % 7 = 0 THEN 'PO' ELSE 'PM' END, true
FROM generate_series(1, 80000) AS n
CROSS JOIN LATERAL (SELECT '2022-01-01'::timestamptz + n * interval '20 minutes') AS s (started_at)
CROSS JOIN LATERAL (SELECT date_trunc('day', started_at) + interval '20 days') AS d (due_at)
"""


class Explaining:
    """A store that answers nothing, and notes how each question was answered."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.plans: list[dict[str, Any]] = []

    async def ask(self, statement: str, *arguments: Any) -> list[Any]:
        explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
        ((told,),) = await self._connection.fetch(explained, *arguments)
        self.plans.append(json.loads(told)[0]["Plan"])
        return []


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for under in plan.get("Plans", ()):
        yield from nodes(under)


@pytest.fixture
async def explaining(database: Database) -> Any:
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute(OWED)
    await connection.execute("ANALYZE")
    yield Explaining(connection)
    await connection.close()


@pytest.mark.parametrize("within", [None, frozenset({("police", "force-7")})])
async def test_the_database_does_not_take_what_is_asked_for_to_be_rare(
    explaining: Any, within: frozenset[Party] | None
) -> None:
    # Where it does, it does not go through them in their order until a page is full: it sorts all.
    asked = Question(as_of=AS_OF, limit=80_000, organisation="force-7", within=within)
    await read_breaches(explaining, asked)
    await read_due(explaining, asked, AS_OF + timedelta(days=365))
    assert len(explaining.plans) == 2
    for plan in explaining.plans:
        (read,) = [n for n in nodes(plan) if n.get("Relation Name") == "register_obligation"]
        assert read["Actual Rows"] > 30
        assert read["Plan Rows"] > read["Actual Rows"] / 4
