"""The shapes in which figures on chains and handovers are told, and what is around all figures."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from gateway.answers import LeftOut
from gateway.figures.answers import NamedBody, ShareBody
from gateway.figures.compliance import quarter_of
from gateway.figures.funnels import Funnel, StepFigure
from gateway.figures.metrics import Metric, funnel_metric, metrics
from gateway.figures.shares import percentile, share_of
from gateway.journey.chains.chain import Chain
from gateway.register.answers import RegisterBody
from gateway.register.chain_figures import (
    HandoverFigure,
    Way,
    items_of,
)
from shared.handling import Sensitive


class FigureList(Sensitive):
    """Figures of a moment, as far as `register` has come; `metrics` says what they count.

    They are exact, and so for inspectors only.
    """

    metrics: list[Metric]
    as_of: datetime
    register_: RegisterBody = Field(alias="register", serialization_alias="register")
    left_out: LeftOut


class StepBody(BaseModel):
    """A step of a chain, and what taking it means."""

    step: str
    means: str
    beside: bool = Field(description="Says how another step came out, and is none forward.")


class ChainBody(BaseModel):
    """A chain: its steps in order, and the metric by which runs through it are counted."""

    chain: str
    title: str
    source: str
    counts: str = Field(description="What a run is of: journeys, or suspects of journeys.")
    steps: list[StepBody]
    metric: Metric

    @classmethod
    def of(cls, chain: Chain) -> Self:
        """Describe a chain."""
        return cls(
            chain=chain.id,
            title=chain.title,
            source=chain.source,
            counts="suspects of journeys" if chain.by_suspect else "journeys",
            steps=[StepBody(step=s.id, means=s.means, beside=s.beside) for s in chain.steps],
            metric=metrics()[funnel_metric(chain)],
        )


class ChainList(BaseModel):
    """Every chain."""

    items: list[ChainBody]


# What is counted by an area of an agency's is so named, as its organisations are.
AREAS = ("police", "cps", "probation")


class GroupBody(ShareBody):
    """A figure of one group, whatever it is counted by."""

    group: str | None = Field(description="What it is counted by; null where that is not known.")
    party: NamedBody | None = Field(
        description="The organisation or area, where it is counted by such."
    )
    quarter: str | None = Field(
        description="Of the financial year from April on, where it is counted by month."
    )

    @staticmethod
    def grouped(by: str | None, group: str | None) -> dict[str, Any]:
        """Return what is said of a group; an organisation's is `agency/organisation`."""
        party, quarter = None, None
        if group is not None and by == "month":
            quarter = quarter_of(date.fromisoformat(f"{group}-01"))
        elif group is not None and by in AREAS:
            party = NamedBody.of(by, group)
        elif group is not None and by == "organisation":
            party = named(group)
        return {"group": group if party is None else party.id, "party": party, "quarter": quarter}


def named(party: str | None) -> NamedBody | None:
    """Return the organisation that is written as `agency/organisation`."""
    return None if party is None else NamedBody.of(*party.split("/", 1))


class FunnelItem(GroupBody):
    """How many runs took one step; the share is of those that entered and of which it is known."""

    place: int = Field(description="The step's place in the chain, from 1.")
    step: str = Field(description="As `/v1/statistics/chains` tells it.")
    beside: bool = Field(description="Says how another step came out, and is none forward.")
    runs: int = Field(description="That entered the chain.")
    reached: int = Field(description="Of which this step or a later one is recorded.")
    recorded: int = Field(description="Of which this step itself is recorded.")
    unknown: int = Field(description="Left out: not reached, and a feed may hide it.")
    not_entered: int = Field(description="Left out: a later step is recorded, the first is not.")
    how: list[str] = Field(description="How it was taken and how often, such as `letter 12`.")
    days_left_median: int | None = Field(
        description="London days of the victim's own time that were left when told of it: half had "
        "no more. Null for other steps."
    )

    @classmethod
    def each(cls, chain: Chain, by: str | None, group: str | None, funnel: Funnel) -> list[Self]:
        """Describe every step of a funnel, in its order."""
        return [
            cls(
                **ShareBody.words(metrics()[funnel_metric(chain)], one.share),
                **cls.grouped(by, group),
                place=place,
                step=one.step.id,
                beside=one.step.beside,
                runs=funnel.runs,
                reached=one.reached,
                recorded=one.recorded,
                unknown=one.unknown,
                not_entered=funnel.not_entered,
                how=[f"{how} {often}" for how, often in one.hows.items()],
                days_left_median=_days_left(chain, one, funnel),
            )
            for place, one in enumerate(funnel.steps, 1)
        ]


def _days_left(chain: Chain, one: StepFigure, funnel: Funnel) -> int | None:
    if one.step.id != chain.window_from:
        return None
    return percentile(dict(funnel.days_left), 50)


class FunnelList(FigureList):
    """The funnel of a chain, by what it was asked by, each step in its order."""

    chain: ChainBody
    by: str | None
    items: list[FunnelItem]


class HandoverItem(ShareBody):
    """Handovers of one kind, all of them or those by which an item of the victim's was known.

    Without an item the share is of handovers acknowledged; with one, of those it arrived with.
    """

    kind: str = Field(description="The type of event that hands over.")
    agency: str | None = Field(description="Whose agency sent it.")
    organisation: str | None = Field(description="Who sent it; null where not counted by that.")
    to_agency: str | None = Field(description="Who received it; null where nothing says.")
    to_organisation: str | None = Field(description="Who received it; null likewise.")
    item: str | None = Field(description="What was known of the victim; null for all handovers.")
    handovers: int = Field(description="That were sent, of an item those by which it was known.")
    passed: int | None = Field(description="That say that the item went with them.")
    unknown: int = Field(description="Left out: no receipt is recorded, and a feed may hide it.")
    days_median: int | None = Field(
        description="London days until it was acknowledged: half took no more."
    )
    days_nine_in_ten: int | None = Field(description="Nine in ten took no more.")

    @classmethod
    def each(cls, kind: str, way: Way, figure: HandoverFigure) -> list[Self]:
        """Describe handovers of a kind, and each item that was known at any of them."""
        agency, organisation, to_agency, to_organisation = way
        common: dict[str, Any] = {
            "kind": kind,
            "agency": agency,
            "organisation": organisation,
            "to_agency": to_agency,
            "to_organisation": to_organisation,
        }
        whole = cls(
            **ShareBody.words(
                metrics()["handover-acknowledged"],
                share_of(figure.acknowledged, figure.handovers - figure.unknown),
            ),
            **common,
            item=None,
            handovers=figure.handovers,
            passed=None,
            unknown=figure.unknown,
            days_median=percentile(figure.days, 50),
            days_nine_in_ten=percentile(figure.days, 90),
        )
        items = [
            cls(
                **ShareBody.words(
                    metrics()["handover-arrived"],
                    share_of(figure.arrived[item], figure.known[item] - figure.hidden[item]),
                ),
                **common,
                item=item,
                handovers=figure.known[item],
                passed=figure.passed[item],
                unknown=figure.hidden[item],
                days_median=None,
                days_nine_in_ten=None,
            )
            for item in items_of(figure)
        ]
        return [whole, *items]


class HandoverList(FigureList):
    """Handovers by kind and by between whom."""

    items: list[HandoverItem]
