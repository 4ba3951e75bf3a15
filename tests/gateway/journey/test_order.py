"""What should come first: kept, broken or not seen, beside the Code's figures."""

from gateway.journey.order import Outcome
from tests.builders import CASE, JourneyBuilder


def family() -> JourneyBuilder:
    """A bereaved family, whose case the CPS stops on 4 March."""
    return (
        JourneyBuilder()
        .reported("2024-01-04", victim_kind="bereaved_relative")
        .linked("2024-02-01", "crime:example-force/5224001234/V1", CASE)
        .cps(
            "2024-03-04 15:30",
            "prosecution.stopped",
            CASE,
            suspect="S1",
            how="discontinued",
            all_proceedings_end=True,
        )
    )


def found(journey: JourneyBuilder, rule: str, as_of: str = "2024-06-01") -> list[tuple[str, str]]:
    """How each finding of a rule came out, and what it says."""
    findings = journey.seen(as_of).order
    return [(one.outcome.value, one.says) for one in findings if one.rule.id == rule]


def test_a_family_that_is_told_before_the_court() -> None:
    journey = (
        family()
        .told("2024-03-05 10:00", "prosecution.stopped", agency="cps")
        .police("2024-03-08 11:00", "hearing.ended", hearing="H1")
    )
    assert found(journey, "ORDER.FAMILY-COURT") == [
        (
            "kept",
            "Kept: the victim was told about the decision to stop or alter the prosecution on "
            "5 March 2024, before hearing H1 ended on 8 March 2024.",
        )
    ]


def test_a_family_that_learns_it_after_the_court() -> None:
    journey = (
        family()
        .police("2024-03-08 11:00", "hearing.ended", hearing="H1")
        .told("2024-03-08 16:00", "prosecution.stopped", agency="cps")
    )
    assert found(journey, "ORDER.FAMILY-COURT") == [
        (
            "broken",
            "Broken: hearing H1 ended on 8 March 2024, and only then, on 8 March 2024, the victim "
            "was told about the decision to stop or alter the prosecution.",
        )
    ]
    # Seen before the call, nothing had come first.
    assert found(journey, "ORDER.FAMILY-COURT", "2024-03-08 12:00") == [
        (
            "not_seen",
            "Not seen: hearing H1 ended on 8 March 2024, and nothing that should come first is "
            "recorded.",
        )
    ]
    # And before the hearing nothing was asked.
    assert found(journey, "ORDER.FAMILY-COURT", "2024-03-08 10:00") == []


def test_a_call_that_reached_nobody_came_not_first() -> None:
    journey = (
        family()
        .told("2024-03-05", "prosecution.stopped", agency="cps", reached="attempted")
        .police("2024-03-08", "hearing.ended", hearing="H1")
    )
    assert [outcome for outcome, _ in found(journey, "ORDER.FAMILY-COURT")] == ["not_seen"]


def test_on_one_day_of_which_no_hour_is_known_the_order_is_kept() -> None:
    journey = (
        family()
        .told("2024-03-08 16:00", "prosecution.stopped", agency="cps")
        .police("2024-03-08", "hearing.ended", hearing="H1", by_day=True)
    )
    assert [outcome for outcome, _ in found(journey, "ORDER.FAMILY-COURT")] == ["kept"]


def test_each_decision_on_bail_asks_for_an_invitation_of_its_own_suspect() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-01")
        .police("2024-03-03 09:00", "representations.invited", on="bail", suspect="S1")
        .police("2024-03-04 09:00", "suspect.released", suspect="S1", released="on_bail")
        .police("2024-03-04 10:00", "suspect.released", suspect="S2", released="on_bail")
        .police("2024-03-20 09:00", "bail.changed", suspect="S1", change="varied")
        .police("2024-03-21 09:00", "representations.invited", on="bail", suspect="S1")
    )
    outcomes = [
        (one.then.type, one.then.suspect, one.outcome) for one in journey.seen("2024-06-01").order
    ]
    assert outcomes == [
        ("suspect.released", "S1", Outcome.KEPT),
        ("suspect.released", "S2", Outcome.NOT_SEEN),
        ("bail.changed", "S1", Outcome.BROKEN),
    ]


def test_an_invitation_known_later_is_not_seen_as_known_before() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-01")
        .police("2024-03-03", "representations.invited", on="disposal", received="2024-04-20")
        .police("2024-03-04", "disposal.given", suspect="S1")
    )
    (now,) = journey.seen("2024-06-01").order
    (then,) = journey.seen("2024-06-01", known_at="2024-04-01").order
    assert (now.outcome, then.outcome) == (Outcome.KEPT, Outcome.NOT_SEEN)


def test_a_finding_is_no_obligation_and_no_entry() -> None:
    journey = family().police("2024-03-08", "hearing.ended", hearing="H1")
    timeline = journey.seen("2024-06-01")
    assert timeline.order
    assert not any(o.duty.id.startswith("ORDER.") for o in timeline.followed.obligations)
    assert not any("comes first" in entry.says for entry in timeline.entries)


def test_a_business_that_names_nobody_is_asked_nothing() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-01", victim_kind="business")
        .police("2024-03-04", "disposal.given", suspect="S1")
    )
    assert journey.seen("2024-06-01").order == ()
    named = JourneyBuilder().reported("2024-03-01", victim_kind="business", named_contact=True)
    named.police("2024-03-04", "disposal.given", suspect="S1")
    assert [one.outcome for one in named.seen("2024-06-01").order] == [Outcome.NOT_SEEN]
