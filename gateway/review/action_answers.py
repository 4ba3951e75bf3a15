"""The shapes of actions: as they are sent, and as the gateway tells of them."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from gateway.answers import LeftOut
from gateway.asked import Part, Phrase
from gateway.figures.answers import NamedBody
from gateway.review.actions import Action, Change, ChangeKind, State
from shared.london import london_day


class OwnerAsked(Part):
    """Who is to do it: an organisation of the area."""

    agency: Annotated[str, StringConstraints(max_length=20)] = Field(examples=["police"])
    organisation: Annotated[str, StringConstraints(max_length=100)] = Field(
        examples=["avon-and-somerset"]
    )


class ActionAsked(Part):
    """What is to be done in an area, by whom and by when.

    The id is the sender's to make: sent again with the same content, the first answer comes again.
    """

    id: UUID = Field(description="A new UUID of the sender's.")
    what: Phrase = Field(
        description="What is to be done, in a short phrase that says nothing about a person.",
        examples=["Referrals are checked on the second working day"],
    )
    owner: OwnerAsked
    due_on: date = Field(description="The London day by which it is to be done.")
    threshold: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="The id of the threshold that was crossed, where that is why."
    )


class ChangeAsked(Part):
    """A word on an action: that it is done, has a new day, or is withdrawn."""

    id: UUID = Field(description="A new UUID of the sender's.")
    change: ChangeKind
    due_on: date | None = Field(None, description="The new day; with `new_due_day` only.")
    reason: Phrase | None = Field(
        None,
        description="Why, in a short phrase that says nothing about a person; for `done` as you "
        "like.",
        examples=["the new form is late"],
    )


class ActionChangeBody(BaseModel):
    """A word on an action, when and by whom."""

    id: UUID
    at: datetime
    by: str = Field(description="Who said so, as their token names them.")
    change: ChangeKind
    due_on: date | None
    reason: str | None

    @classmethod
    def of(cls, change: Change) -> Self:
        """Describe a change."""
        return cls(
            id=change.id,
            at=change.at,
            by=change.by,
            change=change.change,
            due_on=change.due_on,
            reason=change.reason,
        )


class ActionBody(BaseModel):
    """What is to be done, as it stood at a moment."""

    id: UUID
    area: NamedBody
    what: str
    owner: NamedBody
    threshold: str | None = Field(description="What was crossed, where that is why.")
    opened_at: datetime
    opened_by: str = Field(description="Who opened it, as their token names them.")
    first_due_on: date = Field(description="The London day by which it was to be done at first.")
    due_on: date = Field(description="The same, as it was last said.")
    state: State
    overdue: bool = Field(description="Whether it was open when its day was over.")
    changes: list[ActionChangeBody] = Field(description="What was said of it by then, in order.")

    @classmethod
    def of(cls, action: Action, as_of: datetime) -> Self:
        """Describe an action as it stood at a moment (UTC)."""
        return cls(
            id=action.id,
            area=NamedBody.of("police", action.area),
            what=action.what,
            owner=NamedBody.of(*action.owner),
            threshold=action.threshold,
            opened_at=action.opened_at,
            opened_by=action.opened_by,
            first_due_on=action.first_due_on,
            due_on=action.due_on,
            state=action.state,
            overdue=action.state == "open" and action.due_on < london_day(as_of),
            changes=[ActionChangeBody.of(one) for one in action.changes],
        )


class ActionList(BaseModel):
    """A page of actions as they stood at `as_of`, the newest first."""

    items: list[ActionBody]
    next: str | None
    as_of: datetime
    left_out: LeftOut


class ActionChangeList(BaseModel):
    """What was said of one action by `as_of`, in order."""

    items: list[ActionChangeBody]
    next: str | None = Field(description="Null: they are all told at once.")
    as_of: datetime
