"""Times in which a feed could not send, as its organisation declared and amended them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One declaration about an interruption of a feed, in UTC; its feed and `id` identify it.

    `amends` names the first declaration of an interruption, where this one gives it its whole
    right content or, without `since`, withdraws it. `until` is exclusive, None while it lasts;
    `replayed` says that all that happened in it has been sent since.
    `occurred_at` is when it was declared, `recorded_at` when that was keyed at source.
    """

    agency: str
    organisation: str
    system: str
    id: str
    occurred_at: datetime
    reason: str
    since: datetime | None
    until: datetime | None = None
    replayed: bool = False
    amends: str | None = None
    recorded_at: datetime | None = None

    @property
    def source(self) -> str:
        """The feed, as its events name it: `/agency/organisation/system`."""
        return f"/{self.agency}/{self.organisation}/{self.system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDeclaration(Declaration):
    """A Declaration that the store keeps, with the moment (UTC) we were told of it."""

    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """A time in which a feed could not send, and the time for which that was our knowledge.

    All in UTC; `until` is exclusive, None while it lasts. `replayed` says that all that happened in
    it has been sent since, so that nothing of it is unknown any more. `declared_at` is when we were
    told, `replaced_at` when a correction or withdrawal took its place, None where none has.
    `erased` says that it is the moment of an event whose content was erased, which hides as much
    and will never be sent again; `noticed` that nobody declared it: it is a feed silence, and
    `declared_at` is when we noticed.
    """

    agency: str
    organisation: str
    system: str
    since: datetime
    until: datetime | None
    replayed: bool
    reason: str
    declared_at: datetime
    replaced_at: datetime | None
    erased: bool = False
    noticed: bool = False

    @property
    def source(self) -> str:
        """The feed, as its events name it: `/agency/organisation/system`."""
        return f"/{self.agency}/{self.organisation}/{self.system}"

    def known(self, at: datetime | None) -> bool:
        """Say whether this was our knowledge at a moment (aware), or is now for None."""
        if at is None:
            return self.replaced_at is None
        return self.declared_at <= at and (self.replaced_at is None or at < self.replaced_at)

    def overlaps(self, since: datetime, until: datetime) -> bool:
        """Say whether it shares any time with one from `since` to `until` (aware, exclusive)."""
        return self.since < until and (self.until is None or since < self.until)

    def covers(self, at: datetime) -> bool:
        """Say whether the feed could not send at a moment (aware)."""
        return self.since <= at and (self.until is None or at < self.until)


def interruptions_of(declarations: Iterable[KeptDeclaration]) -> tuple[Interruption, ...]:
    """Return every interruption that was ever our knowledge, each for the time it was.

    Of several corrections and withdrawals of one the greatest time, then id, wins, whatever the
    order of arrival, as with events. They come in the order in which we were told.
    """
    families: dict[tuple[str, str], list[KeptDeclaration]] = defaultdict(list)
    for declaration in declarations:
        families[declaration.source, declaration.amends or declaration.id].append(declaration)
    found = [one for family in families.values() for one in _words_of(family)]
    return tuple(sorted(found, key=lambda one: (one.declared_at, one.since, one.system)))


def standing_of(declarations: Iterable[KeptDeclaration]) -> frozenset[tuple[str, str]]:
    """Return the source and id of every declaration that no later word has replaced."""
    winners: dict[tuple[str, str], KeptDeclaration] = {}
    for declaration in declarations:
        first = (declaration.source, declaration.amends or declaration.id)
        winners[first] = max(winners.get(first, declaration), declaration, key=_weight)
    return frozenset((winner.source, winner.id) for winner in winners.values())


def _weight(declaration: KeptDeclaration) -> tuple[bool, datetime, str]:
    return declaration.amends is not None, declaration.occurred_at, declaration.id


def _words_of(family: list[KeptDeclaration]) -> Iterable[Interruption]:
    """Yield what one interruption was known to be, from each word that took effect to the next."""
    words: list[KeptDeclaration] = []
    moments: list[datetime] = []
    for declaration in sorted(family, key=lambda one: (one.received_at, _weight(one))):
        if not words or _weight(declaration) > _weight(words[-1]):
            words.append(declaration)
            moments.append(declaration.received_at)
    for word, since, until in zip(words, moments, [*moments[1:], None], strict=True):
        if word.since is not None and since != until:
            yield Interruption(
                agency=word.agency,
                organisation=word.organisation,
                system=word.system,
                since=word.since,
                until=word.until,
                replayed=word.replayed,
                reason=word.reason,
                declared_at=since,
                replaced_at=until,
            )
