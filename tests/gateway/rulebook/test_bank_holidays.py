"""The calendar of England and Wales knows the one-off days, and stops where its sources differ."""

from datetime import date

import pytest

from gateway.rulebook.bank_holidays import CalendarsDisagree, check_agree, england_and_wales


@pytest.mark.parametrize(
    "day",
    [
        date(2011, 4, 29),  # a royal wedding
        date(2012, 6, 4),  # the spring holiday, moved for a jubilee
        date(2012, 6, 5),
        date(2020, 5, 8),  # the May holiday, moved to the day the war in Europe ended
        date(2022, 6, 2),  # the spring holiday, moved for a jubilee
        date(2022, 6, 3),
        date(2022, 9, 19),  # a state funeral
        date(2023, 5, 8),  # a coronation
        date(2006, 1, 2),  # a substitute, before the second library begins
        date(2021, 12, 28),
        date(2028, 4, 14),
    ],
)
def test_a_one_off_or_moved_bank_holiday_is_no_working_day(day: date) -> None:
    assert not england_and_wales().is_working_day(day)
    assert england_and_wales().why(day).endswith(", a bank holiday")


@pytest.mark.parametrize(
    "day",
    [
        date(2020, 5, 4),  # the Monday that was moved away
        date(2022, 5, 30),
        date(2012, 5, 28),
        date(2024, 1, 2),  # a bank holiday in Scotland only
        date(2024, 8, 5),
    ],
)
def test_a_day_that_is_a_bank_holiday_elsewhere_or_in_other_years_is_a_working_day(
    day: date,
) -> None:
    assert england_and_wales().is_working_day(day)


def test_every_year_has_its_eight_and_the_one_off_days() -> None:
    calendar = england_and_wales()
    ordinary = range(calendar.first.toordinal(), calendar.last.toordinal() + 1)
    days = [date.fromordinal(ordinal) for ordinal in ordinary]
    off = [day.year for day in days if calendar.why(day).endswith("a bank holiday")]
    more_than_eight = {year: off.count(year) for year in set(off) if off.count(year) != 8}
    assert more_than_eight == {2011: 9, 2012: 9, 2022: 10, 2023: 9}


def test_a_disagreement_names_every_date_and_side() -> None:
    ours = {date(2022, 9, 19): "State Funeral", date(2022, 12, 26): "Boxing Day"}
    with pytest.raises(CalendarsDisagree) as refusal:
        check_agree(ours, [date(2022, 12, 26), date(2022, 12, 27)], names=("one", "two"))
    assert str(refusal.value) == (
        "2022-09-19 (State Funeral) is a bank holiday in one and not in two; "
        "2022-12-27 is a bank holiday in two and not in one"
    )


def test_only_years_of_which_both_speak_and_only_weekdays_are_compared() -> None:
    ours = {date(2006, 1, 2): "New Year's Day", date(2022, 12, 25): "Christmas Day"}
    ours |= {date(2022, 12, 26): "Boxing Day"}
    check_agree(ours, [date(2022, 12, 26)], names=("one", "two"))
