"""Events are read from JSON of any layout, and nothing of a file is held but a slice."""

import io
import json
import tracemalloc
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from victim_journey import entries
from victim_journey.entries import AnyJson, Entry, LinesOfJson
from victim_journey.sending import slices_of

from tests.client.events import arrest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
EVENTS = st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=6)


class Pieces(io.BytesIO):
    """A file that gives as few bytes at once as it is told."""

    size = 1

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.size)


@given(EVENTS, st.sampled_from([None, 0, 3]), st.integers(1, 40), st.booleans(), st.booleans())
def test_json_is_read_alike_whatever_its_layout_and_pieces(
    events: list[dict[str, Any]], indent: int | None, size: int, ascii_: bool, array: bool
) -> None:
    written = [json.dumps(one, indent=indent, ensure_ascii=ascii_) for one in events]
    text = f"[{','.join(written)}]" if array else "\n".join(written)
    file = Pieces(text.encode("utf-8", "surrogatepass"))
    file.size = size
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return  # half a character has no UTF-8
    read = list(AnyJson(file).after(0))
    assert [json.loads(one.event) for one in read] == events
    assert [one.line for one in read] == list(range(1, len(events) + 1))
    assert all(b"\n" not in one.event and not one.faults for one in read)


@given(EVENTS, st.integers(0, 8))
def test_what_was_read_before_is_passed_over(events: list[dict[str, Any]], after: int) -> None:
    lines = "\n\n".join(map(json.dumps, events)).encode()
    array = json.dumps(events).encode()
    assert [json.loads(e.event) for e in AnyJson(io.BytesIO(array)).after(after)] == events[after:]
    whole = list(LinesOfJson(io.BytesIO(lines)).after(0))
    rest = list(LinesOfJson(io.BytesIO(lines)).after(after))
    assert rest == [entry for entry in whole if entry.line > after]


def test_an_event_without_an_end_is_not_held() -> None:
    endless = io.BytesIO(b'[{"id": "' + b"x" * 10_000_000)
    read = list(AnyJson(endless).after(0))
    assert [(one.line, one.event, bool(one.faults)) for one in read] == [(1, b"", True)]
    assert endless.tell() <= entries.EVENT_LIMIT_BYTES + 3 * entries.PIECE_BYTES


class Endless(io.RawIOBase):
    """A file of one line many times, which takes no room."""

    def __init__(self, line: bytes, times: int) -> None:
        self._line = line
        self._left = times

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        take = min(len(buffer) // len(self._line), self._left)
        self._left -= take
        buffer[: take * len(self._line)] = self._line * take
        return take * len(self._line)


def test_a_slice_is_all_that_is_held_of_a_file() -> None:
    line = json.dumps(arrest()).encode() + b"\n"
    file = io.BufferedReader(Endless(line, 100_000), 64 * 1024)
    tracemalloc.start()
    sizes = [len(slice_.entries) for slice_ in slices_of(LinesOfJson(file), 0)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (sum(sizes), max(sizes)) == (100_000, 500)
    assert peak < 2_000_000


def test_what_one_line_tells_is_never_parted() -> None:
    class Rows:
        bytes_read = 0

        def after(self, line: int) -> Any:
            return (Entry(number // 3 + 1, b"{}", None) for number in range(1200))

    slices = [slice_.entries for slice_ in slices_of(Rows(), 0)]
    assert sum(map(len, slices)) == 1200
    ends = [(one[-1].line, other[0].line) for one, other in pairwise(slices)]
    assert ends
    assert all(last < first for last, first in ends)
