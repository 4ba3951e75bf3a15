"""Tells of silence: the gaps of one journey from its events, and figures over all of them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.gaps import GapsBody
from gateway.journey.silences import silences_of
from gateway.journey.stages import course_of
from gateway.register.answers import RegisterBody
from gateway.register.journey_answers import SilenceFigureBody, SilenceStatistics
from gateway.register.lag import read_lag
from gateway.register.silence import SilenceQuestion, read_silence
from gateway.routes.filters import NO_NUL, Holder, stage_number
from gateway.routes.journeys import AsOf, JourneyId, KnownAt, read_journey, state_of
from gateway.routes.moments import read_moments
from gateway.routes.seen import AsOf as AsOfNow
from gateway.routes.seen import read_seen
from gateway.routes.telling import TOLD, Form, tag_of, tell, unchanged
from gateway.seeing import require_all, require_whole
from shared.access.guard import Inspector
from shared.handling import sensitive
from shared.problems import BadQuestion, Failed, NotReady, UnknownJourney
from shared.web import documented
from shared.words import JourneyStage

router = APIRouter(prefix="/v1")


@router.get(
    "/journeys/{journey_id}/gaps",
    tags=["journeys"],
    response_model=GapsBody,
    responses=documented(UnknownJourney, BadQuestion, Failed, NotReady),
)
async def gaps(
    request: Request,
    caller: Inspector,
    journey_id: JourneyId,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    """Tell how long nobody spoke on one journey, stage by stage, and which silences were too long.

    Every silence with what was agreed and the stays it ran through, each with its holder, and what
    that comes to in every stay; computed from the events, as the timeline is. Only whoever sees
    every organisation's part knows that nobody spoke: for an inspector of all of them.
    """
    require_whole(caller)
    state = state_of(request)
    moments = read_moments(as_of, known_at, now=state.clock())
    membership = await read_journey(request, caller, journey_id, moments)
    story = membership.story(as_of=moments.as_of, known_at=moments.known_at)
    course = course_of(story)
    silences = silences_of(story, course, state.standard)
    return sensitive(GapsBody.of(membership, course, silences, state.standard, moments))


@router.get(
    "/statistics/silence",
    tags=["statistics"],
    response_model=SilenceStatistics,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def silence(
    request: Request,
    caller: Inspector,
    as_of: AsOfNow = None,
    stage: Annotated[JourneyStage | None, Query(description="Only in this stage.")] = None,
    holder: Holder = None,
    organisation: Annotated[
        str | None, Query(description="Only while this organisation held the case.", pattern=NO_NUL)
    ] = None,
    form: Form = None,
) -> Response:
    """Tell how long victims waited for news, by stage and by who held the case.

    On each journey the longest silence in the stage counts; percentiles are over journeys, by
    nearest rank, so that each is a silence that there was. Which journeys are silent now is at
    `/v1/journeys?silent_for_days=`. For an inspector of every organisation only.
    """
    view = require_all(caller)
    state = state_of(request)
    seen = read_seen(as_of, state)
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, seen, SilenceStatistics)
    if (same := unchanged(request, tag)) is not None:
        return same
    asked = SilenceQuestion(seen, stage_number(stage), holder, organisation)
    over_all, each = await read_silence(state.store, asked)
    body = SilenceStatistics(
        items=[SilenceFigureBody.of(figure) for figure in each],
        all=None if over_all is None else SilenceFigureBody.of(over_all),
        as_of=seen,
        standard_days=state.standard.days,
        member_standard_days=state.standard.member_days,
        register=RegisterBody.of(lag, state.yardstick),
    )
    return tell(request, body, tag)
