"""What would have met a duty had an answer not been recorded, or been recorded otherwise."""

from dataclasses import replace
from datetime import datetime

from gateway.journey.obligation import Obligation
from gateway.journey.story import Contact, Fact, Story, contact_from
from shared.journey_event import KeptEvent
from shared.london import london_day, start_of


def placed(event: KeptEvent) -> datetime:
    """Return where an event stands in time (UTC): the start of its day where only that is known."""
    if event.precision == "day":
        return start_of(london_day(event.occurred_at))
    return event.occurred_at


def meets(event: KeptEvent, answer: Contact | Fact, obligation: Obligation) -> bool:
    """Say whether one content of an answering event would have met a duty in time, by itself.

    Of a deed only its time is compared.
    """
    at, story, due_at = placed(event), obligation.story, obligation.due_at
    if due_at is None or at >= due_at or isinstance(answer, Fact):
        return due_at is not None and at < due_at
    suspect = event.data.get("suspect")
    if suspect == answer.event.data.get("suspect"):
        suspect = answer.suspect  # the journey's label of the same suspect
    by_day = event.precision == "day"
    contact = contact_from(event, event.agency, at, london_day(at), by_day, suspect)
    contact.why_not_told = story.victim.why_not_told(contact)
    alone = replace(
        story, contacts=(contact,), tellings={type_: [contact] for type_ in contact.about}
    )
    demand = obligation.demand
    found, _ = demand.find(obligation.start, demand.met_by, alone, demand.repeats)
    return found is contact


def without(story: Story, answer: Contact | Fact) -> Story:
    """Return a story as if one answer had never been recorded."""
    if isinstance(answer, Contact):
        about = {
            type_: [c for c in story.tellings[type_] if c is not answer] for type_ in answer.about
        }
        return replace(
            story,
            contacts=tuple([c for c in story.contacts if c is not answer]),
            tellings={**story.tellings, **about},
        )
    left = [fact for fact in story.facts_by_type[answer.type] if fact is not answer]
    return replace(
        story,
        facts=tuple([fact for fact in story.facts if fact is not answer]),
        facts_by_type={**story.facts_by_type, answer.type: left},
    )
