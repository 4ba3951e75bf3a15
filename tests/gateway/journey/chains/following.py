"""Follows chains, handovers and delays on journeys told in tests, as the register's frame does."""

from gateway.journey.chains.chain import Run
from gateway.journey.chains.delays import Delay, delays_of
from gateway.journey.chains.handing_over import Handover, handovers_of
from gateway.journey.chains.runs import runs_of
from gateway.journey.findings.finders import evidence_of
from gateway.journey.findings.finding import Evidence
from gateway.journey.membership import journey_of
from gateway.register.rows import FOR_GOOD
from shared.journey_event import reference_id
from tests.builders import CRIME, STANDARD, JourneyBuilder, calendar, rulebook, seen_from


def seen(journey: JourneyBuilder, as_of: str | None = None) -> Evidence:
    """A journey followed to a day's end, or to the end of all time."""
    membership = journey_of(journey.record(), reference_id(CRIME))
    assert membership is not None
    moment = FOR_GOOD if as_of is None else seen_from(as_of)
    return evidence_of(membership, rulebook(), calendar(), STANDARD, as_of=moment)


def runs(journey: JourneyBuilder, chain: str) -> list[Run]:
    """The runs through one chain."""
    evidence = seen(journey)
    return [run for run in runs_of(evidence.story, evidence.obligations) if run.chain == chain]


def steps(journey: JourneyBuilder, chain: str) -> list[tuple[str, str, str | None]]:
    """The steps taken on the one run of a chain, each with its day and how."""
    (run,) = runs(journey, chain)
    return [(one.step, one.day.isoformat(), one.how) for one in run.taken]


def handovers(journey: JourneyBuilder) -> list[Handover]:
    """Every handover on a journey."""
    return handovers_of(seen(journey).story)


def delays(journey: JourneyBuilder, as_of: str | None = None) -> list[Delay]:
    """Every late outcome on a journey, as of a day's end."""
    evidence = seen(journey, as_of)
    return delays_of(evidence.story, evidence.obligations, evidence.calendar)
