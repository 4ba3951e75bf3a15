"""What a door answers: a receipt, or for a batch one answer an item in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from shared.journey_event import Receipt
from shared.problems import Problem
from shared.web import ProblemBody


# Dataclasses, which are made without being checked: what is in them is our own, and a large batch
# has as many of them as events.
@dataclass(slots=True)
class ReceiptBody:
    """That an event is kept: its identity, its reference and when we were told (UTC)."""

    status: Annotated[
        Literal["created", "repeated"],
        Field(description="Whether this was the first time, or the first receipt again."),
    ]
    source: str
    id: str
    subject: str
    receivedtime: datetime


@dataclass(slots=True)
class Item:
    """The answer to one item of a batch, in the batch's order."""

    status: Literal["created", "repeated", "refused"]
    source: str | None = None
    id: str | None = None
    receipt: ReceiptBody | None = None
    problem: ProblemBody | None = None


@dataclass(slots=True, kw_only=True)
class Totals:
    """How many answers there were of each kind."""

    created: int
    repeated: int
    refused: int


@dataclass(slots=True, kw_only=True)
class BatchReply(Totals):
    """One answer an item, and how many there were of each kind."""

    items: list[Item]


@dataclass(slots=True, kw_only=True)
class LastLine(Totals):
    """What ends the answer to lines: an answer without it is not whole.

    The problem says why the lines after those that are answered were not read.
    """

    problem: ProblemBody | None = None


_WRITERS: dict[type, TypeAdapter[Any]] = {
    shape: TypeAdapter(shape) for shape in (ReceiptBody, Item, BatchReply, LastLine)
}


def written(reply: ReceiptBody | Item | BatchReply | LastLine) -> bytes:
    """Return a reply as JSON, without what it does not say."""
    return _WRITERS[type(reply)].dump_json(reply, exclude_none=True)


def receipt_body(receipt: Receipt) -> ReceiptBody:
    """Return a receipt as the sender is given it."""
    return ReceiptBody(
        status="created" if receipt.created else "repeated",
        source=receipt.source,
        id=receipt.id,
        subject=receipt.reference,
        receivedtime=receipt.received_at,
    )


def kept_item(receipt: Receipt) -> Item:
    """Return the answer to an item that is kept."""
    body = receipt_body(receipt)
    return Item(body.status, body.source, body.id, body)


def refused_item(problem: Problem, source: object, id_: object) -> Item:
    """Return the refusal of an item, whose source and id are given as they were sent."""
    return Item(
        status="refused",
        source=source if isinstance(source, str) else None,
        id=id_ if isinstance(id_, str) else None,
        problem=problem_body(problem),
    )


def problem_body(problem: Problem) -> ProblemBody:
    """Return a problem as it stands within another answer."""
    return ProblemBody.model_validate(problem.body())


def batch_reply(items: list[Item]) -> BatchReply:
    """Return the reply to a batch."""
    statuses = [item.status for item in items]
    return BatchReply(
        items=items,
        created=statuses.count("created"),
        repeated=statuses.count("repeated"),
        refused=statuses.count("refused"),
    )
