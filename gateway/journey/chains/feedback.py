"""Reads what victims said of a stage, beside what the record of the same stage says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.journey.duty import Kind
from gateway.journey.obligation import Obligation
from gateway.journey.stages import Course, Stage
from gateway.journey.standing import Standing, standing_at
from gateway.journey.story import Fact, Story

FEEDBACK = "feedback.received"
_DUE = (Standing.MET, Standing.MET_LATE, Standing.OVERDUE)
_DONE = (Standing.MET, Standing.MET_LATE, Standing.RECORDED)


class Record(StrEnum):
    """What the record says of a duty at the moment at which the victim was asked about it."""

    DONE = "done"
    PARTLY = "partly"
    NOTHING_RECORDED = "nothing_recorded"
    UNKNOWN = "unknown"
    NOT_OWED = "not_owed"


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a victim said of a stage, beside the limits of the Code that began in it.

    `limits` are those of which it was certain by then whether they were kept, `kept` those met in
    time. `score` is of `scale`, both None where they were not sent.
    """

    fact: Fact
    stage: Stage
    instrument: str
    score: float | None
    scale: int | None
    limits: int
    kept: int


@dataclass(frozen=True, slots=True)
class Account:
    """Whether the victim says that a duty was done, beside what the record said of it by then.

    `owner` and `organisation` owed it, None where nobody did.
    """

    fact: Fact
    stage: Stage
    rule: str
    says_done: bool
    record: Record
    owner: str | None
    organisation: str | None


def feedback_of(
    story: Story, course: Course, obligations: Sequence[Obligation]
) -> Iterator[Feedback]:
    """Yield what the victim said of each stage, in order of time."""
    for fact in story.facts_by_type.get(FEEDBACK, ()):
        stage = Stage[fact.data["stage"].upper()]
        stood = [
            standing_at(one.turns, fact.at)
            for one in obligations
            if one.duty.kind is Kind.CODE
            and one.due_at is not None
            and one.start.at <= fact.at
            and (span := course.at(one.start.at)) is not None
            and span.stage is stage
        ]
        yield Feedback(
            fact=fact,
            stage=stage,
            instrument=fact.data["instrument"],
            score=fact.data.get("score"),
            scale=fact.data.get("scale"),
            limits=sum(standing in _DUE for standing in stood),
            kept=sum(standing is Standing.MET for standing in stood),
        )


def accounts_of(story: Story, obligations: Sequence[Obligation]) -> Iterator[Account]:
    """Yield what the victim said of each duty, by event in order of time and then by duty."""
    for fact in story.facts_by_type.get(FEEDBACK, ()):
        for rule, said in sorted(fact.data.get("says_done", {}).items()):
            owed = [one for one in obligations if one.duty.id == rule and one.start.at <= fact.at]
            first = owed[0] if owed else None
            yield Account(
                fact=fact,
                stage=Stage[fact.data["stage"].upper()],
                rule=rule,
                says_done=said == "yes",
                record=_record(owed, fact.at),
                owner=None if first is None else first.owner,
                organisation=None if first is None else first.organisation,
            )


def _record(owed: Sequence[Obligation], by: datetime) -> Record:
    """Return what the record says by a moment of all that one duty had asked for by then.

    What was owed no longer is left out. It is unknown where a feed may hide any of the answers.
    """
    stood = [standing_at(one.turns, by) for one in owed]
    left = [standing for standing in stood if standing is not Standing.ENDED]
    if not left:
        return Record.NOT_OWED
    done = [standing in _DONE for standing in left]
    if all(done):
        return Record.DONE
    if Standing.UNKNOWN in left:
        return Record.UNKNOWN
    return Record.PARTLY if any(done) else Record.NOTHING_RECORDED
