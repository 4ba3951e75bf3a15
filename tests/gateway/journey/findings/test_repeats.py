"""Reports not flagged as a repeat victim's, and journeys that the police do not know of."""

from gateway.journey.findings.finding import FindingKind
from gateway.journey.findings.repeats import victims_of
from tests.builders import CASE, CRIME, SOURCES, JourneyBuilder, moment
from tests.gateway.journey.findings.found import all_found, found, since, times

REPORT = "2024-03-04 09:00"
OTHER = "crime:example-force/5224009999/V1"


def test_a_report_with_a_pseudonym_and_no_flag() -> None:
    """It holds only where another journey is found; here is what it would say."""
    (finding,) = found(JourneyBuilder().reported(REPORT, victim_key="K1"), "report")
    assert finding.kind is FindingKind.REPEAT_NOT_FLAGGED
    assert (finding.holds_from, finding.holds_until) == (moment(REPORT), None)
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    assert "K1" not in finding.says


def test_a_flag_at_once_or_no_pseudonym() -> None:
    flagged = JourneyBuilder().reported(REPORT, victim_key="K1", flagged_repeat=True)
    assert found(flagged, "report") == []
    assert found(JourneyBuilder().reported(REPORT), "report") == []


def report(**data: object) -> dict[str, object]:
    return {"victim_kind": "person", "offence_group": "other", "victim_key": "K1", **data}


def test_a_correction_flags_it_from_its_own_day() -> None:
    journey = JourneyBuilder().reported(REPORT, id="r", victim_key="K1")
    journey.corrected("2024-03-10", "r", REPORT, **report(flagged_repeat=False))
    assert times(journey, "report") == since(REPORT)
    journey.corrected("2024-03-12", "r", REPORT, **report(flagged_repeat=True))
    journey.corrected("2024-03-15", "r", REPORT, **report(flagged_repeat=True))
    assert times(journey, "report") == since(REPORT, "2024-03-12")
    (finding,) = found(journey, "report")
    assert finding.days == 8
    assert finding.says.endswith("That was said on 12 March 2024.")
    assert times(journey, "report", known_at="2024-03-11") == since(REPORT)
    journey.withdrawn("2024-03-16", "police-3")
    assert times(journey, "report") == since(REPORT, "2024-03-15")
    journey.corrected("2024-03-20", "r", REPORT, **report(flagged_repeat=False))
    assert times(journey, "report") == since(REPORT)


def test_another_report_of_the_journey_may_bring_the_flag() -> None:
    journey = JourneyBuilder().reported(REPORT, victim_key="K1")
    journey.reported("2024-03-09", under=OTHER, victim_key="K1", flagged_repeat=True)
    journey.linked("2024-03-09", CRIME, OTHER)
    assert times(journey, "report") == since(REPORT, "2024-03-09")


def test_each_pseudonym_is_known_from_its_first_report() -> None:
    journey = JourneyBuilder().reported(REPORT, victim_key="K1")
    journey.reported("2024-03-09", victim_key="K1").reported("2024-03-10", victim_key="K2")
    assert victims_of(journey.seen("2024-04-01").story) == {
        "K1": moment(REPORT),
        "K2": moment("2024-03-10"),
    }


def test_a_journey_without_a_police_reference() -> None:
    journey = JourneyBuilder().cps("2024-03-04", "charge.authorised", CASE, suspect="D1")
    (finding,) = all_found(journey, under=CASE)
    assert finding.kind is FindingKind.NO_POLICE_REFERENCE
    assert (finding.holds_from, finding.holds_until) == (moment("2024-03-04"), None)
    assert (finding.agency, finding.organisation) == (None, None)
    assert [event.source for event in finding.events] == [SOURCES["cps"]]
    journey.linked("2024-03-10", CRIME, CASE)
    assert found(journey, "reference", under=CASE) == []
    assert times(journey, "reference", under=CASE, known_at="2024-03-09") == since("2024-03-04")
