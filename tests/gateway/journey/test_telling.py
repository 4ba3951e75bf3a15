"""What counts as telling: the right fact, after it, reached, to one entitled, with its content."""

from typing import Any

import pytest

from gateway.journey.standing import Standing
from tests.builders import JourneyBuilder


def arrest() -> JourneyBuilder:
    """A report on Monday 4 March 2024 and an arrest on Wednesday 6 March at 15:00."""
    return (
        JourneyBuilder()
        .reported("2024-03-04 09:00")
        .police("2024-03-06 15:00", "suspect.arrested", suspect="S1", id="arrest")
    )


def test_the_victim_is_told_on_the_last_day() -> None:
    obligation = (
        arrest().told("2024-03-13 23:30", "suspect.arrested").owed("R6.ARREST", "2024-04-01")
    )
    assert str(obligation.due_on) == "2024-03-13"
    assert obligation.standing is Standing.MET


def test_news_before_the_fact_does_not_count_and_says_why() -> None:
    obligation = (
        arrest().told("2024-03-06 14:00", "suspect.arrested").owed("R6.ARREST", "2024-04-01")
    )
    assert obligation.standing is Standing.OVERDUE
    assert [near.why for near in obligation.came_close] == ["it came before the fact"]


def test_a_few_minutes_are_two_clocks_and_not_news_in_advance() -> None:
    obligation = (
        arrest().told("2024-03-06 14:56", "suspect.arrested").owed("R6.ARREST", "2024-04-01")
    )
    assert obligation.standing is Standing.MET


def test_where_only_the_day_is_known_the_same_day_counts() -> None:
    journey = arrest().told("2024-03-06 08:00", "suspect.arrested", by_day=True)
    assert journey.owed("R6.ARREST", "2024-04-01").standing is Standing.MET


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"reached": "attempted"}, "it did not reach anyone"),
        ({"reached": "returned", "channel": "letter"}, "it did not reach anyone"),
        ({"recipient": "other"}, "the person told is not entitled to the news"),
        (
            {"recipient": "parent_or_guardian"},
            "a parent or guardian is told only for a victim under 18",
        ),
        ({"recipient": "named_contact"}, "a named contact speaks for a business only"),
        (
            {"recipient": "representative", "recipient_excluded": True},
            "the person told is excluded",
        ),
    ],
)
def test_news_that_reached_nobody_entitled_does_not_count(data: dict[str, Any], why: str) -> None:
    obligation = (
        arrest().told("2024-03-07", "suspect.arrested", **data).owed("R6.ARREST", "2024-04-01")
    )
    assert obligation.standing is Standing.OVERDUE
    assert [near.why for near in obligation.came_close] == [why]


def test_a_parent_may_be_told_for_a_child_until_the_birthday() -> None:
    child = (
        JourneyBuilder()
        .reported("2024-03-04", turns_18_on="2024-03-08")
        .police("2024-03-07", "suspect.arrested", suspect="S1")
    )
    in_time = child.told("2024-03-07 18:00", "suspect.arrested", recipient="parent_or_guardian")
    assert in_time.owed("R6.ARREST", "2024-04-01").standing is Standing.MET

    adult = (
        JourneyBuilder()
        .reported("2024-03-04", turns_18_on="2024-03-08")
        .police("2024-03-08", "suspect.arrested", suspect="S1")
        .told("2024-03-08 18:00", "suspect.arrested", recipient="parent_or_guardian")
    )
    assert adult.owed("R6.ARREST", "2024-04-01").standing is Standing.OVERDUE


def test_written_news_counts_by_an_agreed_channel_only_and_spoken_news_by_any() -> None:
    agreed = arrest().police("2024-03-05", "preferences.agreed", channels=["email"])
    agreed.told("2024-03-07", "suspect.arrested", channel="letter")
    obligation = agreed.owed("R6.ARREST", "2024-03-10")
    assert [near.why for near in obligation.came_close] == [
        "the victim did not agree to news by letter"
    ]
    agreed.told("2024-03-08", "suspect.arrested", channel="phone")
    assert str(agreed.owed("R6.ARREST", "2024-03-10").answer.day) == "2024-03-08"  # type: ignore[union-attr]


def stopped() -> JourneyBuilder:
    """A prosecution that ended altogether on Monday 4 March 2024."""
    return (
        JourneyBuilder()
        .reported("2024-01-02")
        .cps(
            "2024-03-04",
            "prosecution.stopped",
            suspect="S1",
            how="discontinued",
            all_proceedings_end=True,
        )
    )


def test_news_must_carry_what_the_rule_requires() -> None:
    journey = stopped().told(
        "2024-03-05", "prosecution.stopped", agency="cps", carried=["reasons"], channel="letter"
    )
    obligation = journey.owed("R6.CPS-STOP", "2024-04-01")
    assert obligation.standing is Standing.OVERDUE
    assert [near.why for near in obligation.came_close] == ["it left out the right to a review"]


def test_news_that_does_not_say_what_it_carried_counts_and_is_marked() -> None:
    journey = stopped().told("2024-03-05", "prosecution.stopped", agency="cps", channel="letter")
    obligation = journey.owed("R6.CPS-STOP", "2024-04-01")
    assert obligation.standing is Standing.MET
    assert not obligation.content_stated


def test_one_telling_answers_every_suspect_it_does_not_tell_apart() -> None:
    journey = (
        arrest()
        .police("2024-03-06 16:00", "suspect.arrested", suspect="S2")
        .told("2024-03-07", "suspect.arrested", suspect="S2")
    )
    first, second = journey.all_owed("R6.ARREST", "2024-04-01")
    assert (first.start.suspect, first.standing) == ("S1", Standing.OVERDUE)
    assert (second.start.suspect, second.standing) == ("S2", Standing.MET)
    journey.told("2024-03-08", "suspect.arrested")
    assert {o.standing for o in journey.all_owed("R6.ARREST", "2024-04-01")} == {Standing.MET}


def test_naming_the_event_narrows_an_answer_to_it() -> None:
    journey = (
        arrest()
        .police("2024-03-07 10:00", "suspect.arrested", suspect="S1", id="again")
        .told("2024-03-08", "suspect.arrested", about_event="again")
    )
    first, second = journey.all_owed("R6.ARREST", "2024-04-01")
    assert (first.standing, second.standing) == (Standing.OVERDUE, Standing.MET)


def test_an_answer_to_an_earlier_arrest_does_not_answer_a_later_one() -> None:
    journey = (
        arrest()
        .told("2024-03-07", "suspect.arrested")
        .police("2024-03-12", "suspect.arrested", suspect="S1")
    )
    first, second = journey.all_owed("R6.ARREST", "2024-04-01")
    assert (first.standing, second.standing) == (Standing.MET, Standing.OVERDUE)


def test_an_offer_the_victim_answered_reached_the_victim() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police("2024-03-18", "contact_scheme.referred", region="example-region")
        .probation("2024-03-25", "victim.offered", offer="contact_scheme", response="declined")
    )
    assert journey.owed("R11.VLO", "2024-06-01").standing is Standing.MET
