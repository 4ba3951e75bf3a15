"""Tells figures on chains, on handovers, and on who used the days of what came late."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.answers import JudgedBy
from gateway.figures.metrics import funnel_metric, metrics
from gateway.journey.chains.defined import CHAIN_OF, CHAINS
from gateway.journey.chains.delays import delays_of
from gateway.journey.findings.finders import evidence_of
from gateway.register.chain_answers import (
    ChainBody,
    ChainList,
    FunnelItem,
    FunnelList,
    HandoverItem,
    HandoverList,
)
from gateway.register.chain_figures import By, count_delays, count_handovers, count_runs
from gateway.register.delay_answers import (
    DelayBody,
    DelayItem,
    DelayList,
    JourneyDelays,
    OutcomeItem,
)
from gateway.routes.figures import Organisation, asked_of, tell_figures
from gateway.routes.journeys import AsOf as AsOfJourney
from gateway.routes.journeys import JourneyId, KnownAt, read_journey, state_of
from gateway.routes.moments import read_moments
from gateway.routes.months import Months
from gateway.routes.owed import refuse_several, rules_of
from gateway.routes.seen import AsOf
from gateway.routes.telling import TOLD, Form
from gateway.seeing import left_out, require_all
from shared.access.guard import ANY_CALLER, Inspector
from shared.handling import sensitive
from shared.problems import BadQuestion, Failed, NotReady, UnknownJourney
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["statistics"])

ChainName = Literal[
    "support_referral",
    "personal_statement",
    "right_to_review_cps",
    "right_to_review_police",
    "restorative_justice",
    "contact_scheme",
    "decision_to_investigate",
]
ByOrganisation = Annotated[
    Literal["organisation"] | None,
    Query(description="Counted by organisation; left out: by agency, or not at all."),
]


@router.get("/statistics/chains", dependencies=[ANY_CALLER])
async def chains() -> ChainList:
    """Tell every chain: its steps in order, what shows that each was taken, and what does not."""
    return ChainList(items=[ChainBody.of(chain) for chain in CHAINS])


@router.get(
    "/statistics/funnels",
    response_model=FunnelList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def funnels(
    request: Request,
    caller: Inspector,
    chain: Annotated[
        ChainName,
        Query(
            description="Which chain; `/v1/statistics/chains` tells them.",
            openapi_examples={"the statement": {"value": "personal_statement"}},
        ),
    ],
    months: Annotated[Months, Depends()],
    by: Annotated[
        By | None,
        Query(
            description="Counted by who took the first step, by the force, CPS Area or probation "
            "region that had the journey, or by the month of the first step."
        ),
    ] = None,
    as_of: AsOf = None,
    organisation: Organisation = None,
    form: Form = None,
) -> Response:
    """Count how far journeys came through a chain by a moment, step by step.

    `reached` counts those of which the step or a later one is recorded, `recorded` those of which
    the step itself is. That nothing is recorded does not say that nothing was done. For an
    inspector of every organisation only: steps are those of several agencies.
    """
    view = require_all(caller)
    state = state_of(request)
    asked = asked_of(request, as_of, by, organisation, months)
    found = CHAIN_OF[chain]
    if by is None or by == "month":
        refuse_several(state, view, organisation, rules_of(state, view, None, lambda duty: True))

    async def count() -> dict[str, Any]:
        counted = await count_runs(state.store, asked, found)
        items = [item for group, one in counted for item in FunnelItem.each(found, by, group, one)]
        return {"chain": ChainBody.of(found), "by": by, "items": items}

    named = [funnel_metric(found)]
    return await tell_figures(request, caller, view, asked, FunnelList, named, count)


@router.get(
    "/statistics/handovers",
    response_model=HandoverList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def handovers(
    request: Request,
    caller: Inspector,
    months: Annotated[Months, Depends()],
    by: ByOrganisation = None,
    as_of: AsOf = None,
    organisation: Organisation = None,
    form: Form = None,
) -> Response:
    """Count handovers between agencies: what was known of the victim, went with it, and arrived.

    A handover counts in the month in which it was sent; `organisation` sent or received it. For an
    inspector of every organisation only.
    """
    view = require_all(caller)
    asked = asked_of(request, as_of, by, organisation, months)

    async def count() -> dict[str, Any]:
        counted = await count_handovers(state_of(request).store, asked)
        items = [
            item
            for (kind, way), figure in counted.items()
            for item in HandoverItem.each(kind, way, figure)
        ]
        return {"items": items}

    named = ["handover-acknowledged", "handover-arrived"]
    return await tell_figures(request, caller, view, asked, HandoverList, named, count)


@router.get(
    "/statistics/delays",
    response_model=DelayList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def delays(
    request: Request,
    caller: Inspector,
    months: Annotated[Months, Depends()],
    by: ByOrganisation = None,
    as_of: AsOf = None,
    organisation: Organisation = None,
    form: Form = None,
) -> Response:
    """Split what reached victims late among the bodies that owed it together, in working days.

    Counted are outcomes that came late by the moment: the courts' news through the Witness Care
    Unit, and probation's first contact after a sentence. An outcome counts in the month in which
    the limit of all legs together fell. For an inspector of every organisation only.
    """
    view = require_all(caller)
    state = state_of(request)
    asked = asked_of(request, as_of, by, organisation, months)

    async def count() -> dict[str, Any]:
        counted = await count_delays(state.store, asked)
        return {
            "items": [DelayItem.of(key, one, state.rulebook) for key, one in counted.legs.items()],
            "outcomes": [OutcomeItem.of(rule, one) for rule, one in counted.outcomes.items()],
        }

    named = ["delay-over-own-limit"]
    return await tell_figures(request, caller, view, asked, DelayList, named, count)


@router.get(
    "/journeys/{journey_id}/delays",
    response_model=JourneyDelays,
    responses=documented(UnknownJourney, BadQuestion, Failed, NotReady),
)
async def journey_delays(
    request: Request,
    caller: Inspector,
    journey_id: JourneyId,
    as_of: AsOfJourney = None,
    known_at: KnownAt = None,
) -> Response:
    """Explain every late outcome of one journey leg by leg: who used how many working days.

    Computed from the events, as the timeline is. A leg that still runs is counted until the moment
    asked about. Where only one body owes something, a late answer is its own and no delay to split:
    `/v1/obligations/{id}/explanation` tells of it. For an inspector of every organisation only.
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
        as_of=moments.as_of,
        known_at=moments.known_at,
    )
    found = delays_of(evidence.story, evidence.obligations, state.calendar)
    body = JourneyDelays(
        journey=membership.id,
        items=[DelayBody.of(one) for one in found],
        metric=metrics()["delay-over-own-limit"],
        as_of=moments.as_of,
        known_at=moments.known_at,
        settled=moments.settled,
        judged_by=JudgedBy.of(state.rulebook, state.calendar),
        left_out=left_out(view),
    )
    return sensitive(body)
