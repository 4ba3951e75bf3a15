"""What the finders find on a journey that a builder tells, in a form that a test reads easily."""

from gateway.journey.findings.finders import evidence_of, find_all
from gateway.journey.findings.finding import Finding
from gateway.journey.membership import journey_of
from gateway.register.rows import FOR_GOOD
from shared.journey_event import reference_id
from tests.builders import CRIME, STANDARD, JourneyBuilder, calendar, moment, rulebook, seen_from


def all_found(
    journey: JourneyBuilder, *, under: str = CRIME, known_at: str | None = None
) -> tuple[Finding, ...]:
    """Everything found, as known at a moment."""
    known = None if known_at is None else seen_from(known_at)
    membership = journey_of(journey.record(), reference_id(under), known_at=known)
    assert membership is not None
    evidence = evidence_of(
        membership, rulebook(), calendar(), STANDARD, as_of=FOR_GOOD, known_at=known
    )
    return find_all(evidence)


def found(journey: JourneyBuilder, about: str, **asked: str) -> list[Finding]:
    """What was found about something."""
    return [finding for finding in all_found(journey, **asked) if finding.about == about]


def times(journey: JourneyBuilder, about: str, **asked: str) -> list[tuple[object, object]]:
    """From when until when it holds."""
    return [(one.holds_from, one.holds_until) for one in found(journey, about, **asked)]


def since(first: str, last: str | None = None) -> list[tuple[object, object]]:
    """One time, as `times` tells it."""
    return [(moment(first), None if last is None else moment(last))]
