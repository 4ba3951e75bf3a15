"""Tells how duties were kept, cell by cell: the figures of compliance."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.figures.answers import AHEAD, CellBody, ComplianceStatistics
from gateway.figures.compliance import MOST_BY, By, CellPlace, Question, read_cells
from gateway.register.lag import read_lag
from gateway.routes.cells import AsOf, CellFilters, question_of, read_question
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.months import Months
from gateway.routes.paging import USUAL, After, Limit, around, read_place
from gateway.routes.telling import TOLD, Form, tag_of, tell, unchanged
from gateway.state import GatewayState
from shared.access.caller import View, view_of
from shared.access.guard import Reader
from shared.problems import BadQuestion, Failed, Fault, NotPermitted, NotReady
from shared.web import documented
from shared.words import nearest

router = APIRouter(prefix="/v1", tags=["statistics"])

BY: tuple[By, ...] = get_args(By)


@router.get(
    "/statistics/compliance",
    response_model=ComplianceStatistics,
    responses={**TOLD, **documented(BadQuestion, NotPermitted, Failed, NotReady)},
)
async def compliance(
    request: Request,
    caller: Reader,
    filters: Annotated[CellFilters, Depends()],
    months: Annotated[Months, Depends()],
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
    form: Form = None,
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
    asked = read_question(caller, state, filters, months, _read_by(by), as_of, limit)
    place = read_place(after, CellPlace)
    lag = await read_lag(state.store, state.yardstick)
    ahead = asked.as_of > state.clock()
    tag = tag_of(request, view, lag, asked.as_of, ComplianceStatistics, also=ahead)
    if (same := unchanged(request, tag)) is not None:
        return same
    found = await read_cells(state.store, asked, state.rulebook, after=place, most=limit)
    await note_journeys(request, caller, ())
    body = ComplianceStatistics(
        kind=filters.kind,
        items=[CellBody.of(cell, filters.kind) for cell in found],
        notes=[AHEAD] if ahead else [],
        **around(request, view, asked, found, lag),
    )
    return tell(request, body, tag)


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


def question_in(words: Mapping[str, Any], state: GatewayState, view: View) -> Question:
    """Return the question that the words of an address, in a mapping, ask. Raises BadQuestion.

    What is missing is as it is where the address leaves it out; all cells are asked for.
    """
    apart = ("as_of", "by", "from", "to")
    filters = CellFilters(**{name: value for name, value in words.items() if name not in apart})
    months = Months(words.get("from"), words.get("to"))
    by = _read_by(words.get("by"))
    return question_of(view, state, filters, months, by, words.get("as_of"), 0)
