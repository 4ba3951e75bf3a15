"""Reads what is to be sent from a file, entry by entry: lines of JSON, or JSON of any layout.

A line of a report of refused lines is read as the event that it holds, so that a report that was
mended can be sent like any other file.
"""

import codecs
import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from victim_journey.answers import Fault

PIECE_BYTES = 64 * 1024
# As much as a door takes of one event. More without an end is no event, and is not held.
EVENT_LIMIT_BYTES = 256 * 1024
SHOWN_OF_BROKEN = 200


@dataclass(slots=True)
class Entry:
    """One event of a file, or why there is none, and what of the file it was made from.

    `line` counts from 1; in JSON it is the place of the event instead. `columns` names the column
    behind each field of the event, where the file has columns.
    """

    line: int
    event: bytes
    made_from: Any
    faults: tuple[Fault, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


class Entries(Protocol):
    """A file that is read entry by entry; `bytes_read` tells how far."""

    bytes_read: int

    def after(self, line: int) -> Iterator[Entry]:
        """Yield what stands after a line, in order."""


class LinesOfJson:
    """A file with an event a line (NDJSON); empty lines are left out."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.bytes_read = 0

    def after(self, line: int) -> Iterator[Entry]:
        """Yield what stands after a line, in order."""
        for number, text in enumerate(self._file, start=1):
            self.bytes_read += len(text)
            said = text.removeprefix(BOM_UTF8 if number == 1 else b"").strip()
            if said and number > line:
                yield entry_of(number, said)


class AnyJson:
    """A file with one event, an array of them, or one after the other, over any number of lines."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._broken = b""
        self.bytes_read = 0

    def after(self, line: int) -> Iterator[Entry]:
        """Yield the events after a place, in order.

        Where the JSON is broken nobody knows where the next event begins: it is the last one.
        """
        place = 0
        for place, text in enumerate(self._texts(), start=1):
            if place > line:
                yield entry_of(place, text)
        if self._broken:
            wrong = "is not JSON, or has no end; what follows it was not read"
            fault = Fault("file", wrong, "mend it there and send the file again")
            yield Entry(place + 1, b"", self._broken, (fault,))

    def _texts(self) -> Iterator[bytes]:
        """Yield the text of each value, without what stands between them."""
        decode = json.JSONDecoder().raw_decode
        held = ""
        for piece in self._pieces():
            held = (held + piece).lstrip(_BETWEEN)
            while held:
                try:
                    _, end = decode(held)
                except (ValueError, RecursionError):
                    break  # the rest of it may be in the next piece
                if end == len(held):
                    break  # it may be a number, and go on
                # A line break stands for itself between values only, never within a text.
                yield (
                    held[:end]
                    .replace("\n", " ")
                    .replace("\r", " ")
                    .encode("utf-8", "surrogateescape")
                )
                held = held[end:].lstrip(_BETWEEN)
            if len(held) > EVENT_LIMIT_BYTES + PIECE_BYTES:
                break
        self._broken = held[:SHOWN_OF_BROKEN].encode("utf-8", "surrogateescape")

    def _pieces(self) -> Iterator[str]:
        """Yield the file as text; a last piece of a space ends whatever stands at its end."""
        # What is no UTF-8 goes to the door as it is, which refuses the event that holds it.
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        while piece := self._file.read(PIECE_BYTES):
            self.bytes_read += len(piece)
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True) + " "


def entry_of(line: int, text: bytes) -> Entry:
    """Return the entry of one event's JSON, or of a line of a report that holds one."""
    if text.startswith(_REPORTED):
        try:
            said = read_once(text)
        except ValueError:
            said = {}
        if isinstance(said, dict) and said.keys() == {"line", "faults", "event"}:
            event = json.dumps(said["event"], separators=(",", ":")).encode()
            return Entry(line, event, event)
        if isinstance(said, dict) and said.keys() == {"line", "faults", "text"}:
            text = str(said["text"]).encode("utf-8", "surrogateescape").replace(b"\n", b" ")
    return Entry(line, text, text)


def read_once(text: bytes) -> Any:
    """Read JSON; raises ValueError, also for an object with a key twice, of which one were lost."""
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return read


_REPORTED = b'{"line": '
_BETWEEN = " \t\r\n,[]\ufeff"
