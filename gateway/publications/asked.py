"""What can be asked of publications: a figure to freeze, a new edition, a reply."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from gateway.asked import Part, Phrase, Word
from gateway.journey.duty import Kind
from shared.words import JourneyStage

MOST_WORDS = 2_000

# Something that is no space, and of control characters line breaks only.
_TEXT = r"^[^\x00-\x09\x0b-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x09\x0b-\x1f\x7f]*$"
Text = Annotated[str, StringConstraints(pattern=_TEXT, max_length=MOST_WORDS)]


class PublicationStatus(StrEnum):
    """How surely a publication stays as it is."""

    PROVISIONAL = "provisional"
    FINAL = "final"
    REVISED = "revised"


class QuestionAsked(Part):
    """The question of a figure, in the words of `/v1/statistics/compliance`.

    Flags and offence groups are special categories of data, and are not frozen.
    """

    by: Word | None = Field(None, description="What to count by.", examples=["organisation,right"])
    kind: Kind = Kind.CODE
    from_: Word | None = Field(None, alias="from", description="From this London month on.")
    to: Word | None = Field(None, description="Up to this London month.")
    organisation: Word | None = None
    owner: Word | None = None
    force: Word | None = None
    cps_area: Word | None = None
    probation_region: Word | None = None
    right: int | None = Field(None, ge=1, le=12)
    duty: Word | None = None
    stage: JourneyStage | None = None
    enhanced: bool | None = None
    as_of: Word | None = Field(
        None, description="Seen from this moment; left out: the end of the last London month."
    )

    def words(self) -> dict[str, Any]:
        """Return what is asked, without what is left out."""
        return self.model_dump(by_alias=True, exclude_none=True)


class FigureAsked(Part):
    """A figure or a table that is to be frozen."""

    title: Phrase = Field(examples=["Rights 4 and 6 by force, October 2026"])
    question: QuestionAsked
    final: bool = Field(False, description="Whether it is final; left out: it is provisional.")


class EditionAsked(Part):
    """A new edition of a publication: the same question, answered by what is known now.

    Before it is final an edition is provisional or final; after that it is revised.
    """

    reason: Phrase = Field(
        description="Why, in a short phrase that says nothing about a person.",
        examples=["a force sent October's referrals late"],
    )
    final: bool = Field(False, description="Whether it is final from now on.")


class ReplyAsked(Part):
    """What an organisation says of the factual accuracy of its cells."""

    organisation: Annotated[str, StringConstraints(pattern=r"^[^\x00/]+/[^\x00/]+$")] = Field(
        description="Who replies, one of the token's.", examples=["police/dorset"]
    )
    text: Text = Field(
        description="In plain words that say nothing about a person.",
        examples=["Our feed was down from 3 to 9 October; the referrals were sent on the 12th."],
    )
