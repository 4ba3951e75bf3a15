"""What every duty asked on one journey, what answered it, and how it stands."""

from dataclasses import replace
from datetime import date, datetime
from operator import attrgetter

from gateway.journey.calendar import Calendar
from gateway.journey.duty import Clock, Duty, Rulebook
from gateway.journey.law import Demand, Law, Opening, law_of
from gateway.journey.limits import NO_LIMIT, receipt_of
from gateway.journey.obligation import Followed, NotOwed, Obligation, agency_of
from gateway.journey.owing import (
    began_under_another_edition,
    spoken_for,
    why_nobody_is_owed,
    why_not_owed,
)
from gateway.journey.stages import Course, course_of
from gateway.journey.standing import Ending, Standing, standing_of
from gateway.journey.story import Fact, Story
from gateway.journey.telling import Answered, is_before, same, told_of
from gateway.journey.updates import keep_in_touch, silences_to_break
from shared.journey_event import KeptEvent
from shared.london import london_day


def follow_all(
    rulebook: Rulebook, story: Story, calendar: Calendar, *, course: Course | None = None
) -> Followed:
    """Return everything the rulebook asked on this journey, seen from the story's own moment.

    Each start is held to the terms in force on its own London day. An arrest on 31 March 2021
    belongs to the 2015 Code for good, however late we come to look at it. The course of the story
    is read here where it is not handed in.
    """
    return _Following(law_of(rulebook, calendar), story, course).followed()


def follow(
    duty: Duty, story: Story, calendar: Calendar, *, rulebook: Rulebook | None = None
) -> Followed:
    """Return what one duty asked of its owner on this journey, seen from the story's own moment.

    With a rulebook, a duty that follows another is told with the total of both legs.
    """
    return _Following(Law(Rulebook((duty,), ""), calendar, rulebook), story, None).followed()


class _Following:
    """The obligations of one story while its facts are read one by one."""

    def __init__(self, law: Law, story: Story, course: Course | None) -> None:
        self._law = law
        self._story = story
        self._course = course
        self._obligations: list[Obligation] = []
        self._not_owed: list[NotOwed] = []
        self._begun: set[tuple[str, str, str, str | None]] = set()
        victim = story.victim
        self._somebody = victim.kind != "business" and victim.spokesperson is None

    def followed(self) -> Followed:
        """Return everything that the story's facts, news and silences started, in order."""
        eras, by_news = self._law.eras, self._law.by_news
        era = eras[0]
        demands, until = era.demands, era.until
        to_break: dict[Opening, None] = {}
        for fact in self._story.facts:  # in order of time, so that eras only follow each other
            if fact.day >= until:
                era = eras[self._law.era(fact.day)]
                demands, until = era.demands, era.until
                to_break.update(dict.fromkeys(era.on_silence))
            type_ = fact.type
            for demand in demands.get(type_, ()):
                where = demand.where
                if (where is None or where.holds(fact.data, type_)) and (
                    demand.plainly_starts or self._starts(demand, fact)
                ):
                    self._owe(demand, fact, fact)
            if type_ in by_news:
                for opening in by_news[type_]:
                    self._news(opening, fact)
        if to_break:
            self._silences(to_break)
        # Facts are read in order of time, source and id, and the sort keeps that order.
        self._obligations.sort(key=_started_at)
        self._not_owed.sort(key=_started_at)
        return Followed(tuple(self._obligations), tuple(self._not_owed))

    def _starts(self, demand: Demand, fact: Fact) -> bool:
        """Say whether a fact of the right kind starts what something else may have started."""
        opening = demand.opening
        if fact.type == demand.starts.else_fact and spoken_for(opening, fact, self._story):
            return False  # the sender's own word is there, and started the clock
        return not began_under_another_edition(opening, fact, self._story)

    def _news(self, opening: Opening, fact: Fact) -> None:
        """Read a fact of which the news may start a duty: the first telling of it does."""
        starts = opening.starts
        if not starts.where.holds(fact.data, fact.type):
            return
        if starts.decided_by is not None and fact.source_of(starts.decided_by) is None:
            return
        contact = told_of(fact, self._story)
        if contact is None:
            return
        demand = opening.demands[self._law.era(contact.day)]
        if demand is None or not self._begins(demand, contact.event, fact.suspect):
            return  # news of two decisions at once begins one clock
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
        self._owe(demand, told, fact)

    def _silences(self, openings: dict[Opening, None]) -> None:
        """Read every silence of the story as a start of the duties to keep in touch."""
        story, eras = self._story, self._law.eras
        if self._course is None:
            self._course = course_of(story)
        silent = {}
        for opening in openings:
            days = opening.local_days
            if days not in silent:
                silent[days] = silences_to_break(days, story, self._course)
            era = eras[0]
            for silence, start in silent[days]:
                if not era.since <= start.day < era.until:
                    era = eras[self._law.era(start.day)]
                demand = opening.demands[era.number]
                if demand is None:
                    continue
                unowed = None if self._somebody else why_nobody_is_owed(start, story)
                if unowed is None:
                    self._obligations.append(keep_in_touch(demand, silence, start, story))
                else:
                    self._not_owed.append(NotOwed(demand, start, unowed))

    def _owe(self, demand: Demand, start: Fact, tested: Fact) -> None:
        story = self._story
        unowed = None if demand.always_owed else why_not_owed(demand, start, tested, story)
        if unowed is None and not self._somebody:
            unowed = why_nobody_is_owed(start, story)
        if unowed is not None:
            self._not_owed.append(NotOwed(demand, start, unowed))
            return
        obligation = oblige(demand, start, story)
        self._obligations.append(obligation)
        if demand.repeats and obligation.answer is not None:
            self._again(demand, start, obligation.answer)

    def _begins(self, demand: Demand, event: KeptEvent, suspect: str | None) -> bool:
        """Say whether an event begins something that it had not begun before."""
        beginning = (demand.duty.id, event.source, event.id, suspect)
        if beginning in self._begun:
            return False
        self._begun.add(beginning)
        return True

    def _again(self, demand: Demand, start: Fact, answer: Answered) -> None:
        """Start the next period of a duty that repeats, on the day it was last answered.

        What answered two periods at once begins one next period only.
        """
        following = demand.opening.demands[self._law.era(answer.day)]
        event = answer.event
        if following is None or not self._begins(demand, event, start.suspect):
            return
        start = replace(
            start,
            type=event.type,
            at=answer.at,
            day=answer.day,
            by_day=event.precision == "day",
            sources=(event,),
        )
        self._owe(following, start, start)


_started_at = attrgetter("start.at")
_ENDED = Standing.ENDED  # by its name: through the class it costs ten times as much


def oblige(demand: Demand, start: Fact, story: Story) -> Obligation:
    """Return one obligation: its limit, its answer, its ending and its standing."""
    counted_from: datetime | None = start.at
    day, inferred = start.day, False
    if not demand.from_the_fact:
        counted_from, day, inferred = clock_of(demand, start, story)
    ends = demand.ends
    if demand.ends_enhanced is not ends and story.victim.enhanced_because(start.day) is not None:
        ends = demand.ends_enhanced
    if counted_from is None or ends is None:
        due_on, due_at, outside = NO_LIMIT
    else:
        due_on, due_at, outside = ends.after(counted_from, day)
    answer, came_close = demand.find(start, demand.met_by, story, demand.repeats)
    ending = None
    if demand.can_end or story.victim.opt_outs:
        ending = ending_of(demand, start, story, answer, due_at)
    if ending is not None:
        answer, standing = None, _ENDED
    else:
        answered = None if answer is None else answer.at
        standing = standing_of(
            counted_from,
            due_at,
            answered,
            story.as_of,
            is_window=demand.is_window,
            untimed=ends is None,
        )
        if standing is _ENDED and due_at is not None:
            ending = Ending(due_at, "the time to ask had passed", by_itself=True)
    obligation = Obligation(
        demand,
        story,
        start,
        counted_from,
        inferred,
        due_on,
        due_at,
        outside,
        answer,
        came_close,
        ending,
        standing,
    )
    if story.interruptions:
        obligation.hide()
    return obligation


def clock_of(demand: Demand, start: Fact, story: Story) -> tuple[datetime | None, date, bool]:
    """Return the moment (UTC) and London day the days are counted from, and if it is inferred.

    The moment is None where it was never recorded: known only from others than the owner, or where
    the fact has happened and the owner has not heard of it yet.
    """
    starts = demand.starts
    moment: datetime | None = start.at
    inferred = False
    if starts.clock is Clock.RECEIVED:
        moment, inferred, _ = receipt_of(start, agency_of(demand, start))
    if moment is not None and starts.not_before is not None:
        for waited_for in story.facts_by_type.get(starts.not_before, ()):
            if same(waited_for.suspect, start.suspect):
                moment = max(moment, waited_for.at)
                break
    if moment is None or moment > story.as_of:
        return None, start.day, False
    return moment, london_day(moment), inferred


def ending_of(
    demand: Demand, start: Fact, story: Story, answer: Answered | None, due_at: datetime | None
) -> Ending | None:
    """Return what ended an obligation without a breach, or None.

    Opting out ends duties to tell the victim what is in its scope, and only what is not yet
    overdue; an answer that came first, and a breach, both stay. Opting in revives nothing.
    """
    duty = demand.duty
    endings = []
    if story.victim.opt_outs:
        scopes = scopes_of(demand, start)
        if scopes:
            out = story.victim.declines_at(start.at, scopes)
            if out is not None:
                return Ending(start.at, "the victim had opted out")
            later = story.victim.declines_after(start.at, scopes)
            if later is not None:
                endings.append(Ending(later.since, "the victim opted out"))
    for type_ in duty.declined_by:
        for no in story.facts_by_type.get(type_, ()):
            if same(no.suspect, start.suspect) and not is_before(no, start):
                endings.append(Ending(max(no.at, start.at), "the victim declined"))
    for stop in duty.stops_when:
        for fact in story.facts_by_type.get(stop.fact, ()):
            if (
                same(fact.suspect, start.suspect)
                and stop.where.holds(fact.data, fact.type)
                and not is_before(fact, start)
            ):
                endings.append(Ending(max(fact.at, start.at), "it was no longer owed"))
    if not endings:
        return None
    first = min(endings, key=lambda ending: ending.at)
    if due_at is not None and first.at >= due_at:
        return None
    return None if answer is not None and answer.at <= first.at else first


def scopes_of(demand: Demand, start: Fact) -> frozenset[str]:
    """Return the scopes of opting out that end this duty; none for duties between agencies."""
    return demand.scopes | {start.type} if demand.opting_out_of_news else demand.scopes
