"""What counts as an answer to a duty's start, and what came close and why it did not count."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from gateway.journey.duty import Answer, Counts
from gateway.journey.limits import receipt_of
from gateway.journey.readings import CLOCK_TOLERANCE, IN_WRITING
from gateway.journey.story import Contact, Fact, Story, named_events
from gateway.journey.wording import CONTENTS, listed
from shared.journey_event import KeptEvent
from shared.london import london_day


@dataclass(slots=True)
class Receipt:
    """When (UTC, London day) an agency heard of a fact, and the event that says so."""

    event: KeptEvent
    at: datetime
    day: date


# By their names: through the class each costs ten times as much.
_AFTERWARDS, _BEFOREHAND = Counts.AFTERWARDS, Counts.BEFOREHAND
# What met a duty; each has an event, a moment (UTC) and a London day.
Answered = Contact | Fact | Receipt


@dataclass(slots=True)
class CameClose:
    """An event that looked like an answer and was none, with the reason."""

    event: KeptEvent
    at: datetime
    why: str


# What answered a start, and everything before it that came close.
Found = tuple[Answered | None, tuple[CameClose, ...]]
Finder = Callable[[Fact, Answer, Story, bool], Found]
NOTHING: Found = (None, ())


def finder_of(met_by: Answer) -> Finder:
    """Return what finds the first answer of this kind, and everything before it that came close.

    It is given the start, the kind of answer and the story, and whether the duty repeats: the
    answer to one that does comes after what began the period.
    """
    if met_by.received:
        return receipt_for
    if met_by.offered:
        return offer_for
    if met_by.done:
        return deed_for
    return news_for if met_by.told_about else word_for


def receipt_for(start: Fact, met_by: Answer, story: Story, repeats: bool) -> Found:
    """Return the moment at which the police heard of what another agency had to pass on."""
    heard, _, event = receipt_of(start, "police")
    if heard is None or event is None or heard > story.as_of:
        return NOTHING
    return Receipt(event, heard, london_day(heard)), ()


def deed_for(start: Fact, met_by: Answer, story: Story, repeats: bool) -> Found:
    """Return the first event that did what a start asked for, and those that came before it."""
    near: list[CameClose] = []
    for fact in story.facts_of(*met_by.done):
        if not same(fact.suspect, start.suspect) or (repeats and fact.at <= start.at):
            continue
        if met_by.where.alternatives and not met_by.where.holds(fact.data, fact.type):
            continue
        if met_by.same_organisation and not of_one_organisation(fact.event, start.event):
            continue
        named = named_events(fact.data)
        if named and not any(event.id in named for event in start.sources):
            continue
        reason = out_of_turn(fact, start, met_by.counts)
        if reason is None:
            return fact, tuple(near)
        near.append(CameClose(fact.event, fact.at, reason))
    return None, tuple(near)


def offer_for(start: Fact, met_by: Answer, story: Story, repeats: bool) -> Found:
    """Return the first of the offers, deeds or words asked for, and what came close before it."""
    if not (met_by.done or met_by.told):
        return made_offer(start, met_by, story)
    found = [made_offer(start, met_by, story)]
    if met_by.done:
        found.append(deed_for(start, met_by, story, repeats))
    if met_by.told:
        found.append(word_for(start, met_by, story, repeats))
    answers = [answer for answer, _ in found if answer is not None]
    first = min(answers, key=attrgetter("at"), default=None)
    near = [one for _, close in found for one in close if first is None or one.at <= first.at]
    return first, tuple(sorted(near, key=attrgetter("at")))


def made_offer(start: Fact, met_by: Answer, story: Story) -> Found:
    """Return the first offer asked for, or where it counts the reason why it was not made."""
    near: list[CameClose] = []
    for contact in story.contacts:
        data = contact.event.data
        if data.get("offer") not in met_by.offered or not speaks_of(contact, start):
            continue
        if out_of_turn(contact, start, met_by.counts) is not None:
            continue
        withheld = data.get("not_offered")
        reason = contact.why_not_told
        if withheld is not None:
            reason = None if met_by.or_reason else f"it was not offered: {withheld}"
        if reason is None:
            return contact, tuple(near)
        near.append(CameClose(contact.event, contact.at, reason))
    return None, tuple(near)


def news_for(start: Fact, met_by: Answer, story: Story, repeats: bool) -> Found:
    """Return the first telling that brought news of what started a duty, and what came close."""
    tellings = story.tellings_about(*met_by.told_about)
    if not tellings:
        return NOTHING
    required = met_by.required(start.data, start.type) if met_by.contents else ()
    near: list[CameClose] = []
    for contact in tellings:
        # Most tellings name what they are about, and then there is nothing more to ask.
        exact = contact.suspect == start.suspect and contact.hearing == start.hearing
        if (contact.about_events or not exact) and not speaks_of(contact, start):
            continue
        if repeats and contact.at <= start.at:
            continue
        if is_before(contact, start):
            if answers_another(contact, start, story):
                continue
            reason: str | None = "it came before the fact"
        else:
            reason = falls_short(contact, required, met_by)
        if reason is None:
            return contact, tuple(near)
        near.append(CameClose(contact.event, contact.at, reason))
    return None, tuple(near)


def word_for(start: Fact, met_by: Answer, story: Story, repeats: bool) -> Found:
    """Return the first contact of the kind asked for, about whatever, and what came close."""
    required = met_by.required(start.data, start.type) if met_by.contents else ()
    near: list[CameClose] = []
    for contact in story.contacts:
        if contact.at <= start.at and (repeats or is_before(contact, start)):
            continue
        if met_by.first_contact_by is not None:
            asked_for = contact.agency == met_by.first_contact_by
        elif met_by.told_by is not None:
            asked_for = contact.has_content and met_by.told_by in (contact.agency, "any")
        else:
            carried = contact.carried
            asked_for = carried is not None and not carried.isdisjoint(required)
        if not asked_for:
            continue
        reason = falls_short(contact, required, met_by)
        if reason is None:
            return contact, tuple(near)
        near.append(CameClose(contact.event, contact.at, reason))
    return None, tuple(near)


def falls_short(contact: Contact, required: tuple[str, ...], met_by: Answer) -> str | None:
    """Return why a telling at the right time does not answer a start, or None where it does."""
    reason = contact.why_not_told or lacking(contact, required)
    if reason is None and met_by.written and contact.channel not in IN_WRITING:
        return "it was not in writing"
    return reason


def told_of(fact: Fact, story: Story) -> Contact | None:
    """Return the first telling that brought a fact to somebody entitled, or None."""
    for contact in story.tellings_about(fact.type):
        if (
            contact.why_not_told is None
            and speaks_of(contact, fact)
            and not is_before(contact, fact)
        ):
            return contact
    return None


def of_one_organisation(one: KeptEvent, other: KeptEvent) -> bool:
    """Say whether two events come from the same organisation of the same agency."""
    return one.agency == other.agency and one.organisation == other.organisation


def speaks_of(contact: Contact, start: Fact) -> bool:
    """Say whether a telling about the right type is about the very fact that started a duty.

    Naming no suspect or hearing it is about all of them; `about_event` narrows it to the events
    it names.
    """
    named = contact.about_events
    if named and not any(event.id in named for event in start.sources):
        return False
    one, other = contact.suspect, start.suspect
    if one != other and one is not None and other is not None:
        return False
    one, other = contact.hearing, start.hearing
    return one == other or one is None or other is None


def answers_another(contact: Contact, start: Fact, story: Story) -> bool:
    """Say whether a telling before a fact was about an earlier fact of the same kind."""
    return start.type in contact.about and any(
        other is not start and not is_before(contact, other) and speaks_of(contact, other)
        for other in story.facts_of(start.type)
    )


def lacking(contact: Contact, required: tuple[str, ...]) -> str | None:
    """Return what a telling left out of what it had to carry, in words, or None."""
    if not required or contact.carried is None or contact.carried.issuperset(required):
        return None
    left_out = [CONTENTS[item] for item in required if item not in contact.carried]
    return f"it left out {listed(left_out)}"


def same(one: str | None, other: str | None) -> bool:
    """Say whether two labels may mean the same suspect or hearing: naming none means any."""
    return one is None or other is None or one == other


def out_of_turn(one: Fact | Contact, start: Fact, counts: Counts) -> str | None:
    """Return why an event on this side of a start does not count, or None where it does."""
    if counts is _AFTERWARDS and is_before(one, start):
        return "it came before the fact"
    if counts is _BEFOREHAND and is_before(start, one):
        return "it came after the fact"
    return None


def is_before(one: Fact | Contact, start: Fact | Contact) -> bool:
    """Say whether something came before a fact, by London day where only a day is known."""
    if one.at >= start.at:
        return False
    if one.by_day or start.by_day:
        return one.day < start.day
    return one.at < start.at - CLOCK_TOLERANCE
