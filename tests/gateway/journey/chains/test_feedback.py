"""What victims said stands beside what the record said at that moment, and not beside what came."""

from gateway.journey.chains.feedback import accounts_of, feedback_of
from tests.builders import JourneyBuilder
from tests.gateway.journey.chains.following import seen


def asked(when: str, stage: str, **says_done: str) -> JourneyBuilder:
    """A suspect arrested on 1 May 2024 and told of late, and feedback."""
    journey = JourneyBuilder().reported("2024-03-04").police("2024-03-05", "support.referred")
    journey.police("2024-03-06", "crime.recorded")
    journey.police("2024-05-01", "suspect.arrested", suspect="S1")
    journey.told("2024-05-20", "suspect.arrested", suspect="S1")
    said = {name.replace("_", "."): word for name, word in says_done.items()}
    return journey.police(
        when, "feedback.received", stage=stage, instrument="survey", score=4, scale=5,
        says_done=said,
    )  # fmt: skip


def records(journey: JourneyBuilder) -> dict[str, tuple[bool, str]]:
    evidence = seen(journey)
    return {
        one.rule: (one.says_done, one.record.value)
        for one in accounts_of(evidence.story, evidence.obligations)
    }


def test_the_victims_word_is_put_beside_the_record_of_that_moment() -> None:
    words = {"R6_ARREST": "yes", "R4_REFER": "no", "R7_OFFER": "yes", "R9_OUTCOME": "no"}
    assert records(asked("2024-05-10", "investigation", **words)) == {
        "R6.ARREST": (True, "nothing_recorded"),
        "R4.REFER": (False, "done"),
        "R7.OFFER": (True, "nothing_recorded"),
        "R9.OUTCOME": (False, "not_owed"),
    }
    assert records(asked("2024-05-21", "investigation", R6_ARREST="no")) == {
        "R6.ARREST": (False, "done")
    }


def test_of_several_suspects_all_must_have_been_told_of() -> None:
    journey = asked("2024-06-10", "investigation", R6_ARREST="yes")
    journey.police("2024-05-25", "suspect.arrested", suspect="S2")
    assert records(journey) == {"R6.ARREST": (True, "partly")}


def test_what_a_feed_may_hide_is_unknown() -> None:
    journey = asked("2024-05-10", "investigation", R6_ARREST="yes", R4_REFER="yes")
    journey.down("/police/example-force/records", "2024-05-02", "2024-05-03")
    assert records(journey) == {"R6.ARREST": (True, "unknown"), "R4.REFER": (True, "done")}


def test_a_score_stands_beside_the_limits_of_its_stage() -> None:
    journey = asked("2024-05-21", "investigation")
    evidence = seen(journey)
    (one,) = feedback_of(evidence.story, evidence.course, evidence.obligations)
    assert (one.score, one.scale, one.instrument) == (4, 5, "survey")
    assert one.limits == 1  # the arrest's; the referral belongs to the report
    assert one.kept == 0
    journey = asked("2024-05-21", "reported")
    evidence = seen(journey)
    (one,) = feedback_of(evidence.story, evidence.course, evidence.obligations)
    assert 0 < one.kept <= one.limits
