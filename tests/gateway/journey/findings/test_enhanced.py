"""Victims whom the facts give Enhanced Rights, and no assessment says so."""

import pytest

from gateway.journey.findings.finding import FindingKind
from tests.builders import SOURCES, JourneyBuilder, moment
from tests.gateway.journey.findings.found import found, since, times

ABOUT = "enhanced_rights"
REPORT = "2024-03-04 09:00"


@pytest.mark.parametrize(
    ("said", "because"),
    [
        ({"flags": ["domestic_abuse"]}, "most serious crime (domestic_abuse)"),
        ({"offence_group": "sexual"}, "most serious crime (offence group sexual)"),
        ({"victim_kind": "bereaved_relative"}, "bereaved by the crime"),
        ({"under_18": True}, "under 18"),
    ],
)
def test_the_facts_give_them_and_nobody_assessed(said: dict[str, object], because: str) -> None:
    (finding,) = found(JourneyBuilder().reported(REPORT, **said), ABOUT)
    assert finding.kind is FindingKind.NEVER_OFFERED
    assert (finding.holds_from, finding.holds_until) == (moment(REPORT), None)
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    assert because in finding.says
    assert "no assessment since the report on 4 March 2024" in finding.says


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"flags": ["stalking"]},
        {"victim_kind": "business", "flags": ["hate"]},
        {"turns_18_on": "2024-03-04"},
    ],
)
def test_the_facts_do_not_give_them(said: dict[str, object]) -> None:
    assert times(JourneyBuilder().reported(REPORT, **said), ABOUT) == []


def test_an_assessment_that_finds_them_ends_it_and_one_that_denies_them_begins_it_again() -> None:
    journey = JourneyBuilder().reported(REPORT, flags=["hate"])
    journey.police("2024-03-06", "needs.assessed", enhanced_rights=False)
    assert times(journey, ABOUT) == since(REPORT)
    journey.police("2024-03-10", "needs.assessed", enhanced_rights=True)
    assert times(journey, ABOUT) == since(REPORT, "2024-03-10")
    assert found(journey, ABOUT)[0].days == 6
    journey.police("2024-04-10", "needs.assessed", enhanced_rights=False)
    (_, again) = found(journey, ABOUT)
    assert (again.holds_from, again.holds_until) == (moment("2024-04-10"), None)
    assert "the assessment of 10 April 2024 says otherwise" in again.says
    assert [event.type for event in again.events] == ["crime.reported", "needs.assessed"]


def test_an_assessment_before_the_report_counts() -> None:
    early = JourneyBuilder().police("2024-03-01", "needs.assessed", enhanced_rights=True)
    assert times(early.reported(REPORT, flags=["hate"]), ABOUT) == []
    denied = JourneyBuilder().police("2024-03-01", "needs.assessed", enhanced_rights=False)
    (finding,) = found(denied.reported(REPORT, flags=["hate"]), ABOUT)
    assert finding.holds_from == moment(REPORT)
    assert "the assessment of 1 March 2024 says otherwise" in finding.says


def test_a_child_grows_up() -> None:
    journey = JourneyBuilder().reported(REPORT, turns_18_on="2024-05-01")
    (finding,) = found(journey, ABOUT)
    assert finding.holds_until == moment("2024-05-01 00:00")
    assert finding.says.endswith("The victim was 18 on 1 May 2024.")
    journey.police("2024-06-01", "needs.assessed", enhanced_rights=False)
    assert times(journey, ABOUT) == since(REPORT, "2024-05-01 00:00")


def test_a_feed_that_was_down_may_hide_the_assessment() -> None:
    journey = JourneyBuilder().reported(REPORT, flags=["hate"])
    journey.down(SOURCES["police"], "2024-03-20 08:00", "2024-03-21 08:00")
    assert times(journey, ABOUT) == since(REPORT, "2024-03-20 08:00")
    journey.police("2024-03-06", "needs.assessed", enhanced_rights=True)
    assert times(journey, ABOUT) == since(REPORT, "2024-03-06")
