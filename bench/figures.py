"""Measures the national table of figures, read from the tally and by counting every row.

Run `python -m bench.figures [--journeys N] [--made N] [--rounds N]`. The figures part of P9. Some
journeys are made and projected; the register's rows of the others are copies of these, under ids
and revisions of their own, of as many organisations as there are. Both ways must say the same.
"""

import argparse
import asyncio
import time
from statistics import median

import asyncpg

from bench.filled import TEMPLATE, Bench, events_of
from gateway.journey.silences import Standard
from gateway.register.command import YOUNG, fast_loop
from gateway.register.rows import Yardstick
from gateway.register.tally import count_next
from gateway.register.tally_sql import CELL, counted, edge_of
from gateway.rulebook import england_and_wales, load_rulebook
from shared.london import read_day, start_of
from shared.settings import SilenceSettings
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from shared.store.schema import metadata
from shared.store.tally_tables import CLASSES
from shared.web import settle

JOURNEYS, MADE, ROUNDS = 100_000, 2_000, 5
FLOOR, AIM = 20, 50
AS_OF = start_of(read_day("2025-01-01"))
TABLES = (
    "register_journey",
    "register_obligation",
    "register_mark",
    "register_part",
    "register_part_mark",
)
NAMED = """
CASE base.organisation WHEN 'example-force' THEN 'force-' || copy % 43
     WHEN 'example-area' THEN 'area-' || copy % 14
     WHEN 'example-region' THEN 'region-' || copy % 12 ELSE base.organisation END
"""
OTHERWISE = {
    "journey_id": "md5(base.journey_id::text || copy)::uuid",
    "organisation": NAMED,
    "revision": "copy * 1000000::bigint + base.revision",
}
QUESTIONS = {
    "by right and duty": ("rule",),
    "by organisation": ("owner", "organisation"),
    "by organisation, duty and month": ("owner", "organisation", "rule", "month"),
    "by everything": CELL,
}


async def multiply(owner: asyncpg.Connection, made: int, journeys: int) -> None:
    """Copy the register's rows until there are so many journeys."""
    await owner.execute("SET synchronous_commit = off")
    last = journeys // made - 1
    for table in TABLES:
        names = [column.name for column in metadata.tables[table].columns]
        told = ", ".join(OTHERWISE.get(name, f"base.{name}") for name in names)
        await owner.execute(f"CREATE TABLE base_{table} AS TABLE {table}")
        await owner.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {told} "  # noqa: S608 - our own
            f"FROM base_{table} AS base CROSS JOIN generate_series(1, $1::integer) AS copy",
            last,
        )
    await owner.execute(
        "UPDATE register_state SET revision = (SELECT max(revision) FROM register_journey)"
    )
    await owner.execute("VACUUM (ANALYZE)")


async def measure(journeys: int, made: int, rounds: int) -> None:
    """Fill a store of our own, count it, ask both ways in turn, and print the tables."""
    calendar, silence = england_and_wales(), SilenceSettings()
    standard = Standard(silence.silence_days, silence.member_silence_days)
    yardstick = Yardstick(load_rulebook(calendar=calendar), calendar, standard)
    events = events_of(made)
    settle(young=YOUNG)
    with EmbeddedPostgres.throwaway() as server:
        server.create_database(TEMPLATE)
        upgrade(server.owner_url(TEMPLATE), server.role_passwords)
        async with Bench(server, yardstick) as bench:
            await bench.publish(events)
            projected = await bench.project()
            owner = await asyncpg.connect(server.owner_url(bench.name))
            began = time.perf_counter()
            while await count_next(bench.reader):
                pass
            took = time.perf_counter() - began
            print(
                f"{made:,} journeys projected in {projected:.1f} s and counted in {took:.1f} s, "
                f"one after the other: {took / projected:.1%}"
            )
            await multiply(owner, made, journeys)
            began = time.perf_counter()
            while await count_next(bench.reader):
                pass
            print(f"the copies counted in {time.perf_counter() - began:.0f} s")
            await owner.execute("VACUUM (ANALYZE) register_tally")
            for table in ("register_obligation", "register_part", "register_tally"):
                size = await owner.fetchval("SELECT pg_total_relation_size($1::regclass)", table)
                rows = await owner.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - ours
                print(f"{table}: {rows:,} rows, {size / 2**20:,.0f} MiB")
            await ask(owner, rounds)
            await owner.close()


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
