"""Measures the national table of figures, read from the tally and by counting every row.

Run `python -m bench.figures [--sizes 10000 100000 1000000]`. The figures part of P9, in a store of
which most journeys are copies (`bench.multiplied`). Both ways must say the same.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from bench.growing import Asked, main
from bench.multiplied import Multiplied
from gateway.register.tally_sql import CELL, counted, edge_of
from shared.london import read_day, start_of
from shared.store.tally_tables import CLASSES

FLOOR, AIM = 20, 50
# Counting every row of a million journeys takes a minute or so, and is done less often.
ROUNDS, MANY, OF_MANY = 5, 200_000, 1
AS_OF = start_of(read_day("2025-01-01"))
QUESTIONS = {
    "by duty": ("rule",),
    "by organisation": ("owner", "organisation"),
    "by organisation, duty and month": ("owner", "organisation", "rule", "month"),
    "by everything": CELL,
}


@dataclass(frozen=True, slots=True)
class Found:
    """The seconds of a size, from the tally and from every row, and what the tally takes."""

    journeys: int
    took: Mapping[str, tuple[float, float]]
    counting: float
    rows: int
    mebibytes: float


async def measure(store: Multiplied, asked: Asked) -> Found:
    """Count what is new, then ask every question both ways in turn. As the owner: no time-out."""
    counting = await store.count()
    rounds = ROUNDS if store.journeys < MANY else OF_MANY
    took = {name: await _ask(store, name, by, rounds) for name, by in QUESTIONS.items()}
    size = await store.owner.fetchval("SELECT pg_total_relation_size('register_tally')")
    rows = await store.owner.fetchval("SELECT count(*) FROM register_tally")
    return Found(store.journeys, took, counting, rows, size / 2**20)


async def _ask(
    store: Multiplied, name: str, by: tuple[str, ...], rounds: int
) -> tuple[float, float]:
    took: dict[bool, list[float]] = {True: [], False: []}
    told = {}
    for _ in range(rounds):
        for tallied in (True, False):
            edge = edge_of(AS_OF) if tallied else None
            began = time.perf_counter()
            statement = counted(by, "AND told < 2", tallied=tallied)
            rows = await store.owner.fetch(statement, AS_OF, edge)
            took[tallied].append(time.perf_counter() - began)
            told[tallied] = {
                tuple(row[one] for one in by): tuple(row[one] for one in CLASSES)
                for row in rows
                if any(row[one] for one in CLASSES)
            }
    if told[True] != told[False]:
        raise SystemExit(f"{name}: the tally does not say what the rows say")
    return median(took[True]), median(took[False])


def report(found: list[Found]) -> None:
    """Print the tables."""
    print("| journeys | P9, national table | tally, ms | every row, ms | times faster |")
    print("|---|---|---|---|---|")
    for one in found:
        for name, (ours, theirs) in one.took.items():
            times = f"{1_000 * ours:,.0f} | {1_000 * theirs:,.0f} | {theirs / ours:.0f}"
            print(f"| {one.journeys:,} | {name} | {times} |")
    print(f"\nFloor {FLOOR}, aim {AIM}, at 1,000,000 journeys.")
    for one in found:
        print(
            f"{one.journeys:,} journeys: the tally has {one.rows:,} rows, {one.mebibytes:,.0f} MiB;"
            f" counting those that were new took {one.counting:.0f} s."
        )


if __name__ == "__main__":
    main(__doc__, (measure, report))
