"""Counts days for synthetic journeys, one by one and apart from the heart's own calendar.

What is known of a journey could not find a fault in the heart if both counted with the same code.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache

from holidays import country_holidays

from shared.london import LONDON

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SATURDAY = 5
# The bank holidays counted with; limits of the journeys made end well within them.
YEARS = range(2021, 2029)


@cache
def bank_holidays() -> frozenset[date]:
    """Return the bank holidays of England and Wales."""
    return frozenset(country_holidays("GB", subdiv="ENG", years=YEARS))


def is_working_day(day: date) -> bool:
    """Say whether a London day is a working day."""
    return day.weekday() < SATURDAY and day not in bank_holidays()


@lru_cache(maxsize=65_536)  # journeys run over few days, and few limits
def working_days_after(day: date, count: int) -> date:
    """Return the last of so many working days after a London day; none end on the day itself."""
    while count:
        day += DAY
        count -= is_working_day(day)
    return day


def months_after(day: date, count: int) -> date:
    """Return the same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def instant(day: date, minute: int) -> datetime:
    """Return a minute of a London day, by its clocks, as an instant in UTC."""
    hour, minutes = divmod(minute, 60)
    return datetime.combine(day, time(hour, minutes), LONDON).astimezone(UTC)
