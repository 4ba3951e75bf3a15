"""The shapes in which the gateway tells of metrics and of figures on how duties were kept."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from gateway.answers import LeftOut
from gateway.figures.compliance import Cell
from gateway.figures.metrics import Counts, Metric, metric_of, metrics
from gateway.figures.shares import Share, share_of
from gateway.journey.duty import Duty, Kind
from gateway.register.answers import RegisterBody
from shared.codes.lists import organisations
from shared.handling import Sensitive

# Said of figures as of a moment that has not come.
AHEAD = (
    "The moment asked about lies ahead: whatever falls due until then and is not done by now "
    "counts as not done."
)
# What a figure leaves out of all duties that have a limit, a column each.
_LEFT_OUT = ("not_yet_due", "not_started", "no_limit", "ended", "unknown")


class MetricList(BaseModel):
    """Every metric."""

    items: list[Metric]


class ShareBody(BaseModel):
    """A share, how surely it is known, and the metric that says what it counts.

    The interval is Wilson's at 95 %: how far chance alone may carry the share, were what is counted
    drawn from much like it. Where nothing was counted, all three are null.
    """

    metric: str = Field(description="What is counted, as told at `/v1/metrics/{id}`.")
    version: int = Field(description="The metric's.")
    numerator: int = Field(description="Of how many the metric says that it is so.")
    denominator: int = Field(description="Of how many it can be said whether it is so.")
    rate: float | None = Field(description="0 to 1; null where nothing was counted.")
    low: float | None = Field(description="The lower end of the interval.")
    high: float | None = Field(description="The upper end of the interval.")

    @staticmethod
    def words(metric: Metric, share: Share) -> dict[str, Any]:
        """Return what is said of any share, for a shape that says more."""
        return {"metric": metric.id, "version": metric.version, **asdict(share)}


class FigureBody(ShareBody):
    """One figure."""

    @classmethod
    def of(cls, metric: Metric, counts: Counts) -> Self:
        """Describe a figure from how many duties stand in each class."""
        share = share_of(metric.numerator.sum(counts), metric.denominator.sum(counts))
        return cls(**cls.words(metric, share))


class LeftOutBody(BaseModel):
    """How many duties with a limit are in no figure of their cell, and why."""

    not_yet_due: int = Field(description="The limit lies after the moment asked about.")
    not_started: int = Field(description="What the time is counted from had not come.")
    no_limit: int = Field(description="Its limit lies outside the calendar of working days.")
    ended: int = Field(description="It ended before it was met.")
    unknown: int = Field(description="A feed was down, or content was erased.")


class UntimedBody(BaseModel):
    """What stands beside the figure of duties that have no limit of time."""

    unknown: int = Field(description="A feed was down, or content was erased.")
    ended: int = Field(description="It ended.")


class NamedBody(BaseModel):
    """An organisation or an area, by the agency and organisation of a `source`."""

    agency: str = Field(description="`police`, `cps` or `probation`, or who else owes it.")
    id: str = Field(description="As in a `source`.")
    name: str | None = Field(description="Null where the code lists have no such organisation.")
    gss: str | None = Field(description="The ONS code of its area, where it has one.")

    @classmethod
    def of(cls, agency: str, id: str) -> Self:
        """Describe an organisation, whether the code lists have it or not."""
        found = organisations().get((agency, id))
        if found is None:
            return cls(agency=agency, id=id, name=None, gss=None)
        return cls(agency=agency, id=id, name=found.name, gss=found.gss)


class CellBody(BaseModel):
    """How duties of one cell were kept; what is not counted by is null.

    So is what is not known: the organisation, the stage, the one area that an organisation is of.
    """

    organisation: NamedBody | None = Field(description="Who owes it.")
    owner: str | None = Field(description="What kind of body owes it, such as `police` or `wcu`.")
    force: NamedBody | None = Field(description="Of whose area the organisation is.")
    cps_area: NamedBody | None = Field(description="Of which CPS Area the organisation is.")
    probation_region: NamedBody | None = Field(description="Of which region it is.")
    right: int | None = Field(description="Of the Code, by its number.")
    duty: str | None = Field(description="The id of its rule.")
    title: str | None = Field(description="The duty's.")
    stage: str | None = Field(description="The stage that the journey was in at the start.")
    enhanced: bool | None = Field(description="Whether Enhanced Rights were owed at the start.")
    flag: str | None = Field(description="Of the first report; a duty counts under each flag.")
    month: date | None = Field(
        description="The first day of the London month in which the limit fell due or, without a "
        "limit, the duty began."
    )
    quarter: str | None = Field(
        description="Of the financial year from April on.", examples=["2024-25 Q1"]
    )
    figure: FigureBody = Field(description="The first figure of this kind of duty.")
    without_departures: FigureBody | None = Field(
        description="The same without what was not met and had a justified departure; null for "
        "windows, which nobody owes."
    )
    recorded: FigureBody | None = Field(
        description="Of duties without a limit of time, never part of the others; null for windows."
    )
    content_not_stated: int = Field(
        description="How many of the first figure's numerator did not say what they carried."
    )
    departures: int = Field(
        description="How many of its denominator were not in time, with a justified departure."
    )
    left_out: LeftOutBody = Field(description="Of duties with a limit.")
    untimed: UntimedBody = Field(description="Of duties without a limit.")

    @classmethod
    def of(cls, cell: Cell, kind: Kind) -> Self:
        """Describe a cell of one kind of duty."""
        counts, of = cell.counts, cell.of
        duty = of.get("duty")
        owed = kind is not Kind.WINDOW
        left = ("not_yet_due", "not_started", "no_limit", "unknown", *(("ended",) if owed else ()))
        return cls(
            **_of(of),
            duty=duty.id if isinstance(duty, Duty) else None,
            title=duty.title if isinstance(duty, Duty) else None,
            figure=FigureBody.of(metric_of(kind), counts),
            without_departures=(
                FigureBody.of(metrics()["in-time-without-departures"], counts) if owed else None
            ),
            recorded=FigureBody.of(metrics()["recorded"], counts) if owed else None,
            content_not_stated=counts["met_not_stated"],
            departures=counts["late_departed"] + counts["overdue_departed"],
            left_out=LeftOutBody(
                **{name: counts[name] if name in left else 0 for name in _LEFT_OUT}
            ),
            untimed=UntimedBody(unknown=counts["untimed_unknown"], ended=counts["untimed_ended"]),
        )


def _of(of: Any) -> dict[str, Any]:
    organisation, stage = of.get("organisation"), of.get("stage")
    areas = {
        kind: None if (area := of.get(kind)) is None else NamedBody.of(area.agency, area.id)
        for kind in ("force", "cps_area", "probation_region")
    }
    known = organisation is not None and organisation[1]
    return {
        "organisation": NamedBody.of(*organisation) if known else None,
        "owner": of.get("owner"),
        **areas,
        "right": of.get("right"),
        "stage": stage and stage.word,
        "enhanced": of.get("enhanced"),
        "flag": of.get("flag"),
        "month": of.get("month"),
        "quarter": of.get("quarter"),
    }


class ComplianceStatistics(Sensitive):
    """A page of figures on one kind of duty as of a moment, as far as `register` has come."""

    kind: Kind = Field(description="Figures of the Code are never mixed with those of other kinds.")
    items: list[CellBody]
    next: str | None
    notes: list[str] = Field(description="What else has to be known of all these figures.")
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut
