"""Whatever order we were told in, what is found of conduct is the same."""

from dataclasses import fields
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.keying import find_met_by_keying
from gateway.journey.findings.listings import find_listing_changes
from gateway.journey.findings.needs_met import find_needs_unmet
from gateway.journey.findings.perfunctory import find_perfunctory_contacts
from gateway.journey.findings.withdrawal import find_missed_before_withdrawal
from tests.builders import JourneyBuilder
from tests.gateway.journey.findings.looking import found

FINDERS = (
    find_listing_changes,
    find_met_by_keying,
    find_missed_before_withdrawal,
    find_needs_unmet,
    find_perfunctory_contacts,
)


def journey_of_all() -> JourneyBuilder:
    """A journey with something of every kind, the moments of keying and of receipt all stated."""
    journey = (
        JourneyBuilder()
        .reported("2024-03-04 09:00", recorded="2024-03-04 09:00")
        .police("2024-03-04 09:00", "preferences.agreed", interpreter=True, channels=["email"])
        .police("2024-03-05", "needs.assessed", enhanced_rights=True, needs=["screens"])
        .police("2024-03-06", "suspect.arrested", suspect="S1")
        .told("2024-03-07", "suspect.arrested", recorded="2024-04-02", channel="phone", carried=[])
        .told("2024-03-08", "suspect.interviewed", channel="phone", recorded="2024-03-08")
        .police("2024-03-07", "suspect.charged", suspect="S1", recorded="2024-03-07")
        .told(
            "2024-03-08 23:50",
            "suspect.charged",
            suspect="S1",
            carried=[],
            template=True,
            two_way=False,
            channel="email",
            recorded="2024-03-09",
        )
    )
    for number, (when, starts) in enumerate(
        [("2024-03-11", "2024-05-13"), ("2024-04-08", "2024-05-20"), ("2024-04-08", "2024-06-03")]
    ):
        journey.police(
            f"{when} {12 + number}:00",
            "hearing.fixed",
            hearing="H1",
            starts_at=f"{starts} 10:00",
            received_at_wcu=f"{when} 16:00",
        )
    journey.told("2024-04-10", "hearing.fixed", hearing="H1", recorded="2024-04-10")
    journey.police("2024-04-22", "victim.withdrew", suspect="S1")
    return journey.police("2024-04-22", "victim.withdrew")


def told(finding: Finding) -> dict[str, Any]:
    """Everything a finding says, its events by their names."""
    said = {field.name: getattr(finding, field.name) for field in fields(finding)}
    return {**said, "events": [(event.source, event.id) for event in finding.events]}


def all_found(journey: JourneyBuilder) -> list[dict[str, Any]]:
    return [told(finding) for find in FINDERS for finding in found(journey, find)]


def test_the_journey_shows_something_of_every_kind() -> None:
    findings = all_found(journey_of_all())
    assert {finding["kind"] for finding in findings} == {
        FindingKind.LISTING_CHANGE,
        FindingKind.MET_BY_KEYING,
        FindingKind.MISSED_BEFORE_WITHDRAWAL,
        FindingKind.NEED_UNMET,
        FindingKind.PERFUNCTORY_CONTACT,
    }
    names = [(f["kind"], f["about"], f["holds_from"]) for f in findings]
    assert len(set(names)) == len(names)
    assert all(f["holds_until"] is None or f["holds_from"] < f["holds_until"] for f in findings)


@settings(max_examples=40)
@given(st.permutations(range(len(journey_of_all().events))))
def test_the_order_in_which_we_were_told_changes_nothing(order: list[int]) -> None:
    journey = journey_of_all()
    expected = all_found(journey)
    journey.events = [journey.events[place] for place in order]
    assert all_found(journey) == expected


@settings(max_examples=40)
@given(st.permutations(range(len(journey_of_all().events))))
def test_when_we_were_told_changes_only_what_is_said_of_it(order: list[int]) -> None:
    journey = journey_of_all()

    def without_words(journey: JourneyBuilder) -> list[dict[str, Any]]:
        # Of a keying it is said when we were told, and that did change.
        return [
            f if f["kind"] is not FindingKind.MET_BY_KEYING else {**f, "says": ""}
            for f in all_found(journey)
        ]

    expected = without_words(journey)
    assert without_words(journey.arriving(order)) == expected
