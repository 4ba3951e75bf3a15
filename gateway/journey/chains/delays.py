"""Splits a late outcome into the working days that each body used, leg by leg.

An outcome is what a chain of bodies owes the victim together: the court's news through the Witness
Care Unit, first contact by probation after a referral. It is late where the limits of all legs
together had passed. A leg's day 0 is the day on which it began, as in every limit of the Code.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.journey.calendar import Calendar, OutsideCalendar
from gateway.journey.duty import Unit
from gateway.journey.limits import AGENCY_OF, allowance, receipt_of
from gateway.journey.obligation import Obligation
from gateway.journey.story import Fact, Story
from gateway.journey.telling import is_before, same
from shared.london import london_day

COURTS = "courts"
# The referral is owed so many days after the sentence, the court's own days among them; probation's
# first contact is counted from the referral.
REFERRAL, CONTACT, RESULT = "R11.REF", "R11.VLO", "R9.HMCTS"


@dataclass(frozen=True, slots=True)
class Leg:
    """One body's part: from when (UTC) until it passed the matter on, None as yet.

    `allowed` and `used` are working days; `used` of a leg that still runs goes to the moment of the
    story, and is None where the calendar does not know that. `inferred` says that its end is no
    stated receipt.
    """

    owner: str
    organisation: str | None
    began_at: datetime
    ended_at: datetime | None
    allowed: int
    used: int | None
    inferred: bool = False

    @property
    def began_on(self) -> date:
        """The London day on which it began, which is day 0."""
        return london_day(self.began_at)

    @property
    def over(self) -> int:
        """How many working days it took beyond its own limit, 0 for none."""
        return max(0, (self.used or 0) - self.allowed)


@dataclass(frozen=True, slots=True)
class Delay:
    """One late outcome: the obligation it ended with, its limit in all, and its legs in order.

    `allowed` are working days from the first leg's beginning, which end with the London day
    `due_on`; from `late_from` (UTC) on it is late. `came_at` is when it came, None as yet.
    `undivided` says why its days cannot be split among the legs, None where they can.
    """

    obligation: Obligation
    allowed: int
    due_on: date
    late_from: datetime
    came_at: datetime | None
    legs: tuple[Leg, ...]
    undivided: str | None = None


def delays_of(story: Story, obligations: Sequence[Obligation], calendar: Calendar) -> list[Delay]:
    """Return the outcomes that are, or came, late by the story's moment, in order of start.

    Left out are those that came in time, that were owed no longer, of which a feed hides when they
    came, and whose days the calendar does not know.
    """
    found = []
    for owed in obligations:
        duty = owed.demand.duty
        if duty.follows is None and duty.id != CONTACT:
            continue
        if owed.ending is not None or (story.interruptions and owed.unknown_since is not None):
            continue
        try:
            delay = (_news if duty.follows else _contact)(story, obligations, owed, calendar)
        except OutsideCalendar:
            continue
        if delay is not None and delay.late_from <= story.as_of:
            found.append(delay)
    return found


def _news(
    story: Story, obligations: Sequence[Obligation], owed: Obligation, calendar: Calendar
) -> Delay | None:
    """Return how late the courts' news reached the victim, or None where it came in time."""
    law, start = owed.demand.law, owed.start
    before = law.duties.get(owed.duty.follows or "")
    terms = before.terms_on(start.day) if before is not None else None
    last = owed.allowed
    if terms is None or terms.within is None or last is None:
        return None
    first = allowance(terms, enhanced=owed.enhanced_because is not None)
    if {first.unit, last.unit} != {Unit.WORKING_DAYS}:
        return None
    allowed = first.count + last.count
    due_on, due_at, _ = law.ends_of(type(first)(allowed, first.unit)).after(start.at, start.day)
    came = None if owed.answer is None else owed.answer.at
    if due_on is None or due_at is None or (came is not None and came < due_at):
        return None
    heard, inferred, _ = receipt_of(start, owed.agency)
    if heard is not None and heard > story.as_of:
        heard = None
    if heard is None and came is not None:
        return Delay(
            owed, allowed, due_on, due_at, came, (), "nothing says when the unit heard of it"
        )
    if heard is not None and came is not None and came < heard:
        heard = came  # told before the formal receipt: nothing of the time was the unit's
    legs = [_leg(story, calendar, COURTS, None, start.at, heard, first.count, inferred)]
    if heard is not None:
        legs.append(_leg(story, calendar, owed.owner, owed.organisation, heard, came, last.count))
    return Delay(owed, allowed, due_on, due_at, came, tuple(legs))


def _contact(
    story: Story, obligations: Sequence[Obligation], owed: Obligation, calendar: Calendar
) -> Delay | None:
    """Return how late probation first reached a victim after a sentence, or None where in time."""
    last = owed.allowed
    referrals = [
        one
        for one in obligations
        if one.duty.id == REFERRAL
        and same(one.start.suspect, owed.start.suspect)
        and not is_before(owed.start, one.start)
    ]
    if not referrals or last is None or last.unit is not Unit.WORKING_DAYS:
        return None
    referral = referrals[-1]
    first = referral.allowed
    if first is None or first.unit is not Unit.WORKING_DAYS:
        return None
    sentence, referred = referral.start, owed.start
    allowed = first.count + last.count
    law = owed.demand.law
    due_on, due_at, _ = law.ends_of(type(first)(allowed, first.unit)).after(
        sentence.at, sentence.day
    )
    came = None if owed.answer is None else owed.answer.at
    if due_on is None or due_at is None or (came is not None and came < due_at):
        return None
    return Delay(
        owed,
        allowed,
        due_on,
        due_at,
        came,
        (
            *_until_referred(story, calendar, referral, sentence, referred, first.count),
            _leg(story, calendar, owed.owner, owed.organisation, referred.at, came, last.count),
        ),
    )


def _until_referred(
    story: Story,
    calendar: Calendar,
    referral: Obligation,
    sentence: Fact,
    referred: Fact,
    allowed: int,
) -> Iterator[Leg]:
    """Yield the legs from the sentence to the referral: the court's, where it can be told apart.

    The court has the days that the Code gives it for the result, the unit what is left.
    """
    heard, inferred, _ = receipt_of(sentence, AGENCY_OF.get(referral.owner, referral.owner))
    unit, organisation = referral.owner, referral.organisation
    result = referral.demand.law.duties.get(RESULT)
    terms = result.terms_on(sentence.day) if result is not None else None
    if heard is None or inferred or heard > referred.at or terms is None or terms.within is None:
        yield _leg(story, calendar, unit, organisation, sentence.at, referred.at, allowed)
        return
    courts = min(terms.within.count, allowed)
    yield _leg(story, calendar, COURTS, None, sentence.at, heard, courts)
    yield _leg(story, calendar, unit, organisation, heard, referred.at, allowed - courts)


def _leg(
    story: Story,
    calendar: Calendar,
    owner: str,
    organisation: str | None,
    began_at: datetime,
    ended_at: datetime | None,
    allowed: int,
    inferred: bool = False,
) -> Leg:
    until = min(ended_at or story.as_of, story.as_of)
    began_on, ended_on = london_day(began_at), london_day(max(until, began_at))
    used: int | None
    if ended_at is None and ended_on > calendar.last:
        used = None  # seen from the end of all time
    else:
        used = calendar.working_days_between(began_on, ended_on)
    return Leg(owner, organisation, began_at, ended_at, allowed, used, inferred)
