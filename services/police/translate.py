"""From the police's words to the journey's: the police's suspect labels are the journey's own."""

from services.door.envelope import Message
from services.door.translate import as_journey_event, fields_of
from shared.journey_event import JourneyEvent


def translate(message: Message) -> JourneyEvent:
    """Return the journey's event for a police message."""
    return as_journey_event(message, fields_of(message))
