"""The shapes in which publications, their editions, replies and reproductions are told."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.publications.asked import PublicationStatus
from gateway.publications.frozen import FrozenFigure
from gateway.publications.kept import EditionHead, KeptPublication, Reply
from gateway.register.answers import RegisterBody
from shared.handling import Sensitive


class ReproductionOutcome(StrEnum):
    """What came out when an edition was counted again."""

    EQUAL = "equal"
    DIFFERENT = "different"
    CANNOT = "cannot"


class DifferingCell(BaseModel):
    """A cell that did not come out as it was frozen, with the classes in which it differs."""

    key: list[str] = Field(description="A word for each of what was counted by, empty for none.")
    frozen: dict[str, int]
    again: dict[str, int]

    @classmethod
    def of(cls, key: tuple[str, ...], frozen: dict[str, int], again: dict[str, int]) -> Self:
        """Describe a cell."""
        names = [name for name in again if frozen.get(name, 0) != again[name]]
        return cls(
            key=[*key],
            frozen={name: frozen.get(name, 0) for name in names},
            again={name: again[name] for name in names},
        )


class Reproduction(BaseModel):
    """An edition counted again from the events as they were known when it was frozen."""

    edition: int
    run_at: datetime
    outcome: ReproductionOutcome = Field(
        description="`cannot`: this program judges or counts otherwise than was done then, or what "
        "is kept was changed; `why` says which."
    )
    why: list[str]
    journeys: int = Field(description="How many were judged.")
    erased_since: int = Field(0, description="Events whose content was erased since the freezing.")
    differing: list[DifferingCell] = Field(default=[])


class ReproductionBody(Reproduction, Sensitive):
    """What came out when an edition was last counted again."""


class PublicationEditionBody(BaseModel):
    """One edition of a publication."""

    edition: int
    status: PublicationStatus
    reason: str | None = Field(description="Why there is another edition; null for the first.")
    frozen_at: datetime = Field(description="What was known at this moment is counted.")
    frozen_by: str | None = Field(description="Who froze it; told to inspectors.")
    sha256: str = Field(description="Of the document at `/v1/publications/{id}/frozen`, in hex.")

    @classmethod
    def of(cls, edition: EditionHead, *, who: bool) -> Self:
        """Describe an edition; `who` says whether to tell who froze it."""
        return cls(
            edition=edition.number,
            status=edition.status,
            reason=edition.reason,
            frozen_at=edition.frozen_at,
            frozen_by=edition.frozen_by if who else None,
            sha256=edition.sha256,
        )


class EditionList(Sensitive):
    """Every edition of a publication, the oldest first."""

    items: list[PublicationEditionBody]
    next: str | None = None
    as_of: datetime


class ReplyBody(BaseModel):
    """What an organisation says of the factual accuracy of its cells."""

    id: UUID
    edition: int = Field(description="The newest edition when it was said.")
    organisation: str = Field(examples=["police/dorset"])
    said_at: datetime
    text: str

    @classmethod
    def of(cls, reply: Reply) -> Self:
        """Describe a reply."""
        return cls(
            id=reply.id,
            edition=reply.edition,
            organisation=f"{reply.agency}/{reply.organisation}",
            said_at=reply.said_at,
            text=reply.text,
        )


class ReplyList(Sensitive):
    """What organisations say of a publication, the oldest first."""

    items: list[ReplyBody]
    next: str | None = None
    as_of: datetime


class PublicationRow(BaseModel):
    """A publication in its newest edition, without its figures."""

    id: UUID
    title: str
    edition: PublicationEditionBody
    question: dict[str, Any]

    @classmethod
    def of(cls, kept: KeptPublication[EditionHead], *, who: bool) -> Self:
        """Describe a publication."""
        return cls(
            id=kept.id,
            title=kept.title,
            edition=PublicationEditionBody.of(kept.edition, who=who),
            question=kept.words,
        )


class PublicationList(Sensitive):
    """A page of publications, the newest first."""

    items: list[PublicationRow]
    next: str | None
    as_of: datetime


class PublicationAround(Sensitive):
    """A publication in one edition, with what is said of it."""

    id: UUID
    title: str
    editions: int = Field(description="How many there are.")
    edition: PublicationEditionBody
    whole: bool
    replies: list[ReplyBody]


class PublicationBody(PublicationAround):
    """A publication in one edition, with what was frozen and what is said of it.

    `frozen` is the very document that was hashed. Where `whole` is false it has the cells of the
    caller's organisations only.
    """

    frozen: FrozenFigure


class TodayCell(BaseModel):
    """A cell as it was frozen, as it is today, and what was added to it; classes that are not 0."""

    key: list[str] = Field(description="A word for each of what was counted by, empty for none.")
    frozen: dict[str, int]
    today: dict[str, int]
    difference: dict[str, int]

    @classmethod
    def of(cls, key: tuple[str, ...], frozen: dict[str, int], today: dict[str, int]) -> Self:
        """Describe a cell."""
        names = sorted({*frozen, *today})
        difference = {name: today.get(name, 0) - frozen.get(name, 0) for name in names}
        return cls(
            key=[*key],
            frozen={name: count for name, count in frozen.items() if count},
            today={name: count for name, count in today.items() if count},
            difference={name: by for name, by in difference.items() if by},
        )


class TodayBody(Sensitive):
    """A publication beside what the same question comes to with all that is known today."""

    id: UUID
    edition: int
    same: bool = Field(description="Whether every cell is as it was frozen.")
    same_rules: bool = Field(description="Whether rules and calendar are those of the freezing.")
    items: list[TodayCell] = Field(description="Every cell of either, in order.")
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
