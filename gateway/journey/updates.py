"""The duties to keep in touch: one obligation for every silence, answered by what ended it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Allowance, Duty, Kind, Terms, Unit
from gateway.journey.limits import allowance, limit
from gateway.journey.obligation import Obligation
from gateway.journey.silences import Silence, Standard, silences_of
from gateway.journey.stages import Course, Stage
from gateway.journey.standing import Ending, standing_at, standings_of
from gateway.journey.story import Fact, Story
from gateway.journey.telling import Answered
from shared.london import london_day


def silent_starts(days: int, story: Story, course: Course) -> list[tuple[Silence, Fact]]:
    """Return every silence that duties to keep in touch ask about, with what it began with.

    They are measured by a local standard in days. The silences of a contact-scheme member after
    the sentence belong to the yearly letter.
    """
    found = []
    for silence in silences_of(story, course, Standard(days, days)):
        if sentenced_in(course, silence.since, silence.since):
            continue
        end = sentenced_in(course, silence.since, silence.until)
        if end is not None:
            silence = replace(silence, until=end, still=False)
        found.append((silence, silent_start(silence, story)))
    return found


def local_days(duty: Duty) -> int:
    """Return the days of a local standard, 0 where the duty is none."""
    within = duty.terms[0].within
    return within.count if duty.kind is Kind.LOCAL and within is not None else 0


def sentenced_in(course: Course, since: datetime, until: datetime) -> datetime | None:
    """Return when the stage after the sentence began or held between two moments, or None."""
    for span in course.spans:
        if (
            span.stage is Stage.AFTER_SENTENCE
            and span.since <= until
            and (span.until is None or since < span.until)
        ):
            return max(since, span.since)
    return None


def silent_start(silence: Silence, story: Story) -> Fact:
    """Return what a silence began with: the news before it, or the fact that opened the case."""
    contact = silence.after
    if contact is not None:
        source, at, day = contact.event, contact.at, contact.day
        return Fact(source.type, at, day, contact.by_day, None, None, {}, (source,))
    fact = next((f for f in story.facts if f.at >= silence.since), story.facts[-1])
    return replace(fact, at=silence.since, day=london_day(silence.since), suspect=None)


def keep_in_touch(
    duty: Duty, terms: Terms, silence: Silence, start: Fact, calendar: Calendar, story: Story
) -> Obligation:
    """Return the obligation to break one silence in time.

    A local standard gives way to what was agreed with the victim; a limit of the Code does not.
    """
    enhanced_because = story.victim.enhanced_because(start.day)
    allowed = allowance(terms, enhanced_because)
    outside = False
    due_on: date | None
    due_at: datetime | None
    if duty.kind is Kind.LOCAL:
        allowed = Allowance(silence.allowed_days, Unit.CALENDAR_DAYS)
        due_at = silence.too_long_from
        due_on = london_day(due_at) - timedelta(days=1)
    else:
        due_on, due_at, outside = limit(start.at, allowed, calendar)
    answer = ending = None
    if not silence.still:
        told = silence.before
        if told is not None and told.at == silence.until:
            answer = Answered(told.event, told.at, told.day)
        elif due_at is None or silence.until < due_at:
            ending = Ending(
                silence.until,
                "the promise of news had ended: the case closed, or the victim wanted no more",
            )
    standings = standings_of(start, start.at, due_at, answer, ending)
    holder = silence.course.at(silence.since)
    return Obligation(
        duty=duty,
        terms=terms,
        owner=holder.holder if holder else duty.owner,
        organisation=holder.organisation if holder else None,
        start=start,
        enhanced_because=enhanced_because,
        allowed=allowed,
        counted_from=start.at,
        receipt_inferred=False,
        due_on=due_on,
        due_at=due_at,
        useful_until=None,
        outside_calendar=outside,
        answer=answer,
        came_close=(),
        ending=ending,
        standing=standing_at(standings, story.as_of),
        standings=standings,
    )
