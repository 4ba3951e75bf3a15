"""The shapes in which organisations are told beside each other, and months beside a baseline."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from gateway.answers import LeftOut
from gateway.figures.answers import AHEAD, FigureBody, NamedBody
from gateway.figures.fair.chance import Limits, limits_of_chance
from gateway.figures.fair.comparison import INNER, OUTER, Comparison, Point, Position
from gateway.figures.fair.over_time import Change, Chart, Month
from gateway.figures.metrics import Metric
from gateway.figures.shares import share_of
from gateway.journey.duty import Kind
from gateway.register.answers import RegisterBody
from shared.handling import Sensitive

# Places at which the limits are told as a curve: enough to draw it, few enough to work out.
CURVE = 40
TOGETHER = (
    "Duties of one journey often stand or fall together. Chance carries shares further than the "
    "limits say then, unless they are widened."
)
_BEYOND = {Position.FAR_BELOW: -1, Position.FAR_ABOVE: 1}
MIXED = "Several duties are counted together: ask for one `duty` to compare like with like."


class LimitsBody(BaseModel):
    """The lowest and the highest share that chance alone explains; both are inside."""

    low: float = Field(description="0 to 1; a share below it differs.")
    high: float = Field(description="0 to 1; a share above it differs.")

    @classmethod
    def of(cls, limits: Limits | None) -> Self | None:
        """Describe limits, where there are any."""
        return None if limits is None else cls(low=limits.low, high=limits.high)


class PointBody(BaseModel):
    """One organisation or area in the plot: its figure, and where that is beside its limits.

    Whoever is inside is not told from the others by anything but chance.
    """

    party: NamedBody = Field(description="The organisation or area.")
    figure: FigureBody = Field(description="Its share.")
    limits_95: LimitsBody | None = Field(
        description="At its own denominator; null where nothing was counted."
    )
    limits_998: LimitsBody | None = Field(description="Those of 99.8 %, likewise.")
    beyond: int = Field(
        description="-1 below the 99.8 % limits, 1 above them, 0 where chance alone explains it."
    )
    position: Position = Field(description="Where the share stands beside both limits.")
    words: str = Field(description="The same in words.")

    @classmethod
    def of(cls, point: Point, party: NamedBody, metric: Metric) -> Self:
        """Describe a point."""
        return cls(
            party=party,
            figure=figure_of(metric, point.found, point.of),
            limits_95=LimitsBody.of(point.inner),
            limits_998=LimitsBody.of(point.outer),
            beyond=_BEYOND.get(point.position, 0),
            position=point.position,
            words=point.words,
        )


class CurveBody(BaseModel):
    """The limits at one denominator: what the funnel of a plot is drawn through."""

    denominator: int
    limits_95: LimitsBody
    limits_998: LimitsBody

    @classmethod
    def each(cls, comparison: Comparison) -> list[Self]:
        """Describe the limits from one case to as many as anybody has."""
        target = comparison.target
        most = max((point.of for point in comparison.points), default=0)
        if target is None or not most:
            return []
        spread = comparison.spread or 1.0

        def at(of: int, outside: float) -> LimitsBody:
            limits = limits_of_chance(of, target, outside=outside, spread=spread)
            return LimitsBody(low=limits.low, high=limits.high)

        return [
            cls(denominator=of, limits_95=at(of, INNER), limits_998=at(of, OUTER))
            for of in places_to(most)
        ]


class ComparisonStatistics(Sensitive):
    """Organisations or areas beside each other, with the limits that chance alone explains.

    A plot has `denominator` across and `rate` up: a point for each item, a line at `target`, and
    the limits of `curve` around it.
    """

    metric: Metric
    kind: Kind = Field(description="Figures of the Code are never mixed with those of other kinds.")
    of: str = Field(description="What is compared.")
    target: float | None = Field(
        description="The share (0 to 1) to which all are held: that of all items together, unless "
        "another was handed in. Null where nothing was counted."
    )
    spread: float | None = Field(
        description="How much more they differ than chance explains: 1 as by chance, 4 twice as "
        "far. The limits are wider by its root. Null where they are too few to say, or where the "
        "limits were not to be widened."
    )
    items: list[PointBody]
    elsewhere: FigureBody | None = Field(
        description="What is of none of them, such as of several areas at once; in no item and not "
        "in `target`."
    )
    curve: list[CurveBody]
    notes: list[str] = Field(description="How the limits were found, and what they do not say.")
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut


class MonthBody(BaseModel):
    """One month of a chart: its figure, and whether it differs from the baseline."""

    month: date = Field(
        description="The first day of the London month in which the limits fell due."
    )
    quarter: str = Field(
        description="Of the financial year from April on.", examples=["2024-25 Q1"]
    )
    figure: FigureBody = Field(description="Its share.")
    in_baseline: bool = Field(description="Whether it is one of those it is held to.")
    over: bool = Field(description="Whether it had ended by the moment; else it may still change.")
    limits_998: LimitsBody | None = Field(
        description="What chance alone explains at its own denominator, were it like the baseline."
    )
    beyond: int = Field(description="-1 below the limits, 1 above them, 0 inside.")
    run: int = Field(description="How many months in a row stand on this side of the centre.")
    signal: str | None = Field(
        description="Why it differs from the baseline by more than chance explains, if it does."
    )

    @classmethod
    def of(cls, month: Month, metric: Metric, told: dict[str, Any]) -> Self:
        """Describe a month; `told` is what a chart does not know of it."""
        return cls(
            figure=figure_of(metric, month.found, month.of),
            limits_998=LimitsBody.of(month.limits),
            beyond=month.beyond,
            run=month.run,
            signal=month.signal,
            **told,
        )


class BeforeAfterBody(BaseModel):
    """A share before a day and after it, and how far apart they are."""

    day: date
    before: FigureBody
    after: FigureBody
    difference: float | None = Field(description="After less before; null where either is empty.")
    low: float = Field(description="The lower end of Newcombe's interval of it at 95 %.")
    high: float = Field(description="Its upper end.")
    words: str
    between: date | None = Field(
        description="The month in which the day falls, where it is not its first: it counts for "
        "neither."
    )

    @classmethod
    def of(cls, change: Change, told: dict[str, Any]) -> Self:
        """Describe a change; `told` are its day, its figures and the month between them."""
        return cls(
            difference=change.difference,
            low=change.interval.low,
            high=change.interval.high,
            words=change.words,
            **told,
        )


class TrendStatistics(Sensitive):
    """Months in their order beside those of a baseline, from the first that has anything.

    A plot has months across and `rate` up, a line at `centre`, and the limits of each month.
    """

    metric: Metric
    kind: Kind = Field(description="Figures of the Code are never mixed with those of other kinds.")
    centre: float | None = Field(
        description="The share of the months of the baseline; null without any."
    )
    spread: float | None = Field(
        description="How much more months of the baseline differ than chance explains; the limits "
        "are wider by its root. Null where they are too few to say."
    )
    items: list[MonthBody]
    before_after: BeforeAfterBody | None = Field(description="Null where no day was asked about.")
    notes: list[str] = Field(description="How the limits were found, and what they do not say.")
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut


def figure_of(metric: Metric, found: int, of: int) -> FigureBody:
    """Describe a share of a metric."""
    return FigureBody(**FigureBody.words(metric, share_of(found, of)))


def notes_of(told: Comparison | Chart, rules: Sequence[str], *, ahead: bool) -> list[str]:
    """Return what is said of limits, of so many rules counted together.

    `ahead` says that they are seen from a moment that has not come.
    """
    more = [*([MIXED] if len(rules) > 1 else []), *([AHEAD] if ahead else [])]
    return [*told.notes, TOGETHER, *more]


def places_to(most: int) -> list[int]:
    """Return at which denominators a curve is drawn, from 1: each as much further as the last."""
    return sorted({round(most ** (at / (CURVE - 1))) for at in range(CURVE)})
