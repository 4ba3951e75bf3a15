"""Shows on one line of the terminal, where there is one, how far a command is."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WIDTH = 30


@contextmanager
def progress() -> Iterator[Callable[[float, int], None]]:
    """Give what is told the share that is done and how many journeys that were."""
    began = time.monotonic()

    def show(share: float, journeys: int) -> None:
        took = time.monotonic() - began
        left = took / share - took if share else 0.0
        bar = "#" * round(share * WIDTH)
        line = f"{bar:.<{WIDTH}} {share:4.0%}  {journeys:,} journeys, {left:,.0f} s left"
        print(f"\r{line:<79}", end="", file=sys.stderr, flush=True)

    if not sys.stderr.isatty():
        yield lambda share, journeys: None
        return
    try:
        yield show
    finally:
        print(f"\r{'':<79}\r", end="", file=sys.stderr, flush=True)
