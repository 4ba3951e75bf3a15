"""What all three agencies say of a verdict, a sentence and a hearing, each in its own message."""

from typing import Literal

from pydantic import Field, StrictBool

from services.door.envelope import Data, Label, Message, Phrase
from shared.words import CaseOutcome, SentenceKind


class Hearing(Data):
    """A hearing that took place, and what came of it."""

    outcome: Phrase | None = None
    after_rearrest: StrictBool | None = None


class HearingEnded(Message):
    """A hearing ended."""

    type: Literal["hearing.ended"]
    data: Hearing = Hearing()


class Conclusion(Data):
    """The verdict, or another end of the charges, for one suspect."""

    suspect: Label
    outcome: CaseOutcome


class CaseConcluded(Message):
    """The case against one suspect came to its verdict or other end."""

    type: Literal["case.concluded"]
    data: Conclusion


class Sentence(Data):
    """A sentence, and what decides which duties follow from it."""

    suspect: Label
    sentence_kind: SentenceKind
    sentence_months: int | None = Field(None, ge=0, le=1200)
    indeterminate: StrictBool | None = Field(
        None, description="A life sentence, or another without a fixed length."
    )
    specified_offence: StrictBool | None = Field(
        None, description="A violent or sexual offence specified for the contact scheme."
    )
    unduly_lenient_scheme: StrictBool | None = Field(
        None, description="A Crown Court sentence within the unduly lenient sentence scheme."
    )


class OffenderSentenced(Message):
    """One suspect was sentenced."""

    type: Literal["offender.sentenced"]
    data: Sentence
