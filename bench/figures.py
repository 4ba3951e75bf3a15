"""Measures the national table of figures, read from the tally and by counting every row.

Run `python -m bench.figures [--journeys N] [--made N] [--rounds N]`. The figures part of P9, in a
store of which most journeys are copies (`bench.multiplied`). Both ways must say the same.
"""

import argparse
import asyncio
import time
from statistics import median

import asyncpg

from bench.multiplied import Multiplied
from bench.filled import TEMPLATE
from gateway.journey.silences import Standard
from gateway.register.command import YOUNG, fast_loop
from gateway.register.rows import SHAPES, Yardstick
from gateway.register.tally_sql import CELL, counted, edge_of
from gateway.rulebook import england_and_wales, load_rulebook
from shared.london import read_day, start_of
from shared.settings import SilenceSettings
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from shared.store.tally_tables import CLASSES
from shared.web import settle

JOURNEYS, MADE, ROUNDS = 100_000, 2_000, 5
FLOOR, AIM = 20, 50
AS_OF = start_of(read_day("2025-01-01"))
QUESTIONS = {
    "by right and duty": ("rule",),
    "by organisation": ("owner", "organisation"),
    "by organisation, duty and month": ("owner", "organisation", "rule", "month"),
    "by everything": CELL,
}


async def measure(journeys: int, made: int, rounds: int) -> None:
    """Fill a store of our own, count it, ask both ways in turn, and print the tables."""
    calendar, silence = england_and_wales(), SilenceSettings()
    standard = Standard(silence.silence_days, silence.member_silence_days)
    yardstick = Yardstick(load_rulebook(calendar=calendar), calendar, standard)
    settle(young=YOUNG)
    with EmbeddedPostgres.throwaway() as server:
        server.create_database(TEMPLATE)
        upgrade(server.owner_url(TEMPLATE), server.role_passwords)
        async with Multiplied(server, yardstick, made=made) as store:
            took = await store.count()
            print(
                f"{made:,} journeys projected in {store.projected:.1f} s and counted in "
                f"{took:.1f} s, one after the other: {took / store.projected:.1%}"
            )
            began = time.perf_counter()
            await store.grow(journeys)
            print(f"{store.journeys:,} journeys copied in {time.perf_counter() - began:.0f} s")
            print(f"the copies counted in {await store.count():.0f} s")
            for table in (*SHAPES, "register_tally", "register_tally_gone"):
                size = await store.owner.fetchval("SELECT pg_total_relation_size($1)", table)
                rows = await store.owner.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
                print(f"{table}: {rows:,} rows, {size / 2**20:,.0f} MiB")
            await ask(store.owner, rounds)


async def ask(owner: asyncpg.Connection, rounds: int) -> None:
    """Ask every question both ways, in turn, and print the table. As the owner: no time-out."""
    print("\n| P9, national table | tally, ms | every row, ms | times faster |")
    print("|---|---|---|---|")
    for name, by in QUESTIONS.items():
        took: dict[bool, list[float]] = {True: [], False: []}
        told = {}
        for number in range(rounds + 1):
            for tallied in (True, False):
                edge = edge_of(AS_OF) if tallied else None
                began = time.perf_counter()
                rows = await owner.fetch(counted(by, "AND told < 2", tallied=tallied), AS_OF, edge)
                if number:  # the first round warms up
                    took[tallied].append(1_000 * (time.perf_counter() - began))
                told[tallied] = {
                    tuple(row[one] for one in by): tuple(row[one] for one in CLASSES)
                    for row in rows
                    if any(row[one] for one in CLASSES)
                }
        if told[True] != told[False]:
            raise SystemExit(f"{name}: the tally does not say what the rows say")
        ours, theirs = median(took[True]), median(took[False])
        print(f"| {name} | {ours:,.0f} | {theirs:,.0f} | {theirs / ours:.0f} |")
    print(f"\nFloor {FLOOR}, aim {AIM}, at 1,000,000 journeys.")


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=JOURNEYS)
    parser.add_argument("--made", type=int, default=MADE)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args(arguments)
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(measure(asked.journeys, asked.made, asked.rounds))


if __name__ == "__main__":
    main()
