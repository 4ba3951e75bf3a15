"""From the CPS's words to the journey's: its suspect labels become the police's later on."""

from services.door.envelope import Message
from services.door.translate import as_journey_event, fields_of
from shared.journey_event import JourneyEvent


def translate(message: Message) -> JourneyEvent:
    """Return the journey's event for a CPS message."""
    return as_journey_event(message, fields_of(message))
