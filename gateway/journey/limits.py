"""From which moment the days of a duty are counted, and when they end."""

from datetime import date, datetime, timedelta

from gateway.journey.calendar import Calendar, OutsideCalendar
from gateway.journey.duty import Allowance, Terms, Unit
from gateway.journey.story import Fact
from shared.journey_event import KeptEvent
from shared.london import end_of, london_day, read_instant

# The Witness Care Unit is run by the police, and speaks through their systems.
AGENCY_OF = {"police": "police", "wcu": "police", "cps": "cps", "probation": "probation"}


def allowance(terms: Terms, enhanced_because: str | None) -> Allowance:
    """Return what the terms allow; raises ValueError for terms without a time."""
    allowed = terms.within_enhanced if enhanced_because else terms.within
    if allowed is None:
        raise ValueError("these terms name no time")
    return allowed


def receipt_of(start: Fact, agency: str) -> tuple[datetime | None, bool, KeptEvent | None]:
    """Return when an agency heard of a fact (UTC), whether that is inferred, and from which event.

    Where the agency told the fact itself and left the receipt out, it must have heard by the time
    it keyed it, or told us: leaving it out hides nothing.
    """
    stated = [
        (read_instant(event.data["received_at_wcu"]), event)
        for event in start.sources
        if "received_at_wcu" in event.data
    ]
    if stated:
        heard, event = min(stated, key=lambda pair: pair[0])
        return max(start.at, heard), False, event
    own = start.source_of(agency)
    if own is None:
        return None, False, None
    return max(start.at, own.recorded_at or own.received_at), True, own


def limit(
    counted_from: datetime | None, allowed: Allowance | None, calendar: Calendar
) -> tuple[date | None, datetime | None, bool]:
    """Return the London day and the exclusive instant (UTC) at which a limit ends.

    The third value says that the limit falls outside the calendar, so that no day can be named.
    Where no time is allowed for there is none.
    """
    if counted_from is None or allowed is None:
        return None, None, False
    if allowed.unit is Unit.HOURS:
        due_at = counted_from + timedelta(hours=allowed.count)
        return london_day(due_at), due_at, False
    try:
        due_on = calendar.after(london_day(counted_from), allowed)
    except OutsideCalendar:
        return None, None, True
    return due_on, end_of(due_on), False
