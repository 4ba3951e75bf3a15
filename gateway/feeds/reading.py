"""When a feed was silent, read from the days on which something was received: values in and out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil, floor

from gateway.feeds.standard import FeedStandard
from gateway.journey.calendar import Calendar, OutsideCalendar
from shared.feed import Span
from shared.interruption import Interruption
from shared.london import end_of, london_day, start_of

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """A London day on which something was received: first and last moment (UTC).

    History that was loaded late is left out: it says nothing of how a feed is doing.
    """

    first: datetime
    last: datetime
    busy: bool = False

    @property
    def day(self) -> date:
        """The London day."""
        return london_day(self.first)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A silence as it is read now (UTC): `until` is None while it lasts.

    `heard_until` is when something was last received before it, and so where what is usual ends.
    """

    since: datetime
    until: datetime | None
    heard_until: datetime


@dataclass(frozen=True, slots=True)
class _Gap:
    """The time from one thing received to the next, on another day; None where nothing came yet."""

    since: datetime
    until: datetime | None


class Reader:
    """Reads the silences of feeds by one standard and one calendar."""

    def __init__(self, standard: FeedStandard, calendar: Calendar) -> None:
        self.standard = standard
        self._calendar = calendar
        self._back = timedelta(weeks=standard.weeks)

    def silences_of(
        self,
        heard: Sequence[Heard],
        declared: Iterable[Interruption],
        known: Iterable[Span],
        *,
        judged_from: datetime,
        now: datetime,
    ) -> list[Stretch]:
        """Return the silences of one feed before which it was last heard at `judged_from` or later.

        `heard` are its days in order, from so many weeks before `judged_from` (UTC) on as the
        standard looks back. The time that was declared does not count; what it leaves is judged by
        itself. `known` are the silences noticed before, which, like
        what was declared, do not tell what is usual.
        """
        declared = list(declared)
        odd = [*known, *(Span(one.since, one.until or now) for one in declared)]
        gaps = [_Gap(one.last, other.first) for one, other in pairwise(heard)]
        if heard:
            gaps.append(_Gap(heard[-1].last, None))
        found: list[Stretch] = []
        for gap in gaps:
            if gap.since < judged_from or self._missed(gap.since, gap.until or now) == 0:
                continue
            least = self._least(gap.since, heard, gaps, odd)
            if least is None:
                continue
            for piece in _pieces(gap, declared, now):
                if self._missed(piece.since, piece.until or now) >= least:
                    found.append(Stretch(piece.since, piece.until, gap.since))
                    odd.append(Span(piece.since, piece.until or now))
        return found

    def _least(
        self, at: datetime, heard: Sequence[Heard], gaps: Sequence[_Gap], odd: Sequence[Span]
    ) -> int | None:
        """Return after how many working days without anything a feed is silent, by a moment.

        None where too little is known of it.
        """
        standard = self.standard
        days = [one for one in heard if at - self._back <= one.first and one.last <= at]
        if (
            len(days) < standard.heard_days
            or (days[-1].day - days[0].day).days < standard.heard_over_days
        ):
            return None
        usual = sorted(
            self._missed(gap.since, gap.until) + 1
            for gap in gaps
            if gap.until is not None
            and at - self._back <= gap.since
            and gap.until <= at
            and not _overlaps_any(gap.since, gap.until, odd)
        )
        if not usual:
            return None
        worked = [one for one in days if self._works(one.day)]
        if usual[-1] == 1 and 2 * sum(one.busy for one in worked) > len(worked):
            return standard.busy_working_days
        longest = usual[ceil(standard.share_of_gaps * len(usual)) - 1]
        return max(standard.least_working_days, standard.times * longest)

    def usual_span(self, heard: Sequence[Heard], stretch: Stretch) -> Span:
        """Return the time before a silence from which is taken what usually happens on a day."""
        begins = max(stretch.heard_until - self._back, heard[0].first)
        return Span(begins, stretch.heard_until)

    def usual_events(self, events: int, span: Span, odd: Iterable[Span]) -> float:
        """Return how many of so many events happened on a working day of a span, on average.

        Working days in what was declared or noticed before count as none of them.
        """
        days = [
            day
            for day in self.working_days(span.since, span.until)
            if not _overlaps_any(start_of(day), end_of(day), odd)
        ]
        return events / max(1, len(days))

    def is_replayed(self, arrived: Mapping[date, int], days: Sequence[date], usual: float) -> bool:
        """Say whether what happened on a silence's working days has been sent.

        `arrived` is how many events that happened on each are kept by now, `usual` how many happen
        on one. It has been where nearly as many came as usually do, and on no day far fewer. None
        is never all of them.
        """
        counts = [arrived.get(day, 0) for day in days]
        least = floor(self.standard.replayed_share_of_a_day * usual)
        enough = self.standard.replayed_share * usual * len(days)
        return sum(counts) > 0 and sum(counts) >= enough and min(counts) >= least

    def working_days(self, since: datetime, until: datetime) -> list[date]:
        """Return the working days that lie wholly between two moments (UTC), in order."""
        first, after = _whole_days(since, until)
        days = (first + n * _DAY for n in range(max(0, (after - first).days)))
        return [day for day in days if self._works(day)]

    def _missed(self, since: datetime, until: datetime) -> int:
        """Return how many working days lie wholly between two moments (UTC)."""
        first, after = _whole_days(since, until)
        if after <= first:
            return 0
        try:
            return self._calendar.working_days_between(first - _DAY, after - _DAY)
        except OutsideCalendar:
            return len(self.working_days(since, until))

    def _works(self, day: date) -> bool:
        """Say whether a day is a working day; where bank holidays are not known, a weekday is."""
        try:
            return self._calendar.is_working_day(day)
        except OutsideCalendar:
            return day.weekday() < _SATURDAY


def _whole_days(since: datetime, until: datetime) -> tuple[date, date]:
    """Return the first London day that is wholly after a moment, and that of another moment."""
    first = london_day(since)
    return first if since == start_of(first) else first + _DAY, london_day(until)


def _pieces(gap: _Gap, declared: Iterable[Interruption], now: datetime) -> Iterator[_Gap]:
    """Yield what declared interruptions leave of a gap; the last part may still last.

    Where all that happened in the last of them was sent, and nothing was received after its end,
    the system was given up, and owes nobody a word.
    """
    since: datetime = gap.since
    ends = gap.until or now
    given_up = False
    for one in sorted(declared, key=lambda one: one.since):
        if not one.overlaps(gap.since, ends):
            continue
        if since < one.since:
            yield _Gap(since, one.since)
        if one.until is None:
            return
        if one.until > since:
            since, given_up = one.until, one.replayed
    if since < ends and not (gap.until is None and given_up):
        yield _Gap(since, gap.until)


def _overlaps_any(since: datetime, until: datetime, spans: Iterable[Span]) -> bool:
    return any(one.since < until and since < one.until for one in spans)
