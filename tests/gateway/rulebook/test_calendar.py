"""The calendar counts days as somebody with a wall calendar and a pencil would."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journey.calendar import Calendar, OutsideCalendar
from gateway.journey.duty import Allowance, Unit
from gateway.rulebook.bank_holidays import FIRST, LAST, england_and_wales

# Room for the longest allowance drawn here, so that every limit falls inside the calendar.
days = st.dates(FIRST, LAST - timedelta(days=150))
counts = st.integers(1, 60)
allowances = st.one_of(
    st.builds(Allowance, counts, st.sampled_from([Unit.WORKING_DAYS, Unit.CALENDAR_DAYS])),
    st.builds(Allowance, st.integers(1, 8), st.just(Unit.WEEKS)),
    st.builds(Allowance, st.integers(1, 3), st.just(Unit.MONTHS)),
)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return england_and_wales()


def working_days(count: int) -> Allowance:
    return Allowance(count, Unit.WORKING_DAYS)


def counted_one_by_one(calendar: Calendar, day: date, count: int) -> date:
    """The day on which a pencil has ticked so many days that `why` calls working days."""
    while count:
        day += timedelta(days=1)
        count -= calendar.why(day) == "a working day"
    return day


@given(day=days, count=counts)
def test_working_days_agree_with_counting_one_by_one(
    calendar: Calendar, day: date, count: int
) -> None:
    due = calendar.after(day, working_days(count))
    assert due == counted_one_by_one(calendar, day, count)
    assert calendar.working_days_between(day, due) == count


@given(day=days)
def test_why_and_the_table_agree(calendar: Calendar, day: date) -> None:
    why = calendar.why(day)
    assert calendar.is_working_day(day) == (why == "a working day")
    assert (day.weekday() >= 5) == (why in ("a Saturday", "a Sunday"))


@given(day=days, count=counts)
def test_a_limit_in_working_days_is_a_working_day(
    calendar: Calendar, day: date, count: int
) -> None:
    due = calendar.after(day, working_days(count))
    assert due.weekday() < 5
    assert calendar.is_working_day(due)


@given(day=days, later=st.integers(0, 40), allowance=allowances)
def test_a_later_start_never_falls_due_earlier(
    calendar: Calendar, day: date, later: int, allowance: Allowance
) -> None:
    later_day = day + timedelta(days=later)
    assert calendar.after(day, allowance) <= calendar.after(later_day, allowance)


@given(day=days, count=counts)
def test_a_longer_allowance_never_ends_earlier(calendar: Calendar, day: date, count: int) -> None:
    assert calendar.after(day, working_days(count)) < calendar.after(day, working_days(count + 1))


@pytest.mark.parametrize(
    ("day", "count", "unit", "due"),
    [
        (date(2021, 4, 1), 5, Unit.WORKING_DAYS, date(2021, 4, 12)),  # Easter
        (date(2024, 3, 9), 1, Unit.WORKING_DAYS, date(2024, 3, 11)),  # from a Saturday
        (date(2022, 9, 16), 1, Unit.WORKING_DAYS, date(2022, 9, 20)),  # the Queen's funeral
        (date(2016, 3, 1), 56, Unit.CALENDAR_DAYS, date(2016, 4, 26)),
        (date(2016, 3, 1), 8, Unit.WEEKS, date(2016, 4, 26)),
        (date(2024, 1, 31), 1, Unit.MONTHS, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, Unit.MONTHS, date(2023, 2, 28)),
        (date(2023, 11, 30), 3, Unit.MONTHS, date(2024, 2, 29)),
        (date(2023, 9, 15), 3, Unit.MONTHS, date(2023, 12, 15)),
        (date(2023, 12, 15), 12, Unit.MONTHS, date(2024, 12, 15)),
    ],
)
def test_limits_worked_by_hand(
    calendar: Calendar, day: date, count: int, unit: Unit, due: date
) -> None:
    assert calendar.after(day, Allowance(count, unit)) == due


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2024, 3, 28), "a working day"),
        (date(2024, 3, 29), "Good Friday, a bank holiday"),
        (date(2024, 3, 30), "a Saturday"),
        (date(2022, 12, 25), "a Sunday"),  # Christmas Day, whose substitute was the Tuesday
    ],
)
def test_why_says_what_kind_of_day_it_is(calendar: Calendar, day: date, words: str) -> None:
    assert calendar.why(day) == words


def test_working_days_between_leaves_out_the_first_day(calendar: Calendar) -> None:
    thursday, tuesday = date(2024, 3, 28), date(2024, 4, 2)
    assert calendar.working_days_between(thursday, thursday) == 0
    assert calendar.working_days_between(thursday, tuesday) == 1
    with pytest.raises(ValueError, match="2024-03-28 is before 2024-04-02"):
        calendar.working_days_between(tuesday, thursday)


def test_hours_do_not_end_with_a_day(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="24 hours end at a minute"):
        calendar.after(date(2024, 3, 4), Allowance(24, Unit.HOURS))


def test_outside_its_range_the_calendar_says_so(calendar: Calendar) -> None:
    words = "knows the bank holidays from 2006-01-01 to 2028-12-31"
    one = Allowance(1, Unit.WORKING_DAYS)
    with pytest.raises(OutsideCalendar, match=words):
        calendar.after(FIRST - timedelta(days=1), one)
    with pytest.raises(OutsideCalendar, match=words):
        calendar.after(LAST, one)
    with pytest.raises(OutsideCalendar, match=words):
        calendar.is_working_day(LAST + timedelta(days=1))
    assert calendar.after(LAST - timedelta(days=40), one) <= LAST


@pytest.mark.parametrize("unit", [Unit.CALENDAR_DAYS, Unit.WEEKS, Unit.MONTHS])
def test_days_that_need_no_bank_holidays_have_no_range(calendar: Calendar, unit: Unit) -> None:
    assert calendar.after(LAST, Allowance(1, unit)) > LAST
    assert calendar.after(FIRST - timedelta(days=40), Allowance(1, unit)) < FIRST


def test_the_hash_follows_the_working_days_and_not_the_names() -> None:
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    easter = {date(2024, 3, 29): "Good Friday", date(2024, 4, 1): "Easter Monday"}
    calendar = Calendar(easter, first=first, last=last)
    renamed = Calendar(dict.fromkeys(easter, "a day off"), first=first, last=last)
    with_a_sunday = Calendar({**easter, date(2024, 3, 31): "Easter"}, first=first, last=last)
    without = Calendar({date(2024, 3, 29): "Good Friday"}, first=first, last=last)
    shorter = Calendar(easter, first=first, last=date(2024, 12, 30))
    assert calendar.hash == renamed.hash == with_a_sunday.hash
    assert len({calendar.hash, without.hash, shorter.hash}) == 3
