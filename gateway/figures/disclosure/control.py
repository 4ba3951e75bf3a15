"""Makes a set of tables of counts fit to be published: hidden, rounded, and proved by an audit.

Tables are published once. What earlier publications told stays told, so every new one is judged
together with all of them: the reader is taken to have kept them, to know this policy, and to know
exactly by how much a revision changed each count. See ADR 0015.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.figures.disclosure.audit import Audit, NamedWorld
from gateway.figures.disclosure.layout import Cell, Layout, Table
from gateway.figures.disclosure.policy import Policy
from gateway.figures.disclosure.telling import Telling, Why, telling_of

# Of so many cells that stood most in the way of a proof, the smallest is hidden.
WORST = 6


@dataclass(frozen=True, slots=True)
class Publication:
    """Tables published at once. All but what `shown` returns is for the keeper's eyes only.

    `worlds` prove that what is hidden stays open, here and in all publications before. `unproved`
    are hidden cells of which they do not: an earlier publication told too much of them before they
    became small, and what was told cannot be taken back.
    """

    telling: Telling
    worlds: tuple[NamedWorld, ...]
    unproved: frozenset[Cell]

    def shown(self, cell: Cell) -> int | None:
        """Return the rounded count that is told of a cell, None where it is hidden.

        Raises ValueError for a cell of no table that is published.
        """
        return self.telling.shown(cell)


def publish(
    layout: Layout,
    tables: Sequence[Table],
    counts: Mapping[Cell, int],
    *,
    before: Sequence[Publication] = (),
    policy: Policy | None = None,
) -> Publication:
    """Return the tables as they may be published, after all those published `before`, oldest first.

    `counts` are exact, of the smallest cells, as now known. Raises ValueError for tables or counts
    that do not fit the layout, and for a layout in which a name means other parts than before.
    """
    telling = telling_of(layout, tuple(tables), policy or Policy(), counts)
    earlier = related(telling, before)
    kept = {
        layout.cell(cell)
        for past in earlier
        for cell in past.telling.hidden
        if cell in past.telling.told
    }
    for cell in telling.told & kept - telling.hidden.keys():
        telling.hidden[cell] = Why.KEPT
    shown_before = {
        layout.cell(cell)
        for past in earlier
        for cell in past.telling.exact
        if past.telling.shows(cell)
    }
    lines = Lines(telling, shown_before)
    lines.close(telling.hidden)
    audit = Audit([*(past.telling for past in earlier), telling])
    for past in earlier:
        audit.adopt(past.worlds)
    unproved = frozenset(_settle(audit, telling, lines))
    told_before = {cell for cell, why in telling.hidden.items() if why is Why.SMALL} & shown_before
    return Publication(telling, tuple(audit.worlds), unproved | told_before)


def related(telling: Telling, before: Sequence[Publication]) -> list[Publication]:
    """Return the publications that share a smallest cell with this one, or with one that does."""
    linked = _parts(telling)
    waiting = [(past, _parts(past.telling)) for past in before]
    found: set[int] = set()
    while True:
        new = [at for at, (_, parts) in enumerate(waiting) if at not in found and parts & linked]
        if not new:
            return [past for at, (past, _) in enumerate(waiting) if at in found]
        found.update(new)
        linked = linked.union(*(waiting[at][1] for at in new))


def _parts(telling: Telling) -> set[Cell]:
    return {part for cell in telling.exact for part in telling.layout.parts(cell)}


class Lines:
    """The sums of some tables: in none of them may one cell alone be hidden."""

    def __init__(self, telling: Telling, shown_before: set[Cell]) -> None:
        self._telling, self._shown_before = telling, shown_before
        self._lines = list(telling.layout.lines(telling.told))
        self._of: dict[Cell, list[int]] = {}
        for at, line in enumerate(self._lines):
            for cell in line:
                self._of.setdefault(cell, []).append(at)

    def close(self, hidden: Iterable[Cell]) -> list[Cell]:
        """Hide a second cell wherever one is alone, until none is; return what was hidden.

        The smallest goes, and one that was told before only where no other is left, since hiding
        it protects nothing.
        """
        telling, more = self._telling, list[Cell]()
        waiting = sorted({at for cell in hidden for at in self._of.get(cell, ())}, reverse=True)
        while waiting:
            line = self._lines[waiting.pop()]
            if sum(cell in telling.hidden for cell in line) != 1:
                continue
            choice = self.choose(line)
            if choice is None:
                continue
            telling.hidden[choice] = Why.LINE
            more.append(choice)
            waiting.extend(self._of[choice])
        return more

    def choose(self, cells: Iterable[Cell]) -> Cell | None:
        """Return the cell whose hiding costs least, None where all are hidden."""
        exact, shown = self._telling.exact, self._telling.shows
        return min(
            (cell for cell in cells if shown(cell)),
            key=lambda cell: (cell in self._shown_before, exact[cell], cell),
            default=None,
        )


def _settle(audit: Audit, telling: Telling, lines: Lines) -> list[Cell]:
    """Hide more, until all that is hidden is proved to stay open or there is no more to hide."""
    helpless: set[Cell] = set()
    while waiting := [cell for cell in audit.open_cells() if cell not in helpless]:
        for cell in waiting:
            in_the_way = audit.prove(cell)
            if in_the_way is None:
                continue
            choice = lines.choose(in_the_way[:WORST]) or lines.choose(in_the_way)
            if choice is None:
                helpless.add(cell)
                continue
            telling.hidden[choice] = Why.AUDIT
            audit.reread([choice, *lines.close([choice])])
    return [cell for cell in audit.open_cells() if cell in helpless]
