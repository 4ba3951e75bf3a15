"""What any agency says of events it sent before: what they should have said, or that they fall."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.door.envelope import (
    Data,
    Fields,
    Identifier,
    Instant,
    Message,
    Phrase,
    Source,
    Word,
)


class Identity(Fields):
    """The identity of an event of the same organisation."""

    source: Source
    id: Identifier


class Content(Fields):
    """The whole content an event should have had.

    With the type of the first event, which never changes, the door holds the content to that type
    at once. Without it the content must fit one of the agency's types, and counts where it fits.
    """

    type: Word | None = None
    time: Instant
    timeprecision: Literal["day"] | None = None
    data: Annotated[dict[str, Any], Field(max_length=50)]


class Correction(Data):
    """Which event is corrected (the first one, also when corrected again), to what, and why."""

    event: Identity
    content: Content
    reason: Phrase


class EventCorrected(Message):
    """An event said something wrong; this is what it should have said."""

    type: Literal["event.corrected"]
    data: Correction


class Withdrawal(Data):
    """Which event is withdrawn, and why."""

    event: Identity
    reason: Phrase


class EventWithdrawn(Message):
    """An event should not have been sent."""

    type: Literal["event.withdrawn"]
    data: Withdrawal
