"""Freezing a frame may take longer than what else a service does, and only that may."""

import asyncpg

from gateway.sampling.freezing import LIMITS, LONGEST
from tests.shared.databases import Database


async def test_the_limits_of_a_drawing_are_its_own(database: Database) -> None:
    connection = await asyncpg.connect(database.url("gateway"))
    limits = ("transaction_timeout", "statement_timeout")
    try:
        usual = [await connection.fetchval(f"SHOW {limit}") for limit in limits]
        # Shorter than ever, so that a clock that still ran would end it.
        await connection.execute("SET transaction_timeout = '200ms'")
        async with connection.transaction():
            await connection.execute(LIMITS)
            await connection.execute("SELECT pg_sleep(0.4)")
            allowed = [await connection.fetchval(f"SHOW {limit}") for limit in limits]
        await connection.execute("RESET transaction_timeout")
        assert allowed == [f"{LONGEST // 60}min"] * 2
        assert [await connection.fetchval(f"SHOW {limit}") for limit in limits] == usual
    finally:
        await connection.close()
