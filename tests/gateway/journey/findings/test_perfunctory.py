"""Tellings that answer a duty and, by their structure alone, say nothing."""

from typing import Any

import pytest

from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.perfunctory import find_perfunctory_contacts
from tests.builders import JourneyBuilder, moment
from tests.gateway.journey.findings.looking import found, one

MACHINE: dict[str, Any] = {"template": True, "two_way": False, "channel": "text"}


def told(when: str = "2024-03-05 10:40", **more: Any) -> JourneyBuilder:
    """An arrest on Monday 4 March 2024, told by the 11th."""
    journey = JourneyBuilder().police("2024-03-04 09:00", "suspect.arrested", suspect="S1")
    return journey.told(when, "suspect.arrested", suspect="S1", **more)


def look(journey: JourneyBuilder) -> list[Finding]:
    return found(journey, find_perfunctory_contacts)


def test_a_call_about_the_arrest_is_none() -> None:
    assert look(told()) == []


@pytest.mark.parametrize(
    "more",
    [
        {"carried": []},
        MACHINE,
        {"template": True, "carried": []},
        {"two_way": False, "carried": []},
        {"template": True, "two_way": True, "carried": []},
    ],
    ids=["nothing carried", "template", "template alone", "one-way alone", "asks for an answer"],
)
def test_one_sign_is_not_enough(more: dict[str, Any]) -> None:
    assert look(told(**more)) == []


def test_two_signs_are_told_each() -> None:
    journey = told(carried=[], **MACHINE)
    finding = one(journey, find_perfunctory_contacts)
    assert (finding.kind, finding.about) == (FindingKind.PERFUNCTORY_CONTACT, "R6.ARREST/1")
    assert (finding.holds_from, finding.holds_until) == (moment("2024-03-05 10:40"), None)
    assert (finding.agency, finding.organisation, finding.days) == ("police", "example-force", None)
    assert journey.owed("R6.ARREST", "2024-12-01").key in finding.obligations
    assert finding.says.startswith(
        "News about the arrest by the police at 10:40 on 5 March 2024 answers R6.ARREST"
    )
    assert (
        "shows 2 signs that little was said: it is stated to have carried nothing; it was a "
        "template with no way to answer. Nothing recorded says that more of it was told later."
    ) in finding.says


def test_what_is_said_to_have_carried_anything_is_none() -> None:
    assert look(told("2024-03-11 23:50", carried=["reasons"], **MACHINE)) == []


@pytest.mark.parametrize(("clock", "signs"), [("23:29", 1), ("23:30", 2), ("23:59", 2)])
def test_the_last_half_hour_before_a_limit_is_a_sign(clock: str, signs: int) -> None:
    assert len(look(told(f"2024-03-11 {clock}", carried=[]))) == signs - 1


def test_a_day_without_a_clock_is_in_no_last_half_hour() -> None:
    assert look(told("2024-03-11 23:59", carried=[], by_day=True)) == []


def test_three_tellings_in_one_minute_are_a_sign_and_two_are_one_talk() -> None:
    def in_one_minute(count: int) -> list[Finding]:
        journey = told("2024-03-05 10:40:05", carried=[])
        for second in range(1, count):
            journey.told(f"2024-03-05 10:40:{10 + second}", "crime.recorded", carried=[])
        return look(journey)

    assert in_one_minute(2) == []
    (finding,) = in_one_minute(3)
    assert "it is one of 3 tellings of one organisation" in finding.says


def test_content_that_a_duty_asks_for_and_nobody_stated_is_a_sign() -> None:
    journey = JourneyBuilder().police(
        "2024-03-04", "suspect.released", suspect="S1", released="on_bail"
    )
    journey.told("2024-03-05", "suspect.released", suspect="S1", **MACHINE)
    finding = one(journey, find_perfunctory_contacts)
    assert "what it carried is not stated, and a duty that it answers asks for content" in (
        finding.says
    )


def test_it_holds_until_the_victim_was_told_more_of_the_same() -> None:
    journey = told(carried=[], **MACHINE)
    journey.told("2024-03-07", "suspect.charged", suspect="S1", carried=["reasons"])
    journey.told("2024-03-08", "suspect.arrested", suspect="S2", carried=["reasons"])
    journey.told("2024-03-09", "suspect.arrested", suspect="S1", carried=["next_step"])
    finding = one(journey, find_perfunctory_contacts)
    assert finding.holds_until == moment("2024-03-09")
    assert finding.says.endswith("The victim was told more on 9 March 2024: what comes next.")


def test_what_was_said_in_two_events_at_once_was_said() -> None:
    journey = told(carried=[], **MACHINE)
    journey.told("2024-03-05 10:40", "suspect.arrested", suspect="S1", carried=["reasons"])
    assert look(journey) == []


def test_a_telling_that_answers_nothing_is_none() -> None:
    journey = JourneyBuilder().police("2024-03-04", "suspect.arrested", suspect="S1")
    journey.told("2024-03-05", "suspect.arrested", suspect="S1", reached="attempted", carried=[])
    assert look(journey) == []


def test_a_withdrawn_telling_is_none_and_a_corrected_one_is_what_it_became() -> None:
    journey = told(carried=[], **MACHINE)
    assert look(journey.withdrawn("2024-03-20", journey.events[-1].id)) == []

    journey = told(carried=[], **MACHINE)
    data = {**journey.events[-1].data, "carried": ["reasons"]}
    journey.corrected("2024-03-20", journey.events[-1].id, "2024-03-05 10:40", **data)
    assert look(journey) == []


def test_a_limit_after_the_clocks_went_forward_ends_at_londons_midnight() -> None:
    # Arrested on Monday 25 March 2024: five working days, Easter between, end with 3 April, BST.
    def at(clock: str) -> list[Finding]:
        journey = JourneyBuilder().police("2024-03-25 09:00", "suspect.arrested", suspect="S1")
        return look(
            journey.told(f"2024-04-03 {clock}", "suspect.arrested", suspect="S1", carried=[])
        )

    assert at("22:45") == []
    assert len(at("23:45")) == 1
