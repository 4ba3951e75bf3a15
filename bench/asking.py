"""Asks the gateway over one connection that stays open, so that its own work is measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles
from typing import Self

from bench.letting_in import let_in, reader_token
from bench.publish_styles import serving
from shared.ports import HOST, free_port


class Connection:
    """A connection to the gateway; every request carries an inspector's token."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def get(self, path: str) -> tuple[float, bytes]:
        """Return the seconds that an answer took, and its body. Raises SystemExit for refusals."""
        head = f"GET {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {reader_token()}\r\n"
        began = time.perf_counter()
        self._writer.write(f"{head}\r\n".encode())
        lines = (await self._reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        length = next(line for line in lines if line.startswith(b"content-length:"))
        body = await self._reader.readexactly(int(length.partition(b":")[2]))
        took = time.perf_counter() - began
        if b" 200 " not in lines[0]:
            raise SystemExit(f"{path}: {lines[0]!r} {body[:300]!r}")
        return took, body


@asynccontextmanager
async def asking(database: str) -> AsyncIterator[Connection]:
    """Serve the gateway on a process of its own, and connect to it."""
    port = free_port()
    with let_in(), serving("gateway.app:app", port, database):
        async with Connection(port) as connection:
            yield connection


def p50_p99(seconds: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th hundredth of some times, in milliseconds."""
    hundredths = quantiles(seconds, n=100)
    return 1000 * hundredths[49], 1000 * hundredths[98]
