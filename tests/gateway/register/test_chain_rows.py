"""Whatever a door lets in, its chains, handovers, delays and words can be kept as rows."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.journey.chains.runs import runs_of
from gateway.journey.findings.finders import evidence_of
from gateway.journey.findings.finding import Evidence
from gateway.register.chain_rows import (
    account_rows,
    delay_rows,
    feedback_rows,
    handover_rows,
    run_rows,
)
from gateway.register.order_rows import OrderRow, order_rows
from gateway.register.rows import FOR_GOOD, SHAPES
from shared.london import read_day
from shared.store.chain_tables import CHAIN_TABLES
from tests.builders import CRIME, SOURCES, STANDARD, JourneyBuilder, calendar, rulebook
from tests.demo.made import membership_of
from tests.examples import EXAMPLES
from tests.gateway.journey.chains.following import seen

# What these rows read the content of.
READ = frozenset(
    {
        "contact_scheme.referred",
        "feedback.received",
        "file.submitted",
        "handover.acknowledged",
        "investigation.decided",
        "needs.received",
        "offender.milestone",
        "prosecution.stopped",
        "statement.made",
        "victim.offered",
    }
)


def rows_of_order(journey_id: UUID, evidence: Evidence) -> Iterator[OrderRow]:
    return order_rows(journey_id, evidence.story, rulebook())


MAKERS = (run_rows, handover_rows, delay_rows, feedback_rows, account_rows, rows_of_order)
WORLD = world_of(7, read_day("2022-01-01"), read_day("2025-12-31"), usual_practice())


def kept(evidence: Evidence) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a journey; fail where two have one key."""
    for table, maker in zip(CHAIN_TABLES, MAKERS, strict=True):
        rows = list(maker(evidence.membership.id, evidence))
        _, width = SHAPES[table.name]
        assert len({row[:width] for row in rows}) == len(rows)
        for row in rows:
            moments = getattr(row, "turns", getattr(row, "arrived_turns", []))
            assert moments == sorted(moments)
        yield from rows


@pytest.mark.parametrize("agency", ["police", "cps", "probation"])
def test_a_correction_to_any_other_content_breaks_no_row(agency: str) -> None:
    own = [(type_, data) for (room, type_), data in EXAMPLES.items() if room == agency]
    told = 0
    for (type_, data), (_, other) in product(own, own):
        if type_ not in READ:
            continue
        journey = JourneyBuilder().reported("2024-01-02")
        for number in range(2):
            journey.said(agency, f"2024-03-0{number + 1}", type_, CRIME, id=f"it-{number}")
            journey.events[-1].data.update(data)  # type: ignore[attr-defined]
        journey.said(
            agency,
            "2024-04-01",
            "event.corrected",
            CRIME,
            event={"source": SOURCES[agency], "id": "it-1"},
            content={"time": "2024-03-02T10:00:00Z", "data": other},
            reason="keyed wrong",
        )
        told += len(list(kept(seen(journey))))
    assert told > 100


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 2_000))
def test_a_run_of_the_past_is_the_beginning_of_the_whole_run(number: int, days: int) -> None:
    membership = membership_of(make(WORLD, number))
    whole = evidence_of(membership, rulebook(), calendar(), STANDARD, as_of=FOR_GOOD)
    assert list(kept(whole))
    moment = whole.story.facts[0].at + timedelta(days=days)
    then = evidence_of(membership, rulebook(), calendar(), STANDARD, as_of=moment)
    runs = {
        (run.chain, run.suspect): {(one.step, one.at) for one in run.taken}
        for run in runs_of(whole.story, whole.obligations)
    }
    for run in runs_of(then.story, then.obligations):
        begun = runs[run.chain, run.suspect]
        assert {(one.step, one.at) for one in run.taken} == {
            (step, at) for step, at in begun if at <= moment
        }
