"""What a reader is told of a publication: counts, rates and intervals, all from what is shown."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.figures.disclosure.control import Publication
from gateway.figures.disclosure.layout import Cell, Table
from gateway.figures.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class Rate:
    """One cell as it is published; nothing in it is known to the keeper only.

    `count` is rounded, None where it is hidden. `of` is the rounded count of all outcomes, None
    where that is hidden or the cell is it; `share` (0 to 1) and `interval` (95 %) are worked out
    from these two, and None without them.
    """

    cell: Cell
    count: int | None
    of: int | None
    share: float | None
    interval: Interval | None


def rates(publication: Publication, table: Table) -> Iterator[Rate]:
    """Every cell of a table as it is published.

    Raises ValueError for a table that is not told.
    """
    layout = publication.telling.layout
    for cell in table.cells():
        count = publication.shown(cell)
        whole = layout.denominator(cell)
        # Of a table without the denominators there are counts, and no rates.
        of = publication.shown(whole) if whole in publication.telling.told else None
        if count is None or not of:
            yield Rate(cell, count, of, None, None)
        else:
            yield Rate(cell, count, of, count / of, wilson(count, of))
