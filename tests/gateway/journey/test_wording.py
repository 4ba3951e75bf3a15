"""Every word of the wire has its plain English, so that no timeline says a raw type."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from gateway.journey.sentences import fact_words
from gateway.journey.stages import Stage
from gateway.journey.story import ABOUT_EVENTS, CONTACT_TYPES
from gateway.journey.wording import (
    CONTENTS,
    FACTS,
    FACTS_BY_FIELD,
    NEWS,
    NOTICED_BY,
    OFFERS,
    PASSED,
    RECIPIENTS,
    words,
)
from services.cps.messages import MESSAGES as CPS
from services.police.messages import MESSAGES as POLICE
from services.probation.messages import MESSAGES as PROBATION
from shared.words import CARRIED, FIELDS, JourneyStage, Offer, Passed, Recipient

FACT_TYPES = sorted(FIELDS.keys() - CONTACT_TYPES - ABOUT_EVENTS)
EXAMPLES = sorted(Path(__file__).parents[3].glob("services/*/examples/*.json"))
RAW = re.compile(r"[a-z]_[a-z]|\bNone\b|\(not stated\)|[{}]")


def values_of(type_: str, field: str) -> set[str]:
    """The values that the agencies' messages allow for a field of a type."""
    return {
        value
        for message in (*POLICE, *CPS, *PROBATION)
        if get_args(message.model_fields["type"].annotation) == (type_,)
        for value in get_args(data_of(message).model_fields[field].annotation)
    }


def data_of(message: Any) -> Any:
    return message.model_fields["data"].annotation


def test_news_of_any_type_has_its_words() -> None:
    assert NEWS.keys() == FIELDS.keys()


@pytest.mark.parametrize("type_", FACT_TYPES)
def test_a_fact_of_any_type_has_its_words(type_: str) -> None:
    said = fact_words(type_, {}, None, None)
    assert (type_ in FACTS_BY_FIELD) is (said == words(type_))


def test_nothing_is_worded_that_nobody_can_say() -> None:
    assert {*FACTS, *FACTS_BY_FIELD} <= set(FACT_TYPES)


@pytest.mark.parametrize("type_", FACTS_BY_FIELD)
def test_every_value_that_says_what_happened_has_its_words(type_: str) -> None:
    field, sentences = FACTS_BY_FIELD[type_]
    assert set(sentences) == values_of(type_, field)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_example_is_told_in_raw_words(path: Path) -> None:
    event = json.loads(path.read_text())
    if event["type"] not in FACT_TYPES:
        return
    data = event.get("data", {})
    said = fact_words(event["type"], data, data.get("suspect"), data.get("hearing"))
    assert RAW.search(said) is None, said
    assert not any(type_ in said for type_ in FIELDS), said


def test_an_arrival_says_what_was_missing() -> None:
    data = {"arrived": ["needs", "preferences"], "missing": ["losses"]}
    assert fact_words("needs.received", data, None, None) == (
        "the victim's needs reached the CPS: the needs assessment and the agreed preferences "
        "arrived, the losses did not"
    )


def test_feedback_says_what_the_victim_says_was_done() -> None:
    data = {
        "stage": "before_trial",
        "instrument": "survey",
        "score": 4.0,
        "scale": 5,
        "says_done": {"R6.ARREST": "yes", "R6.CHARGE": "no"},
    }
    assert fact_words("feedback.received", data, None, None) == (
        "the victim gave feedback (stage: before trial), 4 of 5, and says that R6.ARREST was done, "
        "and says that R6.CHARGE was not done"
    )


def test_a_promised_reply_is_said_with_its_day() -> None:
    data = {"reply_expected_on": "2024-05-28"}
    assert fact_words("complaint.acknowledged", data, None, None) == (
        "the complaint was acknowledged, and a reply promised by 28 May 2024"
    )


def test_the_value_lists_have_their_words() -> None:
    assert OFFERS.keys() == set(get_args(Offer))
    assert CONTENTS.keys() == CARRIED
    assert RECIPIENTS.keys() == set(get_args(Recipient))
    assert PASSED.keys() == set(get_args(Passed))
    breaches = ("breach.noticed", "breach.victim_told", "breach.remedied")
    assert {type_: NOTICED_BY.keys() for type_ in breaches} == {
        type_: {value for literal in values_of(type_, "by") for value in get_args(literal)}
        for type_ in breaches
    }


def test_the_agencies_stages_are_the_heart_s() -> None:
    assert [stage.word for stage in Stage] == list(get_args(JourneyStage))
