"""Counts what a review of a police area tells: its bodies' figures, and the thresholds crossed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from gateway.figures.compliance import Cell, Question, read_cells
from gateway.figures.metrics import metrics
from gateway.figures.periods import Period
from gateway.journey.duty import Duty, Rulebook
from gateway.journey.limits import AGENCY_OF
from gateway.review.thresholds import Threshold
from shared.access.caller import Party
from shared.store import Store
from shared.store.tally_tables import CLASSES

# More organisations, owners and duties than there are.
_ALL = 1_000_000
Counts = dict[str, int]
Key = TypeVar("Key")
# How a figure stands beside a threshold.
Beside = Literal["crossed", "not_crossed", "too_few"]


@dataclass(slots=True)
class Counted:
    """How many duties of a quarter stood in each class, by whose they were and by which duty.

    `of` has those of the area's bodies: by party, owner and rule. `nation` has all of an agency's,
    by agency, owner and rule.
    """

    of: dict[tuple[Party, str, str], Counts] = field(default_factory=dict)
    nation: dict[tuple[str, str, str], Counts] = field(default_factory=dict)

    def add(self, cell: Cell, parties: Iterable[Party]) -> None:
        """Add a cell by organisation, owner and duty."""
        party, owner, duty = cell.of["organisation"], cell.of["owner"], cell.of["duty"]
        if not isinstance(duty, Duty):
            return
        _add(self.nation, (AGENCY_OF.get(owner, owner), owner, duty.id), cell.counts)
        if party in parties:
            _add(self.of, (party, owner, duty.id), cell.counts)

    def of_right(self, rulebook: Rulebook) -> Mapping[tuple[Party, int | None], Counts]:
        """Return the counts of each of the area's bodies, by right, and of all rights (None)."""
        found: dict[tuple[Party, int | None], Counts] = {}
        for (party, _, rule), counts in self.of.items():
            for right in (rulebook.by_id[rule].right, None):
                _add(found, (party, right), counts)
        return found

    def nation_of_right(self, rulebook: Rulebook) -> Mapping[tuple[str, int | None], Counts]:
        """Return the counts of all of an agency's organisations, likewise."""
        found: dict[tuple[str, int | None], Counts] = {}
        for (agency, _, rule), counts in self.nation.items():
            for right in (rulebook.by_id[rule].right, None):
                _add(found, (agency, right), counts)
        return found

    def of_threshold(self, threshold: Threshold, party: Party) -> Counts:
        """Return what a threshold counts of one of the area's bodies."""
        counts = dict.fromkeys(CLASSES, 0)
        for rule in threshold.rules:
            for name, number in self.of.get((party, threshold.owner, rule), {}).items():
                counts[name] += number
        return counts


@dataclass(frozen=True, slots=True)
class Crossing:
    """How one body of an area stands beside a threshold: its counts now and the quarter before."""

    threshold: Threshold
    party: Party
    counts: Counts
    before: Counts
    beside: Beside


async def count_quarter(
    store: Store,
    period: Period,
    parties: Sequence[Party],
    rules: tuple[str, ...],
    rulebook: Rulebook,
    *,
    as_of: datetime,
    within: frozenset[Party] | None,
    nation: bool,
) -> Counted:
    """Count the duties of a quarter, as they stood at a moment (UTC), of everybody or of parties.

    `within` are the organisations whose own parts are told, and then nothing of others is. Raises
    BadQuestion and NotReady as `read_cells` does.
    """
    asked = Question(
        as_of=as_of,
        by=("organisation", "owner", "duty"),
        rules=rules,
        limit=_ALL,
        first=period.first,
        last=period.last_month,
        within=within,
        parties=None if nation else frozenset(parties),
    )
    counted = Counted()
    for cell in await read_cells(store, asked, rulebook):
        counted.add(cell, parties)
    return counted


def crossings(
    thresholds: Iterable[Threshold], parties: Sequence[Party], now: Counted, before: Counted
) -> list[Crossing]:
    """Return how each body that a threshold is for stands beside it, threshold by threshold."""
    found = []
    for threshold in thresholds:
        for party in parties:
            if party[0] == threshold.agency:
                these = now.of_threshold(threshold, party), before.of_threshold(threshold, party)
                found.append(Crossing(threshold, party, *these, beside_of(threshold, *these)))
    return found


def beside_of(threshold: Threshold, now: Counts, before: Counts) -> Beside:
    """Return how counts stand beside a threshold, which may be of two quarters.

    Too few say nothing, in either of them: a share of a handful is chance.
    """
    metric = metrics()[threshold.metric]
    quarters = (now, before)[: threshold.quarters]
    each = [(metric.numerator.sum(one), metric.denominator.sum(one)) for one in quarters]
    if any(of < threshold.at_least for _, of in each):
        return "too_few"
    return "crossed" if all(found / of < threshold.below for found, of in each) else "not_crossed"


def _add(found: dict[Key, Counts], key: Key, counts: Mapping[str, int]) -> None:
    into = found.setdefault(key, dict.fromkeys(CLASSES, 0))
    for name in CLASSES:
        into[name] += counts[name]
