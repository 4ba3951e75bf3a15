"""A request's body on its way in: its kind, gzip, its limits, and its lines."""

import asyncio
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from fastapi import Request

from shared.access.caller import Caller
from shared.problems import Fault, NotAccepted, NotJson, TooLarge, TooOften, TooSlow
from shared.store.sharing import too_busy
from shared.web import too_large

ONE = "application/cloudevents+json"
MANY = "application/cloudevents-batch+json"
PLAIN = "application/json"
LINES = "application/x-ndjson"

# How long a sender may pause within a body.
PATIENCE_SECONDS = 30.0
PIECE_BYTES = 64 * 1024
# A body no longer than this waits without a timer, which would cost more than reading the event;
# it holds no more than a connection does.
SMALL_BYTES = 16 * 1024
# Lines that are kept together: a transaction of a few milliseconds, and little to hold.
SLICE_LINES = 500
SLICE_BYTES = 1024 * 1024
# What a body of lines is counted as, however long it is: a slice, read and answered.
LINES_HELD_BYTES = 4 * SLICE_BYTES


class InHand:
    """Counts the bytes that a door holds for its senders, so that they cannot fill its memory.

    One caller may fill half of it: whoever sends much at once does not shut out the others.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._of: Counter[str] = Counter()

    @contextmanager
    def held(self, caller: Caller) -> Iterator["Hold"]:
        """Give a hold that takes bytes for one request, and lets go of them at its end."""
        hold = Hold(self, caller.subject)
        try:
            yield hold
        finally:
            self._held -= hold.bytes
            self._of[caller.subject] -= hold.bytes
            if not self._of[caller.subject]:
                del self._of[caller.subject]

    def take(self, hold: "Hold", number: int) -> None:
        """Count so many bytes more; raises TooBusy where that were too many, or TooOften for one.

        What a caller sends alone is never too much for one, whatever the limits are.
        """
        theirs = self._of[hold.who]
        if theirs > hold.bytes and theirs + number > self._limit // 2:
            raise TooOften(
                "Too much is sent at once with this token; send the same again.",
                Fault("body", "comes beside too many others", "send fewer bodies at once"),
                headers={"Retry-After": "1"},
            )
        if self._held + number > self._limit:
            raise too_busy()
        self._held += number
        self._of[hold.who] += number


class Hold:
    """What is held for one request of one caller."""

    def __init__(self, hands: InHand, who: str) -> None:
        self._hands = hands
        self.who = who
        self.bytes = 0

    def take(self, number: int) -> None:
        """Hold so many bytes more; raises TooBusy and TooOften."""
        self._hands.take(self, number)
        self.bytes += number


def media_type_of(request: Request) -> str:
    """Return the body's media type; raises NotAccepted for one that the door does not read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (ONE, MANY, PLAIN, LINES):
        raise not_accepted(f"A body of {kind or 'no stated media type'} is not read here.")
    if "ce-specversion" in request.headers:
        raise not_accepted(
            "CloudEvents in binary mode, with attributes in headers, are not read here."
        )
    return kind


def not_accepted(detail: str) -> NotAccepted:
    """Return the problem for a body of the wrong kind."""
    remedy = (
        f"send structured JSON as {ONE}, an array of events as {MANY}, or a line each as {LINES}"
    )
    return NotAccepted(detail, Fault("content-type", "is not read here", remedy))


async def pieces_of(request: Request) -> AsyncIterator[bytes]:
    """Yield a request's body, unpacked, in small pieces.

    Raises TooSlow where the rest does not come, NotAccepted for a packing other than gzip, and
    NotJson for gzip that is broken.
    """
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing == "identity":
        async for piece in _sent(request):
            yield piece
    elif packing == "gzip":
        async for piece in _unpacked(_sent(request)):
            yield piece
    else:
        raise NotAccepted(
            f"A body packed with {packing} is not read here.",
            Fault("content-encoding", "is not read here", "pack the body with gzip, or not at all"),
            headers={"Accept-Encoding": "gzip"},
        )


async def read_whole(request: Request, limit: int, hold: Hold) -> bytes:
    """Read a body of at most `limit` bytes, unpacked, and no further.

    Raises TooLarge as soon as the limit is passed, whatever the headers said, and TooBusy.
    """
    packing = request.headers.get("content-encoding")
    length = request.headers.get("content-length", "")
    if packing is None and length.isascii() and length.isdigit() and int(length) <= SMALL_BYTES:
        return b"".join([piece async for piece in _received(request)])
    body = bytearray()
    async for piece in pieces_of(request):
        hold.take(len(piece))
        body += piece
        if len(body) > limit:
            raise too_large(limit)
    return bytes(body)


async def slices_of(
    pieces: AsyncIterator[bytes], *, line_limit: int, limit: int
) -> AsyncIterator[list[bytes | TooLarge]]:
    """Yield the lines of a body, empty ones left out, in slices to be kept together.

    A line over its limit in bytes is left out and a TooLarge stands in its place. Raises TooLarge
    once the body is over its own limit and the whole lines before are told.
    """
    lines: list[bytes | TooLarge] = []
    held = read = 0
    rest, skipping = b"", False
    async for piece in pieces:
        *whole, rest = (rest + piece[: limit - read]).split(b"\n")
        read += len(piece)
        for line in whole:
            if skipping or len(line) > line_limit:
                lines.append(too_large(line_limit))
                skipping = False
            elif line.strip():
                lines.append(line)
                held += len(line)
            if len(lines) >= SLICE_LINES or held >= SLICE_BYTES:
                yield lines
                lines, held = [], 0
        if len(rest) > line_limit:
            rest, skipping = b"", True
        if read > limit:
            if lines:
                yield lines
            raise too_large(limit)
    if skipping or len(rest) > line_limit:
        lines.append(too_large(line_limit))
    elif rest.strip():
        lines.append(rest)
    if lines:
        yield lines


async def _sent(request: Request) -> AsyncIterator[bytes]:
    received = _received(request)
    while True:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                piece = await anext(received, None)
        except TimeoutError as error:
            raise _broken_off() from error
        if piece is None:
            return
        yield piece


async def _received(request: Request) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise _broken_off()
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _broken_off() -> TooSlow:
    return TooSlow(
        "The rest of the body did not come; send the same again.",
        Fault("body", "broke off", "send all of it"),
    )


async def _unpacked(packed: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Unpack gzip, one member after the other, never more than a piece at once."""
    unpacker = _unpacker()
    async for piece in packed:
        unpacked = b""
        # A full piece may have more behind it, though all that came has been read.
        while piece or len(unpacked) == PIECE_BYTES:
            if unpacker.eof:
                unpacker = _unpacker()
            try:
                unpacked = unpacker.decompress(piece, PIECE_BYTES)
            except zlib.error as error:
                raise _broken() from error
            if unpacked:
                yield unpacked
            piece = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            if unpacker.eof:
                unpacked = b""
    if not unpacker.eof:
        raise _broken()


def _unpacker() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)


def _broken() -> NotJson:
    fault = Fault("body", "is not gzip, or breaks off", "pack the whole body with gzip")
    return NotJson("The body cannot be unpacked.", fault)
