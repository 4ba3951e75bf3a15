"""Duties that stand as met only by what was keyed late, moved back, or written up together."""

from dataclasses import replace
from typing import Any

from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.keying import find_met_by_keying
from gateway.journey.standing import Standing
from tests.builders import SOURCES, JourneyBuilder, moment, seen_from
from tests.gateway.journey.findings.looking import found, one

RULE = "R6.ARREST"


def arrested() -> JourneyBuilder:
    """An arrest on Monday 4 March 2024, of which the victim is to be told by the 11th."""
    return JourneyBuilder().police(
        "2024-03-04 09:00", "suspect.arrested", suspect="S1", recorded="2024-03-04 09:00"
    )


def told(when: str, recorded: str | None = None, **more: Any) -> JourneyBuilder:
    """The same arrest, told at a moment and keyed at another."""
    return arrested().told(when, "suspect.arrested", suspect="S1", recorded=recorded, **more)


def look(journey: JourneyBuilder) -> list[Finding]:
    return found(journey, find_met_by_keying)


def test_what_was_keyed_before_its_limit_is_met_by_contact() -> None:
    assert look(told("2024-03-05 10:40", "2024-03-11 23:59")) == []


def test_yesterdays_call_keyed_on_the_next_working_day_is_no_sign() -> None:
    late = "2024-03-12 23:59"
    assert look(told("2024-03-11 16:50", late)) == []
    assert len(look(told("2024-03-11 16:50", "2024-03-13 00:00"))) == 1


def test_the_next_working_day_after_a_limit_before_easter_is_tuesday() -> None:
    def keyed(recorded: str) -> list[Finding]:
        journey = JourneyBuilder().police("2024-03-21", "suspect.arrested", suspect="S1")
        return look(journey.told("2024-03-28", "suspect.arrested", suspect="S1", recorded=recorded))

    assert keyed("2024-04-02 17:00") == []
    assert len(keyed("2024-04-03 00:00")) == 1


def test_a_duty_met_by_late_keying_is_told_with_all_three_times() -> None:
    journey = told("2024-03-05 10:40", "2024-03-20 09:00", received="2024-03-21 06:00")
    assert journey.owed(RULE, "2024-12-01").standing is Standing.MET
    finding = one(journey, find_met_by_keying)
    assert (finding.kind, finding.about) == (FindingKind.MET_BY_KEYING, "R6.ARREST/1")
    assert (finding.holds_from, finding.holds_until) == (moment("2024-03-20 09:00"), None)
    assert (finding.agency, finding.organisation, finding.days) == ("police", "example-force", 9)
    assert finding.obligations == (journey.owed(RULE, "2024-12-01").key,)
    assert finding.says == (
        "R6.ARREST (the victim is told that a suspect has been arrested; S1) stands as met by news "
        "said to have been given at 10:40 on 5 March 2024, and its limit ended with 11 March 2024. "
        "It was keyed at 09:00 on 20 March 2024, 9 days after the limit's last day; we were told "
        "at 06:00 on 21 March 2024. No other answer in time is recorded that was keyed in time."
    )


def test_where_no_keying_is_stated_a_weekly_feed_is_no_sign() -> None:
    assert look(told("2024-03-05", received="2024-03-18 23:59")) == []
    finding = one(told("2024-03-05", received="2024-03-19 00:00"), find_met_by_keying)
    assert "When it was keyed is not stated; we were told at 00:00 on 19 March" in finding.says


def test_a_duty_that_was_met_late_is_told_elsewhere() -> None:
    assert look(told("2024-03-20 10:40", "2024-04-20 09:00")) == []


def test_an_answer_that_was_keyed_in_time_makes_the_other_harmless() -> None:
    journey = told("2024-03-05 10:40", "2024-03-20 09:00")
    journey.told("2024-03-06", "suspect.arrested", suspect="S1", recorded="2024-03-06")
    assert look(journey) == []


def test_a_second_answer_that_was_keyed_late_too_excuses_nothing() -> None:
    journey = told("2024-03-05 10:40", "2024-03-20 09:00")
    journey.told("2024-03-06", "suspect.arrested", suspect="S1", recorded="2024-03-22")
    assert one(journey, find_met_by_keying).days == 9


def test_history_is_nobodys_late_keying() -> None:
    journey = told("2024-03-05 10:40", "2024-06-20 09:00")
    journey.events[-1] = replace(journey.events[-1], backfill=True)
    assert look(journey) == []


def test_what_was_said_in_time_withdrawn_and_said_again_was_said_in_time() -> None:
    journey = told("2024-03-05 10:40", "2024-03-05 11:00")
    journey.withdrawn("2024-03-25", journey.events[-1].id)
    journey.told("2024-03-05 10:40", "suspect.arrested", suspect="S1", recorded="2024-03-25")
    assert journey.owed(RULE, "2024-12-01").standing is Standing.MET
    assert look(journey) == []


def test_a_correction_that_moved_news_to_before_the_limit_is_told() -> None:
    journey = told("2024-03-14 10:40", "2024-03-14 11:00")
    assert journey.owed(RULE, "2024-12-01").standing is Standing.MET_LATE
    original = journey.events[-1]
    journey.police(
        "2024-03-15",
        "event.corrected",
        event={"source": original.source, "id": original.id},
        content={"time": "2024-03-06T10:40:00Z", "data": original.data},
        reason="keyed wrong",
        recorded="2024-03-15 12:00",
    )
    assert journey.owed(RULE, "2024-12-01").standing is Standing.MET
    finding = one(journey, find_met_by_keying)
    assert (finding.holds_from, finding.days) == (moment("2024-03-15 12:00"), 4)
    assert [event.type for event in finding.events] == ["victim.told", "event.corrected"]
    assert (
        "It was first said to have happened at 10:40 on 14 March 2024, after the limit, and a "
        "correction moved it. The correction was keyed at 12:00 on 15 March 2024"
    ) in finding.says


def reached_after_all(keyed: str) -> JourneyBuilder:
    """An attempt in time, and a correction that says it reached the victim after all."""
    journey = told("2024-03-05 10:40", "2024-03-05 11:00", reached="attempted")
    original = journey.events[-1]
    return journey.police(
        keyed,
        "event.corrected",
        event={"source": original.source, "id": original.id},
        content={"time": "2024-03-05T10:40:00Z", "data": {**original.data, "reached": True}},
        reason="keyed wrong",
        recorded=keyed,
    )


def test_an_attempt_that_became_a_contact_after_the_limit_is_told() -> None:
    finding = one(reached_after_all("2024-03-15 12:00"), find_met_by_keying)
    assert (finding.holds_from, finding.days) == (moment("2024-03-15 12:00"), 4)
    assert (
        "As it was first recorded it would not have met the duty, and a correction changed it. "
        "The correction was keyed at 12:00 on 15 March 2024"
    ) in finding.says


def test_of_a_correction_that_states_no_keying_a_weekly_feed_is_no_sign() -> None:
    def known(received: str) -> list[Finding]:
        journey = told("2024-03-05 10:40", "2024-03-05 11:00", reached="attempted")
        data = {**journey.events[1].data, "reached": True}
        journey.corrected(received, journey.events[1].id, "2024-03-05 10:40", **data)
        return look(journey)

    assert known("2024-03-18 12:00") == []
    (finding,) = known("2024-03-19 12:00")
    assert "When the correction was keyed is not stated; we were told at" in finding.says


def test_an_attempt_that_was_corrected_in_time_or_soon_after_is_no_sign() -> None:
    assert look(reached_after_all("2024-03-06 09:00")) == []
    assert look(reached_after_all("2024-03-12 09:00")) == []


def test_a_later_correction_of_something_else_does_not_undo_that_it_was_keyed_in_time() -> None:
    journey = reached_after_all("2024-03-06 09:00")
    data = {**journey.events[1].data, "reached": True, "channel": "in_person"}
    journey.corrected("2024-05-15", journey.events[1].id, "2024-03-05 10:40", **data)
    assert journey.owed(RULE, "2024-12-01").standing is Standing.MET
    assert look(journey) == []


def test_a_correction_that_moved_news_within_its_limit_is_no_sign() -> None:
    journey = told("2024-03-07 10:40", "2024-03-07 11:00")
    original = journey.events[-1]
    journey.corrected("2024-03-25", original.id, "2024-03-05 10:40", **original.data)
    assert look(journey) == []


def written_up(minute: str, *days: str) -> JourneyBuilder:
    """The arrest told on 5 March and keyed at a minute, with other calls of other days."""
    journey = told("2024-03-05 10:40", f"{minute}:05")
    for place, day in enumerate(days):
        journey.told(day, carried=["progress"], recorded=f"{minute}:{10 + place}")
    return journey


def test_contacts_of_several_days_keyed_in_one_minute_after_the_limit_were_written_up() -> None:
    journey = written_up("2024-03-12 09:30", "2024-03-06", "2024-03-08")
    finding = one(journey, find_met_by_keying)
    assert len(finding.events) == 3
    assert (
        "in one minute with 2 other contacts; these 3 are said to have happened on 3 days"
        in finding.says
    )


def test_fewer_or_on_one_day_or_before_the_limit_they_are_no_sign() -> None:
    assert look(written_up("2024-03-12 09:30", "2024-03-06")) == []
    assert look(written_up("2024-03-12 09:30", "2024-03-05 11:00", "2024-03-05 12:00")) == []
    assert look(written_up("2024-03-11 09:30", "2024-03-06", "2024-03-08")) == []


def test_nobody_could_key_while_the_feed_was_down() -> None:
    def keyed(recorded: str) -> list[Finding]:
        journey = told("2024-03-05 10:40", recorded)
        return look(
            journey.down(SOURCES["police"], "2024-03-05 11:00", "2024-03-18", replayed=True)
        )

    assert keyed("2024-03-19 17:00") == []
    assert len(keyed("2024-03-20 00:00")) == 1


def test_while_what_was_said_in_time_may_not_have_been_sent_nothing_is_found() -> None:
    journey = told("2024-03-05 10:40", "2024-03-20 09:00")
    assert look(journey.down(SOURCES["police"], "2024-03-07", "2024-03-08")) == []


def test_a_fact_keyed_late_is_told_as_well_as_news() -> None:
    journey = JourneyBuilder().reported("2024-03-04 10:00", recorded="2024-03-04 10:00")
    journey.police("2024-03-05 09:00", "crime.recorded", recorded="2024-03-14 09:00")
    (finding,) = [f for f in look(journey) if f.about == "R2.NCRS24/1"]
    assert "what is said to have been done at 09:00 on 5 March 2024" in finding.says
    assert "its limit ended at 10:00 on 5 March 2024" in finding.says


def test_a_call_of_which_only_the_day_is_known_is_told_without_a_clock() -> None:
    finding = one(told("2024-03-05", "2024-03-20 09:00", by_day=True), find_met_by_keying)
    assert "said to have been given on 5 March 2024" in finding.says


def test_each_suspect_has_a_finding_of_their_own() -> None:
    journey = arrested().police("2024-03-04 09:30", "suspect.arrested", suspect="S2")
    journey.told("2024-03-05", "suspect.arrested", recorded="2024-03-20 09:00")
    assert {f.about for f in look(journey)} == {"R6.ARREST/1", "R6.ARREST/2"}


def test_as_known_before_it_was_keyed_the_duty_was_overdue() -> None:
    journey = told("2024-03-05 10:40", "2024-03-20 09:00", received="2024-03-21")
    before = journey.owed(RULE, "2024-03-19", known_at="2024-03-19")
    assert before.standing is Standing.OVERDUE
    assert one(journey, find_met_by_keying).holds_from > seen_from("2024-03-19")
