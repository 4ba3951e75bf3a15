"""Stages, holders, the time the case is open, silences and gaps."""

from gateway.journey.stages import Stage
from gateway.journey.standing import Standing
from gateway.journey.timeline import Timeline
from tests.builders import CONTACT, CRIME, JourneyBuilder


def stages(timeline: Timeline) -> list[tuple[str, str]]:
    """The stages a journey went through and who held the case in each."""
    return [(span.stage.word, span.holder) for span in timeline.course.spans]


def to_sentence() -> JourneyBuilder:
    """A journey from report to sentence, one suspect."""
    return (
        JourneyBuilder()
        .reported("2024-01-02 09:00")
        .police("2024-01-02 11:00", "crime.recorded")
        .police("2024-01-10", "suspect.arrested", suspect="S1")
        .police("2024-02-01", "file.submitted")
        .police("2024-02-05", "suspect.charged", suspect="S1")
        .police(
            "2024-02-06", "hearing.fixed", hearing="H1", kind="trial", starts_at="2024-05-13 10:00"
        )
        .police("2024-05-15", "case.concluded", suspect="S1", outcome="convicted")
        .police("2024-06-10", "offender.sentenced", suspect="S1", sentence_kind="custody")
    )


def test_a_journey_goes_through_its_stages_and_holders() -> None:
    assert stages(to_sentence().seen("2024-07-01")) == [
        ("reported", "police"),
        ("investigation", "police"),
        ("charging_decision", "cps"),
        ("before_trial", "wcu"),
        ("trial", "wcu"),
        ("outcome_and_sentence", "wcu"),
        ("after_sentence", "wcu"),
    ]


def test_a_trial_that_moves_begins_on_its_last_listing() -> None:
    journey = to_sentence()
    journey.police(
        "2024-04-01", "hearing.fixed", hearing="H1", kind="trial", starts_at="2024-05-14 10:00"
    )
    (trial,) = [s for s in journey.seen("2024-07-01").course.spans if s.stage is Stage.TRIAL]
    assert str(trial.since.date()) == "2024-05-14"


def test_a_vacated_trial_never_begins() -> None:
    journey = to_sentence()
    journey.police("2024-05-01", "hearing.fixed", hearing="H1", kind="trial", vacated=True)
    assert ("trial", "wcu") not in stages(journey.seen("2024-07-01"))


def test_a_journey_is_in_the_furthest_stage_of_any_suspect_still_live() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02 09:00")
        .police("2024-01-10", "suspect.arrested", suspect="S1")
        .police("2024-01-11", "suspect.arrested", suspect="S2")
        .police("2024-02-05", "suspect.charged", suspect="S1")
        .cps(
            "2024-03-01",
            "prosecution.stopped",
            suspect="S1",
            how="discontinued",
            all_proceedings_end=True,
        )
    )
    assert stages(journey.seen("2024-07-01")) == [
        ("reported", "police"),
        ("investigation", "police"),
        ("before_trial", "wcu"),
        ("investigation", "police"),
    ]


def test_an_appeal_opens_the_case_again_until_its_result() -> None:
    journey = (
        to_sentence()
        .police("2024-06-20", "appeal.changed", suspect="S1", outcome="lodged")
        .police("2024-09-02", "appeal.changed", suspect="S1", outcome="result")
    )
    timeline = journey.seen("2024-12-01")
    assert stages(timeline)[-2:] == [("appeal", "wcu"), ("after_sentence", "wcu")]
    reopened, closed = timeline.course.open[-1]
    assert (str(reopened.date()), closed and str(closed.date())) == ("2024-06-20", "2024-09-02")


def test_silence_runs_from_the_report_and_to_the_moment_it_is_seen_from() -> None:
    journey = JourneyBuilder().reported("2024-01-02 09:00")
    journey.told("2024-01-10 09:00", carried=["progress"])
    first, second = journey.seen("2024-02-10").silences
    assert (first.days, first.still, first.is_gap) == (8, False, False)
    assert (second.days, second.still, second.is_gap) == (31, True, True)


def test_news_on_the_last_agreed_day_leaves_no_gap_and_a_day_later_does() -> None:
    def told_on(day: str) -> Timeline:
        journey = JourneyBuilder().reported("2024-01-02 09:00")
        journey.police("2024-01-02 10:00", "preferences.agreed", update_every_days=28)
        # The agreement is made an hour into the silence: 28 days count from its own day.
        return journey.told(day, carried=["progress"]).seen(day)

    assert told_on("2024-01-30").gaps == ()
    (gap,) = told_on("2024-01-31").gaps
    assert (gap.days, gap.agreed, gap.allowed_days) == (29, True, 28)


def test_only_news_with_content_that_reached_somebody_entitled_ends_a_silence() -> None:
    journey = JourneyBuilder().reported("2024-01-02")
    journey.told("2024-01-10")  # a call that said nothing
    journey.told("2024-01-11", carried=["progress"], reached="attempted")
    journey.told("2024-01-12", carried=["progress"], recipient="other")
    journey.police(
        "2024-01-13", "victim.offered", offer="support", reached=True, response="accepted"
    )
    (silence,) = journey.seen("2024-02-01").silences
    assert silence.days == 30


def test_a_victim_who_wants_no_contact_is_not_left_in_silence() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police("2024-01-12", "contact.declined", scope="all")
        .police("2024-06-01", "contact.resumed", scope="all")
    )
    before, after = journey.seen("2024-06-11").silences
    assert (before.days, before.still) == (10, False)
    assert (after.days, after.still) == (10, True)


def test_silence_ends_with_the_case() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02")
        .police("2024-01-09", "investigation.decided", decision="not_investigate")
    )
    (silence,) = journey.seen("2024-12-01").silences
    assert (silence.days, silence.still) == (7, False)


def test_a_gap_is_split_over_stages_and_holders() -> None:
    journey = to_sentence().told("2024-01-11", "suspect.arrested")
    gap = journey.seen("2024-07-01").gaps[0]
    assert [(p.span.stage.word, p.span.holder, p.days) for p in gap.parts] == [
        ("investigation", "police", 21),
        ("charging_decision", "cps", 4),
        ("before_trial", "wcu", 98),
        ("trial", "wcu", 2),
        ("outcome_and_sentence", "wcu", 26),
    ]
    assert gap.days == sum(part.days for part in gap.parts)


def test_probation_holds_the_case_unless_another_suspect_is_still_live() -> None:
    journey = to_sentence().probation("2024-06-12", "contact_scheme.referral_received")
    assert stages(journey.seen("2024-07-01"))[-1] == ("after_sentence", "probation")
    journey.police("2024-06-20", "suspect.arrested", suspect="S2")
    assert stages(journey.seen("2024-07-01"))[-1] == ("investigation", "police")


def test_the_case_of_a_member_never_closed() -> None:
    journey = (
        to_sentence()
        .told("2024-06-11", "offender.sentenced", carried=["effect"])
        .probation("2024-09-20", "contact_scheme.joined")
        .told("2024-09-20 13:00", agency="probation", carried=["further_information"])
    )
    waited = journey.seen("2024-09-30").silences[-2]
    assert (str(waited.since.date()), waited.days, waited.is_gap) == ("2024-06-11", 101, False)
    assert journey.seen("2024-09-19").silences[-1].until.date().isoformat() == "2024-06-10"


def test_members_of_the_contact_scheme_are_promised_a_letter_a_year() -> None:
    journey = (
        to_sentence()
        .linked("2024-06-12", CRIME, CONTACT)
        .probation("2024-06-12", "contact_scheme.referral_received", CONTACT)
        .probation("2024-06-20", "contact_scheme.joined", CONTACT)
        .told(
            "2024-06-20 13:00", agency="probation", under=CONTACT, carried=["further_information"]
        )
    )
    assert journey.seen("2025-06-20").gaps[-1].since.year == 2024
    quiet = [s for s in journey.seen("2025-06-20").silences if s.still]
    assert [s.is_gap for s in quiet] == [False]
    late = [s for s in journey.seen("2025-06-21").silences if s.still]
    assert [(s.is_gap, s.allowed_days) for s in late] == [(True, 365)]
    assert late[0].parts[-1].span.holder == "probation"
    ended = journey.probation("2026-01-05", "offender.milestone", CONTACT, milestone="discharge")
    assert not [s for s in ended.seen("2026-06-01").silences if s.still]


def test_a_trial_still_listed_after_the_end_opens_nothing() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02 09:00")
        .police("2024-01-10", "suspect.charged", suspect="S1")
        .police(
            "2024-01-11", "hearing.fixed", hearing="H1", kind="trial", starts_at="2024-06-03 10:00"
        )
        .police("2024-03-01", "case.concluded", suspect="S1", outcome="acquitted")
    )
    timeline = journey.seen("2024-12-01")
    assert ("trial", "wcu") not in stages(timeline)
    assert [str(until and until.date()) for _, until in timeline.course.open] == ["2024-03-01"]


def test_news_of_a_verdict_does_not_revive_a_suspect_already_sentenced() -> None:
    journey = (
        JourneyBuilder()
        .reported("2024-01-02 09:00")
        .police("2024-01-10", "suspect.charged", suspect="S1")
        .police("2024-03-01", "case.concluded", suspect="S1", outcome="convicted")
        .police("2024-03-01", "offender.sentenced", suspect="S1", sentence_kind="fine", by_day=True)
    )
    assert journey.seen("2024-12-01").course.open[-1][1] is not None


def test_a_crime_that_is_transferred_is_held_by_the_new_force() -> None:
    journey = JourneyBuilder().reported("2024-03-04 09:00")
    journey.police("2024-03-05 09:00", "crime.transferred", to_force="another-force")
    journey.police("2024-03-06 09:00", "suspect.arrested", suspect="S1")
    spans = journey.seen("2024-03-31").course.spans
    assert [(span.stage.word, span.organisation) for span in spans] == [
        ("reported", "example-force"),
        ("reported", "another-force"),
        ("investigation", "another-force"),
    ]
    owed = journey.owed("R4.REFER", "2024-03-31")
    assert (owed.standing, owed.organisation) == (Standing.OVERDUE, "example-force")
