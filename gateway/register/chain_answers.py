"""The shapes in which figures on chains, handovers and late outcomes are told."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.answers import JudgedBy, LeftOut
from gateway.figures.answers import NamedBody, ShareBody
from gateway.figures.compliance import quarter_of
from gateway.figures.funnels import Funnel, StepFigure
from gateway.figures.metrics import Metric, funnel_metric, metrics
from gateway.figures.shares import percentile, share_of
from gateway.journey.chains.chain import Chain
from gateway.journey.chains.delays import Delay, Leg
from gateway.journey.duty import Rulebook
from gateway.register.answers import RegisterBody
from gateway.register.chain_figures import (
    HandoverFigure,
    LegFigure,
    OutcomeFigure,
    Way,
    items_of,
)
from shared.handling import Sensitive
from shared.london import london_day


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
