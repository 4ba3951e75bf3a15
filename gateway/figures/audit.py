"""Proves of every hidden cell, over all publications at once, that what it counts stays open."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.figures.layout import Cell
from gateway.figures.policy import ENDLESS
from gateway.figures.telling import Telling
from gateway.figures.worlds import Search, Sums, World

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
                    start = self._like(at, by)
                    world = self._search.find(at, by, start=start) if start else None
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

    def _like(self, at: int, by: int) -> World:
        """Return the world that shifts a cell most nearly so far, allowed or no longer."""
        best: tuple[int, int] | None = None
        chosen: World = {}
        parts = set(self._sums.parts[at])
        for worlds in (self._kept, self._lost):
            for world in worlds:
                shift = sum(times for part, times in world.items() if part in parts)
                missing = max(0, abs(by) - abs(shift))
                if shift * by <= 0 or (best is not None and missing > best[0]):
                    continue
                rank = missing, len(self._broken_by(world)) if worlds is self._lost else 0
                if best is None or rank < best:
                    best, chosen = rank, world
        return chosen

    def _broken_by(self, world: World) -> list[int]:
        """The cells that a world does not allow to read as they do."""
        return [
            cell
            for cell, by in self._sums.shifts(world).items()
            if not self._sums.low[cell] <= by <= self._sums.high[cell]
        ]

    def _keep(self, world: World) -> None:
        useful = False
        for at, by in self._sums.shifts(world).items():
            if at < len(self.cells):
                low, high = self._seen[at]
                if by < low or by > high:
                    self._seen[at] = min(low, by), max(high, by)
                    useful = useful or at in self._needs
        if useful:
            self._kept.append(world)
            self.worlds.append({self._names[part]: by for part, by in world.items()})
