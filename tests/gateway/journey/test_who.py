"""Who is owed what and who may hear it: children, parents, businesses, members."""

import pytest

from gateway.journey.standing import Standing
from tests.builders import JourneyBuilder


def child() -> JourneyBuilder:
    """A child who turns 18 on 1 May 2024, and an arrest in March."""
    return (
        JourneyBuilder()
        .reported("2024-03-04", turns_18_on="2024-05-01")
        .police("2024-03-06 15:00", "suspect.arrested", suspect="S1")
    )


def test_a_child_has_enhanced_rights_until_the_birthday() -> None:
    journey = child()
    journey.police("2024-04-30 10:00", "suspect.charged", suspect="S1")
    journey.police("2024-05-01 10:00", "case.concluded", suspect="S1", outcome="acquitted")
    journey.police("2024-05-02 10:00", "suspect.arrested", suspect="S2")
    assert journey.owed("R6.CHARGE", "2024-06-01").enhanced_because == "under 18"
    later = journey.all_owed("R6.ARREST", "2024-06-01")[-1]
    assert (later.enhanced_because, str(later.due_on)) == (None, "2024-05-10")


def test_a_parent_who_is_the_suspect_is_not_told_for_the_child() -> None:
    journey = child().told(
        "2024-03-06 18:00",
        "suspect.arrested",
        recipient="parent_or_guardian",
        recipient_excluded=True,
    )
    obligation = journey.owed("R6.ARREST", "2024-04-01")
    assert obligation.standing is Standing.OVERDUE
    assert [near.why for near in obligation.came_close] == ["the person told is excluded"]
    journey.told("2024-03-07 18:00", "suspect.arrested", recipient="representative")
    assert journey.owed("R6.ARREST", "2024-04-01").standing is Standing.MET


def test_a_business_hears_through_its_named_contact() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-04", victim_kind="business", named_contact=True)
        .police("2024-03-06", "suspect.arrested", suspect="S1")
        .told("2024-03-07", "suspect.arrested", recipient="named_contact")
    )
    assert journey.owed("R6.ARREST", "2024-04-01").standing is Standing.MET


def test_one_contact_can_answer_several_duties() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-03-04")
        .police("2024-03-06 09:00", "suspect.arrested", suspect="S1")
        .police("2024-03-06 20:00", "suspect.charged", suspect="S1")
        .told("2024-03-07", "suspect.arrested", "suspect.charged")
    )
    for rule in ("R6.ARREST", "R6.CHARGE"):
        obligation = journey.owed(rule, "2024-04-01")
        assert obligation.standing is Standing.MET
        assert obligation.answer is not None
        assert obligation.answer.event.type == "victim.told"


def test_declining_the_contact_scheme_ends_its_duties_and_no_others() -> None:
    journey = (
        JourneyBuilder()
        .reported("2023-01-02")
        .police("2024-03-18", "contact_scheme.referred", region="example-region")
        .police("2024-03-20", "contact.declined", scope="contact_scheme")
        .police("2024-03-21", "suspect.charged", suspect="S2")
    )
    assert journey.owed("R11.VLO", "2024-06-01").standing is Standing.ENDED
    assert journey.owed("R6.CHARGE", "2024-06-01").standing is Standing.OVERDUE


@pytest.mark.parametrize(
    ("sentence", "owed"),
    [
        ({"sentence_kind": "custody", "sentence_months": 12, "specified_offence": True}, True),
        ({"sentence_kind": "custody", "sentence_months": 11, "specified_offence": True}, False),
        ({"sentence_kind": "custody", "sentence_months": 120}, False),
        ({"sentence_kind": "custody", "specified_offence": True}, False),
        ({"sentence_kind": "custody", "specified_offence": True, "indeterminate": True}, True),
        ({"sentence_kind": "hospital_order", "specified_offence": True}, True),
        (
            {"sentence_kind": "suspended", "sentence_months": 24, "specified_offence": True},
            False,
        ),
    ],
)
def test_the_contact_scheme_is_for_long_sentences_of_specified_offences(
    sentence: dict[str, object], owed: bool
) -> None:
    journey = JourneyBuilder().reported("2023-01-02")
    journey.police("2024-03-18", "offender.sentenced", suspect="S1", **sentence)  # type: ignore[arg-type]
    followed = journey.seen("2024-06-01").followed
    assert ("R11.REF" in [o.duty.id for o in followed.obligations]) is owed
    assert ("R11.REF" in [n.duty.id for n in followed.not_owed]) is not owed


def test_asking_again_for_some_news_brings_back_that_and_nothing_else() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police("2024-01-03", "contact.declined", scope="all")
        .police("2024-01-10", "contact.resumed", scope=["suspect.charged"])
        .police("2024-01-11 10:00", "suspect.arrested", suspect="S1")
        .police("2024-01-11 18:00", "suspect.charged", suspect="S1")
    )
    assert journey.owed("R6.ARREST", "2024-03-01").standing is Standing.ENDED
    assert journey.owed("R6.CHARGE", "2024-03-01").standing is Standing.OVERDUE
    journey.police("2024-01-12", "contact.resumed", scope="all")
    journey.police("2024-01-15", "suspect.arrested", suspect="S2")
    assert journey.all_owed("R6.ARREST", "2024-03-01")[-1].standing is Standing.OVERDUE
