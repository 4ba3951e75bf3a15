"""Reads the London months that something told is of: one, a quarter or a financial year."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from gateway.figures.compliance import quarter_of
from gateway.figures.months import Month
from shared.london import start_of
from shared.problems import BadQuestion, Fault

PeriodKind = Literal["month", "quarter", "year"]
PERIODS: tuple[PeriodKind, ...] = get_args(PeriodKind)
# Within what the register's tally knows of.
FIRST_YEAR, LAST_YEAR = 1901, 2198

_WRITTEN = {
    "month": re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(?P<year>[0-9]{4})(-(?P<next>[0-9]{2}))?[- ]Q(?P<quarter>[1-4])"),
    "year": re.compile(r"(?P<year>[0-9]{4})-(?P<next>[0-9]{2})"),
}
# What published tables are of.
_PUBLISHED: tuple[PeriodKind, ...] = ("month", "quarter")
_LIKE = {
    "month": "write 2024-05",
    "quarter": "write 2024-Q2 for April to June 2024, or 2024-25 Q1 for the same",
    "year": "write 2024-25 for April 2024 to March 2025",
}


@dataclass(frozen=True, slots=True)
class Period:
    """Some London months on end, from the first day of one to `after`, that of another.

    `name` is a month (`2024-05`), a quarter of the financial year (`2024-25 Q1`) or such a year.
    """

    kind: PeriodKind
    name: str
    first: date
    after: date

    @property
    def last_month(self) -> date:
        """The first day of its last month."""
        return _later(self.after, -1)

    @property
    def last_day(self) -> date:
        """Its last London day."""
        return self.after - timedelta(days=1)

    @property
    def end(self) -> datetime:
        """The first instant (UTC) after it, at which all that fell due in it had fallen due."""
        return start_of(self.after)

    @property
    def before(self) -> "Period":
        """The period before it, as long."""
        months = {"month": 1, "quarter": 3, "year": 12}[self.kind]
        return _period(self.kind, _later(self.first, -months))


def period_of(kind: PeriodKind, text: str) -> Period:
    """Read a period as it is asked for. Raises BadQuestion.

    A quarter is written as of the calendar's year (`2024-Q2`) or the financial (`2024-25 Q1`):
    both are April to June 2024.
    """
    found = _WRITTEN[kind].fullmatch(text)
    if found is None:
        raise _unread(kind, f"is no {kind}")
    parts = found.groupdict()
    year = int(parts["year"])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _unread(kind, "lies too far ahead, or back")
    if parts.get("next") is not None and int(parts["next"]) != (year + 1) % 100:
        raise _unread(kind, "names two years that do not follow each other")
    if kind == "month":
        return _period(kind, date(year, int(parts["month"]), 1))
    if kind == "year":
        return _period(kind, date(year, 4, 1))
    january_or_april = 4 if parts["next"] is not None else 1
    quarter = int(parts["quarter"]) - 1
    return _period(kind, _later(date(year, january_or_april, 1), 3 * quarter))


def month_of(text: str) -> Month:
    """Read a month that is written as 2026-10. Raises BadQuestion."""
    return Month(period_of("month", text).first)


def is_published(text: str) -> bool:
    """Say whether a published table may be of this: 2026-10, 2026-27 Q3, so and not otherwise."""
    with suppress(BadQuestion):
        return text in (
            period_of(kind, text).name for kind in _PUBLISHED if _WRITTEN[kind].fullmatch(text)
        )
    return False


def _period(kind: PeriodKind, first: date) -> Period:
    if kind == "month":
        return Period(kind, f"{first:%Y-%m}", first, _later(first, 1))
    if kind == "quarter":
        return Period(kind, quarter_of(first), first, _later(first, 3))
    return Period(kind, quarter_of(first).split()[0], first, _later(first, 12))


def _later(first: date, months: int) -> date:
    """Return the first day of the month so many months after another's."""
    return Month(first).after(months).first


def _unread(kind: PeriodKind, wrong: str) -> BadQuestion:
    return BadQuestion(f"The {kind} cannot be read.", Fault(kind, wrong, _LIKE[kind]))
