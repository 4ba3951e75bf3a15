"""Proves of every hidden cell, over all publications at once, that what it counts stays open."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from gateway.figures.disclosure.layout import Cell
from gateway.figures.disclosure.policy import ENDLESS
from gateway.figures.disclosure.telling import Telling
from gateway.figures.disclosure.worlds import Search, Sums, World

# From so many worlds that are nearly what is wanted, the search is begun anew.
STARTS = 4
# A world by the names of its smallest cells, as it is kept with a publication.
NamedWorld = Mapping[Cell, int]


@dataclass(slots=True)
class Need:
    """How far a hidden cell must be able to shift: down, up, and from one end to the other."""

    low: int = 0
    high: int = 0
    width: int = 0

    def met_by(self, low: int, high: int) -> bool:
        """Whether shifts from `low` to `high` are enough."""
        return low <= self.low and high >= self.high and high - low >= self.width

    def ways(self) -> list[tuple[int, int]]:
        """The shifts down and up to look for, the likeliest first."""
        if self.width <= self.high - self.low:
            return [(self.low, self.high)]
        return [(up - self.width, up) for up in range(self.width, -1, -1)]


class Audit:
    """What some publications tell together, the last of them the newest, and what stays open.

    A revision is taken to be known exactly, so a world shifts the same victims in all of them.
    Raises ValueError where a member of an earlier publication means something else now.
    """

    def __init__(self, tellings: Sequence[Telling]) -> None:
        layout = tellings[-1].layout
        if not all(layout.extends(telling.layout) for telling in tellings):
            raise ValueError("a member of an earlier publication means something else now")
        # A total may be the same as another one in the larger layout: it goes by one name.
        self._tellings = [
            (telling, {layout.cell(cell): cell for cell in telling.exact}) for telling in tellings
        ]
        self.cells = sorted({cell for _, names in self._tellings for cell in names})
        self._at = {cell: at for at, cell in enumerate(self.cells)}
        self._parts: dict[Cell, int] = {}
        parts = [
            [self._parts.setdefault(part, len(self._parts)) for part in layout.parts(cell)]
            for cell in self.cells
        ]
        # A smallest cell can be in no table, and no count is below zero.
        counted = [ENDLESS] * len(self._parts)
        for telling, names in self._tellings:
            for part in {part for cell in names for part in layout.parts(cell)}:
                number = self._parts[part]
                counted[number] = min(counted[number], telling.counts.get(part, 0))
        alone = [[number] for number in range(len(counted))]
        self._sums = Sums(
            parts + alone,
            [0] * len(parts) + [-count for count in counted],
            [0] * len(parts) + [ENDLESS] * len(counted),
        )
        self._names = list(self._parts)
        self._within = [frozenset(each) for each in parts]
        self._seen = [(0, 0)] * len(parts)
        self._needs: dict[int, Need] = {}
        self._search = Search(self._sums)
        self.worlds: list[NamedWorld] = []
        self._kept: list[World] = []
        self._lost: list[World] = []
        self.reread(self.cells)

    def reread(self, cells: Iterable[Cell]) -> None:
        """Take anew from the publications what they tell of some cells."""
        for cell in cells:
            low, high, need = -ENDLESS, ENDLESS, Need()
            hidden = told = False
            musts: list[tuple[int, int]] = []
            for telling, names in self._tellings:
                if (name := names.get(cell)) is None:
                    continue
                lower, higher = telling.may_shift(name)
                low, high = max(low, lower), min(high, higher)
                told = told or telling.shows(name)
                hidden = hidden or (name in telling.hidden and name in telling.told)
                if must := telling.must_shift(name):
                    musts.append(must)
                if hidden:
                    need.width = max(need.width, telling.policy.width)
            if musts:
                # Where a revision is known exactly, both counts can only move together.
                need.low = max(must[0] for must in musts)
                need.high = min(must[1] for must in musts)
            at = self._at[cell]
            self._sums.low[at], self._sums.high[at] = low, high
            self._needs.pop(at, None)
            # What was told once is told, and hiding it later opens nothing.
            if not told and (hidden or musts):
                self._needs[at] = need

    def adopt(self, worlds: Iterable[NamedWorld]) -> None:
        """Keep of earlier worlds those that all publications allow, and remember the others."""
        for named in worlds:
            world = {self._parts[part]: by for part, by in named.items() if part in self._parts}
            if len(world) < len(named):
                continue
            if self._sums.reads_the_same(world):
                self._keep(world)
            else:
                self._lost.append(world)

    def open_cells(self) -> list[Cell]:
        """Hidden cells of which it is not proved that they stay open."""
        return [
            self.cells[at] for at, need in self._needs.items() if not need.met_by(*self._seen[at])
        ]

    def prove(self, cell: Cell) -> list[Cell] | None:
        """Look for worlds that keep a cell open; None where it is proved.

        Else what stood in the way is returned, the worst first, and after it whatever else says
        something of the same victims.
        """
        at = self._at[cell]
        need = self._needs[at]
        blame: Counter[int] = Counter()
        lost: list[int] = []
        for low, high in need.ways():
            for by in (low, high):
                if self._seen[at][0] <= by <= self._seen[at][1]:
                    continue
                world = self._search.find(at, by)
                if world is None:
                    blame.update(self._search.blame)
                    for start in self._like(at, by):
                        world = self._search.find(at, by, start=start, tries=1)
                        if world is not None:
                            break
                        lost.extend(self._broken_by(start))
                if world is None:
                    break
                self._keep(world)
            if need.met_by(*self._seen[at]):
                return None
        blamed = sorted(blame, key=lambda other: (-blame[other], other))
        near = sorted(
            {other for part in self._sums.parts[at] for other in self._sums.cells_of[part]}
        )
        return [
            self.cells[other]
            for other in dict.fromkeys([*lost, *blamed, *near])
            if other < len(self.cells)
        ]

    def _like(self, at: int, by: int) -> list[World]:
        """Return worlds that shift a cell most nearly so far, allowed or no longer."""
        parts = self._sums.parts[at]
        ranked: list[tuple[int, int]] = []
        worlds = [*self._kept, *self._lost]
        for number, world in enumerate(worlds):
            if len(parts) < len(world):
                shift = sum(world[part] for part in parts if part in world)
            else:
                within = self._within[at]
                shift = sum(times for part, times in world.items() if part in within)
            if shift * by > 0:
                ranked.append((max(0, abs(by) - abs(shift)), number))
        near = nsmallest(4 * STARTS, ranked)
        near.sort(key=lambda each: (each[0], len(self._broken_by(worlds[each[1]]))))
        return [worlds[number] for _, number in near[:STARTS]]

    def _broken_by(self, world: World) -> list[int]:
        """The cells that a world does not allow to read as they do."""
        return [
            cell
            for cell, by in self._sums.shifts(world).items()
            if not self._sums.low[cell] <= by <= self._sums.high[cell]
        ]

    def _keep(self, world: World) -> None:
        # What is shown now may be hidden later, and is proved by then: no cell is left out here.
        further = False
        for at, by in self._sums.shifts(world).items():
            if at < len(self.cells):
                low, high = self._seen[at]
                if not low <= by <= high:
                    self._seen[at] = min(low, by), max(high, by)
                    further = True
        if further:
            self._kept.append(world)
            self.worlds.append({self._names[part]: by for part, by in world.items()})
