"""What was known when: corrections, withdrawals, late arrivals, and both moments of a question."""

from gateway.journey.standing import Standing
from tests.builders import SOURCES, JourneyBuilder


def keyed_late() -> JourneyBuilder:
    """An arrest on 6 March, keyed as 8 March, corrected on the 20th, withdrawn on the 30th."""
    return (
        JourneyBuilder()
        .reported("2024-03-04")
        .police("2024-03-08", "suspect.arrested", suspect="S1", id="arrest")
        .told("2024-03-14", "suspect.arrested")
        .corrected("2024-03-20", "arrest", "2024-03-06", suspect="S1")
        .withdrawn("2024-03-30", "arrest")
    )


def test_one_journey_at_three_moments_of_knowledge() -> None:
    journey = keyed_late()
    first = journey.owed("R6.ARREST", "2024-03-19", known_at="2024-03-19")
    assert (str(first.due_on), first.standing) == ("2024-03-15", Standing.MET)
    after = journey.owed("R6.ARREST", "2024-03-19", known_at="2024-03-21")
    assert (str(after.due_on), after.standing) == ("2024-03-13", Standing.MET_LATE)
    assert journey.all_owed("R6.ARREST", "2024-03-19", known_at="2024-03-31") == ()


def test_an_obligation_keeps_its_id_through_a_correction() -> None:
    journey = keyed_late()
    before = journey.owed("R6.ARREST", "2024-03-19", known_at="2024-03-19").id
    assert journey.owed("R6.ARREST", "2024-03-19", known_at="2024-03-21").id == before


def test_as_of_hides_what_occurred_later_and_known_at_what_arrived_later() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-06", "suspect.arrested", suspect="S1", received="2024-05-01")
    assert journey.all_owed("R6.ARREST", "2024-03-05") == ()
    assert journey.all_owed("R6.ARREST", "2024-04-01", known_at="2024-04-01") == ()
    assert journey.owed("R6.ARREST", "2024-04-01").standing is Standing.OVERDUE


def test_a_correction_may_arrive_before_its_original() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.corrected("2024-03-07", "arrest", "2024-03-06", suspect="S1")
    journey.police(
        "2024-03-08", "suspect.arrested", suspect="S1", id="arrest", received="2024-03-12"
    )
    assert str(journey.owed("R6.ARREST", "2024-04-01").start.day) == "2024-03-06"


def test_of_several_corrections_the_latest_made_wins_whenever_it_arrived() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-08", "suspect.arrested", suspect="S1", id="arrest")
    journey.corrected("2024-03-20", "arrest", "2024-03-05", suspect="S1")
    journey.corrected("2024-03-10", "arrest", "2024-03-07", suspect="S1")
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        obligation = journey.arriving(order).owed("R6.ARREST", "2024-04-01")
        assert str(obligation.start.day) == "2024-03-05"


def test_nobody_amends_another_organisations_event() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-08", "suspect.arrested", suspect="S1", id="arrest")
    event = {"source": SOURCES["police"], "id": "arrest"}
    for number, source in enumerate(("/police/other-force/records", "/cps/example-force/records")):
        journey.police(
            "2024-03-09",
            "event.withdrawn",
            id=f"foreign-{number}",
            source=source,
            event=event,
            reason="not ours",
        )
    assert len(journey.all_owed("R6.ARREST", "2024-04-01")) == 1


def test_a_withdrawn_withdrawal_lets_the_event_stand() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-08", "suspect.arrested", suspect="S1", id="arrest")
    journey.withdrawn("2024-03-09", "arrest", id="mistake").withdrawn("2024-03-10", "mistake")
    assert len(journey.all_owed("R6.ARREST", "2024-04-01")) == 1


def test_the_timeline_says_what_was_corrected() -> None:
    entries = keyed_late().seen("2024-03-19", known_at="2024-03-21").entries
    assert [entry.says for entry in entries if entry.corrected] == [
        "S1 was arrested (told by the police)."
    ]
