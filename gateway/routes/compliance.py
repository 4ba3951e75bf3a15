"""Tells how duties were kept, cell by cell: the figures of compliance."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.figures.answers import CellBody, ComplianceStatistics
from gateway.figures.areas import AREAS, AreaKind
from gateway.figures.compliance import (
    MOST_BY,
    By,
    CellPlace,
    Question,
    read_cells,
)
from gateway.journey.duty import Kind
from gateway.journey.stages import Stage
from gateway.register.lag import read_lag
from gateway.routes.filters import NO_NUL, Organisation, Owner, Right
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.owed import rules_of
from gateway.routes.paging import USUAL, After, Limit, answer, around, read_place
from gateway.routes.seen import read_seen
from gateway.seeing import require_all
from gateway.state import GatewayState
from shared.access.caller import Caller, View, view_of
from shared.access.guard import Reader
from shared.codes.lists import organisations
from shared.london import london_day, start_of
from shared.problems import BadQuestion, Failed, Fault, NotPermitted, NotReady
from shared.web import documented
from shared.words import Flag, JourneyStage, OffenceGroup, nearest

router = APIRouter(prefix="/v1", tags=["statistics"])

BY: tuple[By, ...] = get_args(By)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")

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


@dataclass(frozen=True, slots=True)
class _Filters:
    """Which duties are counted, in the words of the address; None leaves nothing out."""

    kind: Annotated[Kind, Query(description="Which kind of duty; no figure mixes two.")] = Kind.CODE
    from_month: Annotated[
        str | None,
        Query(
            alias="from",
            description="Only what fell due in this London month or later.",
            openapi_examples={"a month": {"value": "2024-04"}},
        ),
    ] = None
    to_month: Annotated[
        str | None,
        Query(
            alias="to",
            description="Only what fell due in this London month or earlier.",
            openapi_examples={"a month": {"value": "2024-06"}},
        ),
    ] = None
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


@router.get(
    "/statistics/compliance",
    response_model=ComplianceStatistics,
    responses=documented(BadQuestion, NotPermitted, Failed, NotReady),
)
async def compliance(
    request: Request,
    caller: Reader,
    filters: Annotated[_Filters, Depends()],
    by: Annotated[
        str | None,
        Query(
            description=f"What to count by, up to {MOST_BY} with commas between them: "
            f"{', '.join(BY)}. Left out: all in one cell.",
            openapi_examples={"by right and month": {"value": "right,month"}},
        ),
    ] = None,
    as_of: AsOf = None,
    after: After = None,
    limit: Limit = USUAL,
) -> Response:
    """Tell how many duties were kept of those that had fallen due, and what is left out and why.

    Every figure names its metric, whose definition is at `/v1/metrics/{id}`, and has a 95 %
    interval. Figures are exact. A duty counts in the London month in which its limit fell due, and
    only once that had passed. What organisations of an area owe is theirs by the dated crosswalk of
    the code lists; an organisation of several such areas is of none. Who sees some organisations
    only is told what these owe, as each one's own part of the journey tells it. Flags and offences
    are for an inspector of every organisation whose token has the scope special_category.
    """
    view = view_of(caller)
    state = state_of(request)
    seen = _read_seen(as_of, state)
    asked = _question(filters, _read_by(by), state, view, seen, limit)
    if asked.of_reports:
        _require_special(caller)
    place = read_place(after, CellPlace)
    lag = await read_lag(state.store, state.yardstick)
    cells = await read_cells(state.store, asked, state.rulebook)
    found = [cell for cell in cells if place is None or cell.place > place][:limit]
    await note_journeys(request, caller, ())
    body = ComplianceStatistics(
        kind=filters.kind,
        items=[CellBody.of(cell, filters.kind) for cell in found],
        **around(request, view, asked, found, lag),
    )
    return answer(body)


def _read_seen(as_of: str | None, state: GatewayState) -> datetime:
    """Return the moment (UTC) asked about, or the end of the last London month."""
    if as_of is None:
        return start_of(london_day(state.clock()).replace(day=1))
    return read_seen(as_of, state)


def _read_by(text: str | None) -> tuple[By, ...]:
    """Return what to count by, each once. Raises BadQuestion."""
    words = [] if text is None else list(dict.fromkeys(text.split(",")))
    found: list[By] = []
    for word in words:
        if word not in BY:
            near = nearest(word, BY)
            remedy = f"did you mean {near}?" if near else f"use some of {', '.join(BY)}"
            fault = Fault("by", f"holds {word!r}, by which nothing is counted", remedy)
            raise BadQuestion("by cannot be read.", fault)
        found.append(BY[BY.index(word)])
    if len(found) > MOST_BY:
        fault = Fault("by", f"has {len(found)} words", f"count by {MOST_BY} at most")
        raise BadQuestion("That is too much to count by.", fault)
    return tuple(found)


def _question(
    filters: _Filters,
    by: tuple[By, ...],
    state: GatewayState,
    view: View,
    seen: datetime,
    limit: int,
) -> Question:
    """Return what is asked of the register. Raises BadQuestion."""
    rules = rules_of(state, view, filters.right, lambda duty: duty.kind is filters.kind)
    if filters.duty is not None:
        if filters.duty not in state.rulebook.by_id:
            near = nearest(filters.duty, state.rulebook.by_id)
            remedy = f"did you mean {near}?" if near else "use the id of a rule"
            raise BadQuestion("No rule has this id.", Fault("duty", "is no duty's id", remedy))
        rules = tuple(rule for rule in rules if rule == filters.duty)
    return Question(
        as_of=seen,
        by=by,
        rules=rules,
        limit=limit,
        first=_read_month("from", filters.from_month),
        last=_read_month("to", filters.to_month),
        organisation=filters.organisation,
        owner=filters.owner,
        area=_area(filters),
        stage=None if filters.stage is None else Stage[filters.stage.upper()],
        enhanced=filters.enhanced,
        flag=filters.flag,
        offence=filters.offence_group,
        within=view.organisations,
    )


def _area(filters: _Filters) -> tuple[AreaKind, str] | None:
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


def _read_month(name: Literal["from", "to"], text: str | None) -> date | None:
    """Return the first day of a month written as 2024-04. Raises BadQuestion."""
    if text is None:
        return None
    found = _MONTH.fullmatch(text)
    if found is None or not int(found[1]):
        raise BadQuestion(f"{name} cannot be read.", Fault(name, "is no month", "write 2024-04"))
    return date(int(found[1]), int(found[2]), 1)


def _require_special(caller: Caller) -> None:
    """Refuse flags and offences to who may not see them. Raises NotPermitted.

    They are the first report's, which another organisation may have sent.
    """
    require_all(caller)
    if not caller.sees_special:
        fault = Fault("authorization", "lacks the scope special_category", "ask with that scope")
        raise NotPermitted("Flags and offences tell of special categories of data.", fault)


def question_in(words: Mapping[str, Any], state: GatewayState, view: View) -> Question:
    """Return the question that the words of an address, in a mapping, ask. Raises BadQuestion.

    What is missing is as it is where the address leaves it out; all cells are asked for.
    """
    filters = {
        {"from": "from_month", "to": "to_month"}.get(name, name): value
        for name, value in words.items()
        if name not in ("by", "as_of")
    }
    seen = _read_seen(words.get("as_of"), state)
    return _question(_Filters(**filters), _read_by(words.get("by")), state, view, seen, 0)
