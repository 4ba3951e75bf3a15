"""What every duty of the Code asked on one journey, what answered it, and how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from gateway.journey.calendar import Calendar, OutsideCalendar
from gateway.journey.duty import Allowance, Clock, Duty, Kind, Rulebook, Start, Terms, Unit
from gateway.journey.story import Fact, Story
from gateway.journey.telling import Answered, CameClose, answer_to, is_before, same
from shared.london import end_of, london_day, read_instant

# The Witness Care Unit is run by the police, and speaks through their systems.
AGENCY_OF = {"police": "police", "wcu": "police", "cps": "cps", "probation": "probation"}


class Standing(StrEnum):
    """How an obligation stands at a moment."""

    NOT_STARTED = "not_started"
    PENDING = "pending"
    MET = "met"
    MET_LATE = "met_late"
    OVERDUE = "overdue"
    ENDED = "ended"
    RECORDED = "recorded"
    NOTHING_RECORDED = "nothing_recorded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Interval:
    """A standing and the time (UTC, `until` exclusive, None while it lasts) for which it held."""

    standing: Standing
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Ending:
    """Why and when (UTC) the victim's own choice ended an obligation."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing that one duty asked for, from the fact that started it to how it stands.

    `counted_from` is the moment (UTC) the days are counted from, None where it was never recorded.
    A limit in days ends with the London day `due_on`; `due_at` is the exclusive instant (UTC).
    """

    id: str
    duty: Duty
    terms: Terms
    start: Fact
    organisation: str | None
    enhanced_because: str | None
    allowed: Allowance
    counted_from: datetime | None
    receipt_inferred: bool
    due_on: date | None
    due_at: datetime | None
    outside_calendar: bool
    answer: Answered | None
    came_close: tuple[CameClose, ...]
    ending: Ending | None
    standing: Standing
    standings: tuple[Interval, ...]

    @property
    def is_breach(self) -> bool:
        """Whether a limit of the Code was broken: told late, or not told by its end."""
        late = self.standing in (Standing.MET_LATE, Standing.OVERDUE)
        return late and self.duty.kind is Kind.CODE

    @property
    def content_stated(self) -> bool:
        """Whether the answer said what it carried; True where there is nothing to say."""
        return self.answer is None or self.answer.content_stated


@dataclass(frozen=True, slots=True)
class NotOwed:
    """A duty that a fact would have started, had its condition held."""

    duty: Duty
    start: Fact
    condition: str


@dataclass(frozen=True, slots=True)
class Followed:
    """All that was owed, and what was not owed and why, in order of start."""

    obligations: tuple[Obligation, ...] = ()
    not_owed: tuple[NotOwed, ...] = ()


def follow_all(
    rulebook: Rulebook, story: Story, calendar: Calendar, *, as_of: datetime
) -> Followed:
    """Return everything the Code asked on this journey, seen from one moment (aware)."""
    followed = [follow(duty, story, calendar, as_of=as_of) for duty in rulebook.duties]
    obligations = [o for one in followed for o in one.obligations]
    not_owed = [n for one in followed for n in one.not_owed]
    return Followed(
        tuple(sorted(obligations, key=lambda o: (o.start.at, o.duty.right, o.duty.id, o.id))),
        tuple(
            sorted(not_owed, key=lambda n: (n.start.at, n.duty.right, n.duty.id, n.start.event.id))
        ),
    )


def follow(duty: Duty, story: Story, calendar: Calendar, *, as_of: datetime) -> Followed:
    """Return what this duty asked of its owner on this journey, seen from one moment (aware).

    Each start is held to the terms in force on its own London day. An arrest on 31 March 2021
    belongs to the 2015 Code for good, however late we come to look at it.
    """
    obligations: list[Obligation] = []
    not_owed: list[NotOwed] = []
    for start, starts, terms in starts_of(duty, story):
        unmet = next((c.says for c in duty.conditions if not c.where.holds(start.data)), None)
        unmet = unmet or why_nobody_is_owed(start, story)
        if unmet is not None:
            not_owed.append(NotOwed(duty, start, unmet))
        else:
            obligations.append(oblige(duty, terms, starts, start, story, calendar, as_of))
    return Followed(tuple(obligations), tuple(not_owed))


def starts_of(duty: Duty, story: Story) -> Iterable[tuple[Fact, Start, Terms]]:
    """Yield each fact that starts this duty, with what made it a start and the terms of its day."""
    for starts in dict.fromkeys((duty.starts, *(t.starts for t in duty.terms if t.starts))):
        for type_ in (starts.fact, starts.else_fact):
            for fact in story.facts_of(type_) if type_ else ():
                terms = duty.terms_on(fact.day)
                if terms is None or (terms.starts or duty.starts) != starts:
                    continue
                if not starts.where.holds(fact.data):
                    continue
                if type_ == starts.else_fact and any(
                    same(first.suspect, fact.suspect) and not is_before(fact, first)
                    for first in story.facts_of(starts.fact)
                ):
                    continue  # the referrer's own word is there, and started the clock
                if began_under_another_edition(duty, starts, fact, story):
                    continue
                yield fact, starts, terms


def began_under_another_edition(duty: Duty, starts: Start, fact: Fact, story: Story) -> bool:
    """Say whether an earlier edition, with a start of its own, already asked the same thing.

    The 2015 Code counted first contact from the sentence, the 2020 Code counts it from the
    referral: a referral after a sentence of the older edition does not ask for it twice.
    """
    for terms in duty.terms:
        before = terms.starts
        if before is None or before == starts:
            continue
        sentences = [
            other
            for other in story.facts_of(before.fact)
            if same(other.suspect, fact.suspect)
            and not is_before(fact, other)
            and before.where.holds(other.data)
        ]
        if sentences and duty.terms_on(sentences[-1].day) is terms:
            return True
    return False


def why_nobody_is_owed(start: Fact, story: Story) -> str | None:
    """Return why nobody on this journey could be owed anything at a start, or None."""
    victim = story.victim
    if victim.kind == "business" and (
        victim.contact_named_from is None or start.at < victim.contact_named_from
    ):
        return "a business is owed the Code's services from the day it names a contact"
    if victim.spokesperson is not None and start.day >= london_day(victim.spokesperson[0]):
        return f"owed to the family's spokesperson, on the journey of {victim.spokesperson[1]}"
    return None


def oblige(
    duty: Duty,
    terms: Terms,
    starts: Start,
    start: Fact,
    story: Story,
    calendar: Calendar,
    as_of: datetime,
) -> Obligation:
    """Return one obligation: its limit, its answer, its ending and its standing."""
    enhanced_because = story.victim.enhanced_because(start.day)
    allowed = terms.within_enhanced if enhanced_because else terms.within
    counted_from, inferred = clock_of(duty, starts, start)
    if counted_from is not None and counted_from > as_of:
        counted_from = None  # it has happened, and the owner has not heard of it yet
    due_on, due_at, outside = limit(counted_from, allowed, calendar)
    met_by = terms.met_by or duty.met_by
    answer, came_close = answer_to(start, met_by, story)
    ending = ending_of(duty, start, story, answer, due_at)
    if ending is not None:
        answer = None
    standings = standings_of(start, counted_from, due_at, answer, ending)
    agency = AGENCY_OF.get(duty.owner)
    source = start.source_of(agency) if agency else None
    return Obligation(
        id=obligation_id(duty, start),
        duty=duty,
        terms=terms,
        start=start,
        organisation=source.organisation if source else story.organisation_of(agency or ""),
        enhanced_because=enhanced_because,
        allowed=allowed,
        counted_from=counted_from,
        receipt_inferred=inferred and counted_from is not None,
        due_on=due_on,
        due_at=due_at,
        outside_calendar=outside,
        answer=answer,
        came_close=came_close,
        ending=ending,
        standing=next(i.standing for i in reversed(standings) if i.since <= as_of),
        standings=standings,
    )


def obligation_id(duty: Duty, start: Fact) -> str:
    """Return an id that is the same in every journey, after every rebuild: rule, start, suspect."""
    event = start.event
    words = "\x00".join((duty.id, event.source, event.id, start.suspect or ""))
    return sha256(words.encode()).hexdigest()[:24]


def clock_of(duty: Duty, starts: Start, start: Fact) -> tuple[datetime | None, bool]:
    """Return the moment the days are counted from (UTC), and whether a receipt was inferred.

    A clock that runs from receipt begins when the owner heard. Where the owner's own agency told
    the fact and left the receipt out, it must have heard by the time it keyed it, or told us:
    leaving it out hides nothing. Known only from others, the clock was never recorded.
    """
    if starts.clock is Clock.HAPPENED:
        return start.at, False
    receipts = [
        read_instant(event.data["received_at_wcu"])
        for event in start.sources
        if "received_at_wcu" in event.data
    ]
    if receipts:
        return max(start.at, min(receipts)), False
    own = start.source_of(AGENCY_OF.get(duty.owner, duty.owner))
    if own is None:
        return None, False
    return max(start.at, own.recorded_at or own.received_at), True


def limit(
    counted_from: datetime | None, allowed: Allowance, calendar: Calendar
) -> tuple[date | None, datetime | None, bool]:
    """Return the London day and the exclusive instant (UTC) at which a limit ends.

    The third value says that the limit falls outside the calendar, so that no day can be named.
    """
    if counted_from is None:
        return None, None, False
    if allowed.unit is Unit.HOURS:
        due_at = counted_from + timedelta(hours=allowed.count)
        return london_day(due_at), due_at, False
    try:
        due_on = calendar.after(london_day(counted_from), allowed)
    except OutsideCalendar:
        return None, None, True
    return due_on, end_of(due_on), False


def ending_of(
    duty: Duty, start: Fact, story: Story, answer: Answered | None, due_at: datetime | None
) -> Ending | None:
    """Return what ended an obligation by the victim's own choice, or None.

    Opting out ends duties to tell the victim what is in its scope, and only what is not yet
    overdue; an answer that came first, and a breach, both stay. Opting in revives nothing.
    """
    endings = []
    scopes = scopes_of(duty, start)
    if scopes:
        out = story.victim.declines_at(start.at, scopes)
        if out is not None:
            return Ending(start.at, "the victim had opted out")
        later = story.victim.declines_after(start.at, scopes)
        if later is not None:
            endings.append(Ending(later.since, "the victim opted out"))
    endings += [
        Ending(max(no.at, start.at), "the victim declined")
        for no in story.facts_of(*duty.declined_by)
        if same(no.suspect, start.suspect) and not is_before(no, start)
    ]
    first = min(endings, key=lambda ending: ending.at, default=None)
    if first is None or (due_at is not None and first.at >= due_at):
        return None
    return None if answer is not None and answer.at <= first.at else first


def scopes_of(duty: Duty, start: Fact) -> frozenset[str]:
    """Return the scopes of opting out that end this duty; none for duties between agencies."""
    if duty.met_by.told_about:
        return frozenset({"all", start.type})
    if duty.met_by.first_contact_by is not None:
        return frozenset({"all", "contact_scheme"})
    return frozenset()


def standings_of(
    start: Fact,
    counted_from: datetime | None,
    due_at: datetime | None,
    answer: Answered | None,
    ending: Ending | None,
) -> tuple[Interval, ...]:
    """Return how an obligation stands from its start on, as intervals in order of time (UTC).

    With the facts known, the future is in it too: pending until the limit, overdue after it.
    """
    turns: list[tuple[datetime, Standing]] = [(start.at, Standing.NOT_STARTED)]
    if counted_from is not None:
        turns.append((counted_from, Standing.PENDING))
        if due_at is not None:
            turns.append((due_at, Standing.OVERDUE))
        if answer is not None:
            late = due_at is not None and answer.at >= due_at
            met_at = max(answer.at, counted_from)
            turns = [turn for turn in turns if turn[0] < met_at or turn[0] <= counted_from]
            turns.append((met_at, Standing.MET_LATE if late else Standing.MET))
    if ending is not None:
        turns = [turn for turn in turns if turn[0] < ending.at]
        turns.append((max(ending.at, start.at), Standing.ENDED))
    intervals = []
    for (since, standing), following in zip(turns, [*turns[1:], None], strict=True):
        until = following[0] if following else None
        if until is None or since < until:
            intervals.append(Interval(standing, since, until))
    return tuple(intervals)
