"""How a journey would stand under a draft beside how it stands under the law in force."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, Self

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Duty, Rulebook
from gateway.journey.membership import Membership
from gateway.journey.obligation import Followed, Obligation
from gateway.journey.obligations import follow_all
from gateway.journey.standing import Standing


class Way(StrEnum):
    """In which way an obligation differs; of one that is in one only, nothing else is said."""

    ONLY_IN_FORCE = "only_in_force"
    ONLY_IN_DRAFT = "only_in_draft"
    DUE = "due"
    STANDING = "standing"
    OWNER = "owner"
    BREACH = "breach"


@dataclass(frozen=True, eq=False)
class DraftRulebook:
    """A draft: duties that are not the law, beside those in force that they would replace.

    It is no Rulebook, so that nothing that tells how the law stands can be handed one. A duty that
    the draft leaves as it is stands in neither, since it comes out the same: duties are followed
    each by itself. `hash` is of the draft over the law in force, whose own is `in_force.hash`.
    """

    name: str
    hash: str
    in_force: Rulebook
    proposed: Rulebook

    @cached_property
    def duties(self) -> Mapping[str, Duty]:
        """Every duty that may come out differently, by id, as the draft has it."""
        return self.proposed.by_id


class Held(NamedTuple):
    """How an obligation is held: who owes it, how it stands, and whether that is a breach."""

    owner: str
    standing: Standing
    breach: bool


class Sides(NamedTuple):
    """How obligations of one rule come out in force and under a draft, None where there is none."""

    rule: str
    before: Held | None
    after: Held | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One obligation as the law in force has it and as a draft would, None where it is in one only.

    Both have the same id, and so the same rule and start.
    """

    before: Obligation | None
    after: Obligation | None

    @property
    def either(self) -> Obligation:
        """The obligation as the draft has it, or else as the law in force does."""
        either = self.after or self.before
        assert either is not None  # noqa: S101 - a pair has at least one
        return either

    @property
    def sides(self) -> Sides:
        """How it comes out under both, and in which ways that differs."""
        before, after = _held(self.before), _held(self.after)
        ways: tuple[Way, ...]
        if self.before is None:
            ways = (Way.ONLY_IN_DRAFT,)
        elif self.after is None:
            ways = (Way.ONLY_IN_FORCE,)
        else:
            differing = {
                Way.DUE: (self.before.due_on, self.before.due_at)
                != (self.after.due_on, self.after.due_at),
                Way.STANDING: self.before.standing is not self.after.standing,
                Way.OWNER: self.before.owner != self.after.owner,
                Way.BREACH: self.before.is_breach is not self.after.is_breach,
            }
            ways = tuple(way for way, differs in differing.items() if differs)
        return Sides(self.either.duty.id, before, after, ways)


@dataclass(frozen=True, slots=True)
class Difference:
    """One journey under both: every obligation of the duties that may come out differently."""

    membership: Membership
    pairs: tuple[Pair, ...]

    @property
    def differing(self) -> tuple[tuple[Pair, Sides], ...]:
        """The obligations that differ in any way, with how they come out."""
        told = ((pair, pair.sides) for pair in self.pairs)
        return tuple((pair, sides) for pair, sides in told if sides.ways)


@dataclass(slots=True)
class Totals:
    """What the differences of several journeys come to; a journey is touched where any differs."""

    journeys: int = 0
    touched: int = 0
    counts: Counter[Sides] = field(default_factory=Counter)

    @classmethod
    def of(cls, differences: Iterable[Difference]) -> Self:
        """Count the differences of several journeys."""
        totals = cls()
        for difference in differences:
            found = [pair.sides for pair in difference.pairs]
            totals.journeys += 1
            totals.touched += any(sides.ways for sides in found)
            totals.counts.update(found)
        return totals

    def add(self, other: "Totals") -> None:
        """Count other journeys too."""
        self.journeys += other.journeys
        self.touched += other.touched
        self.counts.update(other.counts)

    @property
    def breaches(self) -> "Breaches":
        """How many obligations are breaches in force and under the draft."""
        counted: Counter[tuple[bool, bool]] = Counter()
        for (_, before, after, _), number in self.counts.items():
            held = before is not None and before.breach, after is not None and after.breach
            counted[held] += number
        stay, lost, gained = counted[True, True], counted[True, False], counted[False, True]
        return Breaches(stay + lost, stay + gained, gained, lost)


class Breaches(NamedTuple):
    """How many breaches there are in force and under a draft, and how many come and go."""

    before: int
    after: int
    gained: int
    lost: int


def difference_of(
    membership: Membership,
    draft: DraftRulebook,
    calendar: Calendar,
    *,
    as_of: datetime,
    known_at: datetime | None = None,
) -> Difference:
    """Return how one journey differs, seen from `as_of`, as known at `known_at` (aware)."""
    story = membership.story(as_of=as_of, known_at=known_at)
    before = follow_all(draft.in_force, story, calendar)
    after = follow_all(draft.proposed, story, calendar)
    return Difference(membership, compare(before, after))


def compare(before: Followed, after: Followed) -> tuple[Pair, ...]:
    """Pair the obligations of one story under two rulebooks by their id, in order of start."""
    ours = {obligation.id: obligation for obligation in before.obligations}
    theirs = {obligation.id: obligation for obligation in after.obligations}
    pairs = [Pair(ours.get(id_), theirs.get(id_)) for id_ in {**ours, **theirs}]
    return tuple(sorted(pairs, key=lambda pair: pair.either.start.at))


def _held(obligation: Obligation | None) -> Held | None:
    if obligation is None:
        return None
    return Held(obligation.owner, obligation.standing, obligation.is_breach)
