"""Makes the calendar of England and Wales from one library, checked against a second one."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays
from holidays import country_holidays

from gateway.journey.calendar import Calendar

FIRST = date(2006, 1, 1)  # the year of the first Code
LAST = date(2028, 12, 31)  # the last year that both libraries speak of

_SATURDAY = 5


class CalendarsDisagree(ValueError):
    """The two libraries name different bank holidays; the message names every such date."""


@cache
def england_and_wales() -> Calendar:
    """Return the calendar of England and Wales, 2006 to 2028, one-off bank holidays included.

    Raises CalendarsDisagree, which stops the start-up: a wrong bank holiday moves every limit.
    """
    england = _bank_holidays("ENG")
    check_agree(england, _bank_holidays("WLS"), names=("England", "Wales"))
    check_agree(england, _published_by_gov_uk(), names=("holidays", "govuk-bank-holidays"))
    return Calendar(england, first=FIRST, last=LAST)


def check_agree(
    ours: Mapping[date, str], theirs: Iterable[date], *, names: tuple[str, str]
) -> None:
    """Raise CalendarsDisagree unless both name the same weekdays, in the years of the second.

    A bank holiday on a Saturday or Sunday is left out: one list may name it beside its substitute.
    """
    other = _weekdays(theirs)
    years = {day.year for day in other}
    own = {day for day in _weekdays(ours) if day.year in years}
    differences = [
        f"{day} ({ours[day]}) is a bank holiday in {names[0]} and not in {names[1]}"
        if day in own
        else f"{day} is a bank holiday in {names[1]} and not in {names[0]}"
        for day in sorted(own ^ other)
    ]
    if differences:
        raise CalendarsDisagree("; ".join(differences))


def _weekdays(days: Iterable[date]) -> set[date]:
    return {day for day in days if day.weekday() < _SATURDAY}


def _bank_holidays(subdivision: str) -> dict[date, str]:
    years = range(FIRST.year, LAST.year + 1)
    return dict(country_holidays("GB", subdiv=subdivision, years=years))


def _published_by_gov_uk() -> list[date]:
    # The copy inside the package: the start-up never asks the network.
    published = BankHolidays(use_cached_holidays=True)
    return [holiday["date"] for holiday in published.get_holidays(BankHolidays.ENGLAND_AND_WALES)]
