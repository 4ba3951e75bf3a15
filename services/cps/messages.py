"""What the CPS's case management and its victim liaison units may say, one class a message."""

from typing import Literal

from pydantic import StrictBool

from services.door.common import COMMON
from services.door.envelope import Data, Label, Message, Phrase
from services.door.sentence import CaseConcluded, HearingEnded, OffenderSentenced


class ChargingDecision(Data):
    """A charging decision about one suspect."""

    suspect: Label
    reason: Phrase | None = None


class ChargeAuthorised(Message):
    """A prosecutor authorised a charge."""

    type: Literal["charge.authorised"]
    data: ChargingDecision


class ProsecutionDeclined(Message):
    """A prosecutor decided not to charge a suspect."""

    type: Literal["prosecution.declined"]
    data: ChargingDecision


class Stop(Data):
    """How a prosecution was stopped or altered, and whether that ends all proceedings."""

    suspect: Label
    how: Literal["discontinued", "no_evidence_offered", "charge_altered"]
    all_proceedings_end: StrictBool
    provisional: StrictBool | None = None


class ProsecutionStopped(Message):
    """The CPS discontinued, offered no evidence, or substantially altered a charge."""

    type: Literal["prosecution.stopped"]
    data: Stop


class Meeting(Data):
    """What a meeting with the victim was for."""

    purpose: Phrase | None = None


class MeetingHeld(Message):
    """The CPS met the victim or the family."""

    type: Literal["meeting.held"]
    data: Meeting = Meeting()


MESSAGES: tuple[type[Message], ...] = (
    ChargeAuthorised,
    ProsecutionDeclined,
    ProsecutionStopped,
    HearingEnded,
    CaseConcluded,
    OffenderSentenced,
    MeetingHeld,
    *COMMON,
)
