"""Measures which style of POST publishes most: async on asyncpg, or sync in threads on psycopg.

Run `python -m bench.publish_styles` after installing `bench/requirements.txt`. In each round every
style is sent the same events by the same number of connections, from a process of its own, so only
the ratios to the no-op POST of that round count.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import asyncpg

from bench.letting_in import let_in, token_header
from shared.ports import HOST, free_port
from shared.settings import RolePasswords
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from shared.store.waiting import wait_for

if TYPE_CHECKING:
    from fastapi import FastAPI

CONNECTIONS = 32
# As many database connections as the store opens.
POOL = 10
ROUNDS, SECONDS, WARM_UP = 5, 3.0, 1.0
NO_OP = "no-op"
DATABASE = "journey"
INSERT = "INSERT INTO bench_event (source, id, body) VALUES"


@dataclass(frozen=True)
class Style:
    """A way to publish: its name, and where its POST is."""

    name: str
    port: int
    path: str


@dataclass(frozen=True)
class Measured:
    """What one style did in one round: requests answered a second, and their times in ms."""

    rate: float
    p50: float
    p99: float


def styles_app() -> "FastAPI":
    """Return an application with one POST for each style; all read the same message."""
    # Only here: the process that makes the load needs none of it.
    from fastapi import FastAPI
    from psycopg_pool import ConnectionPool  # type: ignore[import-not-found, unused-ignore]
    from pydantic import BaseModel

    class Event(BaseModel):
        specversion: str
        id: str
        source: str
        type: str
        subject: str
        time: str
        data: dict[str, Any]

    url = os.environ["DATABASE_URL"]

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Both commit each statement by itself.
        threads: Any = ConnectionPool(
            url, kwargs={"autocommit": True}, min_size=POOL, max_size=POOL, open=False
        )
        async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL) as pool:
            with threads:
                app.state.asyncpg, app.state.psycopg = pool, threads
                yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/health")
    async def health() -> None:
        pass

    @app.post("/no-op", status_code=201)
    async def no_op(event: Event) -> dict[str, str]:
        return {"id": event.id}

    @app.post("/async", status_code=201)
    async def publish_async(event: Event) -> dict[str, str]:
        await app.state.asyncpg.execute(
            f"{INSERT} ($1, $2, $3)", event.source, event.id, json.dumps(event.data)
        )
        return {"id": event.id}

    @app.post("/sync", status_code=201)
    def publish_sync(event: Event) -> dict[str, str]:
        with app.state.psycopg.connection() as connection:
            connection.execute(
                f"{INSERT} (%s, %s, %s)", (event.source, event.id, json.dumps(event.data))
            )
        return {"id": event.id}

    return app


def load(style: Style, seconds: float, prefix: str) -> Measured:
    """Post events of their own ids over CONNECTIONS connections for so many seconds."""
    return asyncio.run(_load(style, seconds, prefix))


async def _load(style: Style, seconds: float, prefix: str) -> Measured:
    ids = count()
    times: list[float] = []
    began = time.perf_counter()

    async def post_on() -> None:
        reader, writer = await asyncio.open_connection(HOST, style.port)
        while (sent := time.perf_counter()) < began + seconds:
            writer.write(request(style.path, f"{prefix}-{next(ids)}"))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(f"{style.name} answered {head!r}")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            times.append(time.perf_counter() - sent)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(post_on() for _ in range(CONNECTIONS)))
    took = time.perf_counter() - began
    hundredths = quantiles(times, n=100)
    return Measured(len(times) / took, hundredths[49] * 1000, hundredths[98] * 1000)


def request(path: str, event_id: str) -> bytes:
    """Return one POST of one event as it goes over the wire."""
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/police/avon-and-somerset/niche",
        "type": "suspect.arrested",
        "subject": f"crime:avon-and-somerset/{event_id}/V1",
        "time": "2024-03-28T17:45:00+00:00",
        "data": {"suspect": "S1"},
    }
    body = json.dumps(event).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\n{token_header()}"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def serving(app: str, port: int, database: str, processes: int = 1) -> Iterator[None]:
    """Serve an application on processes of its own, as in production."""
    command = [sys.executable, "-m", "uvicorn", app, "--host", HOST, "--port", str(port)]
    quiet = ["--no-access-log", "--log-level", "warning"]
    process = subprocess.Popen(  # noqa: S603 - our own applications
        [*command, *quiet, *(["--factory"] if app.endswith("_app") else [])],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "DATABASE_URL": database, "WEB_CONCURRENCY": str(processes)},
        stderr=subprocess.DEVNULL,  # a line for each request
    )
    try:
        for _ in range(300):
            try:
                urlopen(f"http://{HOST}:{port}/health", timeout=5).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"{app} does not start") from None
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def make_table(server: EmbeddedPostgres) -> None:
    """Migrate the database for the real door, and make the table for the styles."""
    server.create_database(DATABASE)
    passwords: RolePasswords = server.role_passwords
    upgrade(server.owner_url(DATABASE), passwords)

    async def execute() -> None:
        connection = await asyncpg.connect(server.owner_url(DATABASE))
        await connection.execute(
            "CREATE TABLE bench_event (source text, id text, body jsonb, PRIMARY KEY (source, id))"
        )
        await connection.close()

    wait_for(execute())


def measure() -> Mapping[Style, list[Measured]]:
    """Run every style in turn, round by round, and return what each did."""
    with ExitStack() as stack:
        stack.enter_context(let_in())
        server = stack.enter_context(EmbeddedPostgres.throwaway())
        make_table(server)
        ours, door = free_port(), free_port()
        styles = (
            Style(NO_OP, ours, "/no-op"),
            Style("async, asyncpg", ours, "/async"),
            Style("sync in threads, psycopg", ours, "/sync"),
            Style("the police's door", door, "/v1/events"),
        )
        stack.enter_context(
            serving("bench.publish_styles:styles_app", ours, server.owner_url(DATABASE))
        )
        stack.enter_context(
            serving("services.police.app:app", door, server.role_url("police", DATABASE))
        )
        # Spawned, not forked, so that it shares nothing with this process.
        loader = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        measured: dict[Style, list[Measured]] = {style: [] for style in styles}
        for number in range(ROUNDS + 1):
            for place, style in enumerate(styles):
                prefix = f"{number}-{place}"  # of their own, so that every event is a new one
                one = loader.submit(load, style, SECONDS if number else WARM_UP, prefix).result()
                if number:
                    measured[style].append(one)
        return measured


def main() -> None:
    """Measure and print the table: medians over the rounds, and the ratios to the no-op POST."""
    measured = measure()
    anchor = next(rounds for style, rounds in measured.items() if style.name == NO_OP)
    print(f"{CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:.0f} s, {os.cpu_count()} cores")
    print("| style | requests/s | / no-op: median (least to most) | p50 ms | p99 ms |")
    print("|---|---|---|---|---|")
    for style, rounds in measured.items():
        ratios = [one.rate / no_op.rate for one, no_op in zip(rounds, anchor, strict=True)]
        rate, p50, p99 = (
            median(getattr(one, name) for one in rounds) for name in ("rate", "p50", "p99")
        )
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {style.name} | {rate:,.0f} | {spread} | {p50:.1f} | {p99:.1f} |")


if __name__ == "__main__":
    main()
