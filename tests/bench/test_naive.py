"""Two independent ways to the same verdicts: the heart's, and the naive rival's of the bench."""

from collections import Counter
from statistics import mean

import pytest

from bench.heart import disagreements, heart_verdicts
from bench.journeys import Sample, make_journeys
from bench.naive import bank_holidays
from shared.words import FIELDS
from tests.builders import calendar, rulebook

JOURNEYS = 1_500
PILOT = {"VRR.CPS-RASSO"}  # for a few areas and months only, and the journeys name none of them


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return make_journeys(JOURNEYS, seed=7)


def test_the_heart_and_the_naive_way_agree_on_every_journey(samples: list[Sample]) -> None:
    different = list(disagreements(samples, rulebook(), calendar(), bank_holidays()))
    assert not different, different[:3]


def test_the_journeys_ask_for_every_duty_and_reach_every_standing(samples: list[Sample]) -> None:
    verdicts = [v for s in samples for v in heart_verdicts(s, rulebook(), calendar())]
    assert {duty.id for duty in rulebook().duties} - {v.rule for v in verdicts} <= PILOT
    standings = {v.standing for v in verdicts}
    assert standings == {
        "not_started",
        "pending",
        "met",
        "met_late",
        "overdue",
        "ended",
        "recorded",
        "nothing_recorded",
    }


def test_the_journeys_show_most_duties_without_a_time_done_and_not(samples: list[Sample]) -> None:
    untimed = {duty.id for duty in rulebook().duties if duty.terms[0].within is None}
    shown: dict[str, set[str]] = {id_: set() for id_ in untimed}
    for sample in samples:
        for verdict in heart_verdicts(sample, rulebook(), calendar()):
            shown.get(verdict.rule, set()).add(verdict.standing)
    both = {id_ for id_, words in shown.items() if {"recorded", "nothing_recorded"} <= words}
    assert len(both) >= 0.9 * len(untimed), sorted(untimed - both)


def test_the_journeys_are_of_about_fifteen_events_in_the_journeys_words(
    samples: list[Sample],
) -> None:
    events = [event for sample in samples for event in sample.events]
    assert 13 <= mean(len(sample.events) for sample in samples) <= 17
    assert Counter(event.agency for event in events).keys() == {"police", "cps", "probation"}
    unknown = {
        (event.type, field)
        for event in events
        for field in event.data
        if field not in FIELDS.get(event.type, ())
    }
    assert unknown == set()


def test_the_same_seed_makes_the_same_journeys() -> None:
    assert make_journeys(20, seed=3) == make_journeys(20, seed=3) != make_journeys(20, seed=4)
