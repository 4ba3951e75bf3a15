"""What the three translations share: an envelope's moments and data in the journey's form."""

from collections.abc import Mapping
from typing import Any

from services.door.envelope import Message
from shared.journey_event import JourneyEvent


def as_journey_event(message: Message, data: Mapping[str, Any]) -> JourneyEvent:
    """Return the journey's event for a message, with data already in the journey's words."""
    return JourneyEvent(
        source=message.source,
        id=message.id,
        type=message.type,
        reference=message.subject,
        occurred_at=message.time,
        recorded_at=message.recordedtime,
        precision=message.timeprecision or "instant",
        data=data,
    )


def fields_of(message: Message) -> dict[str, Any]:
    """Return a message's data as plain JSON values: what was sent, instants in UTC, no nulls."""
    # What model_dump calls, without what it asks on the way there, which takes a third of the time.
    fields: dict[str, Any] = message.data.__pydantic_serializer__.to_python(
        message.data, mode="json", by_alias=True, exclude_none=True, exclude_unset=True
    )
    return fields
