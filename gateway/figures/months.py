"""London months, and the quarters of the financial year that they make."""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.figures.compliance import quarter_of
from shared.london import start_of


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
        """Return the month so many later, or earlier where that is less than 0."""
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
