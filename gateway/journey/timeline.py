"""A single victim timeline: everything on one list in order of time, and the same by stage."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Kind, Rulebook
from gateway.journey.membership import Membership
from gateway.journey.obligation import Followed, Obligation
from gateway.journey.obligations import follow_all
from gateway.journey.order import OrderFinding, order_of
from gateway.journey.readings import MANY_REFERENCES
from gateway.journey.sentences import (
    say_breach,
    say_contact,
    say_fact,
    say_gap,
    say_limit,
    say_stage,
)
from gateway.journey.silences import Silence, Standard, silences_of
from gateway.journey.stages import Course, Span, course_of
from gateway.journey.standing import Standing
from gateway.journey.story import Story, unfit_corrections
from shared.journey_event import KeptEvent
from shared.london import london_day


class Entry(StrEnum):
    """The kinds of entry on a timeline; at one instant they stand in this order."""

    FACT = "fact"
    STAGE = "stage"
    CONTACT = "contact"
    ATTEMPT = "attempt"
    LIMIT = "limit"
    BREACH = "breach"
    GAP = "gap"


_ORDER = {kind: place for place, kind in enumerate(Entry)}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of a timeline: when (UTC, London day), what kind, who, in words, and its event."""

    at: datetime
    day: date
    kind: Entry
    says: str
    agency: str | None
    organisation: str | None
    sources: tuple[KeptEvent, ...] = ()
    by_day: bool = False
    corrected: bool = False
    obligation: Obligation | None = None


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stay in a stage: who held the case, what the victim heard, how long nobody spoke.

    The longest silence is the longest that fell within the stay, in London days. Obligations are
    those of the Code, so that its figures never mix with the rest; `departures` counts the breaches
    beside which a good reason was recorded.
    """

    span: Span
    contacts: int
    longest_silence_days: int | None
    gaps: int
    obligations: Mapping[Standing, int]
    departures: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """One victim's journey seen from one moment, as known at another."""

    membership: Membership
    story: Story
    course: Course
    followed: Followed
    silences: tuple[Silence, ...]
    entries: tuple[TimelineEntry, ...]
    stages: tuple[StageRow, ...]
    order: tuple[OrderFinding, ...]
    findings: tuple[str, ...]

    @property
    def gaps(self) -> tuple[Silence, ...]:
        """The silences that were longer than agreed, or than the local standard."""
        return tuple(silence for silence in self.silences if silence.is_gap)

    @property
    def longest_silence(self) -> Silence | None:
        """The longest silence of all, the first where two are equal."""
        return max(self.silences, key=lambda silence: silence.days, default=None)


def timeline_of(
    membership: Membership,
    rulebook: Rulebook,
    calendar: Calendar,
    standard: Standard,
    *,
    as_of: datetime,
    known_at: datetime | None = None,
) -> Timeline:
    """Return the timeline of one journey, seen from `as_of`, as known at `known_at` (aware)."""
    story = membership.story(as_of=as_of, known_at=known_at)
    course = course_of(story)
    followed = follow_all(rulebook, story, calendar, course=course)
    silences = silences_of(story, course, standard)
    return Timeline(
        membership=membership,
        story=story,
        course=course,
        followed=followed,
        silences=silences,
        entries=entries_of(story, course, followed, silences),
        stages=tuple(row_of(span, story, course, followed, silences) for span in course.spans),
        order=order_of(rulebook.order, story),
        findings=findings_of(membership, story),
    )


def entries_of(
    story: Story, course: Course, followed: Followed, silences: tuple[Silence, ...]
) -> tuple[TimelineEntry, ...]:
    """Return everything that happened, fell due, was missed or stayed silent, in order of time."""
    entries = [
        TimelineEntry(
            at=fact.at,
            day=fact.day,
            kind=Entry.FACT,
            says=say_fact(fact),
            agency=fact.event.agency,
            organisation=fact.event.organisation,
            sources=fact.sources,
            by_day=fact.by_day,
            corrected=any((e.source, e.id) in story.corrected for e in fact.sources),
        )
        for fact in story.facts
    ]
    whom = "the family" if story.victim.kind == "bereaved_relative" else "the victim"
    short_of = came_short(followed)
    for contact in story.contacts:
        event = contact.event
        entries.append(
            TimelineEntry(
                at=contact.at,
                day=contact.day,
                kind=Entry.CONTACT if contact.reached else Entry.ATTEMPT,
                says=say_contact(
                    contact,
                    whom,
                    contact.why_not_told,
                    short_of[event.source, event.id],
                ),
                agency=event.agency,
                organisation=event.organisation,
                sources=(event,),
                by_day=contact.by_day,
                corrected=(event.source, event.id) in story.corrected,
            )
        )
    for span in course.spans:
        entries.append(
            TimelineEntry(
                span.since,
                london_day(span.since),
                Entry.STAGE,
                say_stage(span),
                span.holder,
                span.organisation,
            )
        )
    for obligation in followed.obligations:
        entries += limits_of(obligation, story.as_of)
    for silence in silences:
        if silence.is_gap:
            entries.append(gap_entry(silence))
    return tuple(sorted(entries, key=lambda entry: (entry.at, _ORDER[entry.kind])))


def came_short(followed: Followed) -> Mapping[tuple[str, str], list[str]]:
    """Return, for each contact that came close to answering a duty, why it did not."""
    short: dict[tuple[str, str], list[str]] = defaultdict(list)
    for obligation in followed.obligations:
        for near in obligation.came_close:
            why = f"under {obligation.duty.id} it did not count, because {near.why}"
            reasons = short[near.event.source, near.event.id]
            if why not in reasons:
                reasons.append(why)
    return short


def limits_of(obligation: Obligation, as_of: datetime) -> list[TimelineEntry]:
    """Return the entries for a limit that has been reached: that it was, and if it was broken."""
    due_at, due_on = obligation.due_at, obligation.due_on
    if obligation.duty.kind is Kind.LOCAL:
        return []  # a silence that is too long is shown as a gap
    if due_at is None or due_on is None or due_at > as_of:
        return []
    if obligation.ending is not None and obligation.ending.at < due_at:
        return []  # nothing was owed any more
    owner, organisation = obligation.owner, obligation.organisation
    entries = [
        TimelineEntry(
            due_at,
            due_on,
            Entry.LIMIT,
            say_limit(obligation),
            owner,
            organisation,
            obligation=obligation,
        )
    ]
    if obligation.is_breach:
        entries.append(
            TimelineEntry(
                due_at,
                due_on,
                Entry.BREACH,
                say_breach(obligation),
                owner,
                organisation,
                obligation=obligation,
            )
        )
    return entries


def gap_entry(silence: Silence) -> TimelineEntry:
    """Return the entry for a silence that became too long, put where it did."""
    holder = silence.parts[-1].span
    return TimelineEntry(
        silence.too_long_from,
        london_day(silence.too_long_from),
        Entry.GAP,
        say_gap(silence),
        holder.holder,
        holder.organisation,
    )


def row_of(
    span: Span, story: Story, course: Course, followed: Followed, silences: tuple[Silence, ...]
) -> StageRow:
    """Return one row of the stage table."""
    within = [
        (silence, part) for silence in silences for part in silence.parts if part.span is span
    ]
    of_the_code = [
        o
        for o in followed.obligations
        if o.duty.kind is Kind.CODE and course.at(o.start.at) is span
    ]
    return StageRow(
        span=span,
        contacts=sum(
            1
            for c in story.contacts
            if c.has_content and c.why_not_told is None and course.at(c.at) is span
        ),
        longest_silence_days=max((part.days for _, part in within), default=None),
        gaps=sum(1 for silence, _ in within if silence.is_gap),
        obligations=Counter(o.standing for o in of_the_code),
        departures=sum(1 for o in of_the_code if o.is_breach and o.marks.departure is not None),
    )


def findings_of(membership: Membership, story: Story) -> tuple[str, ...]:
    """Return what an inspector should know of the journey as a whole."""
    findings = []
    schemes = {reference.reference.partition(":")[0] for reference in membership.references}
    if "crime" not in schemes:
        findings.append("This journey has no police reference.")
    if not story.facts_of("crime.reported"):
        findings.append("No report of the crime is recorded on this journey.")
    if len(membership.references) > MANY_REFERENCES:
        number = len(membership.references)
        findings.append(f"This journey has {number} references: check that all are one victim's.")
    for by in unfit_corrections(membership.events):
        target = by.data["event"]["id"]
        findings.append(
            f"The correction {by.id} of {by.source} changes nothing: "
            f"its content is not that of the event {target}."
        )
    if membership.erased:
        number = len(membership.erased)
        events = "an event" if number == 1 else f"{number} events"
        findings.append(
            f"The content of {events} was erased: what was said there is neither told nor counted."
        )
    return tuple(findings)
