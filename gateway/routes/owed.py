"""Lists breaches, and what falls due next, over all journeys."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.journey.duty import Duty, Kind
from gateway.journey.limits import AGENCY_OF
from gateway.journey.special import rests_on_special
from gateway.register.answers import (
    BreachBody,
    BreachList,
    DueBody,
    DueList,
)
from gateway.register.lag import read_lag
from gateway.register.owed import (
    Place,
    Question,
    read_breaches,
    read_due,
)
from gateway.routes.filters import (
    BreachFilters,
    Organisation,
    Owner,
    Right,
    in_order,
    stage_number,
)
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.paging import USUAL, After, Limit, around, read_place
from gateway.routes.seen import AsOf, AsOfBefore, read_seen
from gateway.routes.telling import TOLD, Form, tag_of, tell, unchanged
from gateway.state import GatewayState
from shared.access.caller import View, view_of
from shared.access.guard import Reader
from shared.codes.lists import organisations
from shared.london import last_moment_of, london_day
from shared.problems import BadQuestion, Failed, Fault, NotReady
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["obligations"])

NO_FILTERS = BreachFilters()


@router.get(
    "/breaches",
    response_model=BreachList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
)
async def breaches(
    request: Request,
    caller: Reader,
    as_of: AsOf = None,
    organisation: Organisation = None,
    owner: Owner = None,
    right: Right = None,
    filters: Annotated[BreachFilters, Depends()] = NO_FILTERS,
    after: After = None,
    limit: Limit = USUAL,
    form: Form = None,
) -> Response:
    """List the breaches of the Code on all journeys, the latest limit first.

    A breach is a limit of the Code that had passed unmet at the moment asked about, answered since
    or not. All pages are as of one moment; a page asked for again may say more, because more may be
    known by then. Who sees some organisations only is told what these owe, as each one's own part
    of the journey tells it.
    """
    view = view_of(caller)
    state = state_of(request)
    in_order(filters.late_for_days, filters.late_at_most_days, "late_at_most_days")
    seen = read_seen(as_of, state)
    asked = Question(
        as_of=seen,
        limit=limit,
        organisation=organisation,
        owner=owner,
        rules=rules_of(state, view, right, lambda duty: duty.kind is Kind.CODE),
        owners=owners_of(state),
        by_rule=right is not None or owner is not None,
        noticed_by=filters.noticed_by,
        managed=filters.managed,
        stage=stage_number(filters.stage),
        enhanced=filters.enhanced,
        late_for_days=filters.late_for_days,
        late_at_most_days=filters.late_at_most_days,
        severity=filters.at_least_severity,
        after=read_place(after, Place),
        within=view.organisations,
    )
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, seen, BreachList)
    if (same := unchanged(request, tag)) is not None:
        return same
    found = await read_breaches(state.store, asked)
    await note_journeys(request, caller, {one.journey_id for one in found})
    items = [BreachBody.of(one, state.rulebook, seen) for one in found]
    return tell(request, BreachList(items=items, **around(request, view, asked, found, lag)), tag)


@router.get(
    "/due",
    response_model=DueList,
    responses={**TOLD, **documented(BadQuestion, Failed, NotReady)},
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
    form: Form = None,
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
        after=read_place(after, Place),
        within=view.organisations,
    )
    # A limit in days is the first instant after its last day.
    until = last_moment_of(london_day(seen) + timedelta(days=within_days))
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, seen, DueList)
    if (same := unchanged(request, tag)) is not None:
        return same
    found = await read_due(state.store, asked, until + timedelta(microseconds=1))
    await note_journeys(request, caller, {one.journey_id for one in found})
    items = [DueBody.of(one, state.rulebook, seen) for one in found]
    return tell(request, DueList(items=items, **around(request, view, asked, found, lag)), tag)


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


def owners_of(state: GatewayState) -> tuple[str, ...]:
    """Return every kind of body that may owe anything by the rules in force.

    Where any provider may owe it, or whoever held the case, that is one that has a door.
    """
    named = _owners(state.rulebook.duties)
    return tuple(sorted((named - {"any"}) | set(AGENCY_OF)))


def refuse_several(
    state: GatewayState, view: View, organisation: str | None, rules: Collection[str]
) -> None:
    """Raise BadQuestion where several agencies that may owe these have one of this name.

    The West Midlands are a force, a CPS Area and a probation region: counted together they would
    be nobody.
    """
    owners = _owners(state.rulebook.by_id[rule] for rule in rules)
    agencies = {agency for owner, agency in AGENCY_OF.items() if owner in owners or "any" in owners}
    known = [
        f"{agency}/{id}"
        for agency, id in organisations()
        if id == organisation and agency in agencies and view.holds(agency, id)
    ]
    if len(known) > 1:
        wrong = f"is the name of {' and of '.join(known)}"
        remedy = "ask for one `owner` or one duty too, or count by organisation or owner"
        fault = Fault("organisation", wrong, remedy)
        raise BadQuestion("Several organisations have this name.", fault)


def _owners(duties: Iterable[Duty]) -> set[str]:
    """Return what kinds of bodies may owe these duties, `any` among them."""
    found = set()
    for duty in duties:
        found |= {duty.owner, *(terms.owner for terms in duty.terms if terms.owner)}
    return found
