"""Stretches of time in which something was missing, cut where nobody could have said it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from gateway.journey.findings.finding import Evidence, Finding, FindingKind
from gateway.journey.limits import AGENCY_OF
from gateway.journey.silences import days_between
from gateway.journey.story import Story
from gateway.journey.unknown import unknown_since
from gateway.journey.wording import day_words
from shared.journey_event import KeptEvent
from shared.london import london_day


class Answerable(NamedTuple):
    """Who has to answer for what is missing."""

    agency: str | None
    organisation: str | None


@dataclass(slots=True)
class Stretch:
    """A time (UTC, `until` exclusive, None for good) in which something was missing, and why.

    `says` says so while it lasts, and `said` once it is over, where that differs. `ends` says what
    ended it.
    """

    since: datetime
    until: datetime | None
    who: Answerable
    says: str
    said: str = ""
    ends: str = ""
    events: tuple[KeptEvent, ...] = ()
    obligations: tuple[bytes, ...] = ()


def ended(stretch: Stretch, at: datetime, why: str, *events: KeptEvent) -> Stretch | None:
    """Return a stretch that ends at a moment (UTC), or None where nothing is left of it."""
    if stretch.until is not None and stretch.until <= at:
        return stretch
    if at <= stretch.since:
        return None
    return replace(stretch, until=at, ends=why, events=(*stretch.events, *events))


def certain(stretch: Stretch, story: Story) -> Stretch | None:
    """Return a stretch as far as it is certain: until a feed was down that may have ended it.

    What was done then may not have been sent, and a silent feed is no evidence. None where
    nothing of it is certain.
    """
    if not story.interruptions or stretch.who.agency is None:
        return stretch
    agency = AGENCY_OF.get(stretch.who.agency, stretch.who.agency)
    hidden = unknown_since(story, agency, stretch.who.organisation, stretch.since, stretch.until)
    if hidden is None:
        return stretch
    return ended(replace(stretch, until=None, ends=""), hidden, not_known_from(hidden))


def not_known_from(moment: datetime) -> str:
    """Say from which moment (UTC) it is not known whether something was still missing.

    An interruption hides it, or an erasing.
    """
    day = day_words(london_day(moment))
    return f"What was sent of the time from {day} on is not complete, so that more is not known."


def merged(stretches: list[Stretch]) -> list[Stretch]:
    """Return stretches of one thing, in order, those of one organisation that overlap as one."""
    if len(stretches) == 1:
        return stretches
    found: list[Stretch] = []
    for one in sorted(
        stretches, key=lambda s: (s.who.agency or "", s.who.organisation or "", s.since)
    ):
        last = found[-1] if found else None
        if (
            last is None
            or last.who != one.who
            or (last.until is not None and last.until < one.since)
        ):
            found.append(one)
            continue
        longer = last.until is not None and (one.until is None or last.until < one.until)
        found[-1] = replace(
            last,
            until=one.until if longer else last.until,
            ends=one.ends if longer else last.ends,
            events=each_once(*last.events, *one.events),
            obligations=tuple(dict.fromkeys((*last.obligations, *one.obligations))),
        )
    return found


def each_once(*events: KeptEvent) -> tuple[KeptEvent, ...]:
    """Return events in order of time, each once."""
    if len(events) == 1:
        return events
    by_identity = {(event.source, event.id): event for event in events}
    return tuple(sorted(by_identity.values(), key=lambda e: (e.occurred_at, e.source, e.id)))


def finding_of(evidence: Evidence, kind: FindingKind, about: str, stretch: Stretch) -> Finding:
    """Return a stretch as a finding; `days` are those from its beginning to its end."""
    span = evidence.course.at(stretch.since)
    until = stretch.until
    says = stretch.says if until is None else stretch.said or stretch.says
    return Finding(
        kind=kind,
        about=about,
        holds_from=stretch.since,
        holds_until=until,
        agency=stretch.who.agency,
        organisation=stretch.who.organisation,
        stage=None if span is None else span.stage,
        days=None if until is None else days_between(stretch.since, until),
        says=f"{says} {stretch.ends}".strip(),
        events=each_once(*stretch.events),
        obligations=stretch.obligations,
    )
