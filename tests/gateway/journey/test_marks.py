"""Departures and breaches: what is recorded beside a result changes no standing."""

from gateway.journey.standing import Standing
from tests.builders import JourneyBuilder

REASON = {"reason": "a_threat_to_life", "decided_by": "superintendent"}


def arrested(day: str) -> JourneyBuilder:
    """Return a journey whose victim was never told of an arrest."""
    return (
        JourneyBuilder()
        .reported(f"{day} 09:00")
        .police(f"{day} 10:00", "suspect.arrested", id="arrest", suspect="S1")
    )


def test_a_good_reason_stands_beside_the_breach_and_moves_no_limit() -> None:
    plain = arrested("2025-03-03")
    excused = arrested("2025-03-03").police(
        "2025-03-12", "departure.justified", duty="R6.ARREST", start="arrest", **REASON
    )
    before = plain.owed("R6.ARREST", "2025-04-01")
    after = excused.owed("R6.ARREST", "2025-04-01")
    assert (before.standing, before.due_at) == (after.standing, after.due_at)
    assert after.standing is Standing.OVERDUE
    assert after.is_breach
    assert before.marks.departure is None
    assert after.marks.departure is not None
    assert after.marks.departure.data["decided_by"] == "superintendent"
    timeline = excused.seen("2025-04-01")
    assert sum(row.departures for row in timeline.stages) == 1
    said = [entry.says for entry in timeline.entries if entry.kind == "breach"]
    assert any("A good reason was recorded: a threat to life." in words for words in said)


def test_nobody_else_and_no_earlier_day_can_excuse_a_breach() -> None:
    other = arrested("2025-03-03").cps(
        "2025-03-12", "departure.justified", duty="R6.ARREST", start="arrest", **REASON
    )
    marks = other.owed("R6.ARREST", "2025-04-01").marks
    assert marks.departure is None
    assert [refused.why for refused in marks.refused] == [
        "only the agency that owes the duty can say why it departed from it"
    ]
    early = arrested("2025-01-20").police(
        "2025-02-12", "departure.justified", duty="R6.ARREST", start="arrest", **REASON
    )
    marks = early.owed("R6.ARREST", "2025-04-01").marks
    assert marks.departure is None
    assert [refused.why for refused in marks.refused] == [
        "the law knows good reasons for departing from the Code since 29 January 2025"
    ]


def test_a_limit_on_the_day_the_law_came_in_can_be_excused() -> None:
    # Arrested on Wednesday 22 January 2025: the fifth working day is the 29th.
    journey = arrested("2025-01-22").police(
        "2025-02-12", "departure.justified", duty="R6.ARREST", start="arrest", **REASON
    )
    obligation = journey.owed("R6.ARREST", "2025-04-01")
    assert str(obligation.due_on) == "2025-01-29"
    assert obligation.marks.departure is not None


def test_practice_and_schemes_know_no_departure() -> None:
    journey = JourneyBuilder().reported("2025-03-03 09:00", id="report")
    journey.police("2025-03-12", "departure.justified", duty="R2.NCRS24", start="report", **REASON)
    marks = journey.owed("R2.NCRS24", "2025-04-01").marks
    assert [refused.why for refused in marks.refused] == [
        "only a duty of the Code can be departed from for a good reason"
    ]


def test_a_mark_speaks_of_the_start_it_names_only() -> None:
    journey = arrested("2025-03-03").police(
        "2025-03-20 10:00", "suspect.arrested", id="again", suspect="S1"
    )
    journey.police("2025-04-02", "breach.noticed", duty="R6.ARREST", start="again", by="victim")
    first, second = journey.all_owed("R6.ARREST", "2025-05-01")
    assert first.marks.noticed is None
    assert second.marks.noticed_by == "victim"


def test_who_noticed_a_breach_first_and_how_long_after_the_limit() -> None:
    journey = arrested("2025-03-03")  # the limit is Monday 10 March
    journey.police("2025-03-20", "breach.noticed", duty="R6.ARREST", start="arrest")
    journey.police("2025-03-25", "breach.noticed", duty="R6.ARREST", start="arrest", by="victim")
    journey.police("2025-03-28", "breach.victim_told", duty="R6.ARREST", start="arrest")
    journey.police("2025-03-29", "breach.remedied", duty="R6.ARREST", start="arrest")
    marks = journey.owed("R6.ARREST", "2025-05-01").marks
    assert (marks.noticed_by, marks.noticed_after) == ("agency", 10)
    assert marks.victim_told is not None
    assert str(marks.victim_told.day) == "2025-03-28"
    assert marks.remedied is not None
    assert str(marks.remedied.day) == "2025-03-29"
    assert journey.owed("R6.ARREST", "2025-03-24").marks.victim_told is None


def test_what_is_no_breach_cannot_be_noticed() -> None:
    journey = arrested("2025-03-03")
    journey.police("2025-03-05", "breach.noticed", duty="R6.ARREST", start="arrest")
    early = journey.owed("R6.ARREST", "2025-05-01").marks
    assert [refused.why for refused in early.refused] == ["there was no breach yet"]
    journey.told("2025-03-06", "suspect.arrested", suspect="S1")
    kept = journey.owed("R6.ARREST", "2025-05-01").marks
    assert [refused.why for refused in kept.refused] == ["there was no breach"]


def test_what_is_known_by_its_day_is_held_to_the_day_of_the_breach() -> None:
    # The limit ends with Monday 10 March, so that there is a breach from the 11th on.
    for day, why in (("2025-03-10", ["there was no breach yet"]), ("2025-03-11", [])):
        journey = arrested("2025-03-03")
        journey.police(day, "breach.noticed", duty="R6.ARREST", start="arrest", by_day=True)
        marks = journey.owed("R6.ARREST", "2025-05-01").marks
        assert [refused.why for refused in marks.refused] == why


def test_a_mark_obeys_what_was_known() -> None:
    journey = arrested("2025-03-03").police(
        "2025-03-12",
        "departure.justified",
        duty="R6.ARREST",
        start="arrest",
        received="2025-06-01",
        **REASON,
    )
    known_later = journey.owed("R6.ARREST", "2025-07-01")
    known_before = journey.owed("R6.ARREST", "2025-05-01", known_at="2025-05-01")
    assert known_later.marks.departure is not None
    assert known_before.marks.departure is None
