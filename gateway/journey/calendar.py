"""Counts days as the Code does: which days are working days, and where an allowance ends."""

import calendar as gregorian
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import sha256

from gateway.journey.duty import Allowance, Unit

_SATURDAY = 5


class OutsideCalendar(ValueError):
    """A day lies outside the days the calendar knows; the message says which it does know."""


class Calendar:
    """The working days from a first to a last London day, both included.

    A working day is Monday to Friday without the bank holidays handed in (date to name).
    `hash` names the calendar: two with the same working days judge every limit the same.
    """

    def __init__(self, bank_holidays: Mapping[date, str], *, first: date, last: date) -> None:
        self.first = first
        self.last = last
        self._bank_holidays = dict(bank_holidays)
        self._start = first.toordinal()
        # Both tables are built once, so that a limit costs two look-ups however long it runs.
        self._working_days: list[date] = []
        self._working_days_until: list[int] = []
        for ordinal in range(self._start, last.toordinal() + 1):
            day = date.fromordinal(ordinal)
            if self._works(day):
                self._working_days.append(day)
            self._working_days_until.append(len(self._working_days))
        days_off = sorted(day for day in bank_holidays if day.weekday() < _SATURDAY)
        # Names are left out, so that a library's new wording does not make every result stale.
        words = " ".join(day.isoformat() for day in (first, last, *days_off))
        self.hash = sha256(words.encode()).hexdigest()

    def is_working_day(self, day: date) -> bool:
        """Say whether a London day is a working day. Raises OutsideCalendar."""
        self._place(day)
        return self._works(day)

    def after(self, day: date, allowance: Allowance) -> date:
        """Return the last day of an allowance that starts on a London day, which is day 0.

        Five working days end with the fifth working day after it, whatever weekday it was; a week
        is 7 days; a month ends on the same day number, else on the last of the month.
        Raises OutsideCalendar for working days it does not know, and ValueError for hours, which
        end at a minute and not with a day.
        """
        count, unit = allowance.count, allowance.unit
        if unit is Unit.WORKING_DAYS:
            index = self._working_days_until[self._place(day)] + count - 1
            if index >= len(self._working_days):
                raise self._outside(f"{allowance} after {day}")
            return self._working_days[index]
        if unit is Unit.CALENDAR_DAYS:
            end = day + timedelta(days=count)
        elif unit is Unit.WEEKS:
            end = day + timedelta(weeks=count)
        elif unit is Unit.MONTHS:
            end = _months_after(day, count)
        else:
            raise ValueError(f"{allowance} end at a minute, not with a day")
        return end

    def on_or_before(self, day: date) -> date:
        """Return the last working day up to and including a day; raises OutsideCalendar."""
        return self._working_days[self._working_days_until[self._place(day)] - 1]

    def working_days_between(self, start: date, end: date) -> int:
        """Return how many working days there are after `start` up to and including `end`.

        Raises OutsideCalendar, and ValueError where `end` is before `start`.
        """
        if end < start:
            raise ValueError(f"{end} is before {start}")
        until = self._working_days_until
        return until[self._place(end)] - until[self._place(start)]

    def why(self, day: date) -> str:
        """Say in words what kind of day it is, such as "Good Friday, a bank holiday"."""
        if self.is_working_day(day):
            return "a working day"
        if day.weekday() >= _SATURDAY:
            return f"a {day:%A}"
        return f"{self._bank_holidays[day]}, a bank holiday"

    def _works(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self._bank_holidays

    def _place(self, day: date) -> int:
        if not self.first <= day <= self.last:
            raise self._outside(str(day))
        return day.toordinal() - self._start

    def _outside(self, what: str) -> OutsideCalendar:
        return OutsideCalendar(
            f"{what} is outside the calendar, which knows the bank holidays "
            f"from {self.first} to {self.last}"
        )


def _months_after(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = gregorian.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
