"""Interruptions: what a silent feed may hide is unknown, never kept and never broken."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.journey.standing import Standing
from tests.builders import SOURCES, JourneyBuilder

POLICE, PROBATION = SOURCES["police"], SOURCES["probation"]


def arrested() -> JourneyBuilder:
    """Return a journey with an arrest on Monday 3 March 2025, of which the limit is the 10th."""
    return (
        JourneyBuilder()
        .reported("2025-03-03 09:00")
        .police("2025-03-03 10:00", "suspect.arrested", suspect="S1")
    )


def standing(journey: JourneyBuilder, as_of: str, *, known_at: str | None = None) -> Standing:
    """Return how the duty to tell of the arrest stands."""
    return journey.owed("R6.ARREST", as_of, known_at=known_at).standing


def test_what_an_interruption_may_hide_is_unknown() -> None:
    journey = arrested().down(POLICE, "2025-03-05 08:00", "2025-03-07 08:00")
    assert standing(journey, "2025-03-04") is Standing.PENDING
    assert standing(journey, "2025-03-06") is Standing.UNKNOWN
    assert standing(journey, "2025-05-01") is Standing.UNKNOWN
    assert not journey.owed("R6.ARREST", "2025-05-01").is_breach


def test_an_interruption_at_another_time_or_of_another_feed_hides_nothing() -> None:
    late = arrested().down(POLICE, "2025-03-11 00:00", "2025-03-20 08:00")
    assert standing(late, "2025-05-01") is Standing.OVERDUE
    early = arrested().down(POLICE, "2025-03-01 08:00", "2025-03-03 10:00")
    assert standing(early, "2025-05-01") is Standing.OVERDUE
    others = arrested().down(PROBATION, "2025-03-05 08:00")
    assert standing(others, "2025-05-01") is Standing.OVERDUE
    force = arrested().down("/police/another-force/records", "2025-03-05 08:00")
    assert standing(force, "2025-05-01") is Standing.OVERDUE


def test_news_in_time_is_certain_and_late_news_is_not() -> None:
    journey = arrested().down(POLICE, "2025-03-05 08:00", "2025-03-07 08:00")
    journey.told("2025-03-10", "suspect.arrested", suspect="S1")
    assert standing(journey, "2025-05-01") is Standing.MET
    late = arrested().down(POLICE, "2025-03-05 08:00", "2025-03-07 08:00")
    late.told("2025-03-14", "suspect.arrested", suspect="S1")
    assert standing(late, "2025-05-01") is Standing.UNKNOWN


def test_it_settles_when_the_events_arrive() -> None:
    journey = arrested().down(POLICE, "2025-03-05 08:00", "2025-03-07 08:00", replaced="2025-03-20")
    journey.down(
        POLICE, "2025-03-05 08:00", "2025-03-07 08:00", declared="2025-03-20", replayed=True
    )
    # Nothing of the arrest was among what was sent since: it had not been told.
    assert standing(journey, "2025-05-01") is Standing.OVERDUE
    assert standing(journey, "2025-03-15", known_at="2025-03-15") is Standing.UNKNOWN
    journey.told("2025-03-06", "suspect.arrested", suspect="S1", received="2025-03-19")
    assert standing(journey, "2025-05-01") is Standing.MET
    assert standing(journey, "2025-03-15", known_at="2025-03-15") is Standing.UNKNOWN


def test_it_was_not_unknown_before_it_was_declared() -> None:
    journey = arrested().down(POLICE, "2025-03-05 08:00", "2025-03-07 08:00", declared="2025-04-01")
    assert standing(journey, "2025-03-31", known_at="2025-03-31") is Standing.OVERDUE
    assert standing(journey, "2025-04-02", known_at="2025-04-02") is Standing.UNKNOWN


def test_the_dated_standings_say_the_same() -> None:
    journey = arrested().down(POLICE, "2025-03-05 08:00", "2025-03-07 08:00")
    assert [i.standing for i in journey.owed("R6.ARREST", "2025-05-01").standings] == [
        Standing.PENDING,
        Standing.UNKNOWN,
    ]
    journey.told("2025-03-10", "suspect.arrested", suspect="S1")
    assert [i.standing for i in journey.owed("R6.ARREST", "2025-05-01").standings] == [
        Standing.PENDING,
        Standing.UNKNOWN,
        Standing.MET,
    ]


def test_a_region_that_never_spoke_and_was_down_is_found() -> None:
    journey = JourneyBuilder().reported("2025-01-06 09:00")
    journey.police("2025-03-03 10:00", "contact_scheme.referred", region="example-region")
    assert journey.owed("R11.VLO", "2025-06-01").standing is Standing.OVERDUE
    journey.down(PROBATION, "2025-03-10 08:00")
    obligation = journey.owed("R11.VLO", "2025-06-01")
    assert (obligation.standing, obligation.organisation) == (Standing.UNKNOWN, "example-region")


def test_both_legs_seen_as_one_are_unknown_where_the_last_is() -> None:
    journey = JourneyBuilder().reported("2025-01-06 09:00")
    journey.police(
        "2025-03-03 10:00",
        "case.concluded",
        suspect="S1",
        outcome="convicted",
        received_at_wcu="2025-03-04 09:00",
    )
    journey.down(POLICE, "2025-03-04 10:00", "2025-03-07 08:00")
    obligation = journey.owed("R9.OUTCOME", "2025-05-01")
    assert obligation.total is not None
    assert (obligation.standing, obligation.total.standing) == (Standing.UNKNOWN,) * 2


def test_untimed_and_local_duties_are_unknown_too() -> None:
    journey = arrested().down(POLICE, "2025-03-05 08:00", "2025-03-07 08:00")
    assert journey.owed("R3.INFO", "2025-05-01").standing is Standing.UNKNOWN
    assert journey.owed("LOC.FREQ", "2025-05-01").standing is Standing.UNKNOWN


@given(since=st.integers(0, 40), days=st.integers(1, 20), told=st.none() | st.integers(2, 40))
def test_an_interruption_never_makes_a_breach_and_never_takes_a_kept_duty(
    since: int, days: int, told: int | None
) -> None:
    def noon(number: int) -> str:
        return f"{date(2025, 3, 1) + timedelta(days=number)} 12:00"

    journey = arrested()  # on day 2 at ten, with a limit that ends with day 9
    if told is not None:
        journey.told(noon(told), "suspect.arrested", suspect="S1")
    before = standing(journey, "2025-06-01")
    journey.down(POLICE, noon(since), noon(since + days))
    overlaps = since <= 9 and since + days >= 2
    hidden = overlaps and before is not Standing.MET
    assert standing(journey, "2025-06-01") is (Standing.UNKNOWN if hidden else before)
