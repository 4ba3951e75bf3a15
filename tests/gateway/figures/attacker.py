"""A reader who has kept every table, knows the policy, and does all the sums that can be done.

It shares no code with the auditor: it sees what `shown` returns, and which parts a cell adds up.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import highspy
import numpy as np

from gateway.figures.disclosure.control import Publication
from gateway.figures.disclosure.layout import Cell

Bounds = tuple[float, float]


def readings(publication: Publication) -> dict[Cell, int | None]:
    """What one publication tells: each cell by its name in the table, None where it is hidden."""
    telling = publication.telling
    return {
        cell: publication.shown(cell)
        for table in telling.tables
        if table.told
        for cell in table.cells()
    }


class LinearProgram:
    """Finds the least and the greatest that any sum of counts can be, by linear programming.

    By how much a revision changed each count is known to it exactly: it sees both in truth.
    """

    def __init__(self, publications: Sequence[Publication]) -> None:
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.setOptionValue("output_flag", False)
        self._columns: dict[Cell, int] = {}
        self._layout = publications[-1].telling.layout
        newest: dict[Cell, int] = {}
        for publication in publications:
            newest.update(publication.telling.counts)
        for publication in publications:
            self._read(publication, newest)

    def _read(self, publication: Publication, newest: Mapping[Cell, int]) -> None:
        policy, counts = publication.telling.policy, publication.telling.counts
        for cell, shown in readings(publication).items():
            columns = self._columns_of(cell)
            known = sum(
                counts.get(part, 0) - newest.get(part, 0) for part in self._layout.parts(cell)
            )
            least, most = (0.0, highspy.kHighsInf)
            if shown is not None:
                # Rounded to the nearest: a count lies at most half of the base away from it.
                values = [n for n in range(shown + policy.base + 1) if policy.rounded(n) == shown]
                least, most = max(policy.threshold, min(values)), max(values)
            self._solver.addRow(
                least - known, most - known, len(columns), columns, np.ones(len(columns))
            )

    def _columns_of(self, cell: Cell) -> np.ndarray:
        columns = []
        for part in self._layout.parts(cell):
            if part not in self._columns:
                self._columns[part] = len(self._columns)
                self._solver.addVar(0, highspy.kHighsInf)
            columns.append(self._columns[part])
        return np.array(sorted(columns), dtype=np.int32)

    def bounds(self, cell: Cell) -> Bounds:
        """The least and the greatest that the newest count of a cell can be."""
        cost = np.zeros(len(self._columns))
        cost[self._columns_of(cell)] = 1
        every = np.arange(len(cost), dtype=np.int32)
        self._solver.changeColsCost(len(cost), every, cost)
        found = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            self._solver.changeObjectiveSense(sense)
            self._solver.run()
            status = self._solver.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                found.append(self._solver.getObjectiveValue())
            else:
                assert status in (
                    highspy.HighsModelStatus.kUnbounded,
                    highspy.HighsModelStatus.kUnboundedOrInfeasible,
                )
                found.append(highspy.kHighsInf)
        return found[0], found[1]


class Elimination:
    """Finds which cells follow from exact sums, by elimination with whole fractions."""

    def __init__(self, publications: Iterable[Publication]) -> None:
        self._rows: dict[Cell, dict[Cell, Fraction]] = {}
        for publication in publications:
            self._layout = publication.telling.layout
            for cell, shown in readings(publication).items():
                if shown is not None:
                    self._learn(self._row(cell))

    def follows(self, cell: Cell) -> bool:
        """Whether a cell is a sum and difference of cells that are shown."""
        return not self._reduced(self._row(cell))

    def _row(self, cell: Cell) -> dict[Cell, Fraction]:
        return {part: Fraction(1) for part in self._layout.parts(cell)}

    def _reduced(self, row: dict[Cell, Fraction]) -> dict[Cell, Fraction]:
        kept: dict[Cell, Fraction] = {}
        while row:
            first = min(row)
            times = row[first]
            if first not in self._rows:
                kept[first] = row.pop(first)
                continue
            for part, factor in self._rows[first].items():
                row[part] = row.get(part, Fraction(0)) - times * factor
                if not row[part]:
                    del row[part]
        return kept

    def _learn(self, row: dict[Cell, Fraction]) -> None:
        reduced = self._reduced(row)
        if reduced:
            first = min(reduced)
            self._rows[first] = {part: factor / reduced[first] for part, factor in reduced.items()}
