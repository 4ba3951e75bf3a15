"""Of each handover it is told what was known, what went with it, and what is shown to have come."""

from gateway.journey.chains.handing_over import Handover
from tests.builders import JourneyBuilder, moment
from tests.gateway.journey.chains.following import handovers


def known_to_the_police() -> JourneyBuilder:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-05", "needs.assessed", enhanced_rights=True, needs=["interpreter"])
    return journey.police("2024-03-06", "statement.made", wish="read_self")


def the_one(journey: JourneyBuilder) -> Handover:
    (found,) = handovers(journey)
    return found


def test_a_file_is_acknowledged_by_what_the_cps_received_of_it() -> None:
    journey = known_to_the_police()
    journey.police("2024-05-01", "file.submitted", passed=["needs", "losses"])
    sent = the_one(journey)
    assert (sent.known, sent.passed, sent.arrived) == (("needs", "statement"), ("needs",), ())
    assert (sent.to_agency, sent.to_organisation, sent.acknowledged) == ("cps", None, None)
    journey.cps("2024-05-03", "needs.received", arrived=["needs"], missing=["statement"])
    journey.cps("2024-05-20", "statement.received")
    sent = the_one(journey)
    assert [(one.item, one.at) for one in sent.arrived] == [
        ("needs", moment("2024-05-03")),
        ("statement", moment("2024-05-20")),
    ]
    assert sent.acknowledged is not None
    assert sent.acknowledged.at == moment("2024-05-03")
    assert (sent.to_agency, sent.to_organisation) == ("cps", "example-area")


def test_what_came_before_it_was_sent_acknowledges_nothing() -> None:
    journey = known_to_the_police()
    journey.cps("2024-04-03", "needs.received")
    journey.police("2024-05-01", "file.submitted")
    sent = the_one(journey)
    assert sent.acknowledged is None
    assert sent.passed is None


def test_an_acknowledgement_that_names_an_event_is_about_that_one_only() -> None:
    journey = known_to_the_police()
    journey.police("2024-05-01", "handover.sent", to="wcu", passed=["needs"], id="first")
    journey.police("2024-06-01", "handover.sent", to="probation", passed=["needs"], id="second")
    journey.probation("2024-06-03", "handover.acknowledged", to="wcu", about_event="second")
    first, second = handovers(journey)
    assert first.acknowledged is None
    assert second.acknowledged is not None
    assert (second.to_agency, second.to_organisation) == ("probation", "example-region")


def test_a_referral_goes_to_its_region_and_hides_behind_that_regions_feed() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-09-05", "contact_scheme.referred", region="example-region")
    sent = the_one(journey)
    assert (sent.to_agency, sent.to_organisation) == ("probation", "example-region")
    assert sent.unknown_from is None
    journey.down("/probation/example-region/contact", "2024-09-07", "2024-09-09")
    assert the_one(journey).unknown_from == moment("2024-09-07")
    journey.probation("2024-09-20", "contact_scheme.referral_received")
    sent = the_one(journey)
    assert sent.unknown_from is None
    assert sent.acknowledged_on is not None
