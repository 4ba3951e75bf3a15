"""How a feed is doing: what it usually sends, and whether its silence is longer than usual."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from shared.interruption import Interruption
from shared.london import end_of, london_day, start_of, weeks_from

# What is usual is what was so in most of these weeks: long enough for one odd week not to count,
# and short enough to follow a feed that grows.
WEEKS = 8
# A nightly file comes some hours earlier one night than another: only what is missed later than
# this after the last event is held against a feed.
GRACE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Feed:
    """One organisation's system, `/agency/organisation/system`, and when we heard of it (UTC).

    All three moments are None where it never sent anything. `last_event_at` is the latest time
    at which something happened, `last_received_at` the latest at which we were told.
    """

    source: str
    first_received_at: datetime | None = None
    last_received_at: datetime | None = None
    last_event_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in UTC; `until` is exclusive."""

    since: datetime
    until: datetime

    def weeks_before(self, weeks: int) -> "Span":
        """Return the same stretch of London time so many weeks earlier."""
        return Span(weeks_from(self.since, -weeks), weeks_from(self.until, -weeks))


@dataclass(frozen=True, slots=True)
class Usual:
    """The median of what came in the weeks compared, and how many those were."""

    events: float
    weeks: int


def last_whole_day(now: datetime) -> Span:
    """Return the last London day that is over at a moment (aware)."""
    day = london_day(now) - timedelta(days=1)
    return Span(start_of(day), end_of(day))


def silent_since(
    feed: Feed, interruptions: Iterable[Interruption], now: datetime
) -> datetime | None:
    """Return since when a feed has been silent without a declared reason, or None where it is not.

    It is not where nothing was ever received or an interruption covers `now` (aware); the time of
    one that has ended is not held against the feed.
    """
    if feed.last_received_at is None:
        return None
    since = feed.last_received_at
    for interruption in interruptions:
        if interruption.covers(now):
            return None
        if interruption.since <= now and interruption.until is not None:
            since = max(since, interruption.until)
    return since


def missed_span(since: datetime, now: datetime) -> Span | None:
    """Return the part of a silence that is compared with other weeks, None where it is short.

    It begins when the grace is over, and ends with the silence's first week: the weeks before a
    silence are its measure, and a longer stretch would be compared with the silence itself.
    """
    if now <= since + GRACE:
        return None
    return Span(since + GRACE, min(now, weeks_from(since, 1)))


def weeks_to_compare(
    span: Span, feed: Feed, interruptions: Sequence[Interruption]
) -> tuple[Span, ...]:
    """Return the same stretch of each of the weeks before that can tell what is usual.

    A week counts when the feed had begun by then and no interruption was declared for the stretch.
    """
    earlier = (span.weeks_before(weeks) for weeks in range(1, WEEKS + 1))
    return tuple(
        one
        for one in earlier
        if feed.first_received_at is not None
        and feed.first_received_at <= one.since
        and not any(declared.overlaps(one.since, one.until) for declared in interruptions)
    )


def usual_of(counts: Sequence[int]) -> Usual | None:
    """Return what is usual given what came in each of the weeks compared; None without any."""
    return Usual(float(median(counts)), len(counts)) if counts else None


def is_alarming(
    since: datetime, now: datetime, usual: Usual | None, *, days: int, events: int
) -> bool:
    """Say whether a silence is too long: so many days, or one in which so many events usually come.

    A feed of hundreds an hour is missed within minutes, one of a few a month only by the days.
    """
    return now - since > timedelta(days=days) or (usual is not None and usual.events >= events)
