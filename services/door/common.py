"""The words that any agency may say: news, offers, refusals, links, corrections and the like."""

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from services.door.envelope import (
    Data,
    Fields,
    Identifier,
    Instant,
    Label,
    Message,
    Phrase,
    Source,
    Subject,
    Word,
)
from shared.words import Carried, Channel, Offer, Recipient


class Told(Data):
    """News to the victim: about what, with what, how, to whom, and whether it arrived."""

    about: list[Word] = Field(max_length=20)
    carried: list[Carried] | None = None
    channel: Channel
    reached: Literal[True, "attempted", "returned"]
    recipient: Recipient = "victim"
    recipient_excluded: StrictBool | None = None
    two_way: StrictBool | None = None
    template: Phrase | None = None


class VictimTold(Message):
    """The victim was told something, or somebody tried."""

    type: Literal["victim.told"]
    data: Told


class Offered(Data):
    """An offer to the victim, or the reason why none was made."""

    offer: Offer
    response: Literal["accepted", "declined", "no_response"] | None = None
    not_offered: Phrase | None = None
    reached: Literal[True, "attempted", "returned"] | None = None
    channel: Channel | None = None
    recipient: Recipient = "victim"


class VictimOffered(Message):
    """The victim was offered a service, or was not and why."""

    type: Literal["victim.offered"]
    data: Offered


class Scope(Data):
    """What the victim does not want, or wants again, to be contacted about."""

    scope: (
        Literal["all", "contact_scheme"] | Annotated[list[Word], Field(min_length=1, max_length=50)]
    )


class ContactDeclined(Message):
    """The victim declined contact of some scope."""

    type: Literal["contact.declined"]
    data: Scope


class ContactResumed(Message):
    """The victim asked for contact again."""

    type: Literal["contact.resumed"]
    data: Scope


class Statement(Data):
    """A personal statement, or the impact statement of a business."""

    kind: Literal["personal", "business"] | None = None
    wish: Literal["read_self", "read_by_other", "not_read"] | None = None


class StatementMade(Message):
    """The victim made a personal statement."""

    type: Literal["statement.made"]
    data: Statement = Statement()


class Officer(Data):
    """What a newly assigned officer does for the victim."""

    role: Literal["officer_in_case", "witness_care", "family_liaison", "victim_liaison"]


class OfficerAssigned(Message):
    """An officer was assigned to the victim or the case."""

    type: Literal["officer.assigned"]
    data: Officer


class Review(Data):
    """A review of a decision, under which scheme and at which stage of it."""

    scheme: Literal["police", "cps", "unduly_lenient"] | None = None
    stage: Literal["local_resolution", "independent"] | None = None
    outcome: Phrase | None = None


class ReviewRequested(Message):
    """The victim asked for a review."""

    type: Literal["review.requested"]
    data: Review = Review()


class ReviewAcknowledged(Message):
    """The request for a review was acknowledged."""

    type: Literal["review.acknowledged"]
    data: Review = Review()


class ReviewDecided(Message):
    """The review was decided."""

    type: Literal["review.decided"]
    data: Review = Review()


class Link(Data):
    """Another reference for the same victim, how we know, and which suspect label is which."""

    reference: Subject
    basis: Phrase
    suspects: dict[Label, Label] | None = Field(None, description="Their labels to ours.")


class ReferenceLinked(Message):
    """Another reference is the same victim's."""

    type: Literal["reference.linked"]
    data: Link


class ReferenceUnlinked(Message):
    """Another reference is not the same victim's after all."""

    type: Literal["reference.unlinked"]
    data: Link


class Identity(Fields):
    """The identity of an event of the same organisation."""

    source: Source
    id: Identifier


class Content(Fields):
    """The whole content an event should have had."""

    time: Instant
    timeprecision: Literal["day"] | None = None
    data: dict[str, Any]


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


COMMON: tuple[type[Message], ...] = (
    VictimTold,
    VictimOffered,
    ContactDeclined,
    ContactResumed,
    StatementMade,
    OfficerAssigned,
    ReviewRequested,
    ReviewAcknowledged,
    ReviewDecided,
    ReferenceLinked,
    ReferenceUnlinked,
    EventCorrected,
    EventWithdrawn,
)
