"""London days and zone-aware instants: the only place that knows about the zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
# Nobody alive was a victim before; and the first days of the calendar have no London day at all.
FIRST_YEAR = 1900

# Not \d, which takes the digits of every script, and longer.
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class NotAnInstant(ValueError):
    """The text is not a date and time with an offset; the message says what to write instead."""


def read_instant(text: str) -> datetime:
    """Read an RFC 3339 date and time with an offset and return it in UTC.

    Raises NotAnInstant, in words fit for the sender, for anything else: a naive time above all,
    because a time without an offset cannot be put on a London day.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise NotAnInstant("is not a date and time")
    if match[1] is None:
        raise NotAnInstant("has no offset from UTC")
    try:
        instant = datetime.fromisoformat(text.upper())
        if instant.tzinfo is not UTC:
            instant = instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotAnInstant("is not a date and time that exists") from error
    if instant.year < FIRST_YEAR:
        raise NotAnInstant(f"is before {FIRST_YEAR}")
    return instant


def read_kept_instant(text: str) -> datetime:
    """Read an instant as the store keeps it, which a door has read before; return it in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def read_day(text: str) -> date:
    """Read a calendar day written as 2024-03-28; raises ValueError for anything else."""
    if _DAY.fullmatch(text) is None:
        raise ValueError("is not a date")
    return date.fromisoformat(text)


def london_day(instant: datetime) -> date:
    """Return the London day on which an aware instant falls."""
    # London has not been behind UTC since 1847, nor ever more than two hours ahead of it, so that
    # before 22:00 UTC both have the same day; working out the zone's hour costs four times more.
    if instant.hour < 22 and instant.tzinfo is UTC:
        return instant.date()
    return instant.astimezone(LONDON).date()


@lru_cache(maxsize=65_536)  # limits end on few days, and combining a day with a zone is slow
def start_of(day: date) -> datetime:
    """Return the first instant of a London day, in UTC (23:00 the evening before in summer)."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)


@lru_cache(maxsize=65_536)
def end_of(day: date) -> datetime:
    """Return the exclusive end of a London day, in UTC: the first instant of the next one."""
    return start_of(day + timedelta(days=1))


def last_moment_of(day: date) -> datetime:
    """Return the last microsecond of a London day, in UTC: what a bare date means as `as_of`."""
    return end_of(day) - timedelta(microseconds=1)


def weeks_from(instant: datetime, weeks: int) -> datetime:
    """Return, in UTC, the same time of London's clocks so many weeks after an aware instant."""
    return (instant.astimezone(LONDON) + timedelta(weeks=weeks)).astimezone(UTC)


def write_instant(instant: datetime) -> str:
    """Write an aware instant in UTC, as everything in the store and the API is written."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
