"""What a victim was eligible for by the facts and was not offered, and what ends that."""

from typing import Any

import pytest

from gateway.journey.stages import Stage
from tests.builders import SOURCES, JourneyBuilder, moment
from tests.gateway.journey.findings.found import found, since, times

# The referral was due on 10 April 2024, ten working days with Easter left out.
OVERDUE = "2024-04-11 00:00"
REFERRED = "2024-04-10 10:00"


def sentenced(**data: Any) -> JourneyBuilder:
    said: dict[str, Any] = {
        "sentence_kind": "custody",
        "sentence_months": 12,
        "specified_offence": True,
        **data,
    }
    return (
        JourneyBuilder()
        .reported("2024-01-08 09:00")
        .police(
            "2024-03-25 15:00",
            "offender.sentenced",
            suspect="S1",
            received_at_wcu="2024-03-25 16:00",
            **said,
        )
    )


def test_the_contact_scheme_was_never_offered_to_who_is_eligible() -> None:
    (finding,) = found(sentenced(), "contact_scheme")
    assert (finding.holds_from, finding.holds_until) == (moment(OVERDUE), None)
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    assert finding.stage is Stage.AFTER_SENTENCE
    assert finding.days is None
    assert [event.type for event in finding.events] == ["offender.sentenced"]
    assert finding.says == (
        "By the limit of R11.REF on 10 April 2024, no referral to the contact scheme, nor an offer "
        "of it, is recorded."
    )
    assert finding.holds_at(moment(OVERDUE))
    assert not finding.holds_at(moment("2024-04-10 23:59"))


@pytest.mark.parametrize(
    "said",
    [
        {"sentence_months": 11},
        {"specified_offence": False},
        {"sentence_kind": "suspended"},
    ],
)
def test_who_is_not_eligible_need_not_be_offered_it(said: dict[str, object]) -> None:
    assert times(sentenced(**said), "contact_scheme") == []


def test_without_a_word_on_the_offence_eligibility_is_not_known() -> None:
    journey = JourneyBuilder().reported("2024-01-08")
    journey.police(
        "2024-03-25",
        "offender.sentenced",
        suspect="S1",
        sentence_kind="custody",
        sentence_months=60,
        received_at_wcu="2024-03-25",
    )
    assert times(journey, "contact_scheme") == []


def test_a_late_referral_or_any_offer_ends_it() -> None:
    late = sentenced().police("2024-04-15", "contact_scheme.referred", region="example-region")
    (finding, _) = found(late, "contact_scheme")
    assert finding.holds_until == moment("2024-04-15")
    assert finding.days == 4
    assert finding.says.endswith("It came on 15 April 2024.")
    offered = sentenced().probation(
        "2024-04-20", "victim.offered", offer="contact_scheme", response="declined"
    )
    assert times(offered, "contact_scheme") == since(OVERDUE, "2024-04-20")
    assert found(offered, "contact_scheme")[0].says.endswith("answered, on 20 April 2024.")
    for type_, scope in (("contact_scheme.joined", {}), ("contact.declined", {"scope": "all"})):
        other = sentenced().probation("2024-04-20", type_, **scope)
        until = "2024-04-20" if type_ == "contact_scheme.joined" else None
        assert times(other, "contact_scheme") == since(OVERDUE, until)


@pytest.mark.parametrize("scope", ["contact_scheme", ["hearing.fixed", "contact_scheme"]])
def test_who_declined_the_scheme_was_asked_however_it_is_written(scope: str | list[str]) -> None:
    declined = sentenced().probation("2024-04-20", "contact.declined", scope=scope)
    assert times(declined, "contact_scheme") == since(OVERDUE, "2024-04-20")


def test_an_offer_that_reached_nobody_is_none() -> None:
    for said in (
        {"reached": "attempted"},
        {"not_offered": "not eligible", "reached": True},
        {"recipient": "other", "reached": True},
        {"recipient_excluded": True, "reached": True},
    ):
        tried = sentenced().probation(
            "2024-04-09", "victim.offered", offer="contact_scheme", **said
        )
        assert times(tried, "contact_scheme") == since(OVERDUE)


def test_a_referral_in_time_leaves_probation_to_make_contact() -> None:
    """Probation has 20 working days; a call that reaches the victim ends it."""
    referred = sentenced().police(REFERRED, "contact_scheme.referred", region="example-region")
    (finding,) = found(referred, "contact_scheme")
    assert (finding.agency, finding.organisation) == ("probation", "example-region")
    assert finding.holds_from == moment("2024-05-10 00:00")
    called = referred.told("2024-05-13 11:00", agency="probation", carried=["next_step"])
    assert times(called, "contact_scheme") == since("2024-05-10 00:00", "2024-05-13 11:00")


def test_two_sentences_are_one_offer() -> None:
    """A second offender's sentence asks for no second offer, and is not told as another."""
    both = sentenced().police(
        "2024-04-02",
        "offender.sentenced",
        suspect="S2",
        sentence_kind="custody",
        sentence_months=30,
        specified_offence=True,
        received_at_wcu="2024-04-02",
    )
    (finding,) = found(both, "contact_scheme")
    assert finding.holds_from == moment(OVERDUE)
    assert len(finding.obligations) == 2
    both.police(REFERRED, "contact_scheme.referred", region="example-region")
    both.told("2024-04-11", agency="probation")
    assert times(both, "contact_scheme") == []


def test_a_statement_was_not_offered_until_it_was() -> None:
    journey = JourneyBuilder().reported("2024-01-08 09:00")
    assert times(journey, "personal_statement") == since("2024-01-08 09:00")
    (finding,) = found(journey, "personal_statement")
    assert finding.says == "Since 8 January 2024, no offer of a personal statement is recorded."
    journey.police(
        "2024-02-01", "victim.offered", offer="personal_statement", response="no_response"
    )
    assert times(journey, "personal_statement") == since("2024-01-08 09:00")
    journey.police("2024-02-02", "victim.offered", offer="personal_statement", response="declined")
    assert times(journey, "personal_statement") == since("2024-01-08 09:00", "2024-02-02")
    made = JourneyBuilder().reported("2024-01-08 09:00")
    made.police("2024-01-20", "statement.made", kind="personal")
    assert times(made, "personal_statement") == since("2024-01-08 09:00", "2024-01-20")


def test_the_bereaved_are_told_of_once_though_two_rules_ask() -> None:
    journey = JourneyBuilder().reported("2024-01-08 09:00", victim_kind="bereaved_relative")
    (finding,) = found(journey, "personal_statement")
    assert len(finding.obligations) == 2


def test_support_is_offered_by_a_referral_or_refused_by_the_victim() -> None:
    journey = JourneyBuilder().reported("2024-03-04 09:00")
    assert times(journey, "support") == since("2024-03-07 00:00")
    late = JourneyBuilder().reported("2024-03-04 09:00").police("2024-03-11", "support.declined")
    assert times(late, "support") == since("2024-03-07 00:00", "2024-03-11")
    in_time = JourneyBuilder().reported("2024-03-04 09:00").police("2024-03-05", "support.referred")
    assert times(in_time, "support") == []


def test_specialist_support_is_for_who_has_enhanced_rights() -> None:
    journey = JourneyBuilder().reported("2024-03-04 09:00")
    journey.police("2024-03-06", "needs.assessed", enhanced_rights=False)
    assert times(journey, "specialist_support") == []
    journey.police("2024-03-08", "needs.assessed", enhanced_rights=True, reassessment=True)
    assert times(journey, "specialist_support") == since("2024-03-08")
    journey.police("2024-03-09", "victim.offered", offer="specialist_support", response="accepted")
    assert times(journey, "specialist_support") == since("2024-03-08", "2024-03-09")


def test_a_feed_that_was_down_leaves_it_unknown() -> None:
    """What could not be sent may have been the offer: nobody can say that it was not made."""
    journey = JourneyBuilder().reported("2024-03-04 09:00")
    journey.down(SOURCES["police"], "2024-03-05 08:00", "2024-03-05 20:00")
    assert times(journey, "support") == []
    (finding,) = found(journey, "personal_statement")
    assert finding.holds_until == moment("2024-03-05 08:00")
    assert finding.says.endswith("5 March 2024 on is not complete, so that more is not known.")
    journey.interruptions.clear()
    journey.down(SOURCES["police"], "2024-03-05 08:00", "2024-03-05 20:00", replayed=True)
    assert times(journey, "support") == since("2024-03-07 00:00")


def test_a_withdrawn_report_takes_it_away() -> None:
    journey = JourneyBuilder().reported("2024-03-04", id="report").withdrawn("2024-03-05", "report")
    assert times(journey, "support") == []
    assert times(journey, "support", known_at="2024-03-04") == since("2024-03-07 00:00")
