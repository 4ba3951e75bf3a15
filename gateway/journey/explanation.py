"""Why an obligation stands as it does: its days, what answered it, and what would change it."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gateway.journey.duty import Kind, Unit
from gateway.journey.explaining import (
    by_the_limit,
    say_answer,
    say_change,
    say_clock,
    say_close,
    say_days,
    say_ending,
    say_marks,
    say_owner,
    say_rule,
    say_standing,
    say_start,
    say_terms,
    say_total,
)
from gateway.journey.hiding import hidden_words
from gateway.journey.obligation import Obligation
from gateway.journey.obligations import follow, oblige, scopes_of
from gateway.journey.phrases import answer_words
from gateway.journey.standing import Standing
from gateway.journey.story import Contact, Fact, Story
from gateway.journey.telling import Receipt
from gateway.journey.wording import day_words
from shared.london import london_day

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One London day from the start of the clock to the limit, and why it did or did not count.

    `number` is how many had counted by its end, None on a day that did not.
    """

    day: date
    counts: bool
    number: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """A later fact that would change the result, in words, and the standing it would then have.

    The standing is None where nothing would have been owed.
    """

    if_: str
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """One obligation explained: every day of its limit, and all of it in sentences."""

    obligation: Obligation
    days: tuple[CountedDay, ...]
    changes: tuple[Change, ...]
    sentences: tuple[str, ...]


def explain(obligation: Obligation) -> Explanation:
    """Return why an obligation stands as it does, seen from its story's moment."""
    days = days_of(obligation)
    changes = changes_of(obligation)
    sentences = [
        say_start(obligation),
        say_rule(obligation),
        say_owner(obligation),
        say_terms(obligation),
        say_clock(obligation),
        say_days(obligation, [(day.day, day.why) for day in days if not day.counts][1:]),
        *say_close(obligation),
        say_answer(obligation),
        say_ending(obligation),
        say_standing(obligation),
        *map(hidden_words, obligation.hidden_by),
        say_total(obligation),
        *say_marks(obligation),
        *[say_change(change.if_, change.standing) for change in changes],
    ]
    return Explanation(obligation, days, changes, tuple(said for said in sentences if said))


def days_of(obligation: Obligation) -> tuple[CountedDay, ...]:
    """Return each London day from the one the clock started on to the last day of the limit.

    There are none where the clock has not started or the Code names no time, nor for a limit in
    hours, which no day decides.
    """
    allowed, due_on = obligation.allowed, obligation.due_on
    if allowed is None or due_on is None or obligation.counted_from is None:
        return ()
    if allowed.unit is Unit.HOURS:
        return ()
    calendar = obligation.demand.law.calendar
    first = counted_from_day(obligation)
    days = [CountedDay(first, False, None, "day 0, on which the clock started")]
    number = 0
    day = first
    while day < due_on:
        day += _A_DAY
        counts = True
        if allowed.unit is Unit.WORKING_DAYS:
            counts, why = calendar.is_working_day(day), calendar.why(day)
        else:
            why = "every day counts"
        number += counts
        days.append(CountedDay(day, counts, number if counts else None, why))
    return tuple(days)


def counted_from_day(obligation: Obligation) -> date:
    """Return the London day that is day 0 of an obligation whose clock has started.

    Where what was agreed with the victim changed during a silence, it is the day it was agreed.
    """
    silence = obligation.silence
    if silence is not None and obligation.duty.kind is Kind.LOCAL:
        return silence.allowed_until - timedelta(days=silence.allowed_days)
    counted_from = obligation.counted_from or obligation.start.at
    return london_day(counted_from)


def changes_of(obligation: Obligation) -> tuple[Change, ...]:
    """Return the later facts that would change the result.

    What the withdrawal of a record would change is asked of the heart itself, on the story
    without that record.
    """
    standing, ending = obligation.standing, obligation.ending
    wanted = answer_words(obligation.demand.met_by, obligation.start)
    limit = by_the_limit(obligation)
    known = f"it comes to be known that there was {wanted}{limit}"
    seen = day_words(london_day(obligation.story.as_of))
    changes = []
    match standing:
        case Standing.PENDING:
            changes.append(Change(f"{wanted} is recorded{limit}", Standing.MET))
            if obligation.due_at is not None:
                late = Standing.ENDED if obligation.demand.is_window else Standing.OVERDUE
                changes.append(Change(f"nothing that counts is recorded{limit}", late))
            if scopes_of(obligation.demand, obligation.start):
                changes.append(Change("the victim opts out of it before then", Standing.ENDED))
        case Standing.OVERDUE:
            changes.append(Change(known, Standing.MET))
            changes.append(Change(f"{wanted} comes now", Standing.MET_LATE))
        case Standing.MET_LATE:
            changes.append(Change(known, Standing.MET))
        case Standing.NOTHING_RECORDED:
            changes.append(Change(f"{wanted} is recorded", Standing.RECORDED))
        case Standing.NOT_STARTED:
            heard = f"it is recorded that its owner heard of it on {seen}, and no sooner"
            then = Standing.PENDING if obligation.answer is None else Standing.MET
            changes.append(Change(heard, then))
        case Standing.ENDED if ending is not None and ending.by_itself:
            changes.append(Change(known, Standing.MET))
            changes.append(Change(f"{wanted} comes now", Standing.MET_LATE))
        case Standing.UNKNOWN:
            sent = "all that happened while nothing came has been sent"
            changes.append(
                Change(
                    known,
                    Standing.RECORDED if obligation.due_at is None else Standing.MET,
                )
            )
            erased = tuple(i for i in obligation.story.interruptions if i.erased)
            settled = again(obligation, replace(obligation.story, interruptions=erased))
            changes.append(Change(f"{sent} and nothing more counts", settled))
        case _:
            pass
    changes += withdrawals(obligation)
    return tuple(change for change in changes if change.standing != standing)


def withdrawals(obligation: Obligation) -> list[Change]:
    """Return what the withdrawal of the records an obligation rests on would make of it."""
    story, answer, ending = obligation.story, obligation.answer, obligation.ending
    changes = []
    if answer is not None and not isinstance(answer, Receipt):
        record = f"the record of {day_words(answer.day)} that answered it is withdrawn"
        changes.append(Change(record, again(obligation, without(story, answer))))
    if ending is not None and not ending.by_itself and obligation.silence is None:
        if story.victim.opt_outs:
            victim = replace(story.victim, opt_outs=())
            still = again(obligation, replace(story, victim=victim))
            changes.append(Change("the record of the victim's opting out is withdrawn", still))
        duty = obligation.duty
        types = {*duty.declined_by, *(stop.fact for stop in duty.stops_when)}
        for fact in story.facts:
            if fact.type in types and max(fact.at, obligation.start.at) == ending.at:
                record = f"the record of {day_words(fact.day)} that ended it is withdrawn"
                changes.append(Change(record, again(obligation, without(story, fact))))
    because = obligation.enhanced_because or ""
    if because.startswith("needs assessment") and obligation.terms.within_enhanced:
        victim = replace(story.victim, assessments=())
        ordinary = again(obligation, replace(story, victim=victim))
        changes.append(Change("the needs assessment is withdrawn", ordinary))
    changes.append(
        Change(
            f"every record of what started it on {day_words(obligation.start.day)} is withdrawn",
            None,
        )
    )
    return changes


def again(obligation: Obligation, story: Story) -> Standing | None:
    """Return how the same start would stand in another story, None where it would not start."""
    if obligation.silence is None:
        return oblige(obligation.demand, obligation.start, story).standing
    law = obligation.demand.law
    silences = follow(obligation.duty, story, law.calendar).obligations
    return next((one.standing for one in silences if one.id == obligation.id), None)


def without(story: Story, one: Contact | Fact) -> Story:
    """Return a story without one of its contacts or facts."""
    facts = tuple(fact for fact in story.facts if fact is not one)
    by_type: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_type[fact.type].append(fact)
    return replace(
        story,
        facts=facts,
        facts_by_type=by_type,
        contacts=tuple(contact for contact in story.contacts if contact is not one),
        tellings={
            about: [contact for contact in tellings if contact is not one]
            for about, tellings in story.tellings.items()
        },
    )
