"""The shapes in which late outcomes are told, leg by leg: counted, and of one journey."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.answers import JudgedBy, LeftOut
from gateway.figures.answers import ShareBody
from gateway.figures.metrics import Metric, metrics
from gateway.figures.shares import share_of
from gateway.journey.chains.delays import Delay, Leg
from gateway.journey.duty import Rulebook
from gateway.register.chain_answers import FigureList
from gateway.register.chain_figures import (
    LegFigure,
    OutcomeFigure,
)
from shared.handling import Sensitive
from shared.london import london_day


class DelayItem(ShareBody):
    """One body's legs in late outcomes that came: how many working days it used, of how many."""

    rule: str = Field(description="The duty that the outcome ended with.")
    title: str | None = Field(description="The duty's.")
    owner: str = Field(description="Which kind of body it is, such as `courts` or `wcu`.")
    organisation: str | None = Field(description="Null where unknown or not counted by that.")
    days_used: int = Field(description="Working days, of all its legs.")
    days_allowed: int = Field(description="Working days that its own limits allow for them.")
    days_over: int = Field(description="Working days beyond its own limits, leg by leg.")

    @classmethod
    def of(cls, key: tuple[str, str, str | None], figure: LegFigure, rulebook: Rulebook) -> Self:
        """Describe one body's legs."""
        rule, owner, organisation = key
        duty = rulebook.by_id.get(rule)
        return cls(
            **ShareBody.words(
                metrics()["delay-over-own-limit"], share_of(figure.over, figure.legs)
            ),
            rule=rule,
            title=None if duty is None else duty.title,
            owner=owner,
            organisation=organisation,
            days_used=figure.days_used,
            days_allowed=figure.days_allowed,
            days_over=figure.days_over,
        )


class OutcomeItem(BaseModel):
    """How many outcomes of a duty were late, and of how many the days are not told."""

    rule: str
    late: int
    not_come: int = Field(description="Left out: it has not come.")
    undivided: int = Field(description="Left out: nothing says when the second body heard of it.")

    @classmethod
    def of(cls, rule: str, figure: OutcomeFigure) -> Self:
        """Describe the outcomes of a rule."""
        return cls(
            rule=rule, late=figure.late, not_come=figure.not_come, undivided=figure.undivided
        )


class DelayList(FigureList):
    """Who used how many days of outcomes that came late, and how many such outcomes there are."""

    items: list[DelayItem]
    outcomes: list[OutcomeItem]


class LegBody(BaseModel):
    """One body's part of a late outcome, in working days; the day on which it began is day 0."""

    owner: str
    organisation: str | None
    began_at: datetime
    began_on: date
    ended_at: datetime | None = Field(description="Null while it runs.")
    ended_on: date | None
    ended_inferred: bool = Field(
        description="Nothing states when the next body heard of it: it is taken from the keying."
    )
    days_allowed: int
    days_used: int | None = Field(
        description="Until it ended, or until the moment asked about; null outside the calendar."
    )
    days_over: int

    @classmethod
    def of(cls, leg: Leg) -> Self:
        """Describe a leg."""
        return cls(
            owner=leg.owner,
            organisation=leg.organisation,
            began_at=leg.began_at,
            began_on=leg.began_on,
            ended_at=leg.ended_at,
            ended_on=None if leg.ended_at is None else london_day(leg.ended_at),
            ended_inferred=leg.inferred,
            days_allowed=leg.allowed,
            days_used=leg.used,
            days_over=leg.over,
        )


class DelayBody(BaseModel):
    """One outcome that is, or came, late, split among the bodies that owed it together."""

    obligation: str = Field(description="The one it ended with, for its explanation.")
    rule: str
    title: str
    suspect: str | None
    days_allowed: int = Field(description="Working days that all legs together allow.")
    due_on: date
    came_at: datetime | None = Field(description="Null where it had not come by the moment.")
    undivided: str | None = Field(description="Why its days cannot be split, where they cannot.")
    legs: list[LegBody]

    @classmethod
    def of(cls, delay: Delay) -> Self:
        """Describe a late outcome."""
        owed = delay.obligation
        return cls(
            obligation=owed.id,
            rule=owed.duty.id,
            title=owed.duty.title,
            suspect=owed.start.suspect,
            days_allowed=delay.allowed,
            due_on=delay.due_on,
            came_at=delay.came_at,
            undivided=delay.undivided,
            legs=[LegBody.of(leg) for leg in delay.legs],
        )


class JourneyDelays(Sensitive):
    """Every late outcome of one journey, computed from its events, leg by leg."""

    journey: UUID
    items: list[DelayBody]
    metric: Metric
    as_of: datetime
    known_at: datetime | None
    settled: bool
    judged_by: JudgedBy
    left_out: LeftOut
