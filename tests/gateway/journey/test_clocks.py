"""Days as calendar and clock really run: holidays, weekends, midnights, the hour that moves."""

import pytest

from gateway.journey.standing import Standing
from tests.builders import JourneyBuilder


@pytest.mark.parametrize(
    ("arrested", "due", "why"),
    [
        ("2024-03-06 15:00", "2024-03-13", "an ordinary week"),
        ("2024-03-06 23:59", "2024-03-13", "the hour does not shift day 0"),
        ("2024-03-09 10:00", "2024-03-15", "a Saturday is day 0 and Monday working day 1"),
        ("2024-03-10 10:00", "2024-03-15", "so is a Sunday"),
        ("2024-03-28 10:00", "2024-04-08", "Good Friday and Easter Monday"),
        ("2023-12-22 10:00", "2024-01-03", "Christmas, Boxing Day and New Year's Day"),
        ("2021-12-24 10:00", "2022-01-05", "Christmas and New Year on weekends, with days instead"),
        ("2022-05-31 10:00", "2022-06-09", "the spring holiday moved, and the Platinum Jubilee"),
        ("2022-09-16 10:00", "2022-09-26", "the State Funeral"),
        ("2023-05-05 10:00", "2023-05-15", "the Coronation"),
        ("2020-05-05 10:00", "2020-05-13", "early May's holiday moved to the Friday of VE Day"),
        ("2011-04-27 10:00", "2011-05-06", "the Royal Wedding"),
        ("2012-06-01 10:00", "2012-06-12", "the Diamond Jubilee"),
        ("2025-12-25 10:00", "2026-01-05", "a bank holiday is day 0 like any other"),
    ],
)
def test_five_working_days(arrested: str, due: str, why: str) -> None:
    journey = JourneyBuilder().reported("2010-01-04")
    journey.police(arrested, "suspect.arrested", suspect="S1")
    assert str(journey.owed("R6.ARREST", "2027-01-01").due_on) == due, why


def test_a_limit_ends_with_the_london_day_in_summer_too() -> None:
    journey = JourneyBuilder().reported("2024-06-03")
    journey.police("2024-06-03 12:00", "suspect.arrested", suspect="S1")
    last = journey.told("2024-06-10 23:59", "suspect.arrested")
    assert last.owed("R6.ARREST", "2024-07-01").standing is Standing.MET
    other = JourneyBuilder().reported("2024-06-03")
    other.police("2024-06-03 12:00", "suspect.arrested", suspect="S1")
    other.told("2024-06-11 00:00", "suspect.arrested")
    assert other.owed("R6.ARREST", "2024-07-01").standing is Standing.MET_LATE


def test_an_arrest_in_the_hour_that_comes_twice_is_on_its_london_day() -> None:
    # 00:30 UTC on 27 October 2024 is 01:30 in London, for the first time.
    journey = JourneyBuilder().reported("2024-10-01")
    journey.police("2024-10-27 01:30", "suspect.arrested", suspect="S1")
    assert str(journey.owed("R6.ARREST", "2024-11-30").due_on) == "2024-11-01"


def test_every_arrest_every_release_and_every_suspect_has_a_clock_of_its_own() -> None:
    journey = JourneyBuilder().reported("2024-03-01")
    for day, suspect in (("2024-03-04", "S1"), ("2024-03-04", "S2"), ("2024-03-18", "S1")):
        journey.police(f"{day} 10:00", "suspect.arrested", suspect=suspect)
        journey.police(f"{day} 18:00", "suspect.released", suspect=suspect, released="on_bail")
    for rule in ("R6.ARREST", "R6.BAIL"):
        owed = journey.all_owed(rule, "2024-05-01")
        assert [(o.start.suspect, str(o.due_on)) for o in owed] == [
            ("S1", "2024-03-11"),
            ("S2", "2024-03-11"),
            ("S1", "2024-03-25"),
        ]


def test_a_month_ends_on_the_same_day_number_or_else_the_last() -> None:
    journey = JourneyBuilder().reported("2023-01-02")
    journey.police("2023-06-01", "suspect.interviewed", suspect="S1")
    journey.police("2023-11-29", "prosecution.declined", suspect="S1")
    journey.told("2023-11-30", "prosecution.declined")
    assert str(journey.owed("VRR.POL-REQ", "2024-06-01").due_on) == "2024-02-29"
