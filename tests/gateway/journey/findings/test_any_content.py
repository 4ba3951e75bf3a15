"""Whatever a door lets in, finding never fails, and what is found has a name, a time and words."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.journey.findings.finding import Finding
from gateway.journey.findings.keying import find_met_by_keying
from gateway.journey.findings.listings import find_listing_changes
from gateway.journey.findings.needs_met import find_needs_unmet
from gateway.journey.findings.perfunctory import find_perfunctory_contacts
from gateway.journey.findings.withdrawal import find_missed_before_withdrawal
from shared.london import read_day
from tests.builders import CRIME, SOURCES, JourneyBuilder
from tests.demo.made import membership_of
from tests.examples import EXAMPLES
from tests.gateway.journey.findings.looking import found, seen_whole

FINDERS = (
    find_listing_changes,
    find_met_by_keying,
    find_missed_before_withdrawal,
    find_needs_unmet,
    find_perfunctory_contacts,
)
# What any of these finders reads the content of.
READ = frozenset(
    {
        "contact.declined",
        "hearing.ended",
        "hearing.fixed",
        "needs.assessed",
        "outcome.assigned",
        "preferences.agreed",
        "special_measures.applied",
        "support.referred",
        "victim.offered",
        "victim.told",
        "victim.withdrew",
    }
)
WORLD = world_of(7, read_day("2022-01-01"), read_day("2025-12-31"), usual_practice())


def sound(findings: list[Finding]) -> None:
    """Fail where a finding lacks a name of its own, words, or a time in which it held."""
    names = [(finding.kind, finding.about, finding.holds_from) for finding in findings]
    assert len(set(names)) == len(names)
    for finding in findings:
        assert finding.about
        assert finding.says.endswith(".")
        assert "None" not in finding.says
        assert finding.holds_until is None or finding.holds_from < finding.holds_until
        assert finding.days is None or finding.days >= 0
        assert finding.events


@pytest.mark.parametrize("agency", ["police", "cps", "probation"])
def test_a_correction_to_any_other_content_breaks_no_finder(agency: str) -> None:
    own = [(type_, data) for (room, type_), data in EXAMPLES.items() if room == agency]
    told = 0
    for (type_, data), (_, other) in product(own, own):
        if type_ not in READ:
            continue
        journey = JourneyBuilder().reported("2024-01-02")
        journey.police("2024-02-01", "suspect.charged", suspect="S1")
        for number in range(2):
            journey.said(agency, f"2024-03-0{number + 1}", type_, CRIME, id=f"it-{number}")
            journey.events[-1].data.update(data)  # type: ignore[attr-defined]
        journey.said(
            agency,
            "2024-04-01",
            "event.corrected",
            CRIME,
            event={"source": SOURCES[agency], "id": "it-1"},
            content={"time": "2024-03-02T10:00:00Z", "data": other},
            reason="keyed wrong",
        )
        sound([finding for find in FINDERS for finding in found(journey, find)])
        told += 1
    assert told > 100


@settings(max_examples=60)
@given(st.integers(0, 100_000))
def test_what_is_found_on_any_synthetic_journey_is_sound(number: int) -> None:
    evidence = seen_whole(membership_of(make(WORLD, number)))
    sound([finding for find in FINDERS for finding in find(evidence)])
