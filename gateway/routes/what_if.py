"""Answers how stored journeys would stand under a draft, which no other address ever tells."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from gateway.answers import Moments
from gateway.journey.difference import Difference, DraftRulebook, Totals, difference_of
from gateway.journey.membership import journeys_of
from gateway.routes.journeys import (
    AsOf,
    JourneyId,
    KnownAt,
    note_consultation,
    read_journey,
    state_of,
)
from gateway.routes.moments import read_moments
from gateway.seeing import difference_seen, require_all
from gateway.state import GatewayState
from gateway.what_if.answers import (
    DraftBody,
    DraftList,
    JourneyDifferences,
    JourneyWhatIf,
    TotalsBody,
    WhatIfJudgedBy,
    WhatIfPage,
)
from shared.access.caller import view_of
from shared.access.guard import ANY_CALLER, Inspector
from shared.handling import sensitive
from shared.journey_event import JourneyRecord
from shared.problems import BadQuestion, Failed, Fault, NotReady, UnknownJourney
from shared.web import documented

# About a second's work: whoever wants all of a large store runs the command.
MOST_REFERENCES = 1000

router = APIRouter(prefix="/v1", tags=["what-if: not the law"])

DraftName = Annotated[
    str,
    Query(
        description="A draft's name, from `/v1/drafts`.",
        openapi_examples={"a sample draft": {"value": "sentence-review"}},
    ),
]


@router.get("/drafts", dependencies=[ANY_CALLER], responses=documented(Failed))
async def drafts(request: Request) -> DraftList:
    """List the drafts that can be asked for by name, with the rules that differ.

    A draft is not the law. No other address reads one.
    """
    state = state_of(request)
    return DraftList(items=[DraftBody.of(one, state.calendar) for one in state.drafts.values()])


@router.get(
    "/journeys/{journey_id}/what-if",
    response_model=JourneyWhatIf,
    responses=documented(UnknownJourney, BadQuestion, Failed, NotReady),
)
async def journey_what_if(
    request: Request,
    caller: Inspector,
    journey_id: JourneyId,
    draft: DraftName,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> Response:
    """Tell how one journey would stand under a draft, beside how it stands. Not the law.

    Only the duties that the draft changes are followed, since all others come out the same, and
    only the obligations that differ are listed.
    """
    state = state_of(request)
    asked = draft_of(state, draft)
    moments = read_moments(as_of, known_at, now=state.clock())
    membership = await read_journey(request, caller, journey_id, moments)
    difference = difference_of(
        membership, asked, state.calendar, as_of=moments.as_of, known_at=moments.known_at
    )
    seen = difference_seen(difference, view_of(caller))
    return sensitive(JourneyWhatIf.of(seen, asked, moments, state.calendar))


@router.get(
    "/what-if", response_model=WhatIfPage, responses=documented(BadQuestion, Failed, NotReady)
)
async def what_if(
    request: Request,
    caller: Inspector,
    draft: DraftName,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    after: Annotated[
        UUID | None, Query(description="Where the page begins, as the `next` of the page before.")
    ] = None,
    limit: Annotated[
        int,
        Query(
            description="How many references to go through; a journey may have several.",
            ge=1,
            le=MOST_REFERENCES,
        ),
    ] = 200,
) -> Response:
    """Tell how every stored journey would stand under a draft, a page at a time. Not the law.

    All pages are as known at one moment: left out, `known_at` is now, and `next` hands it on. For a
    whole store there is the command `python -m gateway.what_if`. For an inspector of every
    organisation only.
    """
    view = require_all(caller)
    state = state_of(request)
    asked = draft_of(state, draft)
    now = state.clock()
    moments = read_moments(as_of, known_at, now=now)
    cut = moments.known_at
    if cut is None:
        cut, moments = now, moments.model_copy(update={"known_at": now, "settled": False})
    keys = await state.store.read_keys(after=after or UUID(int=0), limit=limit, known_at=cut)
    records = await state.store.read_records(keys, known_at=cut)
    # Not on the loop, on which others wait for an answer of a millisecond.
    all_of_them = await run_in_threadpool(differences, records, asked, state, moments)
    found = [difference_seen(difference, view) for difference in all_of_them]
    await note_consultation(request, caller, [difference.membership for difference in found])
    following = None
    if len(keys) == limit:
        # The moments as they were asked: a day of long ago can be asked about, its end cannot.
        query = {"draft": draft, "known_at": known_at or now.isoformat()}
        query |= {} if as_of is None else {"as_of": as_of}
        query |= {"after": str(keys[-1]), "limit": str(limit)}
        following = f"{request.url.path}?{urlencode(query)}"
    body = WhatIfPage(
        draft=asked.name,
        judged_by=WhatIfJudgedBy.of(asked, state.calendar),
        **moments.model_dump(),
        totals=TotalsBody.of(Totals.of(found)),
        items=[JourneyDifferences.of(difference) for difference in found],
        next=following,
    )
    return sensitive(body)


def differences(
    records: list[JourneyRecord], draft: DraftRulebook, state: GatewayState, moments: Moments
) -> list[Difference]:
    """Return how every journey of some records differs."""
    return [
        difference_of(
            journey, draft, state.calendar, as_of=moments.as_of, known_at=moments.known_at
        )
        for record in records
        for journey in journeys_of(record, known_at=moments.known_at)
    ]


def draft_of(state: GatewayState, name: str) -> DraftRulebook:
    """Return the draft with this name. Raises BadQuestion."""
    draft = state.drafts.get(name)
    if draft is None:
        remedy = f"use one of {', '.join(state.drafts)}" if state.drafts else "there is none"
        fault = Fault("draft", "is no draft's name", f"{remedy} (see /v1/drafts)")
        raise BadQuestion("No draft has this name.", fault)
    return draft
