"""What counts as an answer to a duty's start, and what came close and why it did not count."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from gateway.journey.duty import Answer, Counts
from gateway.journey.readings import CLOCK_TOLERANCE, IN_WRITING
from gateway.journey.story import Contact, Fact, Story, named_events
from gateway.journey.wording import CONTENTS, listed
from shared.journey_event import KeptEvent


@dataclass(slots=True)
class Answered:
    """The event that met a duty, when (UTC, London day), and whether it said what it carried."""

    event: KeptEvent
    at: datetime
    day: date
    content_stated: bool = True


@dataclass(slots=True)
class CameClose:
    """An event that looked like an answer and was none, with the reason."""

    event: KeptEvent
    at: datetime
    why: str


def answer_to(
    start: Fact, met_by: Answer, story: Story, *, repeats: bool = False
) -> tuple[Answered | None, tuple[CameClose, ...]]:
    """Return the first answer to what started a duty, and everything before it that came close.

    The answer to a duty that repeats comes after what began the period.
    """
    near: list[CameClose] = []
    for event, at, day, stated, why_not in candidates(start, met_by, story):
        if repeats and at <= start.at:
            continue
        if why_not is None:
            return Answered(event, at, day, stated), tuple(near)
        near.append(CameClose(event, at, why_not))
    return None, tuple(near)


def candidates(
    start: Fact, met_by: Answer, story: Story
) -> Iterator[tuple[KeptEvent, datetime, date, bool, str | None]]:
    """Yield, in order of time, what might answer a start: event, when, content stated, why not."""
    if met_by.offered:
        found = [*offers(start, met_by, story), *deeds(start, met_by, story)]
        if met_by.told:
            found += news(start, met_by, story)
        yield from sorted(found, key=itemgetter(1))
    elif met_by.done:
        yield from deeds(start, met_by, story)
    else:
        yield from news(start, met_by, story)


def news(
    start: Fact, met_by: Answer, story: Story
) -> Iterator[tuple[KeptEvent, datetime, date, bool, str | None]]:
    """Yield the tellings that might answer a start, and why those that do not count do not."""
    required = met_by.required(start.data) if met_by.contents else ()
    for contact in contacts_for(start, met_by, required, story):
        if is_before(contact, start) and answers_another(contact, start, story):
            continue
        stated = contact.carried is not None or not required
        reason = why_not(contact, start, required, story)
        if reason is None and met_by.written and contact.channel not in IN_WRITING:
            reason = "it was not in writing"
        yield contact.event, contact.at, contact.day, stated, reason


def offers(
    start: Fact, met_by: Answer, story: Story
) -> Iterator[tuple[KeptEvent, datetime, date, bool, str | None]]:
    """Yield the offers that might answer a start, and why those that do not count do not."""
    for contact in story.contacts:
        data = contact.event.data
        if data.get("offer") not in met_by.offered or not concerns(contact, start):
            continue
        if out_of_turn(contact, start, met_by.counts) is not None:
            continue
        withheld = data.get("not_offered")
        reason = None
        if withheld is None:
            reason = story.victim.why_not_told(contact)
        elif not met_by.or_reason:
            reason = f"it was not offered: {withheld}"
        yield contact.event, contact.at, contact.day, True, reason


def deeds(
    start: Fact, met_by: Answer, story: Story
) -> Iterator[tuple[KeptEvent, datetime, date, bool, str | None]]:
    """Yield the facts that might answer a start, those out of turn with the reason."""
    for fact in story.facts_of(*met_by.done):
        if not same(fact.suspect, start.suspect):
            continue
        where = met_by.where
        if where.alternatives and not where.holds({"type": fact.type, **fact.data}):
            continue
        if met_by.same_organisation and not of_one_organisation(fact.event, start.event):
            continue
        named = named_events(fact.data)
        if named and not any(event.id in named for event in start.sources):
            continue
        yield fact.event, fact.at, fact.day, True, out_of_turn(fact, start, met_by.counts)


def contacts_for(
    start: Fact, met_by: Answer, required: tuple[str, ...], story: Story
) -> Iterator[Contact]:
    """Yield the contacts that might answer a start, in order of time."""
    if met_by.told_about:
        types = met_by.told_about
        about = story.tellings_about(types[0]) if len(types) == 1 else story.contacts
        for contact in about:
            if speaks_of(contact, start, types):
                yield contact
        return
    for contact in story.contacts:
        if is_before(contact, start):
            continue
        agency = contact.event.agency
        if met_by.first_contact_by is not None:
            if agency == met_by.first_contact_by:
                yield contact
        elif met_by.told_by is not None:
            if contact.has_content and met_by.told_by in (agency, "any"):
                yield contact
        elif contact.carried is not None and any(item in contact.carried for item in required):
            yield contact


def told_of(fact: Fact, story: Story) -> Contact | None:
    """Return the first telling that brought a fact to somebody entitled, or None."""
    for contact in story.tellings_about(fact.type):
        if (
            speaks_of(contact, fact, (fact.type,))
            and not is_before(contact, fact)
            and story.victim.why_not_told(contact) is None
        ):
            return contact
    return None


def of_one_organisation(one: KeptEvent, other: KeptEvent) -> bool:
    """Say whether two events come from the same organisation of the same agency."""
    return one.agency == other.agency and one.organisation == other.organisation


def speaks_of(contact: Contact, start: Fact, types: tuple[str, ...]) -> bool:
    """Say whether a telling is about the fact that started a duty.

    Naming no suspect or hearing it is about all of them; `about_event` narrows it to the events
    it names.
    """
    return any(type_ in contact.about for type_ in types) and concerns(contact, start)


def concerns(contact: Contact, start: Fact) -> bool:
    """Say whether a contact may concern a fact: its event, suspect and hearing, or none named."""
    if contact.about_events and not any(e.id in contact.about_events for e in start.sources):
        return False
    return same(contact.suspect, start.suspect) and same(contact.hearing, start.hearing)


def answers_another(contact: Contact, start: Fact, story: Story) -> bool:
    """Say whether a telling before a fact was about an earlier fact of the same kind."""
    return any(
        other is not start
        and not is_before(contact, other)
        and speaks_of(contact, other, (other.type,))
        for other in story.facts_of(start.type)
    )


def why_not(contact: Contact, start: Fact, required: tuple[str, ...], story: Story) -> str | None:
    """Return why a telling about the right fact does not count as an answer, or None if it does."""
    if is_before(contact, start):
        return "it came before the fact"
    reason = story.victim.why_not_told(contact)
    if reason is None and contact.carried is not None:
        lacking = [CONTENTS[item] for item in required if item not in contact.carried]
        if lacking:
            reason = f"it left out {listed(lacking)}"
    return reason


def same(one: str | None, other: str | None) -> bool:
    """Say whether two labels may mean the same suspect or hearing: naming none means any."""
    return one is None or other is None or one == other


def out_of_turn(one: Fact | Contact, start: Fact, counts: Counts) -> str | None:
    """Return why an event on this side of a start does not count, or None where it does."""
    if counts is Counts.AFTERWARDS and is_before(one, start):
        return "it came before the fact"
    if counts is Counts.BEFOREHAND and is_before(start, one):
        return "it came after the fact"
    return None


def is_before(one: Fact | Contact, start: Fact | Contact) -> bool:
    """Say whether something came before a fact, by London day where only a day is known."""
    if one.by_day or start.by_day:
        return one.day < start.day
    return one.at < start.at - CLOCK_TOLERANCE
