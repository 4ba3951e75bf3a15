"""What holds of every finder: names, meanings, the order of arrival, and the moment of asking."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.meanings import MEANING_OF, MEANINGS, is_special
from tests.builders import CRIME, JourneyBuilder, moment
from tests.gateway.journey.findings.found import all_found

OURS = (
    FindingKind.NEVER_OFFERED,
    FindingKind.NEEDS_LOST,
    FindingKind.REPEAT_NOT_FLAGGED,
    FindingKind.NO_POLICE_REFERENCE,
)


@cache
def eventful() -> JourneyBuilder:
    """A journey on which every finder that needs a crime finds something, begun and ended."""
    journey = JourneyBuilder().reported("2024-01-08 09:00", id="r", victim_key="K1", flags=["hate"])
    journey.police("2024-01-09", "preferences.agreed", update_every_days=14)
    journey.police("2024-01-10", "needs.assessed", enhanced_rights=False, needs=["a lift"])
    journey.corrected(
        "2024-01-11",
        "r",
        "2024-01-08 09:00",
        victim_kind="person",
        offence_group="other",
        flags=["hate"],
        victim_key="K1",
        flagged_repeat=True,
    )
    journey.police("2024-01-20", "needs.assessed", enhanced_rights=True, reassessment=True)
    journey.police("2024-02-01", "file.submitted", to="example-area", passed=["needs"])
    journey.cps("2024-02-05", "needs.received", missing=["needs"], arrived=["preferences"])
    journey.police("2024-02-10", "victim.offered", offer="personal_statement", response="declined")
    journey.police("2024-02-11", "support.referred")
    journey.police(
        "2024-03-25",
        "offender.sentenced",
        suspect="S1",
        sentence_kind="custody",
        sentence_months=24,
        specified_offence=True,
        received_at_wcu="2024-03-25",
    )
    journey.probation("2024-03-26", "sentence_report.completed", needs_addressed=False)
    return journey.withdrawn("2024-03-27", "police-9")


def test_a_name_is_one_finding_s_and_they_come_in_order() -> None:
    found = all_found(eventful())
    names = [finding.name for finding in found]
    assert names == sorted(set(names))
    assert {f.kind for f in found} >= set(OURS) - {FindingKind.NO_POLICE_REFERENCE}
    assert len(found) >= 8
    for finding in found:
        assert finding.holds_until is None or finding.holds_from < finding.holds_until
        assert finding.events
        assert finding.says.endswith(".")
        assert "  " not in finding.says


@given(order=st.permutations(range(len(eventful().events))))
@settings(max_examples=40, deadline=None)
def test_the_order_of_arrival_changes_nothing(order: list[int]) -> None:
    """Neither which finding there is, nor when it holds, nor what it says or rests on."""
    assert list(map(words, all_found(eventful().arriving(order)))) == list(
        map(words, all_found(eventful()))
    )


def words(finding: Finding) -> tuple[object, ...]:
    identities = [(event.source, event.id) for event in finding.events]
    return (
        finding.name,
        finding.holds_until,
        finding.agency,
        finding.organisation,
        finding.stage,
        finding.days,
        finding.says,
        identities,
        finding.obligations,
    )


def test_two_events_of_one_moment_are_one_finding() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-06", "needs.assessed", enhanced_rights=True)
    journey.police("2024-03-20", "file.submitted", to="example-area", passed=[])
    journey.police("2024-03-20", "handover.sent", to="wcu", passed=[])
    journey.police("2024-03-25", "handover.sent", to="wcu", passed=["needs"])
    (finding,) = [f for f in all_found(journey) if f.about == "needs_not_passed"]
    assert finding.holds_until is None, "what is still missing for one of them is missing"
    assert "example-area" in finding.says
    assert len(finding.events) == 4


def test_every_kind_is_described_once_and_says_what_it_does_not_mean() -> None:
    assert [meaning.kind for meaning in MEANINGS] == list(FindingKind)
    for meaning in MEANINGS:
        assert meaning.version >= 1
        assert meaning.special <= set(meaning.abouts)
        for said in (meaning.means, meaning.does_not_mean, meaning.holds, meaning.days):
            assert said.endswith(".")


@pytest.mark.parametrize("kind", OURS)
def test_what_is_found_is_about_what_its_meaning_says(kind: FindingKind) -> None:
    alone = JourneyBuilder().cps("2024-03-04", "charge.authorised", suspect="S1", under="case:1/V1")
    found = (*all_found(eventful()), *all_found(alone, under="case:1/V1"))
    abouts = {finding.about for finding in found if finding.kind is kind}
    assert abouts
    assert abouts <= set(MEANING_OF[kind].abouts)


def test_what_tells_of_needs_or_of_the_offence_is_special() -> None:
    special = {f.about for f in all_found(eventful()) if is_special(f, frozenset())}
    assert {"enhanced_rights", "needs_not_acknowledged", "needs_missing"} <= special
    plain = {f.about for f in all_found(eventful()) if not is_special(f, frozenset())}
    assert {"contact_scheme", "support", "personal_statement", "report"} <= plain


def test_a_journey_of_which_nothing_is_left_has_findings_about_nobody() -> None:
    journey = JourneyBuilder().reported("2024-03-04", id="r").withdrawn("2024-03-05", "r")
    assert all_found(journey, under=CRIME) == ()
    alone = JourneyBuilder().linked("2024-03-06", "case:1/V1", "case:2/V1")
    (finding,) = all_found(alone, under="case:1/V1")
    assert finding.holds_from == moment("2024-03-06")
