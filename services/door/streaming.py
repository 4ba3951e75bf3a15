"""A response whose lines go out as they come, while the request may still be coming in."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import IO

from fastapi import Response
from starlette.types import Receive, Scope, Send

# How long a sender may leave our answers unread once it has sent everything.
PATIENCE_SECONDS = 60.0
MEMORY_BYTES = 1024 * 1024
PIECE_BYTES = 64 * 1024


class StreamedLines(Response):
    """Sends pieces of an answer as they come, and never waits to be read before going on.

    Many senders read nothing before they have sent everything. What they have not read yet waits
    on disk once it is over a mebibyte, so that neither side waits for the other for ever.
    Starlette's own StreamingResponse listens for the end of the request, and would eat its body.
    """

    def __init__(self, first: bytes, others: AsyncGenerator[bytes], media_type: str) -> None:
        super().__init__(media_type=media_type)
        del self.headers["content-length"]
        self._first = first
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        with _Spool() as spool:
            filling = asyncio.create_task(self._fill(spool))
            try:
                await send(
                    {
                        "type": "http.response.start",
                        "status": self.status_code,
                        "headers": self.raw_headers,
                    }
                )
                while piece := await spool.take():
                    await self._send(send, piece, filling)
                await filling
                await send({"type": "http.response.body"})
            finally:
                filling.cancel()
                with suppress(asyncio.CancelledError):
                    await filling

    async def _fill(self, spool: "_Spool") -> None:
        try:
            spool.put(self._first)
            async with aclosing(self._others) as others:
                async for piece in others:
                    spool.put(piece)
        finally:
            spool.end()

    async def _send(self, send: Send, piece: bytes, filling: asyncio.Task[None]) -> None:
        body = {"type": "http.response.body", "body": piece, "more_body": True}
        sending = asyncio.ensure_future(send(body))
        await asyncio.wait({sending, filling}, return_when=asyncio.FIRST_COMPLETED)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await sending


class _Spool:
    """What is still to be sent: a queue of bytes, in memory while it is short."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115
        self._taken = self._put = 0
        self._ended = False
        self._news = asyncio.Event()

    def __enter__(self) -> "_Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, piece: bytes) -> None:
        self._file.seek(self._put)
        self._put += self._file.write(piece)
        self._news.set()

    def end(self) -> None:
        self._ended = True
        self._news.set()

    async def take(self) -> bytes:
        """Return the next piece, waiting for one; nothing when all has been taken and ended."""
        while self._taken == self._put and not self._ended:
            self._news.clear()
            await self._news.wait()
        self._file.seek(self._taken)
        piece = self._file.read(min(PIECE_BYTES, self._put - self._taken))
        self._taken += len(piece)
        if self._taken == self._put:
            self._file.seek(0)
            self._file.truncate()
            self._taken = self._put = 0
        return piece
