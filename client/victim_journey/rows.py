"""Reads an export (CSV) row by row as events, by a mapping."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO, TypeVar

from victim_journey.answers import Fault, Unreadable
from victim_journey.cells import BadCell, Row, nearest
from victim_journey.entries import Entry
from victim_journey.mapping import (
    ANY,
    Condition,
    Field,
    MappedEvent,
    RowMapping,
    check_columns,
)

# The columns that a report of refused lines adds; they are no part of the export.
REPORT_COLUMNS = ("refused_line", "refused_because")
T = TypeVar("T")


class Rows:
    """A CSV file with a header, read by a mapping; a row may tell no event, or several."""

    def __init__(self, file: BinaryIO, mapping: RowMapping, name: str) -> None:
        self._file = file
        self._mapping = mapping
        self.bytes_read = 0
        self._undecoded = 0
        self._reader = csv.reader(self._text(), delimiter=mapping.delimiter)
        self.header = next(self._reader, [])
        if not self.header:
            raise Unreadable(f"{name} is empty: a CSV file begins with the names of its columns.")
        twice = sorted({one for one in self.header if self.header.count(one) > 1})
        if twice:
            raise Unreadable(f"{name} has several columns of one name: {', '.join(twice)}.")
        check_columns(mapping, self.header, name)

    def after(self, line: int) -> Iterator[Entry]:
        """Yield what the rows after a line tell, in order; the line is where a row begins."""
        begins = self._reader.line_num + 1
        while True:
            fault: Fault | None = None
            cells: list[str] = []
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                fault = Fault("row", f"is not CSV ({error})", "mend its quotes")
            if self._undecoded >= begins:
                encoding = self._mapping.encoding.removesuffix("-sig")
                remedy = "say in the mapping what it is, such as `encoding: windows-1252`"
                fault = Fault("row", f"is not {encoding}", remedy)
            if begins > line:
                if fault is not None:
                    yield Entry(begins, b"", cells, (fault,))
                elif any(cell.strip() for cell in cells):
                    yield from self._entries(begins, cells)
            begins = self._reader.line_num + 1

    def _text(self) -> Iterator[str]:
        encoding = self._mapping.encoding
        for number, line in enumerate(self._file, start=1):
            self.bytes_read += len(line)
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError:
                self._undecoded = number
                text = line.decode(encoding, "replace")
            yield text
            # Only the first line may begin with the mark of UTF-8.
            encoding = encoding.removesuffix("-sig")

    def _entries(self, line: int, cells: list[str]) -> Iterator[Entry]:
        if len(cells) != len(self.header):
            wrong = f"has {len(cells)} cells under {len(self.header)} columns"
            fault = Fault("row", wrong, "put quotes around a cell that holds the delimiter")
            yield Entry(line, b"", cells, (fault,))
            return
        row = {name: cell.strip() for name, cell in zip(self.header, cells, strict=True)}
        told = [event for event in self._mapping.events if holds(event.when, row)]
        if not told and not any(holds(one, row) for one in self._mapping.ignore):
            yield Entry(line, b"", cells, (self._unknown(row),))
        ids: set[str] = set()
        for event in told:
            try:
                said = event_of(event, self._mapping.source, row)
                if said["id"] in ids:
                    raise BadRow((_same_id(event),))
                ids.add(said["id"])
            except BadRow as bad:
                yield Entry(line, b"", cells, bad.faults)
            else:
                text = json.dumps(said, separators=(",", ":")).encode()
                yield Entry(line, text, cells, columns=event.columns)

    def _unknown(self, row: Row) -> Fault:
        """Return the fault of a row that nothing in the mapping is about."""
        conditions = [*(event.when for event in self._mapping.events), *self._mapping.ignore]
        known: dict[str, dict[str, str]] = {}
        for condition in conditions:
            for column, wanted in condition.items():
                known.setdefault(column, {}).update(wanted)
        columns = [column for column, wanted in known.items() if ANY not in wanted] or [*known]
        held = " and ".join(f'"{row[column]}"' for column in columns)
        near = "".join(nearest(row[column], known[column].values()) for column in columns)
        return Fault(
            " and ".join(columns) or "row",
            f"holds {held or 'nothing'}, which the mapping does not know",
            f"{near}correct it, or add it to the mapping under events or ignore",
        )


def _same_id(event: MappedEvent) -> Fault:
    remedy = "give each event of the mapping an id of its own"
    return Fault(event.id.named, "gives two events of the row one id", remedy)


class BadRow(Exception):
    """A row that cannot be read as one of its events, with a fault for each of its cells."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(*faults)
        self.faults = faults


def holds(condition: Condition, row: Row) -> bool:
    """Tell whether a row holds what a condition asks."""
    return all(
        row[column].casefold() in wanted or (ANY in wanted and row[column] != "")
        for column, wanted in condition.items()
    )


def event_of(event: MappedEvent, source: str, row: Row) -> dict[str, Any]:
    """Return the event that a row tells; raises BadRow with every fault."""
    faults: list[Fault] = []

    def read(value: Callable[[], T]) -> T | None:
        try:
            return value()
        except BadCell as bad:
            faults.append(bad.fault)
            return None

    data: dict[str, Any] = {}
    for name, field in event.data.items():
        put(data, name, read(partial(value_of, field, row)))
    time = read(partial(event.time.of, row))
    recorded = event.recordedtime and read(partial(event.recordedtime.of, row))
    said = {
        "specversion": "1.0",
        "id": read(partial(event.id.whole, row)),
        "source": source,
        "type": event.type,
        "subject": read(partial(event.subject.whole, row)),
        "time": time and time[0],
        "data": data,
    }
    if time is None and not faults:
        fault = Fault(event.time.text.named, "is empty", "fill it in: say when it happened")
        faults.append(fault)
    if faults:
        raise BadRow(tuple(faults))
    if time and time[1]:
        said["timeprecision"] = "day"
    if recorded:
        said["recordedtime"] = recorded[0]
    return said


def value_of(field: Field, row: Row) -> Any:
    """Return the value of a field for a row, or None where there is none; raises BadCell."""
    if field.always is not None:
        return field.always
    text = field.text.of(row)
    if not text:
        return None
    if field.split is None:
        return field.read(text, field.text.named)
    parts = (part.strip() for part in text.split(field.split))
    values = (field.read(part, field.text.named) for part in parts if part)
    # A code may stand for several values.
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def put(data: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where a name says, such as `reference` or `event.id`; None puts nothing."""
    if value is None:
        return
    *within, last = name.split(".")
    for step in within:
        data = data.setdefault(step, {})
    data[last] = value


def in_columns(faults: tuple[Fault, ...], columns: Mapping[str, str]) -> tuple[Fault, ...]:
    """Return a door's faults with the columns that their fields came from."""
    return tuple(_in_column(fault, columns) for fault in faults)


def _in_column(fault: Fault, columns: Mapping[str, str]) -> Fault:
    field = fault.field
    while field not in columns:
        field, dot, _ = field.rpartition(".")
        if not dot:
            return fault
    return Fault(columns[field], f"{fault.wrong} (sent as {fault.field})", fault.remedy)
