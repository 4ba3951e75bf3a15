"""Every finder, and all that they find on one journey."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Rulebook
from gateway.journey.findings.enhanced import find_enhanced_rights_missed
from gateway.journey.findings.finding import Evidence, Finding
from gateway.journey.findings.handovers import find_needs_lost
from gateway.journey.findings.keying import find_met_by_keying
from gateway.journey.findings.listings import find_listing_changes
from gateway.journey.findings.needs_met import find_needs_unmet
from gateway.journey.findings.offers import find_never_offered
from gateway.journey.findings.perfunctory import find_perfunctory_contacts
from gateway.journey.findings.references import find_no_police_reference
from gateway.journey.findings.repeats import find_repeat_not_flagged
from gateway.journey.findings.stretch import each_once
from gateway.journey.findings.withdrawal import find_missed_before_withdrawal
from gateway.journey.membership import Membership
from gateway.journey.obligations import follow_all
from gateway.journey.silences import Standard, silences_of
from gateway.journey.stages import course_of

# Whoever adds a finder adds it here, and what it finds to `meanings.py`.
FINDERS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    find_never_offered,
    find_enhanced_rights_missed,
    find_needs_lost,
    find_repeat_not_flagged,
    find_no_police_reference,
    find_listing_changes,
    find_met_by_keying,
    find_perfunctory_contacts,
    find_missed_before_withdrawal,
    find_needs_unmet,
)


def evidence_of(
    membership: Membership,
    rulebook: Rulebook,
    calendar: Calendar,
    standard: Standard,
    *,
    as_of: datetime,
    known_at: datetime | None = None,
) -> Evidence:
    """Return what findings are looked for in, seen from `as_of`, as known at `known_at` (aware).

    Findings say when they hold, so that `as_of` is the end of all time.
    """
    story = membership.story(as_of=as_of, known_at=known_at)
    course = course_of(story)
    return Evidence(
        membership=membership,
        story=story,
        course=course,
        obligations=follow_all(rulebook, story, calendar, course=course).obligations,
        silences=silences_of(story, course, standard),
        calendar=calendar,
    )


def find_all(evidence: Evidence) -> tuple[Finding, ...]:
    """Return all findings of a journey in order of time, each name once.

    What two finders, or two events of one moment, say of the same thing is told once: for as long
    as the longer of them holds, with the events of both.
    """
    told: list[Finding] = []
    # Sorting keeps the finders' order among those of one name, and hashes no name.
    for finding in sorted(
        [finding for finder in FINDERS for finding in finder(evidence)], key=attrgetter("name")
    ):
        if told and told[-1].name == finding.name:
            told[-1] = _together(told[-1], finding)
        else:
            told.append(finding)
    return tuple(told)


def _together(one: Finding, other: Finding) -> Finding:
    longer = max(one, other, key=_lasts)
    return replace(
        longer,
        events=each_once(*one.events, *other.events),
        obligations=tuple(sorted({*one.obligations, *other.obligations})),
    )


def _lasts(finding: Finding) -> tuple[bool, datetime, str]:
    """Order findings by how long they hold; what they say decides where that is equal."""
    until = finding.holds_until
    return until is None, until or finding.holds_from, finding.says
