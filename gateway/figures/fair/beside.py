"""Puts cells of figures beside each other: by organisation or area, and month after month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.figures.compliance import Cell
from gateway.figures.metrics import Metric
from shared.access.caller import Party
from shared.codes.lists import Organisation

# How many, of how many.
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a metric counts of each organisation or area, and of what is of none of them."""

    each: dict[Party, Pair]
    elsewhere: Pair | None


def beside(cells: Sequence[Cell], metric: Metric) -> Beside:
    """Return what a metric counts, of cells that are counted by one organisation or area each."""
    each: dict[Party, Pair] = {}
    elsewhere: Pair | None = None
    for cell in cells:
        (of,) = cell.of.values()
        party = (of.agency, of.id) if isinstance(of, Organisation) else of
        if party is None or not party[1]:
            elsewhere = _plus(elsewhere or (0, 0), _pair(cell, metric))
        else:
            each[party] = _pair(cell, metric)
    return Beside(each, elsewhere)


@dataclass(frozen=True, slots=True)
class MonthPair:
    """What a metric counts of one London month, by its first day."""

    first: date
    pair: Pair


def in_order(cells: Sequence[Cell], metric: Metric) -> list[MonthPair]:
    """Return every month from the first to the last of cells that are counted by month."""
    found = {cell.of["month"]: _pair(cell, metric) for cell in cells}
    if not found:
        return []
    return [
        MonthPair(month, found.get(month, (0, 0))) for month in _from_to(min(found), max(found))
    ]


def apart(months: Sequence[MonthPair], day: date) -> tuple[Pair, Pair, date | None]:
    """Return what was counted before a London day and from it on, and the month it parts.

    A month cannot be parted: unless the day is its first, it counts for neither.
    """
    before, after, between = (0, 0), (0, 0), None
    for month in months:
        if (month.first.year, month.first.month) == (day.year, day.month) and day.day > 1:
            between = month.first
        elif month.first < day:
            before = _plus(before, month.pair)
        else:
            after = _plus(after, month.pair)
    return before, after, between


def _pair(cell: Cell, metric: Metric) -> Pair:
    return metric.numerator.sum(cell.counts), metric.denominator.sum(cell.counts)


def _plus(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], one[1] + other[1]


def _from_to(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
