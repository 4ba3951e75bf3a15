"""Holds what a source system counts itself against what is kept of its feed, by type and day."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from victim_journey.answers import Unreadable
from victim_journey.door import AsyncDoor

COLUMNS = ("type", "day", "events")
DAYS = ("%Y-%m-%d", "%d/%m/%Y")
Counts = dict[tuple[str, date], int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A type and London day of which the source counts another number than is kept."""

    day: date
    type: str
    counted: int
    kept: int

    def __str__(self) -> str:
        return f"{self.day} {self.type}: you count {self.counted:,}, kept are {self.kept:,}"


def read_counts(path: Path) -> Counts:
    """Return what a source counts, from a CSV file with the columns type, day and events.

    Lines of one type and day are added up. Raises Unreadable, naming the line.
    """
    counts = Counter[tuple[str, date]]()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not set(COLUMNS) <= set(rows.fieldnames or ()):
                raise Unreadable(f"{path} lacks a column: it needs {', '.join(COLUMNS)}.")
            for row in rows:
                type_, day, events = ((row[name] or "").strip() for name in COLUMNS)
                where = f"{path}, line {rows.line_num}"
                counts[type_, _day(day, where)] += _number(events, where)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path} is not CSV in UTF-8: {error}.") from error
    if not counts:
        raise Unreadable(f"{path} counts nothing: give it a line for each type and day.")
    return dict(counts)


async def differences(door: AsyncDoor, source: str, counted: Counts) -> list[Difference]:
    """Return where a source's counts and what is kept differ, from its first day to its last."""
    days = [day for _, day in counted]
    kept = await door.counts(source, min(days), max(days))
    return list(_differences(counted, kept))


def _differences(counted: Counts, kept: Counts) -> Iterator[Difference]:
    for type_, day in sorted({*counted, *kept}, key=lambda one: (one[1], one[0])):
        ours, theirs = kept.get((type_, day), 0), counted.get((type_, day), 0)
        if ours != theirs:
            yield Difference(day, type_, theirs, ours)


def _day(text: str, where: str) -> date:
    for format_ in DAYS:
        try:
            return datetime.strptime(text, format_).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Unreadable(f'{where}: "{text}" is no day: write it as 2024-03-28 or 28/03/2024.')


def _number(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Unreadable(f'{where}: "{text}" is no number of events: write digits.') from None
