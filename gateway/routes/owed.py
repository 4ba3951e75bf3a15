"""Lists breaches, and what falls due next, over all journeys."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.journey.duty import Duty, Kind
from gateway.journey.special import rests_on_special
from gateway.register.answers import (
    BreachBody,
    BreachList,
    DueBody,
    DueList,
)
from gateway.register.lag import read_lag
from gateway.register.owed import (
    NoticedBy,
    Place,
    Question,
    read_breaches,
    read_due,
)
from gateway.register.rows import FOR_GOOD
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.moments import read_moments
from gateway.routes.paging import USUAL, After, Limit, answer, around, read_place
from gateway.seeing import require_all
from gateway.state import GatewayState
from shared.access.caller import View
from shared.access.guard import Inspector
from shared.london import last_moment_of, london_day
from shared.problems import BadQuestion, Failed, Fault, NotReady
from shared.web import documented

NO_NUL = r"^[^\x00]+$"

router = APIRouter(prefix="/v1", tags=["obligations"])

SEEN = (
    "Seen from this moment: a date (the end of that London day), or a date and time with an "
    "offset. May lie in the future. Left out: now."
)
AsOf = Annotated[
    str | None,
    Query(description=SEEN, openapi_examples={"a day": {"value": "2024-04-30"}}),
]
AsOfBefore = Annotated[
    str | None,
    Query(description=SEEN, openapi_examples={"a day": {"value": "2024-03-29"}}),
]
Organisation = Annotated[
    str | None,
    Query(
        description="Only what this organisation owes.",
        pattern=NO_NUL,
        openapi_examples={"a force": {"value": "avon-and-somerset"}},
    ),
]
Owner = Annotated[
    str | None,
    Query(
        description="Only what this kind of body owes, such as `police` or `wcu`.", pattern=NO_NUL
    ),
]
Right = Annotated[int | None, Query(description="Only what this right asks for.", ge=1, le=12)]


@router.get(
    "/breaches",
    response_model=BreachList,
    responses=documented(BadQuestion, Failed, NotReady),
)
async def breaches(
    request: Request,
    caller: Inspector,
    as_of: AsOf = None,
    organisation: Organisation = None,
    owner: Owner = None,
    right: Right = None,
    noticed_by: Annotated[
        NoticedBy | None,
        Query(description="Who noticed the breach first; `gateway`: nobody is recorded to have."),
    ] = None,
    after: After = None,
    limit: Limit = USUAL,
) -> Response:
    """List the breaches of the Code on all journeys, the latest limit first.

    A breach is a limit of the Code that had passed unmet at the moment asked about, answered since
    or not. All pages are as of one moment; a page asked for again may say more, because more may be
    known by then. For an inspector of every organisation only.
    """
    view = require_all(caller)
    state = state_of(request)
    seen = read_seen(as_of, state)
    asked = Question(
        as_of=seen,
        limit=limit,
        organisation=organisation,
        owner=owner,
        rules=rules_of(state, view, right, lambda duty: duty.kind is Kind.CODE),
        noticed_by=noticed_by,
        after=read_place(after, Place),
    )
    lag = await read_lag(state.store, state.yardstick)
    found = await read_breaches(state.store, asked)
    await note_journeys(request, caller, {one.journey_id for one in found})
    items = [BreachBody.of(one, state.rulebook, seen) for one in found]
    return answer(BreachList(items=items, **around(request, view, asked, found, lag)))


@router.get(
    "/due",
    response_model=DueList,
    responses=documented(BadQuestion, Failed, NotReady),
)
async def due(
    request: Request,
    caller: Inspector,
    within_days: Annotated[
        int, Query(description="How many London days to look ahead, today left out.", ge=0, le=366)
    ] = 7,
    as_of: AsOfBefore = None,
    organisation: Organisation = None,
    owner: Owner = None,
    right: Right = None,
    after: After = None,
    limit: Limit = USUAL,
) -> Response:
    """List what falls due next on all journeys, the next limit first, so that it can still be met.

    The victim's own windows are left out: nobody owes them. For an inspector of every organisation
    only.
    """
    view = require_all(caller)
    state = state_of(request)
    seen = read_seen(as_of, state)
    asked = Question(
        as_of=seen,
        limit=limit,
        organisation=organisation,
        owner=owner,
        rules=rules_of(state, view, right, lambda duty: duty.kind is not Kind.WINDOW),
        after=read_place(after, Place),
    )
    # A limit in days is the first instant after its last day.
    until = last_moment_of(london_day(seen) + timedelta(days=within_days))
    lag = await read_lag(state.store, state.yardstick)
    found = await read_due(state.store, asked, until + timedelta(microseconds=1))
    await note_journeys(request, caller, {one.journey_id for one in found})
    items = [DueBody.of(one, state.rulebook, seen) for one in found]
    return answer(DueList(items=items, **around(request, view, asked, found, lag)))


def read_seen(as_of: str | None, state: GatewayState) -> datetime:
    """Return the moment (UTC) that a list is seen from. Raises BadQuestion."""
    seen = read_moments(as_of, None, now=state.clock()).as_of
    if seen >= FOR_GOOD:
        fault = Fault("as_of", "lies too far ahead", f"ask about a year before {FOR_GOOD.year}")
        raise BadQuestion("The register tells of no such moment.", fault)
    return seen


def rules_of(
    state: GatewayState, view: View, right: int | None, counts: Callable[[Duty], bool]
) -> tuple[str, ...]:
    """Return the rules of a right, or of every one, that count and that the caller may be told."""
    return tuple(
        duty.id
        for duty in state.rulebook.duties
        if counts(duty)
        and (right is None or duty.right == right)
        and (view.special or not rests_on_special(duty))
    )
