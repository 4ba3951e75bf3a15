"""Lets a store grow from size to size, and has it measured at each."""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.multiplied import MADE, Multiplied
from bench.server import set_up
from gateway.register.command import YOUNG, fast_loop, usual_yardstick
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from shared.web import settle

SIZES, TIMES, SEED = (10_000, 100_000), 1_000, 11
TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Asked:
    """How often each is asked, and by which seed."""

    times: int
    seed: int = SEED


# What measures a size, and what prints all of them.
Measured = tuple[
    Callable[[Multiplied, Asked], Awaitable[Any]],
    Callable[[list[Any]], None],
]


async def grow(sizes: Sequence[int], asked: Asked, measured: Sequence[Measured]) -> None:
    """Fill a store of our own to each size in turn, measure, and print."""
    settle(young=YOUNG)
    found: list[list[Any]] = [[] for _ in measured]
    with EmbeddedPostgres.throwaway() as server:
        await set_up(server)
        server.create_database(TEMPLATE)
        upgrade(server.owner_url(TEMPLATE), server.role_passwords)
        async with Multiplied(server, usual_yardstick()) as store:
            for size in sizes:
                began = time.perf_counter()
                await store.grow(size)
                took = time.perf_counter() - began
                print(f"{store.journeys:,} journeys, {store.events:,} events: {took:.0f} s")
                for (measure, _), those in zip(measured, found, strict=True):
                    those.append(await measure(store, asked))
    for (_, report), those in zip(measured, found, strict=True):
        print()
        report(those)


def main(told: str | None, *measured: Measured, arguments: Sequence[str] | None = None) -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=told)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help=f"from 10,000, in steps of {MADE:,}"
    )
    parser.add_argument("--asked", type=int, default=TIMES, help="how often each is asked")
    asked = parser.parse_args(arguments)
    sizes = list(asked.sizes)
    if sizes != sorted(sizes) or sizes[0] < 2 * MADE or any(size % MADE for size in sizes):
        parser.error(f"sizes rise from {2 * MADE:,}, in steps of {MADE:,}")
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(grow(asked.sizes, Asked(asked.asked), measured))
