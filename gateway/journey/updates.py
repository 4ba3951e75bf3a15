"""The duties to keep in touch: one obligation for every silence, answered by what ended it."""

from dataclasses import replace
from datetime import date, datetime

from gateway.journey.duty import Kind
from gateway.journey.law import Demand
from gateway.journey.obligation import Obligation
from gateway.journey.silences import Silence, Standard, silences_of
from gateway.journey.stages import Course
from gateway.journey.standing import Ending, Standing, standing_of
from gateway.journey.story import Fact, Story
from shared.london import london_day


def silences_to_break(days: int, story: Story, course: Course) -> list[tuple[Silence, Fact]]:
    """Return every silence that duties to keep in touch ask about, with what it began with.

    They are measured by a local standard in days. The silences of a contact-scheme member after
    the sentence belong to the yearly letter.
    """
    found = []
    for silence in silences_of(story, course, Standard(days, days)):
        for span in course.after_sentence:
            if span.since <= silence.until and (span.until is None or silence.since < span.until):
                silence.until, silence.still = max(silence.since, span.since), False
                break
        if silence.since < silence.until:
            found.append((silence, silent_start(silence, story)))
    return found


def silent_start(silence: Silence, story: Story) -> Fact:
    """Return what a silence began with: the news before it, or the fact that opened the case."""
    contact = silence.after
    if contact is not None:
        source, at, day = contact.event, contact.at, contact.day
        return Fact(source.type, at, day, contact.by_day, None, None, {}, (source,))
    since = silence.since
    fact = next((fact for fact in story.facts if fact.at >= since), story.facts[-1])
    if fact.at == since and fact.suspect is None:
        return fact
    return replace(fact, at=since, day=london_day(since), suspect=None)


def keep_in_touch(demand: Demand, silence: Silence, start: Fact, story: Story) -> Obligation:
    """Return the obligation to break one silence in time.

    A local standard gives way to what was agreed with the victim; a limit of the Code does not.
    """
    outside = False
    due_on: date | None
    due_at: datetime | None
    if demand.duty.kind is Kind.LOCAL:
        due_on, due_at = silence.allowed_until, silence.too_long_from
    else:
        enhanced = story.victim.enhanced_because(start.day) is not None
        ends = demand.ends_enhanced if enhanced else demand.ends
        due_on, due_at, outside = ends.after(start.at, start.day)
    answer = ending = None
    if not silence.still:
        told = silence.before
        if told is not None and told.at == silence.until:
            answer = told
        elif due_at is None or silence.until < due_at:
            ending = Ending(
                silence.until,
                "the promise of news had ended: the case closed, or the victim wanted no more",
            )
    if ending is not None:
        standing = Standing.ENDED
    else:
        answered = None if answer is None else answer.at
        standing = standing_of(start.at, due_at, answered, story.as_of)
    return Obligation(
        demand,
        story,
        start,
        start.at,
        False,
        due_on,
        due_at,
        outside,
        answer,
        (),
        ending,
        standing,
        silence,
    )
