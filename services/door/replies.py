"""What a door answers: a receipt, or for a batch one answer an item in order."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.journey_event import Receipt
from shared.problems import Problem
from shared.web import ProblemBody


class ReceiptBody(BaseModel):
    """That an event is kept: its identity, its reference and when we were told (UTC)."""

    status: Literal["created", "repeated"] = Field(
        description="Whether this was the first time, or the first receipt again."
    )
    source: str
    id: str
    subject: str
    receivedtime: datetime


class Item(BaseModel):
    """The answer to one item of a batch, in the batch's order."""

    status: Literal["created", "repeated", "refused"]
    source: str | None = None
    id: str | None = None
    receipt: ReceiptBody | None = None
    problem: ProblemBody | None = None


class Totals(BaseModel):
    """How many answers there were of each kind."""

    created: int
    repeated: int
    refused: int


class BatchReply(Totals):
    """One answer an item, and how many there were of each kind."""

    items: list[Item]


class LastLine(Totals):
    """What ends the answer to lines: an answer without it is not whole.

    The problem says why the lines after those that are answered were not read.
    """

    problem: ProblemBody | None = None


def receipt_body(receipt: Receipt) -> ReceiptBody:
    """Return a receipt as the sender is given it."""
    return ReceiptBody(
        status="created" if receipt.created else "repeated",
        source=receipt.source,
        id=receipt.id,
        subject=receipt.reference,
        receivedtime=receipt.received_at,
    )


def item_of(answer: Receipt | Problem, source: object, id_: object) -> Item:
    """Return the answer to one item, whose source and id are given as they were sent."""
    said_source = source if isinstance(source, str) else None
    said_id = id_ if isinstance(id_, str) else None
    if isinstance(answer, Problem):
        problem = problem_body(answer)
        return Item(status="refused", source=said_source, id=said_id, problem=problem)
    receipt = receipt_body(answer)
    return Item(status=receipt.status, source=said_source, id=said_id, receipt=receipt)


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
