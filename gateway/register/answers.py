"""The shapes in which the gateway tells of the register."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.answers import JudgedBy, LeftOut
from gateway.journey.duty import Rulebook
from gateway.journey.stages import Stage
from gateway.journey.standing import Standing
from gateway.register.lag import COUNTED, LOOKED_AT, Lag
from gateway.register.owed import MANAGED, NoticedBy, Owed
from gateway.register.rows import Yardstick
from gateway.register.severity import Severity, severity
from shared.handling import Sensitive
from shared.london import london_day


class RegisterBody(BaseModel):
    """How far the register, from which lists and figures are told, is behind the events."""

    revision: int = Field(description="Rises with every change of the register.")
    up_to_date: bool = Field(
        description="Whether it holds all that was known, judged by the rules in force."
    )
    behind: int = Field(
        description="How many references wait to be projected; "
        f"not counted beyond {COUNTED:,}: one more then."
    )
    judged_otherwise: int = Field(
        description="How many journeys were last judged by other rules, another calendar or "
        "another local standard of silence; counted as `behind` is."
    )
    waiting_since: datetime | None = Field(
        description="When (UTC) we were told of the oldest event that is not in it, among those of "
        f"{LOOKED_AT} references that wait; null where none waits."
    )
    judged_by: JudgedBy

    @classmethod
    def of(cls, lag: Lag, yardstick: Yardstick) -> Self:
        """Describe a lag, as seen by a yardstick."""
        return cls(
            revision=lag.revision,
            up_to_date=lag.is_up_to_date,
            behind=lag.behind,
            judged_otherwise=lag.judged_otherwise,
            waiting_since=lag.waiting_since,
            judged_by=JudgedBy.of(yardstick.rulebook, yardstick.calendar),
        )


class OwedJourney(BaseModel):
    """The journey something was owed on."""

    id: UUID = Field(description="The journey's id.")
    reference: str = Field(description="The reference that the journey is named by.")


class OwedBody(BaseModel):
    """One obligation as it stood at the moment asked about; days are London days.

    What is said of the rule is null where the rules in force do not have it any more.
    """

    journey: OwedJourney
    obligation: str = Field(description="Its id, for `/v1/obligations/{id}/explanation`.")
    rule: str = Field(description="The rule that the duty is written in, such as `R6.ARREST`.")
    title: str | None = Field(description="The duty in words.")
    right: int | None = Field(description="The right of the Code, by number.")
    kind: str | None = Field(description="Where its limit comes from; `code`: the Code.")
    owner: str = Field(description="Who owes it, as a kind of body: `police`, `wcu`.")
    organisation: str | None = Field(
        description="Which organisation that is, where it ever spoke on the journey."
    )
    suspect: str | None = Field(description="The suspect it is about, by the sender's label.")
    enhanced: bool = Field(description="Whether Enhanced Rights were owed on the day of its start.")
    stage: str | None = Field(description="The stage that the journey was in at its start.")
    started_at: datetime = Field(description="When what started it happened.")
    due_on: date = Field(description="The last London day on which it could be met in time.")
    due_at: datetime = Field(description="The first instant after its limit.")
    allowed_days: int | None = Field(
        description="London days from its start to the limit's, one at least; null for a moment "
        "after an upgrade."
    )
    standing: Standing = Field(description="How it stood at the moment asked about.")
    content_stated: bool = Field(
        description="Whether the answer said what it carried; true where none came."
    )

    @classmethod
    def words(cls, owed: Owed, rulebook: Rulebook) -> dict[str, Any]:
        """Return what is said of any obligation."""
        duty = rulebook.by_id.get(owed.rule)
        return {
            "journey": OwedJourney(id=owed.journey_id, reference=owed.reference),
            "obligation": owed.obligation_id.hex(),
            "rule": owed.rule,
            "title": duty and duty.title,
            "right": duty and duty.right,
            "kind": duty and duty.kind.value,
            "owner": owed.owner,
            "organisation": owed.organisation,
            "suspect": owed.suspect,
            "enhanced": owed.enhanced,
            "stage": None if owed.stage is None else Stage(owed.stage).word,
            "started_at": owed.started_at,
            "due_on": owed.due_on,
            "due_at": owed.due_at,
            "allowed_days": owed.allowed_days,
            "standing": owed.standing,
            "content_stated": owed.content_stated,
        }


class DueBody(OwedBody):
    """What falls due, and can still be met."""

    days_left: int = Field(description="London days from the moment asked about to the limit's.")

    @classmethod
    def of(cls, owed: Owed, rulebook: Rulebook, as_of: datetime) -> Self:
        """Describe what is pending at a moment."""
        left = (owed.due_on - london_day(as_of)).days
        return cls(**cls.words(owed, rulebook), days_left=left)


class SeverityBody(BaseModel):
    """How severe a breach is, by facts of the breach alone; levels are never added up."""

    scale: str = Field(description="The scale, with its version.", examples=["breach-severity-1"])
    level: int = Field(description="From 1; each fact of the scale that holds adds one.")
    because: list[str] = Field(description="The facts of the scale that hold, in words.")

    @classmethod
    def of(cls, facts: Collection[str], scale: Severity) -> Self:
        """Describe the severity for which these facts of a scale hold."""
        return cls(
            scale=scale.id,
            level=scale.lowest + len(facts),
            because=[says for fact, says in scale.says.items() if fact in facts],
        )


class BreachBody(OwedBody):
    """A breach of the Code, how late it was, and what was recorded beside it by then."""

    days_late: int = Field(
        description="London days from the limit's last day to the answer, or to the moment asked "
        "about where none had come."
    )
    severity: SeverityBody
    answered_at: datetime | None = Field(description="When it was met, late; null where not yet.")
    noticed_by: NoticedBy = Field(
        description="Who noticed it first; `gateway` where nobody is recorded to have done so."
    )
    noticed_after_days: int | None = Field(
        description="London days from the limit's last day until it was noticed."
    )
    departure_on: date | None = Field(
        description="The day on which a good reason for departing from the duty was recorded."
    )
    victim_told_on: date | None = Field(
        description="The day on which the victim was told of the breach."
    )
    remedied_on: date | None = Field(description="The day on which it was put right.")
    managed: bool = Field(
        description="Whether something was done about it: the victim was told of it, it was put "
        "right, or a good reason for departing from the duty is recorded."
    )

    @classmethod
    def of(cls, owed: Owed, rulebook: Rulebook, as_of: datetime) -> Self:
        """Describe a breach as it was at a moment."""
        until = london_day(owed.answered_at or as_of)
        days = {mark: recorded.on for mark, recorded in owed.marks.items()}
        noticed = owed.marks.get("breach.noticed")
        return cls(
            **cls.words(owed, rulebook),
            days_late=(until - owed.due_on).days,
            severity=SeverityBody.of(owed.severe_because, severity()),
            answered_at=owed.answered_at,
            noticed_by=owed.noticed_by,
            noticed_after_days=None if noticed is None else (noticed.on - owed.due_on).days,
            departure_on=days.get("departure.justified"),
            victim_told_on=days.get("breach.victim_told"),
            remedied_on=days.get("breach.remedied"),
            managed=any(mark in days for mark in MANAGED),
        )


class OwedList(Sensitive):
    """A page of what was owed on many journeys; `next` is the address of the next one.

    What is listed is what is now known to have held at `as_of`, as far as `register` has come.
    """

    next: str | None
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut


class DueList(OwedList):
    """What falls due, the next limit first."""

    items: list[DueBody]


class BreachList(OwedList):
    """Breaches of the Code, the latest limit first."""

    items: list[BreachBody]
