"""What of the Code was missed in the 30, 60 and 90 days before a victim withdrew."""

import pytest

from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.withdrawal import find_missed_before_withdrawal
from gateway.journey.stages import Stage
from tests.builders import SOURCES, JourneyBuilder, moment
from tests.gateway.journey.findings.looking import found, one


def arrest(journey: JourneyBuilder, day: str, suspect: str, told: str | None = None) -> None:
    """Arrest a suspect, and tell the victim or nobody; five working days are allowed."""
    journey.police(day, "suspect.arrested", suspect=suspect)
    if told is not None:
        journey.told(told, "suspect.arrested", suspect=suspect)


def overdue() -> JourneyBuilder:
    """An arrest on Monday 4 March 2024 of which the victim was not told: a breach from the 12th."""
    journey = JourneyBuilder()
    arrest(journey, "2024-03-04", "S1")
    return journey


def look(journey: JourneyBuilder) -> list[Finding]:
    return found(journey, find_missed_before_withdrawal)


def test_a_withdrawal_after_which_nothing_was_missed_is_not_told() -> None:
    kept = JourneyBuilder()
    arrest(kept, "2024-03-04", "S1", told="2024-03-05")
    assert look(kept.police("2024-03-20", "victim.withdrew")) == []
    assert look(overdue()) == []


def test_what_was_missed_before_is_told_with_its_days() -> None:
    journey = overdue().police("2024-03-20 14:00", "victim.withdrew", reason="tired of waiting")
    finding = one(journey, find_missed_before_withdrawal)
    assert (finding.kind, finding.about) == (
        FindingKind.MISSED_BEFORE_WITHDRAWAL,
        "withdrawal/1",
    )
    assert (finding.holds_from, finding.holds_until) == (moment("2024-03-20 14:00"), None)
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    assert (finding.stage, finding.days) == (Stage.INVESTIGATION, 8)
    assert finding.obligations == (journey.owed("R6.ARREST", "2024-12-01").key,)
    assert [event.type for event in finding.events] == ["victim.withdrew"]
    assert finding.says == (
        "The victim withdrew support on 20 March 2024. Duties of the Code that became a breach or "
        "stayed overdue: 1 in the 30 days, 1 in the 60 days and 1 in the 90 days before: "
        "R6.ARREST (since 12 March 2024). The last became a breach 8 days before. Whether the one "
        "has to do with the other is not recorded."
    )


def test_what_is_missed_only_afterwards_has_nothing_to_do_with_it() -> None:
    assert look(overdue().police("2024-03-11 23:00", "victim.withdrew")) == []
    assert len(look(overdue().police("2024-03-12 00:00:01", "victim.withdrew"))) == 1


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        ("2024-05-01", "1 in the 30 days, 1 in the 60 days and 1 in the 90 days"),
        ("2024-05-02", "0 in the 30 days, 1 in the 60 days and 1 in the 90 days"),
        ("2024-05-31", "0 in the 30 days, 1 in the 60 days and 1 in the 90 days"),
        ("2024-06-01", "0 in the 30 days, 0 in the 60 days and 1 in the 90 days"),
        ("2024-06-30", "0 in the 30 days, 0 in the 60 days and 1 in the 90 days"),
        ("2024-07-01", None),
    ],
)
def test_what_was_put_right_counts_until_its_day_is_too_long_ago(
    day: str, counts: str | None
) -> None:
    journey = JourneyBuilder()
    arrest(journey, "2024-03-04", "S1", told="2024-04-01 12:00")
    says = [finding.says for finding in look(journey.police(day, "victim.withdrew"))]
    assert says == [] if counts is None else counts in says[0]


def test_what_stayed_overdue_counts_however_long_ago_it_began() -> None:
    finding = one(overdue().police("2025-03-12", "victim.withdrew"), find_missed_before_withdrawal)
    assert finding.days == 365
    assert "1 in the 30 days" in finding.says


def test_the_owner_of_the_last_breach_answers_for_it() -> None:
    journey = overdue()
    arrest(journey, "2024-03-06", "S2")
    finding = one(journey.police("2024-03-20", "victim.withdrew"), find_missed_before_withdrawal)
    assert (finding.days, len(finding.obligations)) == (6, 2)
    assert "R6.ARREST (since 12 March 2024) and R6.ARREST (since 14 March 2024)" in finding.says


@pytest.mark.parametrize(("outcome", "found_of"), [(14, 1), (16, 1), (15, 0), (18, 0)])
@pytest.mark.parametrize("type_", ["outcome.assigned", "investigation.decided"])
def test_an_outcome_that_says_the_victim_does_not_support_action_counts(
    type_: str, outcome: int, found_of: int
) -> None:
    journey = overdue().police("2024-03-20", type_, decision="closed", outcome=outcome)
    findings = look(journey)
    assert len(findings) == found_of
    assert all("no withdrawal is recorded" in finding.says for finding in findings)


def test_the_outcome_after_a_recorded_withdrawal_is_no_other_withdrawal() -> None:
    journey = overdue().police("2024-03-20", "victim.withdrew")
    journey.police("2024-04-20", "outcome.assigned", decision="closed", outcome=16)
    assert one(journey, find_missed_before_withdrawal).holds_from == moment("2024-03-20")


def test_each_withdrawal_is_told_and_two_on_one_day_are_one() -> None:
    journey = overdue().police("2024-03-20 09:00", "victim.withdrew", suspect="S1")
    journey.police("2024-03-20 10:00", "victim.withdrew", suspect="S2")
    journey.police("2024-06-20", "victim.withdrew")
    assert [(f.about, f.holds_from) for f in look(journey)] == [
        ("withdrawal/1", moment("2024-03-20 09:00")),
        ("withdrawal/2", moment("2024-06-20")),
    ]


def test_a_withdrawal_known_by_its_day_came_before_all_of_that_day() -> None:
    assert look(overdue().police("2024-03-12", "victim.withdrew", by_day=True)) == []
    assert len(look(overdue().police("2024-03-13", "victim.withdrew", by_day=True))) == 1


def test_a_withdrawal_that_was_withdrawn_is_none() -> None:
    journey = overdue().police("2024-03-20", "victim.withdrew")
    assert look(journey.withdrawn("2024-03-21", journey.events[-1].id)) == []


def test_who_opted_out_in_time_was_not_failed() -> None:
    journey = overdue().police("2024-03-06", "contact.declined", scope="all")
    assert look(journey.police("2024-03-20", "victim.withdrew")) == []


def test_what_an_interruption_hides_was_not_missed() -> None:
    journey = overdue().down(SOURCES["police"], "2024-03-06", "2024-03-07")
    assert look(journey.police("2024-03-20", "victim.withdrew")) == []


def test_a_good_reason_is_told_beside() -> None:
    journey = JourneyBuilder().police("2025-03-03", "suspect.arrested", suspect="S1", id="arrest")
    journey.police(
        "2025-03-12",
        "departure.justified",
        duty="R6.ARREST",
        start="arrest",
        reason="safety",
        decided_by="inspector",
    ).police("2025-03-20", "victim.withdrew")
    assert "Beside 1 of them a good reason is recorded." in (
        one(journey, find_missed_before_withdrawal).says
    )
