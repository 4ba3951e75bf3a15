"""Duties for which the Code names no time: recorded, or nothing recorded, and never late."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.journey.standing import Standing
from gateway.journey.timeline import Entry
from tests.builders import JourneyBuilder, moment


def reported() -> JourneyBuilder:
    return JourneyBuilder().reported("2024-03-04 09:00")


def test_nothing_is_recorded_from_the_start_and_recorded_from_the_answer_on() -> None:
    journey = reported().police("2024-05-20 10:00", "needs.assessed", enhanced_rights=False)
    assert journey.owed("R4.NEEDS", "2024-05-19").standing is Standing.NOTHING_RECORDED
    assessed = journey.owed("R4.NEEDS", "2024-06-01")
    assert [(i.standing, i.since, i.until) for i in assessed.standings] == [
        (Standing.NOTHING_RECORDED, moment("2024-03-04 09:00"), moment("2024-05-20 10:00")),
        (Standing.RECORDED, moment("2024-05-20 10:00"), None),
    ]


def test_it_has_no_limit_and_is_never_a_breach_however_long_it_takes() -> None:
    journey = reported()
    ten_years = journey.seen("2034-03-04")
    untimed = [o for o in ten_years.followed.obligations if o.allowed is None]
    assert {o.standing for o in untimed} == {Standing.NOTHING_RECORDED}
    assert [(o.due_on, o.due_at, o.outside_calendar, o.is_breach) for o in untimed] == [
        (None, None, False, False)
    ] * len(untimed)
    of_the_list = {e.obligation.duty.id for e in ten_years.entries if e.obligation is not None}
    assert not of_the_list & {o.duty.id for o in untimed}
    assert Entry.LIMIT in {entry.kind for entry in ten_years.entries}


def test_declining_contact_ends_what_is_not_yet_recorded_and_leaves_what_is() -> None:
    journey = (
        reported()
        .told("2024-03-05 09:00", carried=["compensation"])
        .police("2024-03-06 09:00", "contact.declined", scope="all")
        .police("2024-03-07 09:00", "victim.offered", offer="personal_statement", reached=True)
    )
    assert journey.owed("R5.INFO", "2024-06-01").standing is Standing.RECORDED
    offer = journey.owed("R7.OFFER", "2024-06-01")
    assert (offer.standing, offer.answer) == (Standing.ENDED, None)
    assert [i.standing for i in offer.standings] == [Standing.NOTHING_RECORDED, Standing.ENDED]
    # To assess needs is to tell or offer nobody anything, and so is owed all the same.
    assert journey.owed("R4.NEEDS", "2024-06-01").standing is Standing.NOTHING_RECORDED


def test_what_was_done_before_counts_where_the_rule_says_whenever() -> None:
    journey = (
        reported()
        .police("2024-04-02 09:00", "file.submitted", to="cps", passed=["needs", "losses"])
        .police("2024-04-10 09:00", "suspect.charged", suspect="S1")
    )
    passed = journey.owed("R5.COURT", "2024-06-01")
    assert [(i.standing, i.since) for i in passed.standings] == [
        (Standing.RECORDED, moment("2024-04-10 09:00"))
    ]
    assert passed.answer is not None
    assert passed.answer.at == moment("2024-04-02 09:00")


def test_what_must_come_before_does_not_count_afterwards() -> None:
    journey = (
        reported()
        .police("2024-04-02 09:00", "disposal.given", suspect="S1")
        .police("2024-04-03 09:00", "representations.invited", on="disposal")
    )
    asked = journey.owed("R6.OOCD-VIEWS", "2024-06-01")
    assert asked.standing is Standing.NOTHING_RECORDED
    assert [near.why for near in asked.came_close] == ["it came after the fact"]


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"response": "declined"}, Standing.RECORDED),
        ({"reached": True}, Standing.RECORDED),
        ({"reached": "attempted"}, Standing.NOTHING_RECORDED),
        ({"reached": True, "recipient": "other"}, Standing.NOTHING_RECORDED),
        ({"reached": True, "about_event": "another"}, Standing.NOTHING_RECORDED),
        ({"not_offered": "no need"}, Standing.NOTHING_RECORDED),
    ],
)
def test_an_offer_counts_when_it_reached_somebody_entitled(
    said: dict[str, Any], standing: Standing
) -> None:
    journey = reported().police("2024-03-05", "victim.offered", offer="personal_statement", **said)
    assert journey.owed("R7.OFFER", "2024-06-01").standing is standing


def test_why_an_offer_was_not_made_is_shown_where_it_does_not_count() -> None:
    journey = reported().police(
        "2024-03-05", "victim.offered", offer="personal_statement", not_offered="no need"
    )
    (near,) = journey.owed("R7.OFFER", "2024-06-01").came_close
    assert near.why == "it was not offered: no need"


def test_a_member_who_left_and_came_back_is_a_member() -> None:
    def owed(*membership: str) -> bool:
        journey = reported()
        for number, word in enumerate(membership):
            journey.probation(f"2024-0{number + 4}-01", f"contact_scheme.{word}")
        journey.probation("2024-09-01", "offender.milestone", milestone="release", suspect="S1")
        obligations = journey.seen("2024-10-01").followed.obligations
        return "R11.KEYSTAGE" in {o.duty.id for o in obligations}

    assert [owed(), owed("joined"), owed("joined", "left")] == [False, True, False]
    assert owed("joined", "left", "joined")


@given(st.integers(0, 60 * 24 * 300), st.integers(0, 60 * 24 * 300))
@settings(max_examples=100, deadline=None)
def test_more_time_never_makes_it_less_recorded(early: int, late: int) -> None:
    journey = reported()
    journey.police("2024-05-20 10:00", "crime.recorded")
    first, second = sorted((early, late))
    recorded = journey.owed("R2.RECORD", "2026-01-01").standings

    def standing(minutes: int) -> Standing:
        at = journey.events[0].occurred_at.timestamp() + minutes * 60
        return [i.standing for i in recorded if i.since.timestamp() <= at][-1]

    order = [Standing.NOTHING_RECORDED, Standing.RECORDED]
    assert order.index(standing(first)) <= order.index(standing(second))
