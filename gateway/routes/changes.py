"""Tells which journeys changed since a place, for those who keep a copy of what lists say."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from gateway.register.answers import RegisterBody
from gateway.register.changed import BEGINNING, ChangePlace, read_changes
from gateway.register.journey_answers import ChangeList, JourneyChangeBody
from gateway.register.lag import Lag, read_lag
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.paging import USUAL, Limit, answer
from gateway.routes.telling import tag_of, unchanged
from gateway.seeing import require_all
from shared.access.guard import Inspector
from shared.problems import BadQuestion, Failed, Fault, NotReady
from shared.tagged import UNCHANGED
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["register"])

# All of a revision has been told once the last key that there could be has.
LAST = BEGINNING.journey_id


@router.get(
    "/changes",
    response_model=ChangeList,
    responses={**UNCHANGED, **documented(BadQuestion, Failed, NotReady)},
)
async def changes(
    request: Request,
    caller: Inspector,
    after: Annotated[
        str | None,
        Query(
            description="A revision of the register, or where the answer before ended, as in its "
            "`resume`. Left out: from the beginning.",
            pattern=r"^[0-9]{1,18}(\.[0-9a-f-]{36})?$",
            openapi_examples={"a revision": {"value": "0"}},
        ),
    ] = None,
    limit: Limit = USUAL,
) -> Response:
    """List the journeys that changed after a revision, those that are gone among them.

    Every change is told under its revision, and what changed again since only under the last one.
    Go on with `resume`, at once while there is a `next` and else later: nothing is lost and nothing
    is repeated. A journey joined to another by a link is told as gone, with its survivor, and again
    when that is joined to a third. For an inspector of every organisation only.
    """
    view = require_all(caller)
    state = state_of(request)
    place = read_place(after)
    lag = await read_lag(state.store, state.yardstick)
    require_reached(place, lag)
    tag = tag_of(request, view, lag, None, ChangeList)
    if (same := unchanged(request, tag)) is not None:
        return same
    found = await read_changes(state.store, place, limit)
    await note_journeys(request, caller, {one.journey_id for one in found})
    query = dict(request.query_params)
    query["after"] = write_place(found[-1].place if found else place)
    resume = f"{request.url.path}?{urlencode(query)}"
    body = ChangeList(
        items=[JourneyChangeBody.of(one) for one in found],
        next=resume if len(found) == limit else None,
        resume=resume,
        register=RegisterBody.of(lag, state.yardstick),
    )
    told = answer(body)
    told.headers["ETag"] = tag
    return told


def read_place(text: str | None) -> ChangePlace:
    """Read up to where changes were told. Raises BadQuestion."""
    if text is None:
        return BEGINNING
    revision, _, journey = text.partition(".")
    try:
        return ChangePlace(int(revision), UUID(journey) if journey else LAST)
    except ValueError as error:
        fault = Fault("after", "is no place among changes", "take it from the answer before")
        raise BadQuestion("There is no such place.", fault) from error


def write_place(place: ChangePlace) -> str:
    """Write up to where changes were told, as one word."""
    return (
        f"{place.revision}" if place.journey_id == LAST else f"{place.revision}.{place.journey_id}"
    )


def require_reached(place: ChangePlace, lag: Lag) -> None:
    """Raise BadQuestion where the register has not come so far: it is not the one that was told."""
    if place.revision > lag.revision:
        fault = Fault("after", "is ahead of the register", "begin again with after=0")
        raise BadQuestion("The register was restored or made anew since this was told.", fault)
