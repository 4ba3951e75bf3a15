"""What every duty asked on one journey, what answered it, and how it stands."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from gateway.journey.calendar import Calendar, OutsideCalendar
from gateway.journey.duty import Allowance, Answer, Clock, Duty, Kind, Rulebook, Start, Terms
from gateway.journey.limits import AGENCY_OF, allowance, limit, receipt_of
from gateway.journey.obligation import Followed, NotOwed, Obligation, Total
from gateway.journey.owing import (
    began_under_another_edition,
    spoken_for,
    terms_for,
    why_nobody_is_owed,
    why_not_owed,
)
from gateway.journey.silences import Silence
from gateway.journey.stages import Course, course_of
from gateway.journey.standing import Ending, Standing, standing_at, standings_of
from gateway.journey.story import Fact, Story
from gateway.journey.telling import Answered, CameClose, answer_to, is_before, same, told_of
from gateway.journey.untimed import standings_untimed
from gateway.journey.updates import keep_in_touch, local_days, silent_starts
from shared.london import london_day


def follow_all(
    rulebook: Rulebook,
    story: Story,
    calendar: Calendar,
    *,
    as_of: datetime,
    course: Course | None = None,
) -> Followed:
    """Return everything the rulebook asked on this journey, seen from one moment (aware).

    Each start is held to the terms in force on its own London day. An arrest on 31 March 2021
    belongs to the 2015 Code for good, however late we come to look at it. The course of the story
    is read here where it is not handed in.
    """
    following = _Following(rulebook, story, calendar, as_of, course)
    for fact in story.facts:
        for duty, starts in rulebook.by_fact.get(fact.type, ()):
            following.start(duty, starts, fact)
        for duty, starts in rulebook.by_news.get(fact.type, ()):
            following.news(duty, starts, fact)
    for duty in rulebook.on_silence:
        if any(terms_for(duty, duty.starts, fact.day) for fact in story.facts):
            following.silences(duty)
    return following.followed()


def follow(
    duty: Duty,
    story: Story,
    calendar: Calendar,
    *,
    as_of: datetime,
    rulebook: Rulebook | None = None,
) -> Followed:
    """Return what one duty asked of its owner on this journey, seen from one moment (aware).

    With a rulebook, a duty that follows another is told with the total of both legs.
    """
    alone = Rulebook((duty,), "")
    following = _Following(rulebook or alone, story, calendar, as_of, None)
    for fact in story.facts:
        for _, starts in alone.by_fact.get(fact.type, ()):
            following.start(duty, starts, fact)
        for _, starts in alone.by_news.get(fact.type, ()):
            following.news(duty, starts, fact)
    for _ in alone.on_silence:
        following.silences(duty)
    return following.followed()


class _Following:
    """The obligations of one story while its facts are read one by one."""

    def __init__(
        self,
        rulebook: Rulebook,
        story: Story,
        calendar: Calendar,
        as_of: datetime,
        course: Course | None,
    ) -> None:
        self._rulebook = rulebook
        self._story = story
        self._calendar = calendar
        self._as_of = as_of
        self._course = course
        self._obligations: list[Obligation] = []
        self._not_owed: list[NotOwed] = []
        self._silent: dict[int, Sequence[tuple[Silence, Fact]]] = {}

    def followed(self) -> Followed:
        """Return everything found, in order of start."""
        self._obligations.sort(key=_in_order)
        self._not_owed.sort(key=_in_order)
        return Followed(tuple(self._obligations), tuple(self._not_owed))

    def start(self, duty: Duty, starts: Start, fact: Fact) -> None:
        """Read a fact that may start a duty."""
        terms = terms_for(duty, starts, fact.day)
        if terms is None:
            return
        if starts.where.alternatives and not starts.where.holds({"type": fact.type, **fact.data}):
            return
        if fact.type == starts.else_fact and spoken_for(starts, fact, self._story):
            return  # the sender's own word is there, and started the clock
        if began_under_another_edition(duty, starts, fact, self._story):
            return
        self._owe(duty, terms, starts, fact, fact)

    def news(self, duty: Duty, starts: Start, fact: Fact) -> None:
        """Read a fact of which the news may start a duty: the first telling of it does."""
        if not starts.where.holds(fact.data):
            return
        if starts.decided_by is not None and fact.source_of(starts.decided_by) is None:
            return
        contact = told_of(fact, self._story)
        if contact is None:
            return
        terms = terms_for(duty, starts, contact.day)
        if terms is None:
            return
        told = Fact(
            type=contact.event.type,
            at=contact.at,
            day=contact.day,
            by_day=contact.by_day,
            suspect=fact.suspect,
            hearing=fact.hearing,
            data={**fact.data, "about": [fact.type]},
            sources=(contact.event,),
        )
        self._owe(duty, terms, starts, told, fact)

    def silences(self, duty: Duty) -> None:
        """Read every silence of the story as a start of this duty."""
        # The days only say when a silence is too long, which a limit of the Code does not ask.
        days = local_days(duty)
        if days not in self._silent:
            if self._course is None:
                self._course = course_of(self._story)
            self._silent[days] = silent_starts(days, self._story, self._course)
        for silence, start in self._silent[days]:
            terms = terms_for(duty, duty.starts, start.day)
            if terms is None or terms.within is None:
                continue
            unowed = why_nobody_is_owed(start, self._story)
            if unowed is None:
                self._obligations.append(
                    keep_in_touch(duty, terms, silence, start, self._calendar, self._story)
                )
            else:
                self._not_owed.append(NotOwed(duty, start, unowed))

    def _owe(self, duty: Duty, terms: Terms, starts: Start, start: Fact, tested: Fact) -> None:
        unowed = why_not_owed(duty, terms, start, tested, self._story)
        if unowed is not None:
            self._not_owed.append(NotOwed(duty, start, unowed))
            return
        asked = _Asked(duty, terms, starts, start)
        obligation = oblige(asked, self._story, self._calendar, self._as_of)
        if duty.follows is not None:
            leg = self._rulebook.by_id.get(duty.follows)
            obligation.total = total_of(obligation, leg, self._calendar, self._as_of)
        self._obligations.append(obligation)
        if duty.repeats and obligation.answer is not None:
            self._again(duty, starts, start, obligation.answer)

    def _again(self, duty: Duty, starts: Start, start: Fact, answer: Answered) -> None:
        """Start the next period of a duty that repeats, on the day it was last answered."""
        terms = terms_for(duty, starts, answer.day)
        if terms is None:
            return
        following = replace(
            start,
            type=answer.event.type,
            at=answer.at,
            day=answer.day,
            by_day=answer.event.precision == "day",
            sources=(answer.event,),
        )
        self._owe(duty, terms, starts, following, following)


def _in_order(one: Obligation | NotOwed) -> tuple[Any, ...]:
    start, duty = one.start, one.duty
    event = start.event
    return start.at, duty.right, duty.id, event.source, event.id, start.suspect or ""


class _Asked:
    """What was asked: which duty, under which terms, by which start, of whom, met by what.

    Where any provider may owe it, it is owed by the one that the start speaks of.
    """

    __slots__ = ("duty", "met_by", "owner", "start", "starts", "terms")

    def __init__(self, duty: Duty, terms: Terms, starts: Start, start: Fact) -> None:
        owner = terms.owner or duty.owner
        self.duty = duty
        self.terms = terms
        self.starts = starts
        self.start = start
        self.met_by: Answer = terms.met_by or duty.met_by
        self.owner: str = start.event.agency if owner == "any" else owner


def oblige(asked: _Asked, story: Story, calendar: Calendar, as_of: datetime) -> Obligation:
    """Return one obligation: its limit, its answer, its ending and its standing."""
    duty, terms, start = asked.duty, asked.terms, asked.start
    enhanced_because = story.victim.enhanced_because(start.day)
    allowed = None if terms.within is None else allowance(terms, enhanced_because)
    counted_from, inferred = clock_of(asked, story)
    if counted_from is not None and counted_from > as_of:
        counted_from = None  # it has happened, and the owner has not heard of it yet
    due_on, due_at, outside = limit(counted_from, allowed, calendar)
    answer, came_close = find_answer(asked, story, as_of)
    ending = ending_of(asked, story, answer, due_at)
    if ending is not None:
        answer = None
    is_window = duty.kind is Kind.WINDOW
    if allowed is None:
        standings = standings_untimed(start, answer, ending)
    else:
        standings = standings_of(start, counted_from, due_at, answer, ending, is_window=is_window)
    standing = standing_at(standings, as_of)
    if is_window and standing is Standing.ENDED and ending is None and due_at is not None:
        ending = Ending(due_at, "the time to ask had passed")
    agency = AGENCY_OF.get(asked.owner, "")
    source = start.source_of(agency)
    return Obligation(
        duty=duty,
        terms=terms,
        owner=asked.owner,
        organisation=source.organisation if source else story.organisation_of(agency),
        start=start,
        enhanced_because=enhanced_because,
        allowed=allowed,
        counted_from=counted_from,
        receipt_inferred=inferred and counted_from is not None,
        due_on=due_on,
        due_at=due_at,
        useful_until=rolled_back(due_on, calendar) if duty.rolls_back else None,
        outside_calendar=outside,
        answer=answer,
        came_close=came_close,
        ending=ending,
        standing=standing,
        standings=standings,
    )


def rolled_back(due_on: date | None, calendar: Calendar) -> date | None:
    """Return the last useful day of a window, where the calendar knows it."""
    try:
        return None if due_on is None else calendar.on_or_before(due_on)
    except OutsideCalendar:
        return None


def find_answer(
    asked: _Asked, story: Story, as_of: datetime
) -> tuple[Answered | None, tuple[CameClose, ...]]:
    """Return what answered an obligation, and what came close before it."""
    if asked.met_by.received:
        heard, _, event = receipt_of(asked.start, "police")
        if heard is None or event is None or heard > as_of:
            return None, ()
        return Answered(event, heard, london_day(heard)), ()
    return answer_to(asked.start, asked.met_by, story, repeats=asked.duty.repeats)


def clock_of(asked: _Asked, story: Story) -> tuple[datetime | None, bool]:
    """Return the moment the days are counted from (UTC), and whether a receipt was inferred.

    Known only from others than the owner, a clock that runs from receipt was never recorded.
    """
    starts, start = asked.starts, asked.start
    if starts.clock is Clock.HAPPENED:
        moment: datetime | None = start.at
        inferred = False
    else:
        owner = asked.owner
        moment, inferred, _ = receipt_of(start, AGENCY_OF.get(owner, owner))
    if moment is not None and starts.not_before is not None:
        waited = [f.at for f in story.facts_of(starts.not_before) if same(f.suspect, start.suspect)]
        if waited:
            moment = max(moment, waited[0])
    return moment, inferred


def ending_of(
    asked: _Asked, story: Story, answer: Answered | None, due_at: datetime | None
) -> Ending | None:
    """Return what ended an obligation without a breach, or None.

    Opting out ends duties to tell the victim what is in its scope, and only what is not yet
    overdue; an answer that came first, and a breach, both stay. Opting in revives nothing.
    """
    duty, start = asked.duty, asked.start
    if not (story.victim.opt_outs or duty.declined_by or duty.stops_when):
        return None
    endings = []
    if story.victim.opt_outs:
        scopes = scopes_of(asked)
        if scopes:
            out = story.victim.declines_at(start.at, scopes)
            if out is not None:
                return Ending(start.at, "the victim had opted out")
            later = story.victim.declines_after(start.at, scopes)
            if later is not None:
                endings.append(Ending(later.since, "the victim opted out"))
    for type_ in duty.declined_by:
        endings += [
            Ending(max(no.at, start.at), "the victim declined")
            for no in story.facts_of(type_)
            if same(no.suspect, start.suspect) and not is_before(no, start)
        ]
    for stop in duty.stops_when:
        endings += [
            Ending(max(fact.at, start.at), "it was no longer owed")
            for fact in story.facts_of(stop.fact)
            if same(fact.suspect, start.suspect)
            and stop.where.holds(fact.data)
            and not is_before(fact, start)
        ]
    if not endings:
        return None
    first = min(endings, key=lambda ending: ending.at)
    if due_at is not None and first.at >= due_at:
        return None
    return None if answer is not None and answer.at <= first.at else first


def scopes_of(asked: _Asked) -> frozenset[str]:
    """Return the scopes of opting out that end this duty; none for duties between agencies."""
    met_by, opt_out = asked.met_by, asked.duty.opt_out
    if opt_out is not None:
        return frozenset({"all", asked.start.type, opt_out})
    if met_by.told_about or met_by.told or met_by.offered:
        return frozenset({"all", asked.start.type})
    if met_by.first_contact_by is not None or met_by.told_by is not None:
        return frozenset({"all", "contact_scheme"})
    return frozenset()


def total_of(
    obligation: Obligation, leg: Duty | None, calendar: Calendar, as_of: datetime
) -> Total | None:
    """Return both legs seen as one, where both are counted in the same days."""
    start = obligation.start
    terms = leg.terms_on(start.day) if leg is not None else None
    last = obligation.allowed
    if terms is None or terms.within is None or last is None or terms.within.unit is not last.unit:
        return None
    first = allowance(terms, obligation.enhanced_because)
    allowed = Allowance(first.count + last.count, first.unit)
    due_on, due_at, _ = limit(start.at, allowed, calendar)
    if due_on is None or due_at is None:
        return None
    standings = standings_of(start, start.at, due_at, obligation.answer, obligation.ending)
    return Total(allowed, due_on, standing_at(standings, as_of))
