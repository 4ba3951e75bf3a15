"""Finds journeys on which the police have no reference, so that no crime is known under them."""

from collections.abc import Iterator

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.findings.stretch import Answerable, Stretch, finding_of

POLICE_SCHEME = "crime:"


def find_no_police_reference(evidence: Evidence) -> Iterator[Finding]:
    """Yield a finding for good, from the journey's beginning, where no reference is the police's.

    References are a matter of what is known, not of when: once one is linked there never was a
    finding, seen with what is known then.
    """
    membership, course = evidence.membership, evidence.course
    for one in membership.references:
        if one.reference.startswith(POLICE_SCHEME):
            return
    first = membership.references[0]
    since = course.spans[0].since if course.spans else first.first_received_at
    says = "This journey has no police reference."
    events = tuple(fact.event for fact in evidence.story.facts[:1])
    yield finding_of(
        evidence,
        FindingKind.NO_POLICE_REFERENCE,
        "reference",
        Stretch(since, None, Answerable(None, None), says, events=events),
    )
