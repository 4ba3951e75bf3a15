"""The single list in order of time, and the stage table that says the same."""

from collections import Counter

from gateway.journey.standing import Standing
from gateway.journey.timeline import Entry
from tests.builders import CASE, JourneyBuilder


def told_late() -> JourneyBuilder:
    """Enhanced Rights, an arrest before Easter 2024 and news after it."""
    return (
        JourneyBuilder()
        .reported("2024-03-25 09:00", flags=["domestic_abuse"])
        .police("2024-03-25 10:00", "crime.recorded")
        .police("2024-03-26 09:00", "support.referred")
        .police("2024-03-28 17:45", "suspect.arrested", suspect="S1")
        .told("2024-04-01 10:00", "suspect.arrested", reached="attempted")
        .told("2024-04-03 10:00", "suspect.arrested", carried=["reasons"])
    )


def test_everything_is_on_one_list_in_order_of_time() -> None:
    timeline = told_late().seen("2024-05-31")
    entries = timeline.entries
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert Counter(entry.kind for entry in entries) == {
        Entry.FACT: 4,
        Entry.STAGE: 2,
        Entry.CONTACT: 1,
        Entry.ATTEMPT: 1,
        Entry.LIMIT: 3,
        Entry.BREACH: 1,
        Entry.GAP: 1,
    }


def test_it_speaks_plain_english() -> None:
    said = [entry.says for entry in told_late().seen("2024-05-31").entries]
    assert said == [
        "A crime was reported (told by the police).",
        "Stage: reported. The case is held by the police (example-force).",
        "The crime was recorded (told by the police).",
        "Stage: investigation. The case is held by the police (example-force).",
        "The victim was referred to support (told by the police).",
        "The police's limit under rules outside the Code (the crime is recorded within 24 "
        "hours of its report) was reached: it had been met in time.",
        "The police's limit under Right 4 (the victim is referred to a support service) was "
        "reached: it had been met in time.",
        "S1 was arrested (told by the police).",
        "The police tried to reach the victim by phone about the arrest.",
        "The police's limit under Right 6 (the victim is told that a suspect has been arrested; "
        "S1) was reached: nothing that counts had been recorded.",
        "Breach of Right 6 by the police, R6.ARREST (the victim is told that a suspect has been "
        "arrested; S1): 1 working day passed. What came closest, on 1 April 2024, did not count: "
        "it did not reach anyone. It was met late, on 3 April 2024.",
        "The police told the victim by phone about the arrest, with the reasons.",
        "Gap: 58 days without news, from 3 April 2024 and nobody had spoken by 31 May 2024, "
        "during the investigation (the police); the local standard is 28 days.",
    ]


def test_the_stage_table_counts_what_the_list_shows() -> None:
    reported, investigation = told_late().seen("2024-05-31").stages
    assert (reported.contacts, reported.gaps, reported.longest_silence_days) == (0, 0, 0)
    # Beside the referral stand nine duties without a time, of which the crime's record met one.
    assert dict(reported.obligations) == {
        Standing.MET: 1,
        Standing.RECORDED: 1,
        Standing.NOTHING_RECORDED: 8,
    }
    assert (investigation.contacts, investigation.gaps) == (1, 1)
    assert investigation.longest_silence_days == 58
    assert dict(investigation.obligations) == {Standing.MET_LATE: 1, Standing.NOTHING_RECORDED: 1}


def test_a_limit_that_lies_ahead_is_not_on_the_list_yet() -> None:
    kinds = {entry.kind for entry in told_late().seen("2024-03-28").entries}
    assert Entry.BREACH not in kinds


def test_a_journey_without_the_police_is_itself_a_finding() -> None:
    journey = JourneyBuilder().cps("2024-03-01", "hearing.ended", CASE, hearing="H1")
    assert journey.seen("2024-04-01", reference=CASE).findings == (
        "This journey has no police reference.",
        "No report of the crime is recorded on this journey.",
    )
