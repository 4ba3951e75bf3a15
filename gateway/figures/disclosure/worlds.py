"""The auditor of tables: other counts that would have been told in the same words.

A world is a shift of the smallest cells by whole numbers after which every cell, in every
publication, still reads as it was told. Whoever holds all tables, and can do any sum, cannot tell
the true counts from those of a world. So a hidden count for which there is a world in which it is
small and another in which it is large has not been told; both are kept as the proof. The search may
miss a world that exists, and never finds one that does not.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

# Part by part, how many more or fewer it counts than in truth.
World = Mapping[int, int]

# A search that has found nothing by then is begun anew from another side.
STEPS = 100
CANDIDATES = 40
# How much worse it is to lose the shift that is looked for than to break what a cell tells.
GOAL = 4


@dataclass(slots=True)
class Sums:
    """Cells as sums of numbered parts, and by how much each may shift without being told apart.

    `low` and `high` are shifts, at most and at least 0, and both ends are allowed.
    """

    parts: Sequence[Sequence[int]]
    low: list[int]
    high: list[int]
    cells_of: dict[int, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.cells_of = {}
        for cell, parts in enumerate(self.parts):
            for part in parts:
                self.cells_of.setdefault(part, []).append(cell)

    def shifts(self, world: World) -> Counter[int]:
        """By how much a world shifts each cell."""
        shifts: Counter[int] = Counter()
        for part, by in world.items():
            for cell in self.cells_of[part]:
                shifts[cell] += by
        return shifts

    def reads_the_same(self, world: World) -> bool:
        """Whether every cell would have been told as it was."""
        return all(
            self.low[cell] <= by <= self.high[cell] for cell, by in self.shifts(world).items()
        )


class Search:
    """Looks for worlds; what stood in its way is counted in `blame`, cell by cell."""

    def __init__(self, sums: Sums, *, seed: int = 0) -> None:
        self._sums = sums
        self._lot = random.Random(seed)  # noqa: S311 -- the same tables have the same answer
        self._shift = [0] * len(sums.parts)
        self.blame: Counter[int] = Counter()

    def find(
        self, cell: int, by: int, *, start: World | None = None, tries: int = 4
    ) -> World | None:
        """Return a world in which a cell is shifted by so much or more, None where none is found.

        It is looked for from the truth, or from a world that some cells do not allow.
        """
        self.blame.clear()
        sums = self._sums
        if not sums.low[cell] <= by <= sums.high[cell]:
            return None
        for _ in range(tries):
            world = dict(start or {})
            broken = set[int]()
            for shifted, shift in sums.shifts(world).items():
                self._shift[shifted] = shift
                if not sums.low[shifted] <= shift <= sums.high[shifted]:
                    broken.add(shifted)
            found = self._repair(cell, by, world, broken)
            for shifted in sums.shifts(world):
                self._shift[shifted] = 0
            if found:
                return {part: shift for part, shift in world.items() if shift}
        return None

    def _repair(self, cell: int, by: int, world: dict[int, int], broken: set[int]) -> bool:
        """Shift the cell, then put right one broken cell after the other."""
        sums, shift, sign = self._sums, self._shift, 1 if by > 0 else -1
        goal = frozenset(sums.parts[cell])
        recent: dict[int, int] = {}
        for step in range(STEPS):
            wanted = shift[cell] * sign < by * sign
            if not wanted and not broken:
                return True
            at = cell if wanted else self._smallest(broken)
            way = sign if wanted else (1 if shift[at] < sums.low[at] else -1)
            part = self._best(at, way, goal, shift[cell] * sign - by * sign, sign, recent, step)
            if part is None:
                self.blame.update(broken)
                return False
            world[part] = world.get(part, 0) + way
            recent[part * 2 + (way < 0)] = step
            for touched in sums.cells_of[part]:
                shift[touched] += way
                if sums.low[touched] <= shift[touched] <= sums.high[touched]:
                    broken.discard(touched)
                else:
                    broken.add(touched)
        self.blame.update(broken)
        return False

    def _smallest(self, broken: Iterable[int]) -> int:
        """A broken cell of few parts, where there is least to choose from."""
        lot = self._lot.random
        return min(broken, key=lambda cell: (len(self._sums.parts[cell]), lot()))

    def _best(
        self,
        at: int,
        way: int,
        goal: frozenset[int],
        spare: int,
        sign: int,
        recent: Mapping[int, int],
        step: int,
    ) -> int | None:
        """The part whose shift breaks least and mends most, None where all were just used."""
        sums, shift = self._sums, self._shift
        low, high, cells_of = sums.low, sums.high, sums.cells_of
        parts = sums.parts[at]
        if len(parts) > CANDIDATES:
            parts = self._lot.sample(parts, CANDIDATES)
        best, least = None, float("inf")
        for part in parts:
            # To go back at once where one came from is no way out.
            if step - recent.get(part * 2 + (way > 0), -99) < 10:
                continue
            cost = self._lot.random()
            if way != sign and spare <= 0 and part in goal:
                cost += GOAL
            for cell in cells_of[part]:
                now = shift[cell]
                if way > 0:
                    if now >= high[cell]:
                        cost += 1
                    elif now < low[cell]:
                        cost -= 1
                elif now <= low[cell]:
                    cost += 1
                elif now > high[cell]:
                    cost -= 1
            if cost < least:
                best, least = part, cost
        return best
