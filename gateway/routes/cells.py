"""What figures on how duties were kept are asked for by, and what that asks of the register."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query

from gateway.figures.areas import AREAS, AreaKind
from gateway.figures.compliance import By, Question
from gateway.figures.metrics import Metric, metric_of, metrics
from gateway.journey.duty import Kind
from gateway.journey.stages import Stage
from gateway.routes.filters import NO_NUL, Organisation, Owner, Right
from gateway.routes.months import Months
from gateway.routes.owed import refuse_several, rules_of
from gateway.routes.seen import read_seen
from gateway.seeing import require_all
from gateway.state import GatewayState
from shared.access.caller import Caller, View, view_of
from shared.codes.lists import organisations
from shared.london import london_day, start_of
from shared.problems import BadQuestion, Fault, NotPermitted
from shared.words import Flag, JourneyStage, OffenceGroup, nearest

AsOf = Annotated[
    str | None,
    Query(
        description="Seen from this moment: a date (the end of that London day), or a date and "
        "time with an offset. Left out: the end of the last London month. The end of any month, "
        "its last day or the first instant of the next, is told of everybody at once; what lies "
        "between counts every duty, and only so many.",
        openapi_examples={"a month's end": {"value": "2024-06-30"}},
    ),
]


# The metrics of duties by how they stand.
MetricId = Annotated[
    Literal["in-time", "in-time-without-departures", "recorded", "window-used"] | None,
    Query(
        description="What is counted, as `/v1/metrics` tells it; left out: the first metric of "
        "the kind of duty."
    ),
]


@dataclass(frozen=True, slots=True)
class CellFilters:
    """Which duties are counted, in the words of the address; None leaves nothing out."""

    kind: Annotated[Kind, Query(description="Which kind of duty; no figure mixes two.")] = Kind.CODE
    organisation: Organisation = None
    owner: Owner = None
    force: Annotated[
        str | None,
        Query(description="Only what organisations of this force's area owe.", pattern=NO_NUL),
    ] = None
    cps_area: Annotated[
        str | None,
        Query(description="Only what organisations of this CPS Area owe.", pattern=NO_NUL),
    ] = None
    probation_region: Annotated[
        str | None,
        Query(description="Only what organisations of this probation region owe.", pattern=NO_NUL),
    ] = None
    right: Right = None
    duty: Annotated[
        str | None,
        Query(
            description="Only this duty, by the id of its rule.",
            pattern=NO_NUL,
            openapi_examples={"told of an arrest": {"value": "R6.ARREST"}},
        ),
    ] = None
    stage: Annotated[
        JourneyStage | None, Query(description="The stage that the journey was in at the start.")
    ] = None
    enhanced: Annotated[
        bool | None, Query(description="Whether Enhanced Rights were owed at the start.")
    ] = None
    flag: Annotated[
        Flag | None,
        Query(description="A flag of the first report; needs the scope special_category."),
    ] = None
    offence_group: Annotated[
        OffenceGroup | None,
        Query(description="That of the first report; needs the scope special_category."),
    ] = None


def read_question(
    caller: Caller,
    state: GatewayState,
    filters: CellFilters,
    months: Months,
    by: tuple[By, ...],
    as_of: str | None,
    limit: int = 0,
) -> Question:
    """Return what is asked of the register; `limit` is of a page, 0 where there are no pages.

    Raises BadQuestion, and NotPermitted.
    """
    asked = question_of(view_of(caller), state, filters, months, by, as_of, limit)
    if asked.of_reports:
        _require_special(caller)
    return asked


def question_of(
    view: View,
    state: GatewayState,
    filters: CellFilters,
    months: Months,
    by: tuple[By, ...],
    as_of: str | None,
    limit: int,
) -> Question:
    """Return what is asked, whatever special categories of data it is about. Raises BadQuestion."""
    rules = rules_of(state, view, filters.right, lambda duty: duty.kind is filters.kind)
    if filters.duty is not None:
        if filters.duty not in state.rulebook.by_id:
            near = nearest(filters.duty, state.rulebook.by_id)
            remedy = f"did you mean {near}?" if near else "use the id of a rule"
            raise BadQuestion("No rule has this id.", Fault("duty", "is no duty's id", remedy))
        kind = state.rulebook.by_id[filters.duty].kind
        if kind is not filters.kind:
            fault = Fault("kind", f"is {filters.kind}, and the duty's is {kind}", f"ask for {kind}")
            raise BadQuestion("That duty is of another kind.", fault)
        rules = tuple(rule for rule in rules if rule == filters.duty)
    if filters.owner is None and {"organisation", "owner"}.isdisjoint(by):
        refuse_several(state, view, filters.organisation, rules)
    first, last = months.firsts()
    return Question(
        as_of=_read_seen(as_of, state),
        by=by,
        rules=rules,
        limit=limit,
        first=first,
        last=last,
        organisation=filters.organisation,
        owner=filters.owner,
        area=_area(filters),
        stage=None if filters.stage is None else Stage[filters.stage.upper()],
        enhanced=filters.enhanced,
        flag=filters.flag,
        offence=filters.offence_group,
        within=view.organisations,
    )


def read_metric(metric: str | None, kind: Kind) -> Metric:
    """Return the metric asked for, or the first of a kind of duty. Raises BadQuestion."""
    if metric is None:
        return metric_of(kind)
    found = metrics()[metric]
    if kind not in found.kinds:
        fitting = [one.id for one in metrics().values() if kind in one.kinds]
        fault = Fault("metric", f"counts no duties of the kind {kind}", f"use {fitting[0]}")
        raise BadQuestion("That metric is of another kind of duty.", fault)
    return found


def _read_seen(as_of: str | None, state: GatewayState) -> datetime:
    """Return the moment (UTC) asked about, or the end of the last London month."""
    if as_of is None:
        return start_of(london_day(state.clock()).replace(day=1))
    return read_seen(as_of, state)


def _area(filters: CellFilters) -> tuple[AreaKind, str] | None:
    """Return the one area that is asked for, if any is. Raises BadQuestion."""
    asked = [(kind, id) for kind in AREAS if (id := getattr(filters, kind)) is not None]
    if len(asked) > 1:
        fault = Fault(asked[1][0], "is a second area", "ask for one area at a time")
        raise BadQuestion("Two kinds of area are asked for.", fault)
    if not asked:
        return None
    ((kind, id),) = asked
    agency, of_kind = AREAS[kind]
    known = [o.id for o in organisations().values() if (o.agency, o.kind) == (agency, of_kind)]
    if id not in known:
        near = nearest(id, known)
        remedy = f"did you mean {near}?" if near else "see /v1/organisations"
        raise BadQuestion("There is no such area.", Fault(kind, "is no area's id", remedy))
    return kind, id


def _require_special(caller: Caller) -> None:
    """Refuse flags and offences to who may not see them. Raises NotPermitted.

    They are the first report's, which another organisation may have sent.
    """
    require_all(caller)
    if not caller.sees_special:
        fault = Fault("authorization", "lacks the scope special_category", "ask with that scope")
        raise NotPermitted("Flags and offences tell of special categories of data.", fault)
