"""The document that is frozen: a figure with its inputs, as canonical JSON, and its hash."""

import json
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gateway.figures.answers import CellBody
from gateway.figures.areas import AreaKind
from gateway.figures.compliance import By, Cell, Question
from gateway.journey.duty import Kind
from gateway.journey.stages import Stage


class Document(BaseModel):
    """A part of what is frozen."""

    model_config = ConfigDict(frozen=True)


class FrozenCell(Document):
    """A cell: how many duties stood in each class, and what it was told as."""

    key: list[str] = Field(description="A word for each of what was counted by, empty for none.")
    counts: dict[str, int] = Field(
        description="How many duties stood in each class that a metric counts or leaves out."
    )
    told: CellBody = Field(description="As `/v1/statistics/compliance` told it then.")

    @classmethod
    def of(cls, cell: Cell, kind: Kind) -> "FrozenCell":
        """Describe a cell of one kind of duty."""
        return cls(key=[*cell.key], counts=dict(cell.counts), told=CellBody.of(cell, kind))


class KnownThen(Document):
    """Which events were known: all received by `settled_at`, and of those since, these many.

    Which these are is kept beside, and `tail_sha256` is the hash of their ids, a line each. So it
    is exact, whatever was being written at that moment.
    """

    known_at: datetime = Field(description="The moment (UTC) of freezing.")
    settled_at: datetime
    until: datetime = Field(description="When (UTC) the last of them was received, or `known_at`.")
    tail: int
    tail_sha256: str


class JudgedThen(Document):
    """By what the duties were judged; with anything else they may come out otherwise."""

    rulebook: str
    calendar: str
    silence_days: int
    member_silence_days: int
    shape: int = Field(description="Of the register's rows.")
    classes: int = Field(description="Of what a class of the tally is.")
    software: str
    metrics: dict[str, int] = Field(description="The version of each metric.")


class FrozenArea(Document):
    """An area that was asked for."""

    kind: AreaKind
    id: str


class FrozenQuestion(Document):
    """Which duties were counted and by what, worked out from the question and the rules."""

    by: tuple[By, ...]
    rules: tuple[str, ...]
    first: date | None = Field(description="The first day of the first month.")
    last: date | None = Field(description="The first day of the last month.")
    organisation: str | None
    owner: str | None
    area: FrozenArea | None
    stage: int | None
    enhanced: bool | None

    @classmethod
    def of(cls, asked: Question) -> "FrozenQuestion":
        """Describe a question that asks nothing of reports, and of everybody."""
        return cls(
            by=asked.by,
            rules=asked.rules,
            first=asked.first,
            last=asked.last,
            organisation=asked.organisation,
            owner=asked.owner,
            area=None if asked.area is None else FrozenArea(kind=asked.area[0], id=asked.area[1]),
            stage=None if asked.stage is None else int(asked.stage),
            enhanced=asked.enhanced,
        )

    def question(self, as_of: datetime) -> Question:
        """Return the question as of a moment (UTC)."""
        return Question(
            as_of=as_of,
            by=self.by,
            rules=self.rules,
            limit=0,
            first=self.first,
            last=self.last,
            organisation=self.organisation,
            owner=self.owner,
            area=None if self.area is None else (self.area.kind, self.area.id),
            stage=None if self.stage is None else Stage(self.stage),
            enhanced=self.enhanced,
        )


class FrozenFigure(Document):
    """A figure as it was published, with all that it was made from."""

    question: dict[str, Any] = Field(description="As it was asked, with the moment it is as of.")
    kind: Kind
    as_of: datetime
    counted: FrozenQuestion
    known: KnownThen
    register_revision: int
    judged_by: JudgedThen
    left_out: list[str]
    cells: list[FrozenCell]


def canonical(content: BaseModel) -> str:
    """Return the JSON of which the hash is made: names in order, no spaces, UTF-8."""
    return json.dumps(
        content.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def hash_of(text: str) -> bytes:
    """Return the SHA-256 of a text in UTF-8."""
    return sha256(text.encode()).digest()


def tail_hash(ids: list[str]) -> str:
    """Return the hash of event ids, a line each."""
    return sha256("".join(f"{id}\n" for id in ids).encode()).hexdigest()
