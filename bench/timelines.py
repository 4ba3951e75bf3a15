"""Measures a timeline over REST beside its SQL, in stores of 10,000 journeys and of many more.

Run `python -m bench.timelines [--sizes 10000 100000 1000000] [--asked N]`. P8 of the performance
page: token, access log, evaluation and JSON are all in it. Each journey is asked for in turn over
REST and by the statement alone, so that what else the machine does is in both.
"""

import time
from dataclasses import dataclass

import asyncpg

from bench.asking import asking, p50_p99
from bench.compiled import whether_compiled
from bench.growing import Asked, main
from bench.multiplied import Multiplied
from shared.store.statements import READ

WARM = 200
FLOORS = {"REST / SQL": (10.0, 6.0), "largest / smallest": (1.6, 1.3), "p99 / p50": (4.0, 3.0)}


@dataclass(frozen=True, slots=True)
class Found:
    """The times of a size in milliseconds, over REST and of the statement alone."""

    journeys: int
    rest: tuple[float, float]
    sql: tuple[float, float]


async def measure(store: Multiplied, asked: Asked) -> Found:
    """Ask for some journeys both ways."""
    ids = await store.sample(asked.times + WARM, seed=asked.seed)
    url = store.server.role_url("gateway", store.name)
    connection = await asyncpg.connect(
        url, server_settings={"plan_cache_mode": "force_custom_plan"}
    )
    rest, sql = [], []
    async with asking(url) as gateway:
        for number, journey in enumerate(ids):
            # Which way goes first finds its pages cold, and so they take turns.
            for way in ("rest", "sql") if number % 2 else ("sql", "rest"):
                if way == "rest":
                    took, _ = await gateway.get(f"/v1/journeys/{journey}/timeline")
                    rest.append(took)
                else:
                    began = time.perf_counter()
                    await connection.fetch(READ, journey)
                    sql.append(time.perf_counter() - began)
    await connection.close()
    return Found(store.journeys, p50_p99(rest[WARM:]), p50_p99(sql[WARM:]))


def report(found: list[Found]) -> None:
    """Print the table, and what it comes to."""
    print(whether_compiled())
    print("| journeys | REST p50, p99 ms | SQL p50, p99 ms | REST / SQL p50 | p99 / p50 |")
    print("|---|---|---|---|---|")
    for one in found:
        rest, sql = one.rest, one.sql
        print(
            f"| {one.journeys:,} | {rest[0]:.2f}, {rest[1]:.2f} | {sql[0]:.2f}, {sql[1]:.2f} "
            f"| {rest[0] / sql[0]:.1f} | {rest[1] / rest[0]:.1f} |"
        )
    reached = {
        "REST / SQL": max(one.rest[0] / one.sql[0] for one in found),
        "largest / smallest": found[-1].rest[0] / found[0].rest[0],
        "p99 / p50": max(one.rest[1] / one.rest[0] for one in found),
    }
    print("\n| P8 | reached | floor | aim |")
    print("|---|---|---|---|")
    for name, (floor, aim) in FLOORS.items():
        print(f"| {name} | {reached[name]:.2f} | {floor} | {aim} |")


if __name__ == "__main__":
    main(__doc__, (measure, report))
