"""Reads one journey for a caller, and tells its timeline."""

from collections.abc import Collection, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.answers import Moments, TimelineBody
from gateway.journey.membership import Membership
from gateway.journey.timeline import timeline_of
from gateway.routes.moments import read_moments
from gateway.seeing import journey_seen, left_out, timeline_body_seen, timeline_seen
from gateway.state import GatewayState
from shared.access.caller import Caller, view_of
from shared.access.guard import Reader
from shared.asking import asker_of
from shared.handling import sensitive
from shared.journey_event import reference_id
from shared.problems import BadQuestion, Failed, Fault, NotReady, UnknownJourney
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["journeys"])

AsOf = Annotated[
    str | None,
    Query(
        description="Seen from this moment: a date (the end of that London day), or a date and "
        "time with an offset. May lie in the future. Left out: `known_at`, else now.",
        openapi_examples={
            "a day": {"value": "2024-04-30"},
            "a moment": {"value": "2024-04-02T17:45:00+01:00"},
        },
    ),
]
KnownAt = Annotated[
    str | None,
    Query(
        description="As known at this moment: what arrived later is left out. "
        "Left out: all that is known.",
    ),
]
JourneyId = Annotated[
    UUID,
    Path(
        description="A journey's id, from `/v1/journeys`.",
        openapi_examples={
            "a sample journey": {"value": "5793a559-e78b-5686-8bb5-5b57c44d51b1"},
        },
    ),
]


def state_of(request: Request) -> GatewayState:
    """Return what this gateway works with."""
    state: GatewayState = request.app.state.gateway
    return state


async def read_journey(
    request: Request, caller: Caller, asked: UUID, moments: Moments
) -> Membership:
    """Return what a caller may see of the journey that has, or was joined to one that has, this id.

    That it was looked at is in the access log by then. Raises UnknownJourney, also where there is a
    journey and the caller may see nothing of it.
    """
    state = state_of(request)
    record = await state.store.read_record(asked)
    found = journey_seen(record, asked, view_of(caller), moments)
    if found is None:
        fault = Fault("journey_id", "is no journey's id", "find the journey by its reference first")
        raise UnknownJourney("No journey with this id is known, or was at that moment.", fault)
    await note_consultation(request, caller, [found])
    return found


def reference_asked(reference: str) -> UUID:
    """Return the id of a reference that is asked for; raises BadQuestion where none can be it."""
    if "\x00" in reference:
        fault = Fault("reference", "holds a NUL", "take the character out")
        raise BadQuestion("The reference cannot be read.", fault)
    return reference_id(reference)


async def note_consultation(
    request: Request, caller: Caller, journeys: Sequence[Membership]
) -> None:
    """Write into the access log that somebody is about to be told of these journeys."""
    await note_journeys(request, caller, {one.id for one in journeys})


async def note_journeys(request: Request, caller: Caller, ids: Collection[UUID]) -> None:
    """Write into the access log that somebody is about to be told of journeys by these ids."""
    journey = next(iter(ids)) if len(ids) == 1 else None
    asker = asker_of(request, caller)
    entry = asker.access("consultation", victims=len(ids), journey=journey)
    await state_of(request).store.note_access(entry)


@router.get(
    "/journeys/{journey_id}/timeline",
    response_model=TimelineBody,
    responses=documented(UnknownJourney, BadQuestion, Failed, NotReady),
)
async def timeline(
    request: Request,
    caller: Reader,
    journey_id: JourneyId,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    """Tell one victim's journey across every agency, in order of time.

    What was owed and how it stands, what was done, how late, and where nobody spoke: computed from
    the events each time, so that it can be asked as of any moment and as known at any moment. The
    id of a journey that was joined to another answers with that other. `left_out` says what the
    caller's token does not show.
    """
    state = state_of(request)
    moments = read_moments(as_of, known_at, now=state.clock())
    view = view_of(caller)
    membership = await read_journey(request, caller, journey_id, moments)
    told = timeline_of(
        membership,
        state.rulebook,
        state.calendar,
        state.standard,
        as_of=moments.as_of,
        known_at=moments.known_at,
    )
    body = TimelineBody.of(
        timeline_seen(told, view), moments, state.rulebook, state.calendar, left_out(view)
    )
    return sensitive(timeline_body_seen(body, view))
