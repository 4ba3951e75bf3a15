"""Looks for findings of one kind on journeys told in tests, as the register's frame does."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from gateway.journey.findings.finding import Evidence, Finding
from gateway.journey.membership import Membership, journey_of
from gateway.journey.obligations import follow_all
from gateway.journey.silences import silences_of
from gateway.journey.stages import course_of
from shared.journey_event import reference_id
from tests.builders import CRIME, STANDARD, JourneyBuilder, calendar, rulebook

FOR_GOOD = datetime(9000, 1, 1, tzinfo=UTC)
Finder = Callable[[Evidence], Iterator[Finding]]


def evidence_of(membership: Membership) -> Evidence:
    """All that findings are looked for in, followed to the end of all time."""
    story = membership.story(as_of=FOR_GOOD)
    course = course_of(story)
    return Evidence(
        membership=membership,
        story=story,
        course=course,
        obligations=follow_all(rulebook(), story, calendar(), course=course).obligations,
        silences=silences_of(story, course, STANDARD),
        calendar=calendar(),
    )


def found(journey: JourneyBuilder, find: Finder) -> list[Finding]:
    """Everything that one finder finds on a journey."""
    membership = journey_of(journey.record(), reference_id(CRIME))
    assert membership is not None
    return list(find(evidence_of(membership)))


def one(journey: JourneyBuilder, find: Finder) -> Finding:
    """The one finding of a finder; a journey with none or several fails the test."""
    (finding,) = found(journey, find)
    return finding
