"""Feed silences: a system that usually sends sent nothing, and did not say why."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from shared.interruption import Interruption

NOT_SAID = "nothing was received, and it did not say why"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceWord:
    """One word on a feed silence, as it was noticed (`noticed_at`); all moments in UTC.

    A silence is known by its feed and by `since`, when the last thing was received before it, or
    an interruption ended after which nothing was;
    `until` is when something was received again (exclusive), None while nothing was. Of the words
    on one silence the newest holds. `replayed` says that what happened in it has been sent since,
    `withdrawn` that a declaration explains it.
    """

    agency: str
    organisation: str
    system: str
    since: datetime
    until: datetime | None
    replayed: bool
    withdrawn: bool
    noticed_at: datetime

    @property
    def source(self) -> str:
        """The feed, as its events name it: `/agency/organisation/system`."""
        return f"/{self.agency}/{self.organisation}/{self.system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSilence(SilenceWord):
    """A SilenceWord with what it was judged by.

    `heard_until` is when something was last received before it, which is `since` unless an
    interruption lay between; `usual_events` is how many events happened on a working day before
    then, on average; `standard` names the rule.
    """

    heard_until: datetime
    usual_events: float
    standard: str


Word = TypeVar("Word", bound=SilenceWord)


def noticed_of(words: Iterable[SilenceWord]) -> tuple[Interruption, ...]:
    """Return every silence that was ever noticed, each word for the time it was our knowledge."""
    found = []
    for family in _families(words):
        for word, later in zip(family, [*family[1:], None], strict=True):
            if word.withdrawn:
                continue
            found.append(
                Interruption(
                    agency=word.agency,
                    organisation=word.organisation,
                    system=word.system,
                    since=word.since,
                    until=word.until,
                    replayed=word.replayed,
                    reason=NOT_SAID,
                    declared_at=word.noticed_at,
                    replaced_at=None if later is None else later.noticed_at,
                    noticed=True,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.declared_at, one.since, one.system)))


def newest_of(words: Iterable[Word]) -> tuple[Word, ...]:
    """Return the newest word on every silence, in the order in which the silences began."""
    return tuple(sorted((family[-1] for family in _families(words)), key=lambda word: word.since))


def _families(words: Iterable[Word]) -> Iterable[list[Word]]:
    families: dict[tuple[str, datetime], list[Word]] = defaultdict(list)
    for word in words:
        families[word.source, word.since].append(word)
    return [sorted(family, key=lambda word: word.noticed_at) for family in families.values()]
