"""Changes of a hearing's listing: which there are, whether the victim was told, and why."""

from datetime import date
from typing import Any

import pytest

from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.listings import find_listing_changes
from gateway.journey.stages import Stage
from tests.builders import SOURCES, JourneyBuilder, moment
from tests.gateway.journey.findings.looking import found, one

Told = tuple[str, int | None]


def fixed(journey: JourneyBuilder, when: str, hearing: str = "H1", **data: Any) -> str:
    """Fix a hearing, and return the id of the event that says so."""
    journey.police(when, "hearing.fixed", hearing=hearing, **data)
    return journey.events[-1].id


def listed() -> JourneyBuilder:
    """A charged case with a trial listed for 13 May."""
    journey = JourneyBuilder().reported("2024-01-02 09:00")
    journey.police("2024-02-05", "suspect.charged", suspect="S1")
    fixed(journey, "2024-02-06", kind="trial", starts_at="2024-05-13 10:00")
    return journey.told("2024-02-07", "hearing.fixed", hearing="H1", carried=["date_time_place"])


def moved() -> JourneyBuilder:
    """The same trial, moved on 8 April to 14 May."""
    journey = listed()
    fixed(
        journey,
        "2024-04-08 15:00",
        kind="trial",
        starts_at="2024-05-14 10:30",
        received_at_wcu="2024-04-09 09:00",
        reason="no court free",
    )
    return journey


def look(journey: JourneyBuilder) -> list[Finding]:
    return found(journey, find_listing_changes)


def told(journey: JourneyBuilder) -> list[Told]:
    """Which changes there were, and how many days it took to tell the victim."""
    return [(finding.about, finding.days) for finding in look(journey)]


def test_a_hearing_that_stays_where_it_was_listed_has_not_changed() -> None:
    journey = listed()
    fixed(journey, "2024-03-01", kind="trial", starts_at="2024-05-13 10:00")
    fixed(journey, "2024-03-02", hearing="H2", starts_at="2024-06-03 10:00")
    assert look(journey) == []


def test_a_change_tells_from_when_to_when_how_soon_the_victim_was_told_and_why() -> None:
    journey = moved().told(
        "2024-04-11", "hearing.fixed", hearing="H1", carried=["date_time_place", "reasons"]
    )
    finding = one(journey, find_listing_changes)
    assert (finding.kind, finding.about) == (FindingKind.LISTING_CHANGE, "H1/1")
    assert (finding.holds_from, finding.holds_until) == (moment("2024-04-08 15:00"), None)
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    assert (finding.stage, finding.days) == (Stage.BEFORE_TRIAL, 2)
    assert [event.type for event in finding.events] == ["hearing.fixed", "victim.told"]
    assert len(finding.obligations) > 0
    assert finding.says == (
        "Hearing H1 (trial), listed for 10:00 on 13 May 2024, was listed on 8 April 2024 for "
        "10:30 on 14 May 2024 instead. The change came 35 days before the day it had been listed "
        "for. A reason for the change is recorded. The victim was told on 11 April 2024, 2 days "
        "after word of it reached the Witness Care Unit. Reasons are among what the news is said "
        "to have carried."
    )


def test_the_senders_reason_is_not_repeated() -> None:
    assert "no court free" not in one(moved(), find_listing_changes).says


def test_of_a_change_that_nobody_told_nothing_recorded_says_so() -> None:
    finding = one(moved(), find_listing_changes)
    assert finding.days is None
    assert "Nothing recorded says that the victim was told of it." in finding.says


def test_news_that_reached_nobody_told_nobody() -> None:
    journey = moved().told("2024-04-10", "hearing.fixed", hearing="H1", reached="attempted")
    finding = one(journey, find_listing_changes)
    assert finding.days is None
    assert "Word of it on 10 April 2024 did not count: it did not reach anyone." in finding.says


def test_news_of_the_next_change_is_no_news_of_the_one_before() -> None:
    journey = moved()
    fixed(journey, "2024-05-01", kind="trial", starts_at="2024-06-03 10:00")
    journey.told("2024-05-02", "hearing.fixed", hearing="H1")
    first, second = look(journey)
    assert (first.about, first.days) == ("H1/1", None)
    assert "before it changed again on 1 May 2024" in first.says
    assert (second.about, second.days) == ("H1/2", 1)
    assert "What the news carried is not stated." in second.says


def test_news_that_names_the_earlier_change_is_news_of_it() -> None:
    journey = listed()
    first = fixed(journey, "2024-04-08", starts_at="2024-05-14 10:30")
    fixed(journey, "2024-04-10", starts_at="2024-05-15 10:30")
    journey.told("2024-04-12", "hearing.fixed", about_event=first)
    assert told(journey) == [("H1/1", 4), ("H1/2", None)]


def test_news_of_another_hearing_is_no_news_of_this_one() -> None:
    journey = moved().told("2024-04-11", "hearing.fixed", hearing="H2")
    assert told(journey) == [("H1/1", None)]


def test_news_before_the_formal_word_comes_on_day_nought() -> None:
    finding = one(moved().told("2024-04-08 16:00", "hearing.fixed"), find_listing_changes)
    assert finding.days == 0
    assert "before word of it is recorded to have reached the Witness Care Unit" in finding.says


def test_a_vacated_hearing_has_changed_and_so_has_one_that_is_listed_again() -> None:
    journey = listed()
    fixed(journey, "2024-05-13 09:30", kind="trial", vacated=True)
    fixed(journey, "2024-05-20", kind="trial", starts_at="2024-09-02 10:00")
    fallen, again = look(journey)
    assert "was vacated on 13 May 2024. The change came on the very day" in fallen.says
    assert again.says.startswith(
        "Hearing H1 (trial), which had been vacated, was listed on 20 May 2024 for 10:00 on"
    )


def test_what_falls_and_is_listed_again_on_one_day_changed_once() -> None:
    journey = listed()
    fixed(journey, "2024-05-01 09:00", vacated=True, reason="no judge")
    fixed(journey, "2024-05-01 15:00", starts_at="2024-09-02 10:00")
    journey.told("2024-05-02", "hearing.fixed", hearing="H1")
    finding = one(journey, find_listing_changes)
    assert (finding.days, finding.holds_from) == (1, moment("2024-05-01 15:00"))
    assert "listed for 10:00 on 13 May 2024" in finding.says
    assert "A reason for the change is recorded." in finding.says


def test_what_falls_by_mistake_and_is_put_back_on_one_day_did_not_change() -> None:
    journey = listed()
    fixed(journey, "2024-05-01 09:00", vacated=True)
    fixed(journey, "2024-05-01 15:00", starts_at="2024-05-13 10:00")
    assert look(journey) == []


def test_a_window_that_becomes_a_day_within_it_is_made_firm_and_not_moved() -> None:
    def listed_for(starts_at: str) -> list[Finding]:
        journey = JourneyBuilder().reported("2024-01-02")
        fixed(journey, "2024-02-06", week_commencing="2024-05-13")
        fixed(journey, "2024-05-10", starts_at=starts_at)
        return look(journey)

    # Sunday 19 May at 23:30 in London is within the week; half an hour later is not.
    assert listed_for("2024-05-13 00:00") == listed_for("2024-05-19 23:30") == []
    (left,) = listed_for("2024-05-20 00:00")
    assert "listed for the week of 13 May 2024" in left.says


def test_a_day_that_becomes_a_window_was_lost() -> None:
    journey = listed()
    fixed(journey, "2024-05-01", week_commencing="2024-05-13")
    assert "for the week of 13 May 2024 instead" in one(journey, find_listing_changes).says


def test_a_sending_without_a_time_says_nothing_of_one() -> None:
    journey = listed()
    fixed(journey, "2024-03-01", kind="trial")
    fixed(journey, "2024-03-02", kind="trial", starts_at="2024-05-13 10:00")
    assert look(journey) == []


def test_a_hearing_that_was_held_is_fixed_anew_and_not_moved() -> None:
    journey = listed().police(
        "2024-05-13 16:00", "hearing.ended", hearing="H1", outcome="adjourned"
    )
    fixed(journey, "2024-05-13 16:30", starts_at="2024-05-20 10:00")
    assert look(journey) == []


def test_one_change_told_of_two_suspects_is_one() -> None:
    journey = JourneyBuilder().reported("2024-01-02")
    for suspect in ("S1", "S2"):
        fixed(journey, "2024-02-06", suspect=suspect, starts_at="2024-05-13 10:00")
    for suspect in ("S1", "S2"):
        fixed(journey, "2024-03-06", suspect=suspect, starts_at="2024-05-20 10:00")
    assert told(journey) == [("H1/1", None)]


def test_suspects_tried_apart_under_one_label_did_not_move_each_other() -> None:
    journey = JourneyBuilder().reported("2024-01-02")
    fixed(journey, "2024-02-06", suspect="S1", starts_at="2024-05-13 10:00")
    fixed(journey, "2024-02-07", suspect="S2", starts_at="2024-05-20 10:00")
    assert look(journey) == []


def test_a_corrected_listing_was_never_moved_and_a_withdrawn_one_never_listed() -> None:
    journey = listed()
    wrong = fixed(journey, "2024-03-01", starts_at="2024-05-15 10:00")
    assert told(journey) == [("H1/1", None)]
    journey.withdrawn("2024-03-02", wrong)
    assert look(journey) == []

    journey = listed()
    wrong = fixed(journey, "2024-03-01", starts_at="2024-05-15 10:00")
    journey.corrected(
        "2024-03-02", wrong, "2024-03-01", hearing="H1", starts_at="2024-05-13T09:00:00Z"
    )
    assert look(journey) == []


def test_a_change_known_by_its_day_may_have_been_told_on_that_day() -> None:
    journey = listed()
    fixed(journey, "2024-04-08", starts_at="2024-05-14 10:30", by_day=True)
    journey.told("2024-04-08 08:00", "hearing.fixed", hearing="H1")
    assert told(journey) == [("H1/1", 0)]


def test_days_are_london_days_on_the_night_the_clocks_change() -> None:
    journey = listed()
    # 23:30 on 30 March is GMT; half an hour and a lost hour later it is 31 March, BST.
    fixed(journey, "2024-03-30 23:30", starts_at="2024-05-14 10:30")
    journey.told("2024-03-31 02:30", "hearing.fixed", hearing="H1")
    assert told(journey) == [("H1/1", 1)]


def test_who_had_declined_contact_is_said_to_have() -> None:
    journey = listed().police("2024-03-01", "contact.declined", scope="all")
    fixed(journey, "2024-04-08", starts_at="2024-05-14 10:30")
    assert "the victim had declined to hear of such news" in one(journey, find_listing_changes).says


def test_what_an_interrupted_feed_hides_is_not_known() -> None:
    journey = moved().down(SOURCES["police"], "2024-04-10", "2024-04-12")
    finding = one(journey, find_listing_changes)
    assert finding.days is None
    assert "Whether the victim was told is not known" in finding.says
    assert "Nothing recorded" not in finding.says

    after_the_trial = moved().down(SOURCES["police"], "2024-06-10", "2024-06-12")
    assert "Nothing recorded" in one(after_the_trial, find_listing_changes).says


@pytest.mark.parametrize("times", [0, 1, 4])
def test_the_burden_is_the_number_of_changes(times: int) -> None:
    journey = listed()
    for place in range(times):
        day = date(2024, 6, 3 + place)
        fixed(journey, f"2024-04-{10 + place}", starts_at=f"{day} 10:00")
    assert [about for about, _ in told(journey)] == [f"H1/{n}" for n in range(1, times + 1)]
