"""What any agency passes on of the victim's own words: statements, views, claims and feedback."""

from typing import Annotated, Literal

from pydantic import Field

from services.door.envelope import Data, Duty, Message, Phrase
from shared.words import JourneyStage, StatementKind


class Statement(Data):
    """A personal statement, or the impact statement of a business."""

    kind: StatementKind | None = None
    wish: Literal["read_self", "read_by_other", "not_read"] | None = None


class StatementMade(Message):
    """The victim made a personal statement."""

    type: Literal["statement.made"]
    data: Statement = Statement()


class StatementRead(Message):
    """The victim's statement was read to the court or the Parole Board."""

    type: Literal["statement.read"]
    data: Statement = Statement()


class NeedsChanged(Message):
    """The victim said that their needs had changed."""

    type: Literal["needs.changed"]


class Representations(Data):
    """What the victim's views were asked for on, or given on."""

    on: Literal["disposal", "bail", "licence", "parole"]


class RepresentationsInvited(Message):
    """The victim was asked for their views before a decision."""

    type: Literal["representations.invited"]
    data: Representations


class RepresentationsMade(Message):
    """The victim gave their views before a decision."""

    type: Literal["representations.made"]
    data: Representations


class CompensationClaimed(Message):
    """The victim claimed compensation."""

    type: Literal["compensation.claimed"]


class CompensationDecided(Message):
    """The victim's claim for compensation was decided."""

    type: Literal["compensation.decided"]


class Feedback(Data):
    """What the victim answered when asked how a stage had gone; never their words."""

    stage: JourneyStage
    instrument: Phrase = Field(description="The survey or form that was used.")
    score: Annotated[float, Field(ge=-1000, le=1000)] | None = None
    scale: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="The highest score there is."
    )
    says_done: Annotated[dict[Duty, Literal["yes", "no"]], Field(max_length=100)] | None = Field(
        None, description="For each duty asked about, whether the victim says it was done."
    )


class FeedbackReceived(Message):
    """The victim said how a stage had gone for them."""

    type: Literal["feedback.received"]
    data: Feedback
