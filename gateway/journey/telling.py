"""What counts as an answer to a duty's start, and what came close and why it did not count."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from gateway.journey.duty import Answer
from gateway.journey.readings import CLOCK_TOLERANCE
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
    if met_by.done:
        yield from deeds(start, met_by, story)
        return
    required = met_by.required(start.data) if met_by.contents else ()
    for contact in contacts_for(start, met_by, required, story):
        if is_before(contact, start) and answers_another(contact, start, story):
            continue
        stated = contact.carried is not None or not required
        yield (
            contact.event,
            contact.at,
            contact.day,
            stated,
            why_not(contact, start, required, story),
        )


def deeds(
    start: Fact, met_by: Answer, story: Story
) -> Iterator[tuple[KeptEvent, datetime, date, bool, str | None]]:
    """Yield the facts that might answer a start, those before it with the reason."""
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
        early = is_before(fact, start)
        yield fact.event, fact.at, fact.day, True, "it came before the fact" if early else None


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
    if not any(type_ in contact.about for type_ in types):
        return False
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


def is_before(one: Fact | Contact, start: Fact) -> bool:
    """Say whether something came before a fact, by London day where only a day is known."""
    if one.by_day or start.by_day:
        return one.day < start.day
    return one.at < start.at - CLOCK_TOLERANCE
