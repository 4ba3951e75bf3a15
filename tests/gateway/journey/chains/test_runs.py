"""Each chain is told step by step, as a story shows it, and no step is told that nothing shows."""

from typing import Any

import pytest

from gateway.journey.chains.defined import CHAINS
from gateway.journey.chains.runs import runs_of
from shared.words import FIELDS, REQUIRED
from tests.builders import JourneyBuilder, moment, rulebook
from tests.gateway.journey.chains.following import runs, seen, steps

PHONE: dict[str, Any] = {"channel": "phone", "reached": True}


def offered(journey: JourneyBuilder, when: str, offer: str, **data: Any) -> JourneyBuilder:
    return journey.police(when, "victim.offered", offer=offer, **{**PHONE, **data})


def test_a_referral_is_told_from_the_report_to_the_service_or_to_the_no() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    assert steps(journey, "support_referral") == [("owed", "2024-03-04", None)]
    offered(journey, "2024-03-05", "support", response="accepted")
    journey.police("2024-03-06", "support.referred", service="a service")
    assert steps(journey, "support_referral") == [
        ("owed", "2024-03-04", None),
        ("offered", "2024-03-05", "accepted"),
        ("accepted", "2024-03-05", "accepted"),
        ("referred", "2024-03-06", None),
    ]
    refused = JourneyBuilder().reported("2024-03-04").police("2024-03-05", "support.declined")
    assert [step for step, _, _ in steps(refused, "support_referral")] == ["owed", "declined"]
    withheld = JourneyBuilder().reported("2024-03-04")
    offered(withheld, "2024-03-05", "support", not_offered="no time", reached=False)
    # The sender's words are not repeated.
    assert steps(withheld, "support_referral")[1:] == [("not_offered", "2024-03-05", None)]


def test_an_offer_that_reached_nobody_is_no_step() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    offered(journey, "2024-03-05", "personal_statement", reached="attempted")
    offered(journey, "2024-03-06", "personal_statement", recipient="other")
    assert steps(journey, "personal_statement") == [("owed", "2024-03-04", None)]


def test_a_personal_statement_is_told_until_the_victim_hears_how_it_was_used() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    offered(journey, "2024-03-05", "personal_statement", response="accepted")
    journey.police("2024-03-12", "statement.made", wish="read_self")
    journey.cps("2024-05-01", "statement.received", missing=["statement"])
    journey.cps("2024-05-08", "statement.received")
    offered(journey, "2024-06-03", "further_statement", response="declined")
    journey.police("2024-09-02", "statement.read", wish="read_self")
    journey.told("2024-09-03", "offender.sentenced").told("2024-09-10", "statement.read")
    assert steps(journey, "personal_statement") == [
        ("owed", "2024-03-04", None),
        ("offered", "2024-03-05", "accepted"),
        ("accepted", "2024-03-05", "accepted"),
        ("made", "2024-03-12", "read_self"),
        ("wish_recorded", "2024-03-12", "read_self"),
        ("arrived", "2024-05-08", None),
        ("update_offered", "2024-06-03", "declined"),
        ("read", "2024-09-02", "read_self"),
        ("told_of_use", "2024-09-10", "phone"),
    ]
    not_read = JourneyBuilder().reported("2024-03-04")
    not_read.police("2024-09-02", "statement.read", wish="not_read")
    assert [step for step, _, _ in steps(not_read, "personal_statement")] == ["owed"]


def test_the_right_to_review_is_told_for_each_suspect_with_the_days_that_were_left() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    stop: dict[str, Any] = {"how": "discontinued", "all_proceedings_end": True}
    journey.cps("2024-05-01", "prosecution.stopped", suspect="S1", **stop)
    journey.cps("2024-05-01", "prosecution.stopped", suspect="S2", how="charge_altered",
                all_proceedings_end=False)  # fmt: skip
    journey.cps("2024-05-02", "prosecution.stopped", suspect="S3", provisional=True, **stop)
    # What came before the decision answers another.
    journey.police("2024-04-20", "review.requested", scheme="cps", suspect="S1")
    told = {"agency": "cps", "suspect": "S1", "channel": "letter"}
    journey.told("2024-05-03", "prosecution.stopped", carried=["reasons"], **told)
    journey.told("2024-05-10", "prosecution.stopped", carried=["reasons", "review_rights"], **told)
    journey.police("2024-05-13", "review.requested", scheme="cps", suspect="S1")
    journey.cps("2024-05-14", "review.acknowledged", suspect="S1")
    journey.cps("2024-05-28", "review.decided", scheme="cps", suspect="S1")
    journey.told("2024-05-29", "review.decided", agency="cps")
    (run,) = runs(journey, "right_to_review_cps")
    assert run.suspect == "S1"
    assert [(one.step, one.day.isoformat()) for one in run.taken] == [
        ("decided", "2024-05-01"),
        ("told", "2024-05-03"),
        ("told_of_right", "2024-05-10"),
        ("requested", "2024-05-13"),
        ("acknowledged", "2024-05-14"),
        ("reviewed", "2024-05-28"),
        ("told_of_review", "2024-05-29"),
    ]
    # Ten working days from 3 May, with a bank holiday on the 6th: the 20th, ten days off.
    assert run.days_left == 10
    assert run.entered is not None
    assert run.entered.agency == "cps"
    assert not runs(journey, "right_to_review_police")


def test_a_decision_of_the_police_may_be_reviewed_once_a_suspect_was_interviewed() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-04-01", "prosecution.declined", suspect="S1")
    assert not runs(journey, "right_to_review_police")
    journey.police("2024-03-20", "suspect.interviewed", suspect="S1")
    assert len(runs(journey, "right_to_review_police")) == 1
    # The CPS told it too: it is the CPS's.
    journey.cps("2024-04-01", "prosecution.declined", suspect="S1")
    assert not runs(journey, "right_to_review_police")
    (run,) = runs(journey, "right_to_review_cps")
    assert run.entered is not None
    assert run.entered.organisation == "example-area"


def test_restorative_justice_is_told_from_the_first_word_of_it() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.told("2024-03-05", "crime.reported", carried=["restorative_justice"], channel="letter")
    offered(journey, "2024-10-01", "restorative_justice", response="accepted")
    assert steps(journey, "restorative_justice") == [
        ("owed", "2024-03-04", None),
        ("informed", "2024-03-05", "letter"),
        ("offered", "2024-10-01", "accepted"),
        ("accepted", "2024-10-01", "accepted"),
    ]


def test_the_contact_scheme_is_told_from_the_sentence_for_each_suspect() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    custody: dict[str, Any] = {
        "sentence_kind": "custody",
        "sentence_months": 30,
        "specified_offence": True,
    }
    journey.police("2024-09-02", "offender.sentenced", suspect="S1", **custody)
    journey.police("2024-09-02", "offender.sentenced", suspect="S2", sentence_kind="fine")
    journey.police("2024-09-05", "contact_scheme.referred", region="example-region")
    journey.probation("2024-09-06", "contact_scheme.referral_received", scheme="notification")
    journey.probation("2024-09-09", "contact_scheme.referral_received")
    journey.told("2024-09-20", agency="probation")
    journey.probation("2024-09-25", "contact_scheme.joined")
    journey.probation("2025-09-25", "contact_scheme.left")
    (run,) = runs(journey, "contact_scheme")
    assert run.suspect == "S1"
    assert [(one.step, one.day.isoformat()) for one in run.taken] == [
        ("eligible", "2024-09-02"),
        ("referred", "2024-09-05"),
        ("received", "2024-09-09"),
        ("contacted", "2024-09-20"),
        ("joined", "2024-09-25"),
        ("left", "2025-09-25"),
    ]
    referred_only = JourneyBuilder().reported("2024-03-04")
    referred_only.police("2024-09-05", "contact_scheme.referred", region="example-region")
    (run,) = runs(referred_only, "contact_scheme")
    assert run.entered is None


def test_the_decision_to_investigate_is_told_with_how_the_victim_heard_of_it() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.police("2024-03-06", "investigation.decided", decision="not_investigate")
    journey.told("2024-03-07", "investigation.decided", channel="email")
    journey.told("2024-03-14", "investigation.decided", channel="letter", carried=["reasons"])
    assert steps(journey, "decision_to_investigate") == [
        ("reported", "2024-03-04", None),
        ("decided", "2024-03-06", "not_investigate"),
        ("not_investigated", "2024-03-06", "not_investigate"),
        ("told", "2024-03-07", "email"),
        ("told_why", "2024-03-14", "letter"),
    ]
    closed = JourneyBuilder().reported("2024-03-04")
    closed.police("2024-06-06", "investigation.decided", decision="closed")
    closed.told("2024-06-07", "investigation.decided", carried=["reasons"])
    assert [step for step, _, _ in steps(closed, "decision_to_investigate")] == ["reported"]


@pytest.mark.parametrize("scope", ["contact_scheme", ["hearing.fixed", "contact_scheme"]])
def test_to_decline_the_scheme_is_a_step_however_it_is_written(scope: str | list[str]) -> None:
    journey = JourneyBuilder().reported("2024-01-08")
    journey.police("2024-09-05", "contact_scheme.referred", region="example-region")
    journey.probation("2024-09-20", "contact.declined", scope=scope)
    assert [step for step, _, _ in steps(journey, "contact_scheme")] == ["referred", "declined"]


def test_what_a_feed_hides_is_unknown_from_then_on() -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    journey.down("/police/example-force/records", "2024-04-02", "2024-04-05")
    (run,) = runs(journey, "support_referral")
    assert run.unknown_from == moment("2024-04-02")
    before = JourneyBuilder().reported("2024-05-04")
    before.down("/police/example-force/records", "2024-04-02", "2024-04-05")
    (run,) = runs(before, "support_referral")
    assert run.unknown_from is None


def test_who_opted_out_before_it_began_was_owed_nothing() -> None:
    journey = JourneyBuilder().police("2024-03-01", "contact.declined", scope="all")
    journey.reported("2024-03-04")
    assert not runs(journey, "personal_statement")


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_changes_nothing(seed: int) -> None:
    journey = JourneyBuilder().reported("2024-03-04")
    offered(journey, "2024-03-05", "personal_statement", response="accepted")
    offered(journey, "2024-03-05", "personal_statement", response="declined")
    journey.police("2024-03-12", "statement.made", wish="read_self")
    journey.told("2024-03-13", "statement.made", carried=["restorative_justice"])
    journey.cps("2024-05-08", "statement.received")
    order = sorted(range(len(journey.events)), key=lambda n: (n * 7 + seed * 5) % 6)
    evidence, other = seen(journey), seen(journey.arriving(order))
    assert runs_of(evidence.story, evidence.obligations) == runs_of(other.story, other.obligations)


def test_chains_speak_the_words_of_the_journey_and_of_the_rulebook() -> None:
    rules = rulebook().by_id
    assert len({chain.id for chain in CHAINS}) == len(CHAINS)
    for chain in CHAINS:
        ids = [step.id for step in chain.steps]
        assert len(set(ids)) == len(ids)
        assert not chain.steps[0].beside
        assert set(chain.window) <= rules.keys()
        for step in chain.steps:
            assert step.shows
            for shows in step.shows:
                assert set(shows.owed) <= rules.keys()
                assert set(shows.facts) <= FIELDS.keys() & REQUIRED.keys()
                assert shows.news_of is None or ids.index(shows.news_of) < ids.index(step.id)
                assert shows.earlier is None or shows.earlier in FIELDS
