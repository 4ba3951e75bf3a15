"""From which moment the days of a duty are counted, and when they end."""

from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from gateway.journey.calendar import Calendar, OutsideCalendar
from gateway.journey.duty import Allowance, Terms, Unit
from gateway.journey.story import Fact
from shared.journey_event import KeptEvent
from shared.london import end_of, london_day, read_kept_instant

# The Witness Care Unit is run by the police, and speaks through their systems.
AGENCY_OF = {"police": "police", "wcu": "police", "cps": "cps", "probation": "probation"}


class Limit(NamedTuple):
    """The London day and the exclusive instant (UTC) at which an allowance ends.

    `outside` says that it ends outside the calendar, so that no day can be named.
    """

    due_on: date | None
    due_at: datetime | None
    outside: bool = False


NO_LIMIT = Limit(None, None)
OUTSIDE = Limit(None, None, outside=True)


class Ends:
    """Where one allowance ends, by the moment it is counted from; each day is worked out once."""

    __slots__ = ("_by_day", "_calendar", "_hours", "allowed")

    def __init__(self, allowed: Allowance, calendar: Calendar) -> None:
        self.allowed = allowed
        self._calendar = calendar
        self._hours = timedelta(hours=allowed.count) if allowed.unit is Unit.HOURS else None
        self._by_day: dict[date, Limit] = {}

    def after(self, moment: datetime, day: date) -> Limit:
        """Return the limit of a clock that starts at a moment (aware), which is on a London day."""
        if self._hours is not None:
            due_at = moment + self._hours
            return Limit(london_day(due_at), due_at)
        found = self._by_day.get(day)
        if found is None:
            found = self._by_day[day] = self._after_day(day)
        return found

    def _after_day(self, day: date) -> Limit:
        try:
            due_on = self._calendar.after(day, self.allowed)
        except OutsideCalendar:
            return OUTSIDE
        return Limit(due_on, end_of(due_on))


def allowance(terms: Terms, *, enhanced: bool) -> Allowance:
    """Return what the terms allow; raises ValueError for terms without a time."""
    allowed = terms.within_enhanced if enhanced else terms.within
    if allowed is None:
        raise ValueError("these terms name no time")
    return allowed


def receipt_of(start: Fact, agency: str) -> tuple[datetime | None, bool, KeptEvent | None]:
    """Return when an agency heard of a fact (UTC), whether that is inferred, and from which event.

    Where the agency told the fact itself and left the receipt out, it must have heard by the time
    it keyed it, or told us: leaving it out hides nothing.
    """
    if "received_at_wcu" in start.data:
        stated = [
            (read_kept_instant(event.data["received_at_wcu"]), event)
            for event in start.sources
            if "received_at_wcu" in event.data
        ]
        heard, event = stated[0] if len(stated) == 1 else min(stated, key=itemgetter(0))
        return max(start.at, heard), False, event
    own = start.source_of(agency)
    if own is None:
        return None, False, None
    return max(start.at, own.recorded_at or own.received_at), True, own
