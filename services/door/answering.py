"""What any agency says of the victim's reviews, complaints and questions, and of their answers."""

from typing import Annotated, Literal

from pydantic import Field

from services.door.envelope import Data, Day, Message, Phrase
from shared.words import ReviewScheme, ReviewStage


class Review(Data):
    """A review of a decision, under which scheme and at which stage of it."""

    scheme: ReviewScheme | None = None
    stage: ReviewStage | None = None
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


class Complaint(Data):
    """Which right a complaint is about, when a reply was promised for, where it was passed on."""

    right: Annotated[int, Field(ge=1, le=12)] | None = Field(
        None, description="One of the twelve Rights of the Code, by number."
    )
    reply_expected_on: Day | None = None
    to: Phrase | None = Field(None, description="The body that the complaint was passed on to.")


class ComplaintReceived(Message):
    """A complaint of the victim was received."""

    type: Literal["complaint.received"]
    data: Complaint = Complaint()


class ComplaintAcknowledged(Message):
    """The complaint was acknowledged."""

    type: Literal["complaint.acknowledged"]
    data: Complaint = Complaint()


class ComplaintAnswered(Message):
    """The complaint was answered in full."""

    type: Literal["complaint.answered"]
    data: Complaint = Complaint()


class ComplaintRedirected(Message):
    """The complaint was passed on to the body it concerns."""

    type: Literal["complaint.redirected"]
    data: Complaint = Complaint()


class QuestionAsked(Message):
    """The victim asked a question."""

    type: Literal["question.asked"]


class QuestionAnswered(Message):
    """The victim's question was answered."""

    type: Literal["question.answered"]
