"""Reads from which month to which figures are asked for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import Query

from shared.problems import BadQuestion, Fault

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


@dataclass(frozen=True, slots=True)
class Months:
    """From which London month to which, both included; None is without an end."""

    since: Annotated[
        str | None,
        Query(
            alias="from",
            description="Only what began, or whose limit fell, in this month or later.",
            pattern=MONTH,
            openapi_examples={"a month": {"value": "2024-04"}},
        ),
    ] = None
    until: Annotated[
        str | None,
        Query(
            alias="to",
            description="Only until this month, which is included.",
            pattern=MONTH,
            openapi_examples={"a month": {"value": "2024-06"}},
        ),
    ] = None

    def firsts(self) -> tuple[date | None, date | None]:
        """Return the first days of both months. Raises BadQuestion."""
        return in_order("from", self.since, "to", self.until)

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and the last London day. Raises BadQuestion."""
        first, last = self.firsts()
        return first, None if last is None else last_of(last)


def in_order(
    name: str, since: str | None, name_of_last: str, until: str | None
) -> tuple[date | None, date | None]:
    """Return the first days of two months (2024-04), the second not earlier. Raises BadQuestion."""
    first, last = first_of(name, since), first_of(name_of_last, until)
    if first is not None and last is not None and last < first:
        fault = Fault(name_of_last, f"is before `{name}`", "ask for months in their order")
        raise BadQuestion("There is no such time.", fault)
    return first, last


def first_of(name: str, month: str | None) -> date | None:
    """Return the first day of a month written as 2024-04. Raises BadQuestion."""
    if month is None:
        return None
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        fault = Fault(name, "is no month", "write it as 2024-04")
        raise BadQuestion("There is no such month.", fault) from error


def last_of(first: date) -> date:
    """Return the last day of the month that begins on a day."""
    if first.month == 12:
        return date(first.year, 12, 31)
    return first.replace(month=first.month + 1) - timedelta(days=1)
