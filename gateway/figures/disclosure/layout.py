"""Which cells tables of counts have, and which of them add up to which others.

A cell is named by one member of each dimension: `("police/dorset", "6", "met", "2026-04")`. A
member is a part, or a total of parts; a table that is not broken down by a dimension has the total
of it there. So what two tables share is one cell with one name, and whatever is decided of it holds
in both.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

Cell = tuple[str, ...]


@dataclass(frozen=True)
class Dimension:
    """One way in which counts are broken down: its parts, and the totals of them, by level.

    `levels` are totals that are disjoint within their level, such as all CPS Areas, each with the
    parts it adds up. Levels need not nest. Raises ValueError for a total of parts that are not
    there, for totals of one level that overlap, and for a name used twice.
    """

    name: str
    parts: tuple[str, ...]
    levels: Mapping[str, Mapping[str, frozenset[str]]]

    def __post_init__(self) -> None:
        names = [*self.parts, *(name for totals in self.levels.values() for name in totals)]
        if len(set(names)) < len(names):
            raise ValueError(f"a member of {self.name} is named twice")
        for level, totals in self.levels.items():
            counted = [part for of in totals.values() for part in of]
            if unknown := set(counted) - set(self.parts):
                raise ValueError(f"{level} adds up {sorted(unknown)}, no parts of {self.name}")
            if len(set(counted)) < len(counted):
                raise ValueError(f"totals of {level} overlap")

    @cached_property
    def parts_of(self) -> dict[str, frozenset[str]]:
        """The parts that each member adds up; of a part, itself."""
        return {part: frozenset({part}) for part in self.parts} | {
            name: of for totals in self.levels.values() for name, of in totals.items()
        }

    @cached_property
    def alike(self) -> dict[str, str]:
        """Each member by the first that adds up the same parts: both are the same count."""
        first: dict[frozenset[str], str] = {}
        return {name: first.setdefault(of, name) for name, of in self.parts_of.items()}

    @cached_property
    def sums(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """Each total with members of one level that add up to it, once for each such level."""
        levels = [dict.fromkeys(self.parts), *self.levels.values()]
        found: dict[tuple[str, frozenset[str]], None] = {}
        for name, of in self.parts_of.items():
            for level in levels:
                within = [each for each in level if self.parts_of[each] <= of]
                covered = frozenset[str]().union(*(self.parts_of[each] for each in within))
                if covered == of and len(within) > 1:
                    found[self.alike[name], frozenset(self.alike[each] for each in within)] = None
        return tuple(found)


@dataclass(frozen=True)
class Table:
    """Some members of each dimension, in the layout's order, and all cells that they cross in.

    `told` is false for counts that nobody publishes and that are protected all the same, such as
    the month by which two published totals differ.
    """

    name: str
    members: tuple[tuple[str, ...], ...]
    told: bool = True

    def cells(self) -> Iterator[Cell]:
        """Every cell of the table."""
        yield from product(*self.members)


@dataclass(frozen=True)
class Layout:
    """The dimensions of some tables; `outcome` names that of which a total is the denominator."""

    dimensions: tuple[Dimension, ...]
    outcome: str | None = None

    def __post_init__(self) -> None:
        names = [dimension.name for dimension in self.dimensions]
        if self.outcome is not None and self.outcome not in names:
            raise ValueError(f"{self.outcome} is no dimension of {names}")

    @cached_property
    def at_outcome(self) -> int | None:
        """At which place of a cell's name its outcome stands."""
        names = [dimension.name for dimension in self.dimensions]
        return None if self.outcome is None else names.index(self.outcome)

    def cell(self, named: Cell) -> Cell:
        """Return the one name of a count that may have several; raises ValueError for no cell."""
        if len(named) != len(self.dimensions):
            raise ValueError(f"{named} does not name a member of each dimension")
        try:
            return tuple(
                dimension.alike[member]
                for dimension, member in zip(self.dimensions, named, strict=True)
            )
        except KeyError as unknown:
            raise ValueError(f"{unknown.args[0]} in {named} is no member") from None

    def denominator(self, cell: Cell) -> Cell | None:
        """Return the cell that has all outcomes of this one, None where that is no cell."""
        at = self.at_outcome
        if at is None:
            return None
        dimension = self.dimensions[at]
        for name, of in dimension.parts_of.items():
            if of == frozenset(dimension.parts) and name != cell[at]:
                return self.cell((*cell[:at], name, *cell[at + 1 :]))
        return None

    def check(self, tables: Iterable[Table]) -> None:
        """Raise ValueError for a table of which a reader could work out what it leaves out.

        A table that tells one outcome beside the total tells the others too, by subtraction; so
        it has all of them, and all are protected.
        """
        for table in tables:
            for cell in table.cells():
                self.cell(cell)
            if self.at_outcome is None:
                continue
            outcomes = set(table.members[self.at_outcome])
            parts = set(self.dimensions[self.at_outcome].parts)
            if outcomes & parts and not parts <= outcomes:
                raise ValueError(f"{table.name} leaves out {sorted(parts - outcomes)}")

    def parts(self, cell: Cell) -> Iterator[Cell]:
        """Every smallest cell that this one adds up."""
        yield from product(
            *(
                sorted(dimension.parts_of[member])
                for dimension, member in zip(self.dimensions, cell, strict=True)
            )
        )

    def lines(self, cells: Iterable[Cell]) -> Iterator[tuple[Cell, ...]]:
        """Every total among these cells, and after it the cells that add up to it."""
        among = set(cells)
        totals: list[dict[str, list[frozenset[str]]]] = []
        for dimension in self.dimensions:
            sums: dict[str, list[frozenset[str]]] = {}
            for name, of in dimension.sums:
                sums.setdefault(name, []).append(of)
            totals.append(sums)
        for cell in sorted(among):
            for at, sums in enumerate(totals):
                for of in sums.get(cell[at], ()):
                    line = [(*cell[:at], each, *cell[at + 1 :]) for each in sorted(of)]
                    if among.issuperset(line):
                        yield cell, *line

    def extends(self, earlier: "Layout") -> bool:
        """Whether every name of an earlier layout still means what it meant."""
        return (
            self.outcome == earlier.outcome
            and [each.name for each in self.dimensions]
            == [each.name for each in earlier.dimensions]
            and all(
                now.parts_of.get(name) == of
                for now, then in zip(self.dimensions, earlier.dimensions, strict=True)
                for name, of in then.parts_of.items()
            )
        )
