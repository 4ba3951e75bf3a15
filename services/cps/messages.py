"""What the CPS's case management and its victim liaison units may say, one class a message."""

from typing import Literal

from pydantic import Field, StrictBool

from services.door.common import COMMON
from services.door.envelope import Data, Label, Message, Phrase, Phrases
from services.door.sentence import CaseConcluded, HearingEnded, OffenderSentenced
from shared.words import Passed


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


class Arrival(Data):
    """What arrived of what the police were to pass on, and what was missing."""

    arrived: list[Passed] | None = Field(None, max_length=10)
    missing: list[Passed] | None = Field(None, max_length=10)


class NeedsReceived(Message):
    """The victim's needs and preferences arrived from the police."""

    type: Literal["needs.received"]
    data: Arrival = Arrival()


class StatementReceived(Message):
    """The victim's personal statement arrived from the police."""

    type: Literal["statement.received"]
    data: Arrival = Arrival()


class SpecialMeasures(Data):
    """Which measures were asked for or ordered, and what the court decided."""

    measures: Phrases | None = None
    outcome: Phrase | None = None


class SpecialMeasuresApplied(Message):
    """The CPS applied for special measures for the victim."""

    type: Literal["special_measures.applied"]
    data: SpecialMeasures = SpecialMeasures()


class SpecialMeasuresDecided(Message):
    """The court decided on special measures for the victim."""

    type: Literal["special_measures.decided"]
    data: SpecialMeasures = SpecialMeasures()


class ExpensesClaimed(Message):
    """The victim's correctly completed claim for expenses was received."""

    type: Literal["expenses.claimed"]


class ExpensesPaid(Message):
    """The victim's expenses were paid."""

    type: Literal["expenses.paid"]


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
    NeedsReceived,
    StatementReceived,
    SpecialMeasuresApplied,
    SpecialMeasuresDecided,
    ExpensesClaimed,
    ExpensesPaid,
    HearingEnded,
    CaseConcluded,
    OffenderSentenced,
    MeetingHeld,
    *COMMON,
)
