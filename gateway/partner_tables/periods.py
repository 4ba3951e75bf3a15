"""Months and quarters of the financial year, as they are named in what is published."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from gateway.figures.compliance import quarter_of
from shared.london import start_of

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})-(\d{2}) Q([1-4])")


class NoPeriod(ValueError):
    """Words that name no month; the message says which and how they are written."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A London month, by its first day."""

    first: date

    @property
    def name(self) -> str:
        """The month as it is written: 2026-10."""
        return f"{self.first:%Y-%m}"

    @property
    def end(self) -> datetime:
        """The first instant (UTC) after it, when its last limits have passed."""
        return start_of(self.after(1).first)

    def after(self, months: int) -> "Month":
        """Return the month so many later."""
        whole = self.first.year * 12 + self.first.month - 1 + months
        return Month(date(whole // 12, whole % 12 + 1, 1))

    @property
    def quarter(self) -> str:
        """The quarter of the financial year that it is in, such as 2026-27 Q3."""
        return quarter_of(self.first)

    @property
    def of_quarter(self) -> tuple["Month", "Month", "Month"]:
        """The three months of its quarter."""
        begin = self.after(-((self.first.month - 1) % 3))
        return begin, begin.after(1), begin.after(2)


def month_of(text: str) -> Month:
    """Return the month that is written as 2026-10. Raises NoPeriod."""
    found = _MONTH.fullmatch(text)
    if found is None or not 1900 <= int(found[1]) < 2200:
        raise NoPeriod(f"{text!r} is no month: write it as 2026-10")
    return Month(date(int(found[1]), int(found[2]), 1))


def is_period(text: str) -> bool:
    """Say whether these words name a month or a quarter: 2026-10, 2026-27 Q3."""
    quarter = _QUARTER.fullmatch(text)
    if quarter is not None:
        return int(quarter[2]) == (int(quarter[1]) + 1) % 100
    return _MONTH.fullmatch(text) is not None
