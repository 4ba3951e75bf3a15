"""What any agency says of its own work: officers, handovers, departures and breaches."""

from typing import Literal

from pydantic import Field

from services.door.envelope import Data, Duty, Identifier, Message, Phrase
from shared.words import Passed


class Officer(Data):
    """What a newly assigned officer does for the victim."""

    role: Literal["officer_in_case", "witness_care", "family_liaison", "victim_liaison"]


class OfficerAssigned(Message):
    """An officer was assigned to the victim or the case."""

    type: Literal["officer.assigned"]
    data: Officer


class Handover(Data):
    """To whom the victim's case was handed over, and what was passed with it."""

    to: Phrase = Field(description="The agency, unit or organisation that takes over.")
    passed: list[Passed] | None = Field(None, max_length=10)


class HandoverSent(Message):
    """The victim's case was handed over."""

    type: Literal["handover.sent"]
    data: Handover


class HandoverAcknowledged(Message):
    """Those who took the victim's case over said so."""

    type: Literal["handover.acknowledged"]
    data: Handover


class OneObligation(Data):
    """One duty, owed because of one event."""

    duty: Duty
    start: Identifier = Field(description="The id of the event that started the clock.")


class Departure(OneObligation):
    """Why a duty was not kept as it stands, and who decided so."""

    reason: Phrase
    decided_by: Phrase = Field(description="A role, never a name.")


class DepartureJustified(Message):
    """A good reason for departing from a duty was recorded."""

    type: Literal["departure.justified"]
    data: Departure


class Breach(OneObligation):
    """A breach, and who noticed it first."""

    by: Literal["agency", "victim", "inspector"] | None = None


class BreachNoticed(Message):
    """A breach was noticed."""

    type: Literal["breach.noticed"]
    data: Breach


class BreachVictimTold(Message):
    """The victim was told of a breach."""

    type: Literal["breach.victim_told"]
    data: Breach


class BreachRemedied(Message):
    """A breach was put right."""

    type: Literal["breach.remedied"]
    data: Breach
