"""The shapes in which the gateway tells of a review of a police area."""

from datetime import date, datetime
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.answers import LeftOut
from gateway.figures.answers import FigureBody, NamedBody
from gateway.figures.metrics import metric_of, metrics
from gateway.journey.duty import Duty, Kind
from gateway.register.answers import RegisterBody
from gateway.returns.answers import PeriodBody
from gateway.review.action_answers import ActionBody
from gateway.review.actions import Action
from gateway.review.pack import Beside, Counts, Crossing
from gateway.review.serving import Serving
from gateway.review.thresholds import Threshold
from gateway.review.unmanaged import Unmanaged
from shared.access.caller import Party
from shared.handling import Sensitive
from shared.london import london_day, write_instant
from shared.store.tally_tables import CLASSES


class ServingBody(BaseModel):
    """A CPS Area or probation region that serves the area, by the dated crosswalk."""

    kind: str
    organisation: NamedBody | None = Field(description="Null where it is not known which.")
    verified: bool = Field(description="Whether the crosswalk was compared with the agency's own.")
    note: str | None

    @classmethod
    def of(cls, one: Serving) -> Self:
        """Describe what serves an area."""
        named = None if one.party is None else NamedBody.of(*one.party)
        return cls(kind=one.kind, organisation=named, verified=one.verified, note=one.note)


class PairBody(BaseModel):
    """The figures of the Code on some duties: those with a limit of time, and those without."""

    in_time: FigureBody
    recorded: FigureBody

    @classmethod
    def of(cls, counted: Counts | None) -> Self:
        """Describe counts; None is of no duties."""
        counts = counted or dict.fromkeys(CLASSES, 0)
        return cls(
            in_time=FigureBody.of(metric_of(Kind.CODE), counts),
            recorded=FigureBody.of(metrics()["recorded"], counts),
        )


class ReviewedBody(BaseModel):
    """How one body of the area kept the duties of one right, or of all."""

    organisation: NamedBody = Field(
        description="An Area or region may serve other police areas too: it is told as a whole."
    )
    right: int | None = Field(description="Null for all rights together.")
    quarter: PairBody
    before: PairBody = Field(description="The quarter before, as of its own end.")
    nation: PairBody | None = Field(
        description="All organisations of the agency in the quarter; null for who may not be told."
    )


class CrossingBody(BaseModel):
    """How one body of the area stands beside a threshold."""

    threshold: Threshold
    organisation: NamedBody
    beside: Beside = Field(
        description="`crossed`: its share was below the level in each of the quarters that the "
        "threshold is of. `too_few`: in one of them it owed too few to say."
    )
    quarter: FigureBody
    before: FigureBody
    actions: list[UUID] = Field(description="Its actions that name the threshold, by then.")

    @classmethod
    def of(cls, one: Crossing, actions: list[Action]) -> Self:
        """Describe a crossing, with the actions of the area."""
        metric = metrics()[one.threshold.metric]
        return cls(
            threshold=one.threshold,
            organisation=NamedBody.of(*one.party),
            beside=one.beside,
            quarter=FigureBody.of(metric, one.counts),
            before=FigureBody.of(metric, one.before),
            actions=[
                action.id
                for action in actions
                if (action.threshold, action.owner) == (one.threshold.id, one.party)
            ],
        )


class UnmanagedBody(BaseModel):
    """Breaches of a duty of which nothing is recorded to have been done about them."""

    organisation: NamedBody
    owner: str
    duty: str
    title: str
    right: int
    breaches: int
    oldest_due_on: date
    oldest_days: int = Field(description="London days from that limit to the moment asked about.")
    listed_at: str = Field(description="Where they are listed, with all of the same right.")

    @classmethod
    def of(cls, one: Unmanaged, duty: Duty, party: Party, as_of: datetime) -> Self:
        """Describe breaches, as of a moment (UTC)."""
        asked = {
            "organisation": one.organisation,
            "owner": one.owner,
            "right": duty.right,
            "managed": "false",
            "as_of": write_instant(as_of),
        }
        return cls(
            organisation=NamedBody.of(*party),
            owner=one.owner,
            duty=duty.id,
            title=duty.title,
            right=duty.right,
            breaches=one.breaches,
            oldest_due_on=one.oldest_due_on,
            oldest_days=(london_day(as_of) - one.oldest_due_on).days,
            listed_at=f"/v1/breaches?{urlencode(asked)}",
        )


class ReviewPack(Sensitive):
    """A police area's quarter, for its bodies to review together, as far as `register` has come."""

    area: NamedBody
    served_by: list[ServingBody] = Field(description="On the first or the last day of the quarter.")
    quarter: PeriodBody
    before: PeriodBody
    as_of: datetime = Field(description="Breaches and actions are as of this moment.")
    figures_as_of: datetime = Field(
        description="Figures are as of the quarter's end or, while it lasts, the last month's."
    )
    provisional: bool
    provisional_because: list[str]
    figures: list[ReviewedBody]
    thresholds: list[CrossingBody]
    breaches_unmanaged: list[UnmanagedBody]
    actions: list[ActionBody] = Field(
        description="The newest that were not over when the quarter began, or came later."
    )
    actions_at: str = Field(description="Where all are listed.")
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut
