"""Lists what was owed on one journey, and explains any of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.answers import ExplanationBody, JudgedBy, Moments, ObligationBody, ObligationList
from gateway.journey.explanation import explain
from gateway.journey.membership import Membership
from gateway.journey.obligation import Followed
from gateway.journey.obligations import follow_all
from gateway.routes.journeys import AsOf, JourneyId, KnownAt, read_journey, state_of
from gateway.routes.moments import read_moments
from gateway.state import GatewayState
from shared.problems import (
    BadQuestion,
    Failed,
    Fault,
    NotReady,
    UnknownJourney,
    UnknownObligation,
)
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["obligations"])


@router.get(
    "/journeys/{journey_id}/obligations",
    response_model=ObligationList,
    responses=documented(UnknownJourney, BadQuestion, Failed, NotReady),
)
async def obligations(
    request: Request, journey_id: JourneyId, as_of: AsOf = None, known_at: KnownAt = None
) -> Response:
    """List everything that was owed on one journey, in order of what started it."""
    state = state_of(request)
    moments = read_moments(as_of, known_at, now=state.clock())
    membership = await read_journey(request, journey_id, moments)
    body = ObligationList(
        items=[ObligationBody.of(o) for o in followed(state, membership, moments).obligations],
        judged_by=JudgedBy.of(state.rulebook, state.calendar),
        as_of=moments.as_of,
        known_at=moments.known_at,
        settled=moments.settled,
    )
    return Response(body.model_dump_json(by_alias=True), media_type="application/json")


@router.get(
    "/obligations/{obligation_id}/explanation",
    response_model=ExplanationBody,
    responses=documented(UnknownJourney, UnknownObligation, BadQuestion, Failed, NotReady),
)
async def explanation(
    request: Request,
    obligation_id: Annotated[
        str,
        Path(
            description="An obligation's id, from a timeline or a journey's obligations.",
            pattern="^[0-9a-f]{24}$",
            openapi_examples={"an obligation": {"value": "19d45ae75cf788e8ed994c73"}},
        ),
    ],
    journey: Annotated[
        UUID,
        Query(
            description="The id of the journey it was owed on.",
            openapi_examples={
                "a sample journey": {"value": "5793a559-e78b-5686-8bb5-5b57c44d51b1"},
            },
        ),
    ],
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    """Explain one obligation: why it stands as it does, and what would change it.

    What started it, the rule and its edition, every day from the start of the clock to the limit
    with why it counted or not, what answered it, what came close, what was recorded beside it, and
    which later fact would make it stand otherwise; as data, and as sentences in plain English.
    """
    state = state_of(request)
    moments = read_moments(as_of, known_at, now=state.clock())
    membership = await read_journey(request, journey, moments)
    for obligation in followed(state, membership, moments).obligations:
        if obligation.id == obligation_id:
            judged_by = JudgedBy.of(state.rulebook, state.calendar)
            body = ExplanationBody.of(membership.id, explain(obligation), moments, judged_by)
            return Response(body.model_dump_json(by_alias=True), media_type="application/json")
    fault = Fault(
        "obligation_id",
        "was not owed on this journey, as seen and known at these moments",
        "take the id from the journey's obligations, asked with the same as_of and known_at",
    )
    raise UnknownObligation("Nothing with this id was owed on this journey.", fault)


def followed(state: GatewayState, membership: Membership, moments: Moments) -> Followed:
    """Return what was owed on a journey, seen and known at two moments."""
    story = membership.story(as_of=moments.as_of, known_at=moments.known_at)
    return follow_all(state.rulebook, story, state.calendar)
