"""What any agency says of its references: which are one victim's, and which are not after all."""

from typing import Annotated, Literal

from pydantic import Field

from services.door.envelope import Data, Label, Message, Phrase, Subject


class Link(Data):
    """Another reference for the same victim, how we know, and which suspect label is which."""

    reference: Subject
    basis: Phrase
    suspects: Annotated[dict[Label, Label], Field(max_length=50)] | None = Field(
        None, description="Their labels to ours."
    )


class ReferenceLinked(Message):
    """Another reference is the same victim's."""

    type: Literal["reference.linked"]
    data: Link


class ReferenceUnlinked(Message):
    """Another reference is not the same victim's after all."""

    type: Literal["reference.unlinked"]
    data: Link
