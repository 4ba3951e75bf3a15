"""Tells organisations beside each other and months beside a baseline, as far as chance allows."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.figures.answers import NamedBody
from gateway.figures.compliance import Question, quarter_of, read_cells
from gateway.figures.fair.answers import (
    BeforeAfterBody,
    ComparisonStatistics,
    CurveBody,
    MonthBody,
    PointBody,
    TrendStatistics,
    figure_of,
    notes_of,
)
from gateway.figures.fair.beside import MonthPair, apart, beside, in_order
from gateway.figures.fair.comparison import compare
from gateway.figures.fair.over_time import change, chart
from gateway.figures.metrics import Metric
from gateway.register.answers import RegisterBody
from gateway.register.lag import Lag, read_lag
from gateway.routes.cells import AsOf, CellFilters, MetricId, read_metric, read_question
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.months import MONTH, Months, last_of
from gateway.routes.months import in_order as months_in_order
from gateway.routes.searching import read_on
from gateway.routes.telling import TOLD, Form, tag_of, tell, unchanged
from gateway.seeing import left_out_of_lists
from shared.access.caller import View, view_of
from shared.access.guard import Reader
from shared.london import london_day
from shared.problems import BadQuestion, Failed, Fault, NotPermitted, NotReady
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["statistics"])

Compared = Literal["organisation", "force", "cps_area", "probation_region"]


@router.get(
    "/statistics/comparison",
    response_model=ComparisonStatistics,
    responses={**TOLD, **documented(BadQuestion, NotPermitted, Failed, NotReady)},
)
async def comparison(
    request: Request,
    caller: Reader,
    filters: Annotated[CellFilters, Depends()],
    months: Annotated[Months, Depends()],
    of: Annotated[
        Compared,
        Query(
            description="What is compared. Organisations are those of one `owner`, which is asked "
            "for beside; an area has what its organisations owe.",
            openapi_examples={"forces": {"value": "force"}},
        ),
    ],
    metric: MetricId = None,
    target: Annotated[
        float | None,
        Query(
            description="The share to which all are held, such as one that was agreed; left out: "
            "that of all together.",
            ge=0,
            le=1,
        ),
    ] = None,
    widen: Annotated[
        bool,
        Query(
            description="Whether limits are widened where organisations differ by more than chance "
            "anyway, so that only those who differ from the usual differences are outside."
        ),
    ] = True,
    as_of: AsOf = None,
    form: Form = None,
) -> Response:
    """Put organisations or areas beside each other, with the limits that chance alone explains.

    Nobody is ranked: of few cases chance makes the best and the worst. Each share stands between
    exact limits at its own number of cases (95 % and 99.8 %), as in a funnel plot, which `items`
    and `curve` are the data of; whoever is inside is not told from the others. Who has no such duty
    in the register is not listed. Who sees some organisations only is told these, each as its own
    part of the journey tells it, and is held to theirs together, or to `target`.
    """
    view = view_of(caller)
    state = state_of(request)
    if of == "organisation" and filters.owner is None:
        fault = Fault("owner", "is missing", "name one owner, such as police: the rest owe others")
        raise BadQuestion("Organisations are compared of one kind.", fault)
    counted = read_metric(metric, filters.kind)
    asked = read_question(caller, state, filters, months, (of,), as_of)
    ahead = asked.as_of > state.clock()
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, asked.as_of, ComparisonStatistics, also=ahead)
    if (same := unchanged(request, tag)) is not None:
        return same
    found = beside(await read_cells(state.store, asked, state.rulebook), counted)
    await note_journeys(request, caller, ())
    told = compare(
        {"/".join(party): pair for party, pair in found.each.items()},
        target=target,
        allow_for_spread=widen,
    )
    body = ComparisonStatistics(
        metric=counted,
        kind=filters.kind,
        of=of,
        target=told.target,
        spread=told.spread,
        items=[
            PointBody.of(point, NamedBody.of(*party), counted)
            for point, party in zip(told.points, found.each, strict=True)
        ],
        elsewhere=None if found.elsewhere is None else figure_of(counted, *found.elsewhere),
        curve=CurveBody.each(told),
        notes=notes_of(told, asked.rules, ahead=ahead),
        **_around(request, view, asked, lag),
    )
    return tell(request, body, tag)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The months that all are held to, both included; None for none."""

    since: Annotated[
        str | None,
        Query(
            alias="baseline_from",
            description="The first month that all are held to; beside `baseline_to`. It is stated "
            "and not found: one that is chosen for its result proves nothing. Left out: no month "
            "is judged.",
            pattern=MONTH,
            openapi_examples={"a month": {"value": "2024-04"}},
        ),
    ] = None
    until: Annotated[
        str | None,
        Query(
            alias="baseline_to",
            description="The last month that all are held to.",
            pattern=MONTH,
            openapi_examples={"a month": {"value": "2024-05"}},
        ),
    ] = None

    def within(self, asked: Question) -> tuple[date, date] | None:
        """Return the first days of both, which are among the months asked for.

        Raises BadQuestion.
        """
        first, last = months_in_order("baseline_from", self.since, "baseline_to", self.until)
        if first is None and last is None:
            return None
        if first is None or last is None:
            missing = "baseline_from" if first is None else "baseline_to"
            fault = Fault(missing, "is missing", "name the first month and the last")
            raise BadQuestion("Half a baseline is none.", fault)
        if asked.first is not None and first < asked.first:
            fault = Fault("baseline_from", "is before `from`", "ask for its months too")
            raise BadQuestion("The baseline is not asked for.", fault)
        if asked.last is not None and last > asked.last:
            fault = Fault("baseline_to", "is after `to`", "ask for its months too")
            raise BadQuestion("The baseline is not asked for.", fault)
        return first, last


@router.get(
    "/statistics/trend",
    response_model=TrendStatistics,
    responses={**TOLD, **documented(BadQuestion, NotPermitted, Failed, NotReady)},
)
async def trend(
    request: Request,
    caller: Reader,
    filters: Annotated[CellFilters, Depends()],
    months: Annotated[Months, Depends()],
    baseline: Annotated[Baseline, Depends()],
    before_after: Annotated[
        str | None,
        Query(
            description="A London day: the months before it are put beside those from it on. The "
            "month in which it falls counts for neither, unless it is its first day.",
            openapi_examples={"a day": {"value": "2024-05-01"}},
        ),
    ] = None,
    metric: MetricId = None,
    as_of: AsOf = None,
    form: Form = None,
) -> Response:
    """Put the months of one organisation, area or duty beside those of a stated baseline.

    A month stands out beyond the exact 99.8 % limits at its own number of cases, or as the eighth
    in a row on one side of the centre. `before_after` compares the time before a day with that from
    it on, with an interval of the difference. What else changed is not known here, and that one
    came of the other is never said. The CSV has the months only.
    """
    view = view_of(caller)
    state = state_of(request)
    counted = read_metric(metric, filters.kind)
    asked = read_question(caller, state, filters, months, ("month",), as_of)
    held_to, day = baseline.within(asked), read_on("before_after", before_after)
    ahead = asked.as_of > (now := state.clock())
    over_by = london_day(min(asked.as_of, now))
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, asked.as_of, TrendStatistics, also=(ahead, over_by))
    if (same := unchanged(request, tag)) is not None:
        return same
    found = in_order(await read_cells(state.store, asked, state.rulebook), counted)
    await note_journeys(request, caller, ())
    stated = {
        month.first.isoformat()
        for month in found
        if held_to is not None and held_to[0] <= month.first <= held_to[1]
    }
    told = chart([(month.first.isoformat(), *month.pair) for month in found], baseline=stated)
    body = TrendStatistics(
        metric=counted,
        kind=filters.kind,
        centre=told.centre,
        spread=told.spread,
        items=[
            MonthBody.of(
                month,
                counted,
                {
                    "month": pair.first,
                    "quarter": quarter_of(pair.first),
                    "in_baseline": month.name in stated,
                    "over": last_of(pair.first) < over_by,
                },
            )
            for month, pair in zip(told.months, found, strict=True)
        ],
        before_after=None if day is None else _changed(found, day, counted),
        notes=notes_of(told, asked.rules, ahead=ahead),
        **_around(request, view, asked, lag),
    )
    return tell(request, body, tag)


def _changed(months: list[MonthPair], day: date, metric: Metric) -> BeforeAfterBody:
    before, after, between = apart(months, day)
    told = {
        "day": day,
        "before": figure_of(metric, *before),
        "after": figure_of(metric, *after),
        "between": between,
    }
    return BeforeAfterBody.of(change(before, after), told)


def _around(request: Request, view: View, asked: Question, lag: Lag) -> dict[str, Any]:
    return {
        "as_of": asked.as_of,
        "register": RegisterBody.of(lag, state_of(request).yardstick),
        "left_out": left_out_of_lists(view),
    }
