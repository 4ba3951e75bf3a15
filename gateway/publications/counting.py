"""Counts from events what the tally counts from the register: duties by class, cell by cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.figures.areas import parties_of
from gateway.figures.compliance import Cell, Question, cells_of, columns_of, owners_of
from gateway.journey.duty import Rulebook
from gateway.journey.membership import Membership, journeys_of
from gateway.journey.obligations import follow_all
from gateway.journey.stages import course_of
from gateway.register.classing import class_of, month_of
from gateway.register.rows import FOR_GOOD, ObligationRow, Yardstick, marks, obligation_rows
from shared.journey_event import JourneyRecord
from shared.store.tally_tables import CLASSES


@dataclass(slots=True)
class Counting:
    """Counts journeys of everybody for a question, one record after the other.

    What it holds grows with the cells that there are and not with the journeys.
    """

    asked: Question
    yardstick: Yardstick
    journeys: int = 0
    _columns: Sequence[str] = field(init=False)
    _rules: frozenset[str] = field(init=False)
    _owners: frozenset[str] | None = field(init=False)
    _counts: dict[tuple[Any, ...], dict[str, int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._columns = columns_of(self.asked)
        self._rules = frozenset(self.asked.rules)
        area = self.asked.area
        self._owners = None if area is None else frozenset(owners_of(parties_of(*area)))

    def add(self, record: JourneyRecord) -> None:
        """Count every journey of a record."""
        for membership in journeys_of(record):
            self.journeys += 1
            self._add(membership)

    def cells(self, rulebook: Rulebook) -> list[Cell]:
        """Return what was counted, in order."""
        rows = (
            dict(zip(self._columns, key, strict=True)) | counts
            for key, counts in self._counts.items()
        )
        return cells_of(self.asked, rows, rulebook)

    def _add(self, membership: Membership) -> None:
        by, moment = self.yardstick, self.asked.as_of
        story = membership.story(as_of=FOR_GOOD)
        course = course_of(story)
        owed = follow_all(by.rulebook, story, by.calendar, course=course).obligations
        rows = obligation_rows(membership.id, owed, course, None)
        departed: dict[bytes, datetime] = {
            mark.obligation_id: mark.marked_at
            for mark in marks(story, owed, rows)
            if mark.mark == "departure.justified"
        }
        for row in rows:
            if not self._counts_in(row):
                continue
            name = class_of(row, departed.get(row.obligation_id), moment)
            if name is not None:
                key = tuple(_value(row, column) for column in self._columns)
                counts = self._counts.setdefault(key, dict.fromkeys(CLASSES, 0))
                counts[name] += 1

    def _counts_in(self, row: ObligationRow) -> bool:
        asked, month = self.asked, month_of(row)
        return (
            row.rule in self._rules
            and (asked.first is None or month >= asked.first)
            and (asked.last is None or month <= asked.last)
            and (asked.organisation is None or (row.organisation or "") == asked.organisation)
            and (asked.owner is None or row.owner == asked.owner)
            and (asked.stage is None or (row.stage or 0) == int(asked.stage))
            and (asked.enhanced is None or row.enhanced == asked.enhanced)
            and (
                self._owners is None
                or not self._owners.isdisjoint(
                    (f"{row.owner}/{row.organisation or ''}", f"{row.owner}/*")
                )
            )
        )


def _value(row: ObligationRow, column: str) -> Any:
    match column:
        case "month":
            return month_of(row)
        case "organisation":
            return row.organisation or ""
        case "stage":
            return row.stage or 0
        case _:
            return getattr(row, column)


def differing(
    frozen: Iterable[tuple[Sequence[str], dict[str, int]]],
    now: Iterable[tuple[Sequence[str], dict[str, int]]],
) -> list[tuple[tuple[str, ...], dict[str, int], dict[str, int]]]:
    """Return the cells of two countings that are not the same, in order, with both counts."""
    none = dict.fromkeys(CLASSES, 0)
    one = {tuple(key): counts for key, counts in frozen}
    other = {tuple(key): counts for key, counts in now}
    return [
        (key, one.get(key, none), other.get(key, none))
        for key in sorted({*one, *other})
        if {**none, **one.get(key, {})} != {**none, **other.get(key, {})}
    ]
