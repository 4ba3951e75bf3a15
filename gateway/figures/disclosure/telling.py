"""What one publication tells of each cell, and what must stay open of those that it hides."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from gateway.figures.disclosure.layout import Cell, Layout, Table
from gateway.figures.disclosure.policy import ENDLESS, Policy


class Why(StrEnum):
    """Why a cell is hidden. It is never published: that would say which counts are small."""

    SMALL = "small"
    LINE = "line"
    AUDIT = "audit"
    KEPT = "kept"
    UNTOLD = "untold"


@dataclass(frozen=True)
class Telling:
    """Exact counts of some tables and which of them are hidden: for the keeper's eyes only.

    `counts` are those of the smallest cells; what is left out is 0. `exact` are those of all cells
    of the tables, `hidden` says why each hidden one is.
    """

    layout: Layout
    tables: tuple[Table, ...]
    policy: Policy
    counts: Mapping[Cell, int]
    exact: Mapping[Cell, int]
    hidden: dict[Cell, Why]

    @cached_property
    def told(self) -> frozenset[Cell]:
        """Every cell of a table that is published, hidden ones too."""
        return frozenset(
            self.layout.cell(cell) for table in self.tables if table.told for cell in table.cells()
        )

    def shows(self, cell: Cell) -> bool:
        """Whether a rounded count of this cell is told."""
        return cell in self.exact and cell not in self.hidden

    def shown(self, cell: Cell) -> int | None:
        """Return the rounded count that is told of a cell, None where it is hidden.

        Raises ValueError for a cell of no table that is published.
        """
        cell = self.layout.cell(cell)
        if cell not in self.told:
            raise ValueError(f"{cell} is in no table that is published")
        return None if cell in self.hidden else self.policy.rounded(self.exact[cell])

    def may_shift(self, cell: Cell) -> tuple[int, int]:
        """By how much the count of a cell could be lower and higher, and read as it does."""
        count = self.exact[cell]
        if cell not in self.hidden:
            least, most = self.policy.could_be(self.policy.rounded(count))
            return least - count, most - count
        return -count, ENDLESS

    def must_shift(self, cell: Cell) -> tuple[int, int] | None:
        """By how much a hidden small count must be able to be lower and higher.

        All that its mark allows must stay possible: any other value below the threshold. None
        where the cell is told, or is not small.
        """
        count = self.exact[cell]
        if cell not in self.hidden or not self.policy.small(count):
            return None
        return -count, self.policy.most - count


def telling_of(
    layout: Layout, tables: tuple[Table, ...], policy: Policy, counts: Mapping[Cell, int]
) -> Telling:
    """Return the tables with every cell told that is not small.

    Raises ValueError for tables that do not fit the layout or from which a reader could subtract,
    and for counts that are no smallest cells, or below zero.
    """
    layout.check(tables)
    smallest = [frozenset(dimension.parts) for dimension in layout.dimensions]
    for cell, count in counts.items():
        if len(cell) != len(smallest) or any(
            name not in parts for name, parts in zip(cell, smallest, strict=True)
        ):
            raise ValueError(f"{cell} is no smallest cell")
        if count < 0:
            raise ValueError(f"{cell} counts {count}")
    cells = {layout.cell(cell) for table in tables for cell in table.cells()}
    exact = {cell: _sum(layout, cell, counts) for cell in sorted(cells)}
    telling = Telling(layout, tables, policy, counts, exact, {})
    for cell, count in exact.items():
        if cell not in telling.told:
            telling.hidden[cell] = Why.UNTOLD
        elif policy.small(count):
            telling.hidden[cell] = Why.SMALL
    return telling


def _sum(layout: Layout, cell: Cell, counts: Mapping[Cell, int]) -> int:
    return sum(counts.get(part, 0) for part in layout.parts(cell))
