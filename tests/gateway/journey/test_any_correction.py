"""A correction may say anything that any message may say, and the timeline is told all the same."""

from itertools import product

import pytest

from gateway.answers import TimelineBody
from gateway.routes.moments import read_moments
from shared.words import fits
from tests.builders import CRIME, SOURCES, JourneyBuilder, calendar, moment, rulebook
from tests.examples import EXAMPLES


@pytest.mark.parametrize("agency", ["police", "cps", "probation"])
def test_content_of_any_other_kind_breaks_no_timeline(agency: str) -> None:
    own = [(type_, data) for (room, type_), data in EXAMPLES.items() if room == agency]
    now = moment("2026-11-20")
    told = 0
    for (type_, data), (_, other) in product(own, own):
        if type_.startswith("event."):
            continue
        journey = (
            JourneyBuilder()
            .reported("2024-01-02")
            .police("2024-02-01", "suspect.charged", suspect="S1")
        )
        journey.said(agency, "2024-03-01", type_, CRIME, id="it", **{})
        journey.events[-1].data.update(data)  # type: ignore[attr-defined]
        journey.said(
            agency,
            "2024-04-01",
            "event.corrected",
            CRIME,
            event={"source": SOURCES[agency], "id": "it"},
            content={"time": "2024-03-02T10:00:00Z", "data": other},
            reason="keyed wrong",
        )
        timeline = journey.seen("2025-01-01")
        moments = read_moments("2025-01-01", None, now=now)
        body = TimelineBody.of(timeline, moments, rulebook(), calendar(), [])
        assert all(entry.says for entry in body.timeline), (type_, other)
        fitting = fits(type_, other)
        assert bool(body.findings) is not fitting, (type_, other)
        told += 1
    assert told > 500
