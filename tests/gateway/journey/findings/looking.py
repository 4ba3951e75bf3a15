"""Looks for findings of one kind on journeys told in tests, as the register's frame does."""

from collections.abc import Callable, Iterator

from gateway.journey.findings.finders import evidence_of
from gateway.journey.findings.finding import Evidence, Finding
from gateway.journey.membership import Membership, journey_of
from gateway.register.rows import FOR_GOOD
from shared.journey_event import reference_id
from tests.builders import CRIME, STANDARD, JourneyBuilder, calendar, rulebook

Finder = Callable[[Evidence], Iterator[Finding]]


def seen_whole(membership: Membership) -> Evidence:
    """All that findings are looked for in, to the end of all time."""
    return evidence_of(membership, rulebook(), calendar(), STANDARD, as_of=FOR_GOOD)


def found(journey: JourneyBuilder, find: Finder) -> list[Finding]:
    """Everything that one finder finds on a journey."""
    membership = journey_of(journey.record(), reference_id(CRIME))
    assert membership is not None
    return list(find(evidence_of(membership, rulebook(), calendar(), STANDARD, as_of=FOR_GOOD)))


def one(journey: JourneyBuilder, find: Finder) -> Finding:
    """The one finding of a finder; a journey with none or several fails the test."""
    (finding,) = found(journey, find)
    return finding
