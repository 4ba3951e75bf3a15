"""What any agency says of news and offers to the victim, and of the contact the victim wants."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from services.door.envelope import Data, Message, Phrase, Word
from shared.words import Carried, Channel, Offer, Recipient


class Told(Data):
    """News to the victim: about what, with what, how, to whom, and whether it arrived."""

    about: list[Word] = Field(max_length=20)
    carried: list[Carried] | None = Field(None, max_length=20)
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
        Literal["all", "contact_scheme"]
        | Annotated[list[Word], Field(min_length=1, max_length=100)]
    )


class ContactDeclined(Message):
    """The victim declined contact of some scope."""

    type: Literal["contact.declined"]
    data: Scope


class ContactResumed(Message):
    """The victim asked for contact again."""

    type: Literal["contact.resumed"]
    data: Scope
