"""What was known of a victim and did not get to the next agency."""

from gateway.journey.stages import Stage
from tests.builders import SOURCES, JourneyBuilder, moment
from tests.gateway.journey.findings.found import found, since, times

SENT = "2024-03-20 10:00"


def known() -> JourneyBuilder:
    """A journey on which the police know the victim's needs."""
    journey = JourneyBuilder().reported("2024-03-04 09:00")
    return journey.police(
        "2024-03-06", "needs.assessed", enhanced_rights=True, needs=["wheelchair access"]
    )


def lost(journey: JourneyBuilder) -> set[str]:
    return {
        about
        for item in ("needs", "preferences", "statement")
        for how in ("not_passed", "not_acknowledged", "missing")
        if times(journey, about := f"{item}_{how}")
    }


def test_a_file_that_leaves_the_needs_out() -> None:
    journey = known().police(SENT, "file.submitted", to="example-area", passed=["losses"])
    (finding,) = found(journey, "needs_not_passed")
    assert (finding.holds_from, finding.holds_until) == (moment(SENT), None)
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    assert finding.stage is Stage.CHARGING_DECISION
    assert [event.type for event in finding.events] == ["needs.assessed", "file.submitted"]
    assert finding.says == (
        "The file went to example-area on 20 March 2024, and what it says it passed on leaves out "
        "the victim's needs."
    )
    assert lost(journey) == {"needs_not_passed"}
    journey.police("2024-03-25", "handover.sent", to="example-area", passed=["needs"])
    assert times(journey, "needs_not_passed") == since(SENT, "2024-03-25")


def test_a_handover_to_another_body_does_not_mend_it() -> None:
    journey = known().police(SENT, "file.submitted", to="example-area", passed=[])
    journey.police("2024-03-25", "handover.sent", to="wcu", passed=["needs"])
    assert times(journey, "needs_not_passed") == since(SENT)


def test_what_nobody_acknowledged() -> None:
    journey = known().police(SENT, "file.submitted", to="example-area", passed=["needs"])
    (finding,) = found(journey, "needs_not_acknowledged")
    assert (finding.agency, finding.organisation) == ("cps", "example-area")
    assert finding.says.endswith("and nothing recorded says that the victim's needs arrived.")
    journey.cps("2024-03-22", "needs.received", arrived=["needs"])
    (finding,) = found(journey, "needs_not_acknowledged")
    assert finding.holds_until == moment("2024-03-22")
    assert finding.days == 2


def test_a_file_that_does_not_say_what_it_passed_is_only_not_acknowledged() -> None:
    journey = known().police(SENT, "file.submitted", to="example-area")
    assert lost(journey) == {"needs_not_acknowledged"}
    journey.cps("2024-03-20 10:00", "needs.received")
    assert lost(journey) == set()


def test_what_was_not_known_cannot_be_lost() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-06", "needs.assessed", enhanced_rights=False)
    journey.police(SENT, "file.submitted", to="example-area", passed=[])
    journey.cps("2024-03-22", "needs.received", missing=["needs", "losses"])
    journey.police("2024-03-30", "needs.assessed", enhanced_rights=True)
    journey.police("2024-03-30", "preferences.agreed", update_every_days=14)
    assert lost(journey) == set()


def test_what_the_receiver_says_is_missing_is_asked_of_the_sender() -> None:
    journey = known().police("2024-03-07", "preferences.agreed", update_every_days=14)
    journey.police(SENT, "file.submitted", to="example-area", passed=["needs", "preferences"])
    journey.cps("2024-03-22", "needs.received", arrived=["preferences"], missing=["needs"])
    (finding,) = found(journey, "needs_missing")
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    assert finding.holds_from == moment("2024-03-22")
    assert finding.says == (
        "On 22 March 2024 example-area recorded that the victim's needs had not come with the rest."
    )
    assert times(journey, "preferences_missing") == []
    # Whoever says that it was missing has looked: nobody waits for that word any more.
    assert times(journey, "needs_not_acknowledged") == since(SENT, "2024-03-22")
    journey.cps("2024-03-28", "needs.received", arrived=["needs"])
    assert times(journey, "needs_missing") == since("2024-03-22", "2024-03-28")


def test_a_statement_is_received_in_words_of_its_own() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-10", "statement.made", kind="personal")
    journey.police(SENT, "file.submitted", to="example-area", passed=["statement"])
    journey.cps("2024-03-22", "needs.received")
    assert times(journey, "statement_not_acknowledged") == since(SENT)
    journey.cps("2024-03-23", "statement.received")
    assert times(journey, "statement_not_acknowledged") == since(SENT, "2024-03-23")


def test_a_handover_names_its_receiver_in_its_own_words() -> None:
    journey = known().police(SENT, "handover.sent", to="wcu", passed=["needs"])
    (finding,) = found(journey, "needs_not_acknowledged")
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    journey = known().police(SENT, "handover.sent", to="the new team", passed=["needs"])
    (finding,) = found(journey, "needs_not_acknowledged")
    assert (finding.agency, finding.organisation) == (None, None)
    assert finding.says.startswith("The handover went to the new team on 20 March 2024")
    journey.said(
        "police", "2024-03-21", "handover.acknowledged", finding.events[0].reference, to="x"
    )
    assert times(journey, "needs_not_acknowledged") == since(SENT, "2024-03-21")
    journey = known().police(SENT, "handover.sent", to="example-area", passed=["needs"])
    journey.cps("2024-03-25", "charge.authorised", suspect="S1")
    (finding,) = found(journey, "needs_not_acknowledged")
    assert (finding.agency, finding.organisation) == ("cps", "example-area")


def test_needs_that_the_assessment_as_a_witness_does_not_name() -> None:
    journey = known().police(
        "2024-05-06", "needs.assessed", enhanced_rights=False, **{"for": "witness"}
    )
    assert times(journey, "needs_as_witness") == since("2024-05-06")
    journey.police("2024-05-20", "needs.assessed", enhanced_rights=True, **{"for": "witness"})
    assert times(journey, "needs_as_witness") == since("2024-05-06", "2024-05-20")
    named = known().police(
        "2024-05-06", "needs.assessed", enhanced_rights=False, needs=["ramp"], **{"for": "witness"}
    )
    assert times(named, "needs_as_witness") == []


def test_a_report_for_the_sentence_that_says_nothing_of_the_needs() -> None:
    journey = known().probation("2024-06-06", "sentence_report.completed", needs_addressed=False)
    (finding,) = found(journey, "needs_in_sentence_report")
    assert (finding.agency, finding.organisation) == ("probation", "example-region")
    journey.probation("2024-06-10", "sentence_report.completed", needs_addressed=True)
    assert times(journey, "needs_in_sentence_report") == since("2024-06-06", "2024-06-10")
    silent = known().probation("2024-06-06", "sentence_report.completed")
    assert times(silent, "needs_in_sentence_report") == []


def test_a_feed_that_was_down_may_hide_the_receipt() -> None:
    journey = known().police(SENT, "file.submitted", to="example-area", passed=["needs"])
    journey.down(SOURCES["cps"], "2024-03-20 12:00", "2024-03-21 12:00")
    assert times(journey, "needs_not_acknowledged") == since(SENT, "2024-03-20 12:00")
