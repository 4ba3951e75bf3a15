"""Tells the returns: what each asks for, and its figures for an area or for all of them."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.figures.metrics import metrics
from gateway.register.answers import RegisterBody
from gateway.register.lag import read_lag
from gateway.returns.answers import ReturnAnswer, ReturnList
from gateway.returns.counted import Asked, read_return
from gateway.returns.ordered import ORDER_METRIC
from gateway.returns.reading import Return
from gateway.routes.asking_periods import AsOf, Quarter, read_period, read_seen_of, require_area
from gateway.routes.filters import NO_NUL
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.telling import TOLD, Form, tag_of, tell, unchanged
from gateway.seeing import left_out
from shared.access.caller import view_of
from shared.access.guard import ANY_CALLER, Reader
from shared.problems import BadQuestion, Failed, Fault, NotFound, NotReady
from shared.tagged import UNCHANGED, tagged_json
from shared.web import documented
from shared.words import nearest

router = APIRouter(prefix="/v1", tags=["returns"])


@router.get(
    "/returns",
    response_model=ReturnList,
    dependencies=[ANY_CALLER],
    responses={**UNCHANGED, **documented(Failed)},
)
async def all_returns(request: Request) -> Response:
    """Tell what each return asks for: its measures, and by which duties and metrics they count.

    What a measure does not tell is in `unmeasured`, with the reason.
    """
    body = ReturnList(items=[*state_of(request).returns.values()])
    return tagged_json(request, body.model_dump_json())


@router.get(
    "/returns/{return_id}",
    response_model=ReturnAnswer,
    responses={**TOLD, **documented(NotFound, BadQuestion, Failed, NotReady)},
)
async def one_return(
    request: Request,
    caller: Reader,
    return_id: Annotated[
        str,
        Path(
            description="A return's id, from `/v1/returns`.",
            openapi_examples={"five measures": {"value": "five-measures"}},
        ),
    ],
    quarter: Quarter = None,
    month: Annotated[
        str | None, Query(description="Where the return is told by the month: `2024-05`.")
    ] = None,
    year: Annotated[
        str | None, Query(description="Where it is told by the financial year: `2024-25`.")
    ] = None,
    area: Annotated[
        str | None,
        Query(
            description="Only of this area, by its id or ONS code. Left out: every area of the "
            "return's kind, what is of no one area, and all together.",
            pattern=NO_NUL,
            openapi_examples={"a police area": {"value": "E23000036"}},
        ),
    ] = None,
    as_of: AsOf = None,
    form: Form = None,
) -> Response:
    """Tell a return of a period: each measure of each area, its figure, and what is left out.

    A duty counts in the London month in which its limit fell due or, without a limit, in which it
    began. What organisations of several areas owe is of none of them. `provisional` says that the
    period was not over, or that the register is behind. Who sees some organisations only is told
    what these owe.
    """
    state, view = state_of(request), view_of(caller)
    what = _known(state.returns, return_id)
    period = read_period(what.period, quarter=quarter, month=month, year=year)
    asked = Asked(
        what=what,
        period=period,
        as_of=read_seen_of(as_of, period, state),
        area=None if area is None else require_area(what.area, area),
        view=view,
    )
    lag = await read_lag(state.store, state.yardstick)
    ahead = asked.as_of > state.clock()
    counted_by = [metrics().get(one.metric or "") for one in what.measures]
    made_of = (what, ORDER_METRIC, counted_by, ahead)
    tag = tag_of(request, view, lag, asked.as_of, ReturnAnswer, also=made_of)
    if (same := unchanged(request, tag)) is not None:
        return same
    rows = await read_return(state.store, asked, state.rulebook)
    await note_journeys(request, caller, ())
    register = RegisterBody.of(lag, state.yardstick)
    body = ReturnAnswer.of(asked, rows, register, left_out(view), ahead=ahead)
    return tell(request, body, tag)


def _known(returns: Mapping[str, Return], return_id: str) -> Return:
    """Return the return with this id. Raises NotFound."""
    found = returns.get(return_id)
    if found is None:
        near = nearest(return_id, returns)
        remedy = f"did you mean {near}?" if near else "see /v1/returns"
        fault = Fault("return_id", "is no return's id", remedy)
        raise NotFound("No return has this id.", fault)
    return found
