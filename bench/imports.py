"""Measures how fast the client imports a file through the police's door, beside COPY.

Run `python -m bench.imports [--rounds N] [--events N]`; P4 of the performance page is measured with
`--rounds 1 --events 1000000`. The command is measured whole, from its start to its end, and the
memory of every process of ours beside it. Only the ratios count.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from uuid import uuid4

import asyncpg
import psutil

from bench.appends import COLUMNS, ONE_TABLE, TABLES, copied_rows, execute, mixed_events
from bench.letting_in import let_in
from bench.publish_styles import serving
from shared.ports import HOST, free_port
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade

ROUNDS, EVENTS, COPIED = 3, 50_000, 100_000
FLOOR, AIM = 0.2, 0.35
SAMPLE_SECONDS = 0.2
MIB = 1024 * 1024
# Made at once while the file is written.
PIECE = 10_000
# As many as the journeys of the performance page have; all run beside each other, as in a log.
EVENTS_A_JOURNEY = 15
ROOT = Path(__file__).parents[1]
COPY, IMPORT, CORES = "COPY", "import", "import, a process a core"


class Memory:
    """How many bytes processes held over time, the door's and the client's apart."""

    def __init__(self) -> None:
        self.door: list[int] = []
        self.client: list[int] = []

    def note(self, client: psutil.Process, port: int) -> None:
        """Note what they hold now."""
        try:
            self.client.append(client.memory_info().rss)
        except psutil.Error:
            return  # it has just ended
        self.door.append(sum(one.memory_info().rss for one in doors_at(port)))

    @staticmethod
    def said(held: list[int]) -> str:
        """Say the most of the second and of the last quarter: flat where they are alike."""
        quarter = max(1, len(held) // 4)
        early, late = held[quarter : 2 * quarter] or held, held[-quarter:]
        return f"{max(early) / MIB:,.0f} MiB early, {max(late) / MIB:,.0f} MiB at the end"


def doors_at(port: int) -> list[psutil.Process]:
    """Return the processes that serve at a port of ours."""
    served = [
        one
        for one in psutil.Process().children(recursive=True)
        # What has ended and nobody has looked for yet has no command any more.
        if one.status() != psutil.STATUS_ZOMBIE and {str(port), "uvicorn"} <= {*one.cmdline()}
    ]
    return [*served, *(child for one in served for child in one.children(recursive=True))]


def write_file(path: Path, events: int) -> None:
    """Write so many new events of every type, a line each."""
    journeys, run = max(1, events // EVENTS_A_JOURNEY), uuid4().hex[:12]
    with path.open("w") as file:
        for first in range(0, events, PIECE):
            some = mixed_events(min(PIECE, events - first))
            for place, event in enumerate(some, start=first):
                event["subject"] = f"crime:avon-and-somerset/{run}{place % journeys}/V1"
                file.write(json.dumps(event) + "\n")


def sending(path: Path, port: int, *options: str) -> "subprocess.Popen[str]":
    """Begin to import a file with the client's command."""
    command = [sys.executable, "-m", "victim_journey", "send", str(path), *options]
    return subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--door", f"http://{HOST}:{port}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "client")},
        stdout=subprocess.PIPE,
        text=True,
    )


def import_file(path: Path, events: int, port: int, memory: Memory) -> float:
    """Import a file with the command and return how many events a second it took."""
    began = time.perf_counter()
    process = sending(path, port)
    client = psutil.Process(process.pid)
    while process.poll() is None:
        memory.note(client, port)
        time.sleep(SAMPLE_SECONDS)
    took = time.perf_counter() - began
    said, _ = process.communicate()
    if f"{events:,} created, 0 repeated, 0 refused" not in said:
        raise RuntimeError(f"the import said: {said}")
    return events / took


def copies_a_second(url: str) -> float:
    """Return how many events a second COPY keeps in one table, in one commit."""
    return asyncio.run(_copy(url))


async def _copy(url: str) -> float:
    rows = copied_rows(COPIED)
    connection = await asyncpg.connect(url)
    began = time.perf_counter()
    await connection.copy_records_to_table("bench_copy", records=rows, columns=COLUMNS)
    took = time.perf_counter() - began
    await connection.close()
    return COPIED / took


def measure(rounds: int, events: int) -> tuple[dict[str, list[float]], Memory]:
    """Import between two COPYs, each way in turn, round by round, and return what each did.

    An import takes minutes and COPY a second: one before it alone could fall on a quiet moment.
    """
    measured: dict[str, list[float]] = {COPY: [], IMPORT: [], CORES: []}
    memory = Memory()
    with ExitStack() as stack:
        stack.enter_context(let_in())
        server = stack.enter_context(EmbeddedPostgres.throwaway())
        server.create_database("imports")
        upgrade(server.owner_url("imports"), server.role_passwords)
        owner = server.owner_url("imports")
        execute(owner, *ONE_TABLE)
        ports = {IMPORT: free_port(), CORES: free_port()}
        address = server.role_url("police", "imports")
        for name, processes in ((IMPORT, 1), (CORES, os.cpu_count() or 1)):
            door = serving("services.police.app:app", ports[name], address, processes)
            stack.enter_context(door)
        # Spawned, so that the rows are made and let go elsewhere.
        loader = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def copied() -> float:
            execute(owner, "TRUNCATE bench_copy")
            return loader.submit(copies_a_second, owner).result()

        for _ in range(rounds):
            execute(owner, f"TRUNCATE {', '.join(TABLES)}")
            for name, port in ports.items():
                file = folder / "events.ndjson"
                write_file(file, events)
                before = copied()
                held = memory if name == IMPORT else Memory()
                measured[name].append(import_file(file, events, port, held))
                measured[COPY].append((before + copied()) / 2)
    return measured, memory


def main(rounds: int = ROUNDS, events: int = EVENTS) -> None:
    """Measure and print what each did a second, the ratios, and what the processes held."""
    measured, memory = measure(rounds, events)
    print(f"{rounds} rounds of {events:,} events, medians (least to most)\n")
    print("| what | events/s | / COPY | floor | aim |")
    print("|---|---|---|---|---|")
    beside = {COPY: measured[COPY], IMPORT: measured[COPY][::2], CORES: measured[COPY][1::2]}
    for name, rates in measured.items():
        ratios = [rate / copied for rate, copied in zip(rates, beside[name], strict=True)]
        ratio = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        rate = f"{median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
        goal = f"{FLOOR} | {AIM}" if name != COPY else " | "
        print(f"| {name} | {rate} | {ratio} | {goal} |")
    print(f"\nThe client held {Memory.said(memory.client)}.")
    print(f"The door held {Memory.said(memory.door)}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--events", type=int, default=EVENTS, help="in the imported file")
    asked = parser.parse_args()
    main(asked.rounds, asked.events)
