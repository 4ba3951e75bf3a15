"""Runs several projecting processes as one, begins those anew that end, and ends them all."""

import os
import threading
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnProcess

from shared.interrupts import Interrupts
from shared.tracing import log

# How often it is looked whether one has ended, and how long that one's place stays empty.
LOOK_SECONDS = 1.0
# How long one that is asked to end may take to finish what it has in hand.
PATIENCE = 30.0


def work_together(work: Callable[[str], int], url: str, count: int, interrupts: Interrupts) -> int:
    """Run `work` in so many processes on one database until interrupted; return 0.

    `work` is a function of a module, is given the database's address, and listens for SIGTERM. A
    process whose work ends is begun anew; none outlives this one, however this one ends.
    """
    crew = [_begin(work, url) for _ in range(count)]
    try:
        while not interrupts.came:
            crew[0].join(LOOK_SECONDS)
            for place, process in enumerate(crew):
                if not process.is_alive() and not interrupts.came:
                    log.error("a projecting process ended (%s); another begins", process.exitcode)
                    crew[place] = _begin(work, url)
    finally:
        for process in crew:
            process.terminate()
        for process in crew:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()
    return 0


def _begin(work: Callable[[str], int], url: str) -> SpawnProcess:
    process = get_context("spawn").Process(target=_work, args=(work, url))
    process.start()
    return process


def _work(work: Callable[[str], int], url: str) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    raise SystemExit(work(url))


def _end_with_parent() -> None:
    """End at once when whoever began us has ended: a projector may be killed anywhere."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
