"""The victim's own time to act, schemes beside the Code, and duties that come round again."""

from gateway.journey.standing import Standing
from tests.builders import JourneyBuilder


def sentenced(day: str) -> JourneyBuilder:
    """A Crown Court sentence within the unduly lenient sentence scheme."""
    journey = JourneyBuilder().reported("2023-01-02")
    return journey.police(
        day,
        "offender.sentenced",
        suspect="S1",
        sentence_kind="community_order",
        unduly_lenient_scheme=True,
        received_at_wcu=day,
    )


def test_a_window_is_pending_and_then_ended_and_never_a_breach() -> None:
    journey = sentenced("2024-03-01")
    open_ = journey.owed("ULS.REQ", "2024-03-29")
    assert (str(open_.due_on), open_.standing, open_.owner) == (
        "2024-03-29",
        Standing.PENDING,
        "victim",
    )
    closed = journey.owed("ULS.REQ", "2024-03-30")
    assert (closed.standing, closed.is_breach) == (Standing.ENDED, False)
    assert closed.ending is not None


def test_a_window_that_ends_on_a_holiday_is_useful_until_the_working_day_before() -> None:
    obligation = sentenced("2024-03-01").owed("ULS.REQ", "2024-03-10")
    # 29 March 2024 is Good Friday.
    assert (str(obligation.due_on), str(obligation.useful_until)) == ("2024-03-29", "2024-03-28")


def test_a_window_that_is_used_is_met_and_afterwards_met_late() -> None:
    used = sentenced("2024-03-01").police("2024-03-20", "review.requested", scheme="unduly_lenient")
    assert used.owed("ULS.REQ", "2024-06-01").standing is Standing.MET
    late = sentenced("2024-03-01").police("2024-04-20", "review.requested", scheme="unduly_lenient")
    assert late.owed("ULS.REQ", "2024-06-01").standing is Standing.MET_LATE
    assert not late.owed("ULS.REQ", "2024-06-01").is_breach


def test_from_june_2026_the_window_for_an_unduly_lenient_sentence_is_six_months() -> None:
    assert str(sentenced("2026-08-31").owed("ULS.REQ", "2026-09-30").due_on) == "2027-02-28"


def test_a_review_window_runs_from_the_first_telling_of_the_decision() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police("2024-02-01", "suspect.interviewed", suspect="S1")
        .police("2024-03-01", "prosecution.declined", suspect="S1")
        .told("2024-03-05", "prosecution.declined", reached="attempted")
        .told("2024-03-06", "prosecution.declined")
        .told("2024-03-20", "prosecution.declined", channel="letter")
    )
    window = journey.owed("VRR.POL-REQ", "2024-04-01")
    assert (str(window.start.day), str(window.due_on)) == ("2024-03-06", "2024-06-06")


def test_without_an_interview_there_is_nothing_to_review() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police("2024-03-01", "prosecution.declined", suspect="S1")
        .told("2024-03-06", "prosecution.declined")
    )
    timeline = journey.seen("2024-04-01")
    assert "VRR.POL-REQ" in [n.duty.id for n in timeline.followed.not_owed]
    assert "VRR.POL-REQ" not in [o.duty.id for o in timeline.followed.obligations]


def test_a_pilot_binds_only_the_areas_that_take_part() -> None:
    def asked(source: str) -> JourneyBuilder:
        return (
            JourneyBuilder()
            .reported("2025-01-02")
            .cps(
                "2025-09-01",
                "prosecution.stopped",
                source=source,
                suspect="S1",
                how="discontinued",
                all_proceedings_end=True,
                provisional=True,
            )
            .cps("2025-09-08", "review.requested", source=source, scheme="cps")
        )

    inside = asked("/cps/west-midlands/cms")
    assert str(inside.owed("VRR.CPS-RASSO", "2025-12-01").due_on) == "2025-10-06"
    outside = asked("/cps/south-west/cms").seen("2025-12-01").followed
    assert "VRR.CPS-RASSO" in [n.duty.id for n in outside.not_owed]


def test_a_complaint_is_answered_by_whom_it_was_made_to() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .cps("2024-03-04", "complaint.received", id="complaint")
        .police("2024-03-05", "complaint.answered")
        .cps("2024-03-20", "complaint.acknowledged")
        .cps("2024-03-21", "complaint.acknowledged", reply_expected_on="2024-04-20")
    )
    obligation = journey.owed("R12.ACK", "2024-04-30")
    assert (obligation.owner, obligation.organisation) == ("cps", "example-area")
    assert (str(obligation.due_on), obligation.standing) == ("2024-03-18", Standing.MET_LATE)
    assert obligation.answer is not None
    assert str(obligation.answer.day) == "2024-03-21"


def test_a_crime_is_recorded_within_a_day_of_its_report_to_the_minute() -> None:
    # The clocks go forward in the night: 24 hours later is 10:30 in London.
    late = (
        JourneyBuilder().reported("2024-03-30 09:30").police("2024-03-31 10:31", "crime.recorded")
    )
    assert late.owed("R2.NCRS24", "2024-05-01").standing is Standing.MET_LATE
    in_time = JourneyBuilder().reported("2024-03-30 09:30")
    in_time.police("2024-03-31 10:29", "crime.recorded")
    assert in_time.owed("R2.NCRS24", "2024-05-01").standing is Standing.MET
    assert not late.owed("R2.NCRS24", "2024-05-01").is_breach


def test_the_yearly_letter_comes_round_again_until_the_victim_leaves() -> None:
    journey = (
        JourneyBuilder()
        .reported("2021-06-01")
        .probation("2022-02-28", "contact_scheme.joined")
        .told("2023-02-20", agency="probation", carried=["progress"])
        .told("2024-03-01", agency="probation", carried=["progress"])
        .probation("2024-09-02", "contact_scheme.left")
    )
    owed = journey.all_owed("R11.ANNUAL", "2026-01-01")
    assert [(str(o.due_on), o.standing) for o in owed] == [
        ("2023-02-28", Standing.MET),
        ("2024-02-20", Standing.MET_LATE),
        ("2025-03-01", Standing.ENDED),
    ]
    assert len({o.id for o in owed}) == 3


def test_the_local_standard_gives_way_to_what_was_agreed() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02 09:00")
        .told("2024-01-30 12:00", carried=["progress"])
        .police("2024-01-30 12:00", "preferences.agreed", update_every_days=14)
        .told("2024-02-14 12:00", carried=["progress"])
    )
    owed = journey.all_owed("LOC.FREQ", "2024-02-28")
    assert [(str(o.due_on), str(o.allowed), o.standing) for o in owed] == [
        ("2024-01-30", "28 calendar days", Standing.MET),
        ("2024-02-13", "14 calendar days", Standing.MET_LATE),
        ("2024-02-28", "14 calendar days", Standing.PENDING),
    ]
    assert not any(o.is_breach for o in owed)
    assert all(o.duty.kind == "local" for o in owed)


def test_an_update_that_is_no_longer_wanted_is_ended() -> None:
    journey = JourneyBuilder().reported("2024-01-02 09:00")
    journey.police("2024-01-10", "contact.declined", scope="all")
    assert journey.owed("LOC.FREQ", "2024-06-01").standing is Standing.ENDED


def test_an_attempt_in_the_minute_the_case_closed_is_no_news() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02 09:00")
        .told("2024-03-01 12:00", "crime.recorded", reached="attempted")
        .police("2024-03-01 12:00", "investigation.decided", decision="closed")
    )
    assert journey.owed("LOC.FREQ", "2024-06-01").standing is Standing.OVERDUE
