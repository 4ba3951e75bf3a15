"""Special categories are named as data, left out of words, and never out of what is owed."""

import json
from dataclasses import asdict
from typing import Any, get_args

import pytest

from demo.samples import samples
from gateway.answers import ExplanationBody, JudgedBy, Moments, ObligationBody, TimelineBody
from gateway.journey.explanation import explain
from gateway.journey.special import (
    FOLLOWED,
    SPECIAL,
    SPECIAL_OFFERS,
    rests_on_special,
    without_special,
)
from gateway.journey.timeline import Timeline, timeline_of
from gateway.seeing import (
    explanation_seen,
    followed_seen,
    journey_seen,
    left_out,
    obligation_seen,
    timeline_body_seen,
    timeline_seen,
)
from shared.access.caller import View
from shared.journey_event import JourneyRecord, reference_id
from shared.words import FIELDS, Offer
from tests.builders import CRIME, STANDARD, JourneyBuilder, calendar, rulebook, seen_from
from tests.gateway.journey.test_part import record_of

SHOWN, HIDDEN = View(None, special=True), View(None, special=False)
MOMENTS = Moments(as_of=seen_from("2026-06-01"), known_at=None, settled=True)


def follow(record: JourneyRecord, reference: str, view: View) -> Timeline:
    membership = journey_seen(record, reference_id(reference), view, MOMENTS)
    assert membership is not None
    return timeline_of(membership, rulebook(), calendar(), STANDARD, as_of=MOMENTS.as_of)


def told(record: JourneyRecord, reference: str, view: View) -> str:
    """Everything that is told of a journey: its timeline, and every obligation explained."""
    timeline = follow(record, reference, view)
    body = TimelineBody.of(
        timeline_seen(timeline, view), MOMENTS, rulebook(), calendar(), left_out(view)
    )
    judged_by = JudgedBy.of(rulebook(), calendar())
    words = [timeline_body_seen(body, view).model_dump_json()]
    for obligation in followed_seen(timeline.followed, view).obligations:
        explanation = explanation_seen(explain(obligation), view)
        explained = ExplanationBody.of(
            timeline.membership.id, explanation, MOMENTS, judged_by, left_out(view)
        )
        seen = obligation_seen(explained.obligation, view)
        words.append(explained.model_copy(update={"obligation": seen}).model_dump_json())
    return "\n".join(words)


def vulnerable() -> JourneyBuilder:
    """A journey with something in every special field."""
    return (
        JourneyBuilder()
        .reported("2024-01-02", flags=["hate", "domestic_abuse"], offence_group="sexual")
        .police("2024-01-02", "needs.assessed", enhanced_rights=True, grounds=["intimidated"],
                needs=["wheelchair"])
        .police("2024-01-03", "preferences.agreed", language="klingon", interpreter=True,
                safe_contact="ring-the-sister")
        .police("2024-01-04", "support.referred", service="rape-crisis-centre")
        .police("2024-01-04", "safeguarding.referred", service="marac")
        .police("2024-01-05", "suspect.arrested", suspect="S1")
        .cps("2024-02-01", "special_measures.applied", measures=["removal_of_wigs"])
        .cps("2024-02-20", "special_measures.decided", measures=["removal_of_wigs"],
             outcome="granted")
        .police("2024-02-21", "victim.offered", offer="registered_intermediary",
                response="accepted")
        .corrected("2024-02-22", "police-7", "2024-02-01 12:00", measures=["live_link"])
    )  # fmt: skip


SECRETS = ("hate", "domestic", "intimidated", "wheelchair", "klingon", "sister", "rape-crisis",
           "marac", "wigs", "live link", "offered the victim a registered")  # fmt: skip


def test_without_the_scope_no_special_word_is_told_and_the_answer_says_so() -> None:
    record = vulnerable().record()
    shown, hidden = told(record, CRIME, SHOWN), told(record, CRIME, HIDDEN)
    for secret in ("hate", "domestic", "wigs", "offered the victim a registered"):
        assert secret in shown, secret
    for secret in SECRETS:
        assert secret not in hidden, secret
    assert '"enhanced_rights":true' in hidden
    assert "offered the victim a service that is not named here" in hidden
    assert "special_category" in hidden
    assert "special_category" not in shown


@pytest.mark.parametrize("sample", samples(), ids=[one.folder.name for one in samples()])
def test_the_scope_changes_words_and_never_what_is_owed(sample: Any) -> None:
    record = record_of(sample)
    shown = follow(record, sample.reference, SHOWN).followed.obligations
    hidden = follow(record, sample.reference, HIDDEN).followed.obligations
    assert [ObligationBody.of(one) for one in shown] == [ObligationBody.of(one) for one in hidden]


def test_duties_that_rest_on_a_special_field_are_left_out_with_it() -> None:
    resting = {duty.id for duty in rulebook().duties if rests_on_special(duty)}
    assert resting == {
        "R1.INTERPRET",
        "R1.TRANSLATE",
        "R2.GENDER",
        "R2.RI",
        "R4.FLO",
        "R4.SM",
        "R6.CPS-MEET",
        "R8.RASSO-PTM",
    }
    record = vulnerable().record()
    for view, there in ((SHOWN, True), (HIDDEN, False)):
        timeline = timeline_seen(follow(record, CRIME, view), view)
        seen = {one.duty.id for one in timeline.followed.obligations}
        unseen = {one.duty.id for one in timeline.followed.not_owed}
        assert bool(seen & resting) is there
        assert there or not unseen & resting
        lines = " ".join(entry.says for entry in timeline.entries)
        assert any(rule in lines for rule in resting) is False


def test_the_list_names_fields_and_offers_of_the_vocabulary() -> None:
    for type_, fields in SPECIAL.items():
        assert fields <= FIELDS[type_], type_
    assert frozenset().union(*SPECIAL.values()) >= FOLLOWED
    assert set(get_args(Offer)) >= SPECIAL_OFFERS


def test_what_is_left_out_before_the_law_is_followed_is_gone_from_every_event() -> None:
    kept = json.dumps([asdict(one) for one in without_special(vulnerable().record()).events],
                      default=str)  # fmt: skip
    for secret in ("wheelchair", "sister", "rape-crisis", "marac", "wigs"):
        assert secret not in kept
