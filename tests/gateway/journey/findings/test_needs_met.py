"""Needs that were recorded, and what is recorded that would answer them."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.needs_known import NEEDS, NONE, plain
from gateway.journey.findings.needs_met import find_needs_unmet
from gateway.journey.stages import Stage
from shared.words import FIELDS, Offer
from tests.builders import SOURCES, JourneyBuilder, moment
from tests.gateway.journey.findings.looking import found, one


def reported() -> JourneyBuilder:
    """A report of 4 March 2024."""
    return JourneyBuilder().reported("2024-03-04 09:00")


def agreed(**data: Any) -> JourneyBuilder:
    """The same report, and something agreed with the victim the day after."""
    return reported().police("2024-03-05 10:00", "preferences.agreed", **data)


def assessed(*needs: str, journey: JourneyBuilder | None = None) -> JourneyBuilder:
    """A report, or a journey, and an assessment that wrote needs down."""
    journey = journey or reported()
    return journey.police(
        "2024-03-05 10:00", "needs.assessed", enhanced_rights=False, needs=list(needs)
    )


def offered(journey: JourneyBuilder, when: str, offer: str, **more: Any) -> JourneyBuilder:
    """Offer something to the victim, who was reached."""
    return journey.police(when, "victim.offered", offer=offer, **{"reached": True, **more})


def look(journey: JourneyBuilder) -> list[Finding]:
    return found(journey, find_needs_unmet)


def needs(journey: JourneyBuilder) -> list[tuple[str, str, str | None]]:
    """Which needs were found, and the days on which they began and ended."""
    return [
        (f.about, str(f.holds_from.date()), str(f.holds_until.date()) if f.holds_until else None)
        for f in look(journey)
    ]


def test_every_need_can_be_answered_by_what_can_be_sent() -> None:
    for need in NEEDS:
        assert need.offers <= set(get_args(Offer))
        assert set(need.done) <= FIELDS.keys()
        assert need.words == {plain(word) for word in need.words}
    words = [word for need in NEEDS for word in need.words]
    assert len(words) == len(set(words))
    assert not NONE & set(words)


def test_where_no_need_is_recorded_none_is_unmet() -> None:
    assert look(reported()) == look(assessed()) == look(assessed("No_needs")) == []
    assert look(agreed(interpreter=False, language="English", update_every_days=14)) == []


def test_an_interpreter_that_nobody_offered_is_told() -> None:
    finding = one(agreed(interpreter=True), find_needs_unmet)
    assert (finding.kind, finding.about) == (FindingKind.NEED_UNMET, "interpreter")
    assert (finding.holds_from, finding.holds_until) == (moment("2024-03-05 10:00"), None)
    assert (finding.agency, finding.organisation) == ("police", "example-force")
    assert (finding.stage, finding.days) == (Stage.REPORTED, None)
    assert [event.type for event in finding.events] == ["preferences.agreed"]
    assert finding.says == (
        "On 5 March 2024 the police recorded a need: an interpreter. What would answer it is an "
        "offer of an interpreter; nothing of the kind is recorded."
    )


def test_it_holds_until_it_was_offered() -> None:
    journey = offered(agreed(interpreter=True), "2024-03-20", "interpreter", response="declined")
    finding = one(journey, find_needs_unmet)
    assert (finding.holds_until, finding.days) == (moment("2024-03-20"), 15)
    assert finding.says.endswith(
        "What would answer it is an offer of an interpreter; until 20 March 2024, for 15 days, "
        "nothing of the kind is recorded. Then the offer of an interpreter is recorded."
    )


def test_what_had_been_offered_before_it_was_recorded_was_met() -> None:
    journey = offered(reported(), "2024-03-04 11:00", "interpreter")
    assert look(journey.police("2024-03-05", "preferences.agreed", interpreter=True)) == []


def test_an_offer_that_reached_nobody_or_was_not_made_answers_nothing_and_is_told() -> None:
    journey = offered(agreed(interpreter=True), "2024-03-20", "interpreter", reached="attempted")
    says = one(journey, find_needs_unmet).says
    assert "An offer recorded on 20 March 2024 did not count: it did not reach anyone." in says

    journey = offered(
        agreed(interpreter=True), "2024-03-20", "interpreter", not_offered="none free"
    )
    says = one(journey, find_needs_unmet).says
    assert "An offer recorded on 20 March 2024 did not count: it says that it was not made." in says


@pytest.mark.parametrize("language", ["cy", "Polish", "pl-PL"])
def test_another_language_is_answered_by_a_translation_or_an_interpreter(language: str) -> None:
    assert needs(agreed(language=language)) == [("translation", "2024-03-05", None)]
    for offer in ("translation", "interpreter"):
        journey = offered(agreed(language=language), "2024-03-06", offer)
        assert needs(journey) == [("translation", "2024-03-05", "2024-03-06")]


def test_a_need_that_was_taken_back_ends() -> None:
    journey = agreed(interpreter=True, language="Polish")
    journey.police("2024-04-02", "preferences.agreed", channels=["phone"])
    journey.police("2024-04-03", "preferences.agreed", interpreter=False)
    assert needs(journey) == [
        ("interpreter", "2024-03-05", "2024-04-03"),
        ("translation", "2024-03-05", None),
    ]


def test_a_need_recorded_twice_at_once_is_one() -> None:
    journey = assessed("Sign language", journey=agreed(interpreter=True))
    assert needs(journey) == [("interpreter", "2024-03-05", None)]
    journey.police("2024-04-03", "preferences.agreed", interpreter=False)
    assert needs(journey) == [("interpreter", "2024-03-05", None)]


def test_an_assessment_that_lists_none_takes_nothing_back_and_one_that_lists_others_does() -> None:
    journey = assessed("counselling")
    journey.police("2024-04-02", "needs.assessed", enhanced_rights=True)
    assert needs(journey) == [("support", "2024-03-05", None)]
    journey.police("2024-04-03", "needs.assessed", enhanced_rights=True, needs=["female_officer"])
    assert needs(journey) == [
        ("support", "2024-03-05", "2024-04-03"),
        ("officer_gender", "2024-04-03", None),
    ]


def test_a_referral_answers_a_need_of_support() -> None:
    journey = assessed("ISVA").police("2024-03-06", "support.referred", service="sarc")
    assert needs(journey) == [("support", "2024-03-05", "2024-03-06")]


def test_what_is_needed_at_court_counts_from_the_charge_on() -> None:
    journey = assessed("Safe-room_at court", "screens")
    assert look(journey) == []
    journey.police("2024-05-07", "suspect.charged", suspect="S1")
    assert [(f.about, f.stage) for f in look(journey)] == [
        ("separate_waiting", Stage.BEFORE_TRIAL),
        ("special_measures", Stage.BEFORE_TRIAL),
    ]
    assert "It counts from the charge on, 7 May 2024." in look(journey)[0].says
    journey.cps("2024-06-07", "special_measures.applied", measures=["screens"])
    assert {until for _, _, until in needs(journey)} == {"2024-06-07"}


def test_the_reason_why_not_answers_where_no_offer_may_be_needed() -> None:
    journey = assessed("screens").police("2024-05-07", "suspect.charged", suspect="S1")
    offered(journey, "2024-05-10", "special_measures", not_offered="no evidence needed")
    finding = one(journey, find_needs_unmet)
    assert finding.holds_until == moment("2024-05-10")
    assert finding.says.endswith(
        "Then the reason why there was no offer of special measures is recorded."
    )


def test_a_need_in_words_not_known_here_is_answered_by_anything_that_answers_a_need() -> None:
    says = one(assessed("calls only after the school run"), find_needs_unmet).says
    assert "school" not in says
    assert "something that is not named here" in says
    journey = offered(assessed("calls only after the school run"), "2024-03-05 15:00", "supporter")
    assert one(journey, find_needs_unmet).days == 0


def test_negated_words_are_not_taken_for_the_need() -> None:
    assert [f.about for f in look(assessed("no interpreter needed"))] == ["other_need"]


def test_who_declined_all_contact_could_be_offered_nothing() -> None:
    journey = agreed(interpreter=True).police("2024-03-20", "contact.declined", scope="all")
    assert needs(journey) == [("interpreter", "2024-03-05", "2024-03-20")]
    journey = reported().police("2024-03-04", "contact.declined", scope="all")
    assert look(journey.police("2024-03-05", "preferences.agreed", interpreter=True)) == []


def test_the_closing_of_the_case_is_told() -> None:
    journey = agreed(interpreter=True)
    journey.police("2024-03-25", "investigation.decided", decision="closed")
    finding = one(journey, find_needs_unmet)
    assert (finding.holds_until, finding.days) == (None, 20)
    assert "The case was closed on 25 March 2024, 20 days later." in finding.says


def test_from_an_interruption_on_it_is_not_known() -> None:
    journey = agreed(interpreter=True).down(SOURCES["police"], "2024-03-20", "2024-03-21")
    finding = one(journey, find_needs_unmet)
    assert finding.holds_until == moment("2024-03-20")
    assert "it is not known what was done" in finding.says
    journey = agreed(interpreter=True).down(
        SOURCES["police"], "2024-03-04 10:00", "2024-03-04 18:00"
    )
    assert look(journey) == []


def test_another_agencys_interruption_hides_what_it_may_have_offered() -> None:
    journey = assessed("screens").police("2024-05-07", "suspect.charged", suspect="S1")
    journey.cps("2024-05-08", "charge.authorised", suspect="S1")
    journey.down(SOURCES["cps"], "2024-05-20", "2024-05-22")
    assert needs(journey) == [("special_measures", "2024-05-07", "2024-05-20")]


def test_news_by_a_way_that_was_agreed_may_be_what_is_hidden() -> None:
    news = ("2024-03-07", "phone"), ("2024-03-11", "phone")
    before = told(agreed(channels=["email"]), *news).down(SOURCES["police"], "2024-03-09")
    assert look(before) == []
    after = told(agreed(channels=["email"]), *news).down(SOURCES["police"], "2024-03-13")
    told(after, ("2024-03-14", "phone"))
    finding = one(after, find_needs_unmet)
    assert finding.holds_until == moment("2024-03-13")
    assert "until 13 March 2024; after that it is not known" in finding.says
    assert "14 March" not in finding.says


def test_a_withdrawn_need_was_never_recorded() -> None:
    journey = agreed(interpreter=True)
    assert look(journey.withdrawn("2024-03-06", journey.events[-1].id)) == []


def told(journey: JourneyBuilder, *contacts: tuple[str, str]) -> JourneyBuilder:
    """Tell the victim how the case is going, on days and by channels."""
    for day, channel in contacts:
        journey.told(day, carried=["progress"], channel=channel)
    return journey


def test_news_by_ways_that_were_not_agreed_is_told_from_the_second_day_on() -> None:
    journey = told(
        agreed(channels=["email"]),
        ("2024-03-07 10:00", "phone"),
        ("2024-03-07 11:00", "phone"),
        ("2024-03-11", "letter"),
        ("2024-03-13", "phone"),
        ("2024-03-20", "email"),
        ("2024-03-21", "phone"),
        ("2024-03-22", "phone"),
    )
    finding = one(journey, find_needs_unmet)
    assert (finding.about, finding.days) == ("channel", 9)
    assert (finding.holds_from, finding.holds_until) == (
        moment("2024-03-11"),
        moment("2024-03-20"),
    )
    assert finding.says == (
        "On 5 March 2024 news by email was agreed. News came another way, by phone on 7 March "
        "2024, by letter on 11 March 2024 and by phone on 13 March 2024, and none by a way that "
        "was agreed is recorded until 20 March 2024."
    )


def test_a_slip_a_visit_and_what_came_before_are_no_other_way() -> None:
    assert look(told(agreed(channels=["email"]), ("2024-03-07", "phone"))) == []
    assert (
        look(
            told(
                agreed(channels=["email"]),
                ("2024-03-05 09:00", "phone"),
                ("2024-03-07", "in_person"),
                ("2024-03-08", "other"),
                ("2024-03-11", "phone"),
            )
        )
        == []
    )
    assert look(told(agreed(channels=[]), ("2024-03-07", "phone"), ("2024-03-08", "text"))) == []


def test_an_agreement_known_by_its_day_may_have_come_after_that_days_news() -> None:
    journey = reported().police("2024-03-05", "preferences.agreed", by_day=True, channels=["email"])
    assert look(told(journey, ("2024-03-05 15:00", "phone"), ("2024-03-06", "phone"))) == []


def test_a_new_agreement_ends_what_the_old_one_said() -> None:
    journey = told(
        agreed(channels=["email"]), ("2024-03-07", "phone"), ("2024-03-08", "phone")
    ).police("2024-03-11", "preferences.agreed", channels=["phone"])
    told(journey, ("2024-03-12", "phone"))
    assert needs(journey) == [("channel", "2024-03-08", "2024-03-11")]


@given(st.lists(st.text(max_size=12), max_size=4))
def test_whatever_words_a_need_is_recorded_in_none_of_them_is_repeated(words: list[str]) -> None:
    odd = [f"zq{word}" for word in words]
    for finding in look(assessed(*odd)):
        assert finding.about == "other_need"
        assert "zq" not in finding.says
