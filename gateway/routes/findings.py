"""Tells what was found on one journey and on all, how often, and what each kind of it means."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.answers import JudgedBy
from gateway.journey.findings.finders import evidence_of, find_all
from gateway.journey.findings.finding import Finding, FindingKind
from gateway.journey.findings.meanings import MEANINGS, is_special, resting_on_special
from gateway.journey.findings.repeats import victims_of
from gateway.journey.stages import Stage
from gateway.register.earlier import has_earlier_report
from gateway.register.finding_answers import (
    CountBody,
    CountList,
    FindingBody,
    FindingList,
    FoundBody,
    FoundList,
    KindBody,
    KindList,
)
from gateway.register.found import CountPlace, Place, Question, count_findings, read_findings
from gateway.register.lag import read_lag
from gateway.register.rows import FOR_GOOD
from gateway.routes.filters import NO_NUL
from gateway.routes.journeys import AsOf as AsOfJourney
from gateway.routes.journeys import (
    JourneyId,
    KnownAt,
    note_journeys,
    read_journey,
    state_of,
)
from gateway.routes.moments import read_moments
from gateway.routes.paging import USUAL, After, Limit, answer, around, read_place
from gateway.routes.seen import AsOf, read_seen
from gateway.routes.telling import TAGGED, TOLD, VARY, Form, tag_of, tell, unchanged
from gateway.seeing import left_out, require_all
from gateway.state import GatewayState
from shared.access.guard import ANY_CALLER, Inspector
from shared.handling import sensitive
from shared.london import last_moment_of, london_day
from shared.problems import BadQuestion, Failed, NotReady, UnknownJourney
from shared.web import documented
from shared.words import JourneyStage

router = APIRouter(prefix="/v1", tags=["findings"])

Kind = Annotated[
    FindingKind | None,
    Query(
        description="Only of this kind; `/v1/findings/kinds` tells what each means.",
        openapi_examples={"never offered": {"value": "never_offered"}},
    ),
]
About = Annotated[
    str | None,
    Query(
        description="Only about this, such as `contact_scheme` or `needs_missing`.", pattern=NO_NUL
    ),
]
Organisation = Annotated[
    str | None,
    Query(
        description="Only what this organisation has to answer for.",
        pattern=NO_NUL,
        openapi_examples={"a force": {"value": "avon-and-somerset"}},
    ),
]
AtStage = Annotated[
    JourneyStage | None, Query(description="Only what began while the journey was in this stage.")
]
ForDays = Annotated[
    int,
    Query(description="Only what had held for so many London days by then.", ge=0, le=36_500),
]


@dataclass(frozen=True, slots=True)
class _Filters:
    """Which findings are asked for, in the words of the address."""

    as_of: AsOf = None
    kind: Kind = None
    about: About = None
    organisation: Organisation = None
    stage: AtStage = None
    for_days: ForDays = 0

    def question(self, state: GatewayState, *, special: bool, limit: int) -> Question:
        """Return what is asked of the register. Raises BadQuestion."""
        seen = read_seen(self.as_of, state)
        begun_by = seen
        if self.for_days:
            begun_by = last_moment_of(london_day(seen) - timedelta(days=self.for_days))
        return Question(
            as_of=seen,
            begun_by=begun_by,
            limit=limit,
            special=special,
            kind=self.kind,
            about=self.about,
            organisation=self.organisation,
            stage=None if self.stage is None else Stage[self.stage.upper()],
        )


Filters = Annotated[_Filters, Depends()]


@router.get(
    "/findings",
    response_model=FoundList,
    responses={**TAGGED, **documented(BadQuestion, Failed, NotReady)},
)
async def findings(
    request: Request,
    caller: Inspector,
    filters: Filters,
    after: After = None,
    limit: Limit = USUAL,
) -> Response:
    """List what was found on all journeys and held at a moment, what began last first.

    A finding says what is recorded, and never that nothing was done. All pages are as of one
    moment. For an inspector of every organisation only; findings that tell of a special category of
    a victim's data need a token with that scope.
    """
    view = require_all(caller)
    state = state_of(request)
    asked = filters.question(state, special=view.special, limit=limit)
    place = read_place(after, Place)
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, asked.as_of, FoundList)
    if (same := unchanged(request, tag)) is not None:
        return same
    found = await read_findings(state.store, asked, place)
    await note_journeys(request, caller, {one.journey_id for one in found})
    items = [FoundBody.among(one, asked.as_of) for one in found]
    told = answer(FoundList(items=items, **around(request, view, asked, found, lag)))
    told.headers.update({"ETag": tag, "Vary": VARY})
    return told


@router.get("/findings/kinds", dependencies=[ANY_CALLER])
async def kinds() -> KindList:
    """Tell what each kind of finding means, what it does not mean, and when it holds."""
    return KindList(items=[KindBody.of(meaning) for meaning in MEANINGS])


@router.get(
    "/statistics/findings",
    response_model=CountList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def statistics(
    request: Request,
    caller: Inspector,
    filters: Filters,
    after: After = None,
    limit: Limit = USUAL,
    form: Form = None,
) -> Response:
    """Count what was found and held at a moment, by kind and by who has to answer for it.

    `findings` counts them, `journeys` the journeys that have any. The version of each kind stands
    beside its counts. For an inspector of every organisation only.
    """
    view = require_all(caller)
    state = state_of(request)
    asked = filters.question(state, special=view.special, limit=limit)
    place = read_place(after, CountPlace)
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, asked.as_of, CountList)
    if (same := unchanged(request, tag)) is not None:
        return same
    counts = await count_findings(state.store, asked, place)
    await note_journeys(request, caller, ())
    items = [CountBody.of(one) for one in counts]
    body = CountList(items=items, **around(request, view, asked, counts, lag))
    return tell(request, body, tag)


@router.get(
    "/journeys/{journey_id}/findings",
    response_model=FindingList,
    responses=documented(UnknownJourney, BadQuestion, Failed, NotReady),
)
async def journey_findings(
    request: Request,
    caller: Inspector,
    journey_id: JourneyId,
    as_of: AsOfJourney = None,
    known_at: KnownAt = None,
) -> Response:
    """List what was found on one journey and held at a moment, computed from the events.

    Later facts count: it says what is known, at `known_at`, to have held at `as_of`. For an
    inspector of every organisation only, because a finding follows from what all of them said.
    """
    view = require_all(caller)
    state = state_of(request)
    moments = read_moments(as_of, known_at, now=state.clock())
    membership = await read_journey(request, caller, journey_id, moments)
    evidence = evidence_of(
        membership,
        state.rulebook,
        state.calendar,
        state.standard,
        as_of=FOR_GOOD,
        known_at=moments.known_at,
    )
    resting = resting_on_special(evidence, state.rulebook)
    reported = victims_of(evidence.story)

    async def is_told(finding: Finding) -> bool:
        if not finding.holds_at(moments.as_of):
            return False
        if not view.special and is_special(finding, resting):
            return False
        return finding.kind is not FindingKind.REPEAT_NOT_FLAGGED or await has_earlier_report(
            state.store, membership, reported, finding.holds_from, known_at=moments.known_at
        )

    found = [finding for finding in find_all(evidence) if await is_told(finding)]
    body = FindingList(
        journey=membership.id,
        items=[FindingBody.of(finding, moments.as_of) for finding in found],
        as_of=moments.as_of,
        known_at=moments.known_at,
        settled=moments.settled,
        judged_by=JudgedBy.of(state.rulebook, state.calendar),
        left_out=left_out(view),
    )
    return sensitive(body)
