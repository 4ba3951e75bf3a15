"""The report of refused lines: as the file was written, so that it can be mended and sent again."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path

from victim_journey.answers import Fault
from victim_journey.entries import Entry, read_once
from victim_journey.rows import REPORT_COLUMNS

# Writes one refused entry with its faults.
Write = Callable[[Entry, Sequence[Fault]], bytes]
Refusal = tuple[Entry, Sequence[Fault]]


class Report:
    """A file that is made when something is refused; `size` is how many bytes it has."""

    def __init__(self, path: Path, write: Write, head: bytes = b"") -> None:
        self.path = path
        self._write = write
        self._head = head
        self.size = 0

    def go_on(self, size: int) -> None:
        """Begin after so many bytes of an earlier run; what stands after them is told again.

        A report of another size is put aside, since somebody may be mending it.
        """
        there = self.path.stat().st_size if self.path.exists() else 0
        self.size = size if there >= size else 0
        if there != size:
            aside = self.path.with_name(f"{self.path.name}.old")
            if there:
                os.replace(self.path, aside)
            if self.size:
                with aside.open("rb") as earlier:
                    self.path.write_bytes(earlier.read(self.size))

    def add(self, refusals: Iterable[Refusal]) -> None:
        """Add refused entries; those of one line are told as one."""
        told = b""
        for _, same in groupby(refusals, key=lambda refusal: refusal[0].line):
            entries = list(same)
            told += self._write(entries[0][0], [fault for _, faults in entries for fault in faults])
        if told:
            with self.path.open("ab") as file:
                file.write(told if self.size else self._head + told)
                self.size = file.tell()


def report_of_json(path: Path) -> Report:
    """Return a report with a line of JSON for each refused event: its line, faults and itself."""

    def write(entry: Entry, faults: Sequence[Fault]) -> bytes:
        said = {
            "line": entry.line,
            "faults": [{"field": f.field, "wrong": f.wrong, "remedy": f.remedy} for f in faults],
        }
        try:
            said["event"] = read_once(entry.made_from)
        except (ValueError, RecursionError):
            said["text"] = entry.made_from.decode("utf-8", "surrogateescape")
        return json.dumps(said).encode() + b"\n"

    return Report(path, write)


def report_of_rows(path: Path, header: Sequence[str], *, delimiter: str, encoding: str) -> Report:
    """Return a report with the refused rows, and their lines and faults in two more columns."""
    kept = [place for place, name in enumerate(header) if name not in REPORT_COLUMNS]

    def write_row(cells: Sequence[object], sign: str = encoding.removesuffix("-sig")) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerow(cells)
        return text.getvalue().encode(sign, "replace")

    def write(entry: Entry, faults: Sequence[Fault]) -> bytes:
        cells = entry.made_from
        row = [cells[place] if place < len(cells) else "" for place in kept]
        because = "; ".join(f"{fault.field} {fault.wrong}: {fault.remedy}" for fault in faults)
        # Cells beyond the last column stay where they are, for somebody to see.
        return write_row([*row, entry.line, because, *cells[len(header) :]])

    head = write_row([*(header[place] for place in kept), *REPORT_COLUMNS], encoding)
    return Report(path, write, head)
