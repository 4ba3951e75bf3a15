"""Explanations: every day, every reason and every later fact that would change a result."""

import pytest
from hypothesis import given, settings

from gateway.journey.explanation import Explanation, explain
from gateway.journey.standing import Standing
from shared.journey_event import KeptEvent
from tests.builders import SOURCES, JourneyBuilder
from tests.gateway.journey.test_promises import events, seen


def why(journey: JourneyBuilder, rule: str, as_of: str) -> Explanation:
    """Return the explanation of the one obligation of a rule."""
    return explain(journey.owed(rule, as_of))


def arrested() -> JourneyBuilder:
    """Return a journey with an arrest on Thursday 28 March 2024, the day before Good Friday."""
    return (
        JourneyBuilder()
        .reported("2024-03-27 21:10")
        .police("2024-03-28 17:45", "suspect.arrested", suspect="S1")
    )


def test_every_day_to_the_limit_is_told_with_why_it_counted() -> None:
    told = why(arrested(), "R6.ARREST", "2024-05-01")
    assert [(f"{d.day:%a} {d.day}", d.number, d.why) for d in told.days] == [
        ("Thu 2024-03-28", None, "day 0, on which the clock started"),
        ("Fri 2024-03-29", None, "Good Friday, a bank holiday"),
        ("Sat 2024-03-30", None, "a Saturday"),
        ("Sun 2024-03-31", None, "a Sunday"),
        ("Mon 2024-04-01", None, "Easter Monday, a bank holiday"),
        ("Tue 2024-04-02", 1, "a working day"),
        ("Wed 2024-04-03", 2, "a working day"),
        ("Thu 2024-04-04", 3, "a working day"),
        ("Fri 2024-04-05", 4, "a working day"),
        ("Sat 2024-04-06", None, "a Saturday"),
        ("Sun 2024-04-07", None, "a Sunday"),
        ("Mon 2024-04-08", 5, "a working day"),
    ]


def test_a_breach_is_explained_in_plain_english() -> None:
    journey = arrested().told("2024-04-02", "suspect.arrested", suspect="S1", reached="attempted")
    journey.told("2024-04-10", "suspect.arrested", suspect="S1")
    told = why(journey, "R6.ARREST", "2024-05-01")
    assert list(told.sentences) == [
        "On 28 March 2024 S1 was arrested (told by the police). That asked for this: the victim is "
        "told that a suspect has been arrested (R6.ARREST).",
        "It is a duty under Right 6 of the Code. On 28 March 2024 the terms of the 2020 Code were "
        "in force, since 1 April 2021: 5 working days (1 under Enhanced Rights) from a suspect's "
        "arrest (read at: Right 6; confidence: high).",
        "It was owed by the police (example-force).",
        "No Enhanced Rights were owed on 28 March 2024, so that 5 working days were allowed.",
        "The clock runs from when it happened, on 28 March 2024.",
        "The limit ended with 8 April 2024. Not counted before it: 4 weekend days, 29 March 2024 "
        "(Good Friday) and 1 April 2024 (Easter Monday).",
        "On 2 April 2024 the police came close, and it did not count: it did not reach anyone.",
        "What answered it: on 10 April 2024 (2 working days after the limit) the police told the "
        "victim.",
        "Seen from 1 May 2024 it stands as met late. That is a breach of Right 6 by the police.",
        "Nobody has recorded that the breach was noticed.",
        "If it comes to be known that there was news about the arrest by the end of 8 April 2024, "
        "it would be met.",
        "If the record of 10 April 2024 that answered it is withdrawn, it would be overdue.",
        "If every record of what started it on 28 March 2024 is withdrawn, nothing would have been "
        "owed.",
    ]


@pytest.mark.parametrize(
    ("rule", "as_of", "standing", "change"),
    [
        ("R6.ARREST", "2024-04-02", Standing.PENDING, Standing.MET),
        ("R6.ARREST", "2024-05-01", Standing.OVERDUE, Standing.MET_LATE),
        ("R3.INFO", "2024-05-01", Standing.NOTHING_RECORDED, Standing.RECORDED),
    ],
)
def test_what_would_change_an_unanswered_result(
    rule: str, as_of: str, standing: Standing, change: Standing
) -> None:
    told = why(arrested(), rule, as_of)
    assert told.obligation.standing is standing
    assert change in {change.standing for change in told.changes}


def test_the_withdrawal_of_the_answer_leaves_the_next_one() -> None:
    journey = arrested().told("2024-04-03", "suspect.arrested", suspect="S1")
    journey.told("2024-04-20", "suspect.arrested", suspect="S1")
    told = why(journey, "R6.ARREST", "2024-05-01")
    said = {change.if_: change.standing for change in told.changes}
    assert said["the record of 3 April 2024 that answered it is withdrawn"] is Standing.MET_LATE


def test_the_withdrawal_of_an_opting_out_is_asked_of_the_heart() -> None:
    journey = arrested().police("2024-03-29", "contact.declined", scope="all")
    told = why(journey, "R6.ARREST", "2024-05-01")
    said = {change.if_: change.standing for change in told.changes}
    assert told.obligation.standing is Standing.ENDED
    assert said["the record of the victim's opting out is withdrawn"] is Standing.OVERDUE


def test_the_withdrawal_of_a_needs_assessment_leaves_the_ordinary_limit() -> None:
    journey = JourneyBuilder().reported("2024-03-27 21:10")
    journey.police("2024-03-27 22:00", "needs.assessed", enhanced_rights=True)
    journey.police("2024-03-28 17:45", "suspect.arrested", suspect="S1")
    journey.told("2024-04-08", "suspect.arrested", suspect="S1")
    told = why(journey, "R6.ARREST", "2024-05-01")
    assert told.obligation.standing is Standing.MET_LATE
    said = {change.if_: change.standing for change in told.changes}
    assert said["the needs assessment is withdrawn"] is Standing.MET


def test_what_is_unknown_says_how_it_would_settle() -> None:
    journey = arrested().down(SOURCES["police"], "2024-03-29 08:00", "2024-04-02 08:00")
    told = why(journey, "R6.ARREST", "2024-05-01")
    assert told.obligation.standing is Standing.UNKNOWN
    assert [change.standing for change in told.changes] == [
        Standing.MET,
        Standing.OVERDUE,
        None,
    ]


def test_a_clock_that_never_started_is_explained_without_days() -> None:
    journey = JourneyBuilder().reported("2024-03-01 09:00")
    journey.cps("2024-03-04 10:00", "case.concluded", suspect="S1", outcome="convicted")
    told = why(journey, "R9.OUTCOME", "2024-05-01")
    assert told.obligation.standing is Standing.NOT_STARTED
    assert told.days == ()
    assert any("was never recorded" in said for said in told.sentences)
    assert told.changes[0].if_ == (
        "it is recorded that its owner heard of it on 1 May 2024, and no sooner"
    )
    assert told.changes[0].standing is Standing.PENDING


@pytest.mark.parametrize("rule", ["R2.NCRS24", "R6.ARREST"])
def test_only_a_duty_of_the_code_is_said_to_be_one(rule: str) -> None:
    said = why(arrested(), rule, "2024-05-01").sentences[1]
    outside = "It is no duty of the Code but comes from rules outside it."
    assert said.startswith(outside) is (rule == "R2.NCRS24")


@given(events())
@settings(max_examples=60, deadline=None)
def test_any_result_can_be_explained(drawn: tuple[KeptEvent, ...]) -> None:
    for obligation in seen(drawn).followed.obligations:
        told = explain(obligation)
        assert told.sentences
        assert all(said.endswith(".") and "  " not in said for said in told.sentences)
        assert all(change.standing != obligation.standing for change in told.changes)
        if told.days:
            assert told.days[-1].day == obligation.due_on
            allowed = obligation.allowed
            assert allowed is not None
            if allowed.unit in ("working days", "calendar days"):
                assert told.days[-1].number == allowed.count
