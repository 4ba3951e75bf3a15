"""Finds the journey of a reference, and lists the journeys that are as somebody asks."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.answers import JourneyBody, JourneyList
from gateway.journey.duty import Duty
from gateway.register.journey_answers import ListedJourneyBody, ListedJourneyList
from gateway.register.journeys import read_journeys
from gateway.register.lag import read_lag
from gateway.register.narrowing import JourneyPlace, JourneyQuestion
from gateway.register.rows import FOR_GOOD
from gateway.routes.filters import JourneyFilters, stage_number
from gateway.routes.journeys import (
    KnownAt,
    note_consultation,
    note_journeys,
    reference_asked,
    state_of,
)
from gateway.routes.moments import read_moments
from gateway.routes.owed import rules_of
from gateway.routes.paging import (
    USUAL,
    After,
    Limit,
    address_of,
    around_page,
    read_place,
)
from gateway.routes.seen import AsOfOrNone, read_seen
from gateway.routes.telling import TOLD, Form, tag_of, tell, unchanged
from gateway.seeing import journey_seen, require_all
from shared.access.caller import Caller, view_of
from shared.access.guard import Reader
from shared.handling import sensitive
from shared.london import FIRST_YEAR, read_day
from shared.problems import BadQuestion, Failed, Fault, NotReady
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["journeys"])

NO_FILTERS = JourneyFilters()


@router.get(
    "/journeys",
    response_model=JourneyList | ListedJourneyList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def journeys(
    request: Request,
    caller: Reader,
    reference: Annotated[
        str | None,
        Query(
            description="A reference in any agency's scheme: finds the journey that it belongs to, "
            "straight from the events. Left out: lists journeys.",
            openapi_examples={
                "a crime": {"value": "crime:avon-and-somerset/5224001234/V1"},
            },
        ),
    ] = None,
    known_at: KnownAt = None,
    as_of: AsOfOrNone = None,
    filters: Annotated[JourneyFilters, Depends()] = NO_FILTERS,
    after: After = None,
    limit: Limit = USUAL,
    form: Form = None,
) -> Response:
    """Find the journey that a reference belongs to, or list journeys.

    With a `reference`: an unknown one gives an empty list, and so does one under which the caller's
    organisations hold nothing. Without: the journeys as they were at a moment, as now known, in the
    order of their ids, which has nothing to do with what happened. A page may hold fewer than
    `limit`, or none, and not be the last: go on while there is a `next`. That is for an inspector
    of every organisation only.
    """
    asked = [name for name, value in asdict(filters).items() if value is not None]
    if reference is not None:
        refuse_beside("reference", [*asked, *(["after"] if after else ())])
        refuse_beside("reference", ["format"] if form == "csv" else [])
        return await found_by(request, caller, reference, known_at)
    if view_of(caller).organisations is not None and "inspector" not in caller.roles:
        fault = Fault("reference", "is missing", "add it: your journeys are found one by one")
        raise BadQuestion("The request cannot be answered as it is.", fault)
    view = require_all(caller)
    if known_at is not None:
        refuse_beside("known_at", ["a list"])
    state = state_of(request)
    seen = read_seen(as_of, state)
    question = JourneyQuestion(
        as_of=seen,
        limit=limit,
        rules=rules_of(state, view, filters.right, any_duty),
        right=filters.right,
        organisation=filters.organisation,
        stage=stage_number(filters.stage),
        holder=filters.holder,
        held_by=filters.held_by,
        standing=filters.standing,
        breached=filters.breached,
        enhanced=filters.enhanced,
        under_18=filters.under_18,
        open=filters.open,
        victim_kind=filters.victim_kind,
        silent_for_days=filters.silent_for_days,
        without_police_reference=filters.without_police_reference,
        began_from=read_on("began_from", filters.began_from),
        began_to=read_on("began_to", filters.began_to),
        after=read_place(after, JourneyPlace),
    )
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, seen, ListedJourneyList)
    if (same := unchanged(request, tag)) is not None:
        return same
    listed, ended = await read_journeys(state.store, question)
    await note_journeys(request, caller, {one.journey_id for one in listed})
    items = [ListedJourneyBody.of(one, seen) for one in listed]
    following = None if ended is None else address_of(request, ended, seen)
    page = around_page(request, view, following, seen, lag)
    return tell(request, ListedJourneyList(items=items, **page), tag)


async def found_by(
    request: Request, caller: Caller, reference: str, known_at: str | None
) -> Response:
    """Return the journey that a reference belongs to, as far as the caller may see it."""
    state = state_of(request)
    moments = read_moments(None, known_at, now=state.clock())
    asked = reference_asked(reference)
    record = await state.store.read_record(asked)
    found = journey_seen(record, asked, view_of(caller), moments)
    told = [found] if found else []
    await note_consultation(request, caller, told)
    items = [JourneyBody.of(one) for one in told]
    return sensitive(JourneyList(items=items, as_of=moments.as_of))


def any_duty(duty: Duty) -> bool:
    """Say that a duty counts, whatever its kind."""
    return True


def refuse_beside(name: str, others: Collection[str]) -> None:
    """Raise BadQuestion where a parameter is given beside what it does not go with."""
    if others:
        fault = Fault(name, f"does not go with {', '.join(others)}", "ask for one of them")
        raise BadQuestion("The question asks for two things at once.", fault)


def read_on(name: str, text: str | None) -> date | None:
    """Read a London day, or None where none is given. Raises BadQuestion, naming the parameter."""
    if text is None:
        return None
    try:
        day = read_day(text)
    except ValueError as error:
        raise BadQuestion(
            f"{name} cannot be read.", Fault(name, "is not a date", "write 2024-03-28")
        ) from error
    if not FIRST_YEAR <= day.year < FOR_GOOD.year:
        fault = Fault(name, "lies too far away", f"ask for a day from {FIRST_YEAR} on")
        raise BadQuestion("No journey began on such a day.", fault)
    return day
