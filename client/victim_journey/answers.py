"""What a door answers, and everything that can stop the client.

ClientError
├── Refused       the door refused one event, and says why
├── NotTaken      the door refused the whole request, or is no door
├── Unreachable   the door could not be reached for as long as we were to try
├── Unreadable    a file cannot be read as what it should be
└── BadMapping    a mapping file says something that cannot be followed
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Status = Literal["created", "repeated", "refused"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the field or column, what is wrong with it, and the remedy."""

    field: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field} {self.wrong}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal (RFC 9457), with the status of HTTP that it would have had alone."""

    status: int
    detail: str
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Problem":
        """Read a problem as a door writes it; raises KeyError or TypeError for anything else."""
        faults = (Fault(e["field"], e["wrong"], e["remedy"]) for e in body["errors"])
        return cls(body["status"], body["detail"], tuple(faults))

    def __str__(self) -> str:
        return " ".join([self.detail, *(f"{fault}." for fault in self.faults)])


@dataclass(frozen=True, slots=True)
class Receipt:
    """That an event is kept: its identity, its reference and when the door was told (UTC)."""

    source: str
    id: str
    subject: str
    received: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one event: its receipt, the first one again, or the problem."""

    status: Status
    source: str | None
    id: str | None
    receipt: Receipt | None
    problem: Problem | None

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> "Answer":
        """Read an answer as a door writes it; raises KeyError or TypeError for anything else."""
        receipt, problem = item.get("receipt"), item.get("problem")
        return cls(
            status=item["status"],
            source=item.get("source"),
            id=item.get("id"),
            receipt=None if receipt is None else receipt_of(receipt),
            problem=None if problem is None else Problem.of(problem),
        )


def receipt_of(body: Mapping[str, Any]) -> Receipt:
    """Read a receipt as a door writes it."""
    received = datetime.fromisoformat(body["receivedtime"])
    return Receipt(body["source"], body["id"], body["subject"], received)


@dataclass(slots=True)
class Tally:
    """How many events were created, repeated and refused."""

    created: int = 0
    repeated: int = 0
    refused: int = 0

    @property
    def events(self) -> int:
        """How many there were in all."""
        return self.created + self.repeated + self.refused

    def add(self, other: "Tally") -> None:
        """Count another's events too."""
        self.created += other.created
        self.repeated += other.repeated
        self.refused += other.refused

    def __str__(self) -> str:
        return f"{self.created:,} created, {self.repeated:,} repeated, {self.refused:,} refused"


class ClientError(Exception):
    """What stops the client; the message says why and what to do."""


class Refused(ClientError):
    """The door refused one event; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class NotTaken(ClientError):
    """The door refused the whole request, or something else than a door answered."""


class Unreachable(ClientError):
    """The door could not be reached, or could not keep anything, for as long as we were to try."""


class Unreadable(ClientError):
    """A file cannot be read as what it should be."""


class BadMapping(ClientError):
    """A mapping file says something that cannot be followed; one line for each fault."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("\n".join(faults))
