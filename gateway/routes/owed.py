"""Lists breaches, and what falls due next, over all journeys."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from gateway.journey.duty import Duty, Kind
from gateway.journey.special import rests_on_special
from gateway.register.answers import (
    BreachBody,
    BreachList,
    DueBody,
    DueList,
    RegisterBody,
)
from gateway.register.lag import Lag, read_lag
from gateway.register.owed import (
    NoticedBy,
    Owed,
    Place,
    Question,
    read_breaches,
    read_due,
)
from gateway.register.rows import FOR_GOOD
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.moments import read_moments
from gateway.seeing import left_out_of_lists
from gateway.state import GatewayState
from shared.access.caller import View, view_of
from shared.access.guard import Reader
from shared.handling import sensitive
from shared.london import last_moment_of, london_day, read_instant, write_instant
from shared.problems import BadQuestion, Failed, Fault, NotReady
from shared.web import documented

MOST, USUAL = 500, 50
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
After = Annotated[
    str | None, Query(description="Where the page begins, as in the `next` of the page before.")
]
Limit = Annotated[int, Query(description="How many to list at most.", ge=1, le=MOST)]


@router.get(
    "/breaches",
    response_model=BreachList,
    responses=documented(BadQuestion, Failed, NotReady),
)
async def breaches(
    request: Request,
    caller: Reader,
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
    known by then. Who sees some organisations only is told what these owe, as each one's own part
    of the journey tells it.
    """
    view = view_of(caller)
    state = state_of(request)
    seen = read_seen(as_of, state)
    asked = Question(
        as_of=seen,
        limit=limit,
        organisation=organisation,
        owner=owner,
        rules=rules_of(state, view, right, lambda duty: duty.kind is Kind.CODE),
        noticed_by=noticed_by,
        after=read_place(after),
        within=view.organisations,
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
    caller: Reader,
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

    The victim's own windows are left out: nobody owes them. Who sees some organisations only is
    told what these owe, as each one's own part of the journey tells it.
    """
    view = view_of(caller)
    state = state_of(request)
    seen = read_seen(as_of, state)
    asked = Question(
        as_of=seen,
        limit=limit,
        organisation=organisation,
        owner=owner,
        rules=rules_of(state, view, right, lambda duty: duty.kind is not Kind.WINDOW),
        after=read_place(after),
        within=view.organisations,
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


def around(
    request: Request, view: View, asked: Question, found: Sequence[Owed], lag: Lag
) -> dict[str, Any]:
    """Return what stands around the items of a page, whatever they are."""
    return {
        "next": following(request, found, asked.limit, asked.as_of),
        "as_of": asked.as_of,
        "register": RegisterBody.of(lag, state_of(request).yardstick),
        "left_out": left_out_of_lists(view),
    }


def answer(body: BreachList | DueList) -> Response:
    """Return a page, with the address of the next one in its headers too."""
    headers = {} if body.next is None else {"Link": f'<{body.next}>; rel="next"'}
    told = sensitive(body)
    told.headers.update(headers)
    return told


def following(request: Request, found: Sequence[Owed], limit: int, seen: datetime) -> str | None:
    """Return the address of the page after a full one, as of the same moment."""
    if len(found) < limit:
        return None
    query = dict(request.query_params)
    query.setdefault("as_of", write_instant(seen))
    query["after"] = write_place(found[-1].place)
    return f"{request.url.path}?{urlencode(query)}"


def write_place(place: Place) -> str:
    """Write where a page ended, as one word."""
    words = (write_instant(place.due_at), str(place.journey_id), place.obligation_id.hex())
    return urlsafe_b64encode(" ".join(words).encode()).decode()


def read_place(text: str | None) -> Place | None:
    """Read where a page begins. Raises BadQuestion for what no page before has said."""
    if text is None:
        return None
    try:
        at, journey, obligation = urlsafe_b64decode(text.encode()).decode().split(" ")
        return Place(read_instant(at), UUID(journey), bytes.fromhex(obligation))
    except ValueError as error:
        fault = Fault("after", "is no place in this list", "take it from the page before")
        raise BadQuestion("There is no such page.", fault) from error
