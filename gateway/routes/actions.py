"""Opens what is to be done in a police area, keeps what becomes of it, and lists both."""

from datetime import date
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.review.action_answers import (
    ActionAsked,
    ActionBody,
    ActionChangeBody,
    ActionChangeList,
    ActionList,
    ChangeAsked,
)
from gateway.review.actions import (
    Action,
    ActionPlace,
    Change,
    State,
    change_action,
    open_action,
    read_action,
    read_actions,
    read_opened,
)
from gateway.review.serving import parties_on
from gateway.routes.areas import AreaId, area_for
from gateway.routes.bodies import REFUSALS, read_body, takes
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.paging import USUAL, After, Limit, address_of, answer, read_place
from gateway.routes.seen import SEEN, read_seen
from gateway.seeing import left_out
from gateway.state import GatewayState
from shared.access.caller import Party, view_of
from shared.access.guard import Reader
from shared.codes.lists import Organisation
from shared.handling import sensitive
from shared.london import london_day
from shared.problems import (
    ActionStands,
    BadQuestion,
    Failed,
    Fault,
    NotFound,
    NotPermitted,
    NotReady,
)
from shared.web import documented
from shared.words import nearest

router = APIRouter(prefix="/v1", tags=["reviews"])

# What is sent here: OpenAPI tells these, since the routes read bodies themselves.
BODIES = (ActionAsked, ChangeAsked)

AsOf = Annotated[str | None, Query(description=SEEN.replace("now, to the minute", "now"))]
ActionId = Annotated[UUID, Path(description="An action's id, as whoever opened it gave it.")]


@router.post(
    "/areas/{area}/actions",
    response_model=ActionBody,
    status_code=HTTPStatus.CREATED,
    responses={
        200: {"model": ActionBody, "description": "It was opened before: the first answer again."},
        **documented(*REFUSALS, NotFound, NotPermitted, ActionStands, Failed, NotReady),
    },
    openapi_extra=takes(ActionAsked),
)
async def open_one(request: Request, caller: Reader, area: AreaId) -> Response:
    """Open an action: what is to be done in an area, by which of its organisations, by which day.

    Send the same again and the first answer comes again, with status 200; the same id with other
    content is refused. Nothing in it may tell of a person. Who sees some organisations only opens
    actions of these.
    """
    state = state_of(request)
    where, within = area_for(caller, area)
    asked = await read_body(request, ActionAsked)
    owner = (asked.owner.agency, asked.owner.organisation)
    if within is not None and owner not in within:
        fault = Fault("owner.organisation", "is not one of yours", "open actions of your own")
        raise NotPermitted("What another organisation is to do is not yours to say.", fault)
    action = Action(
        area=where.id,
        id=asked.id,
        opened_at=state.clock(),
        opened_by=caller.subject,
        what=asked.what,
        owner=owner,
        first_due_on=asked.due_on,
        threshold=asked.threshold,
    )
    kept = await read_opened(state.store, where.id, asked.id)
    new = kept is None
    if kept is None:
        _refuse_stranger(owner, where, london_day(state.clock()))
        _refuse_threshold(asked.threshold, state)
        _refuse_past(asked.due_on, state)
        kept, new = await open_action(state.store, action)
    if kept.said != action.said:
        fault = Fault("id", "was used for another action", "send a new id, or the same content")
        raise ActionStands("Another action has this id.", fault)
    await note_journeys(request, caller, ())
    told = sensitive(ActionBody.of(kept, kept.opened_at))
    told.status_code = HTTPStatus.CREATED if new else HTTPStatus.OK
    told.headers["Location"] = f"/v1/areas/{where.id}/actions/{kept.id}"
    return told


@router.get(
    "/areas/{area}/actions",
    response_model=ActionList,
    responses=documented(NotFound, NotPermitted, BadQuestion, Failed, NotReady),
)
async def list_actions(
    request: Request,
    caller: Reader,
    area: AreaId,
    state: Annotated[
        State | None, Query(description="Only those that stood so at the moment.")
    ] = None,
    as_of: AsOf = None,
    after: After = None,
    limit: Limit = USUAL,
) -> Response:
    """List the actions of an area as they stood at a moment, the newest first.

    Who sees some organisations only is told what these are to do.
    """
    gateway = state_of(request)
    where, within = area_for(caller, area)
    seen = gateway.clock() if as_of is None else read_seen(as_of, gateway)
    found = await read_actions(
        gateway.store,
        where.id,
        as_of=seen,
        within=within,
        state=state,
        after=read_place(after, ActionPlace),
        limit=limit,
    )
    await note_journeys(request, caller, ())
    following = address_of(request, found[-1].place, seen) if len(found) == limit else None
    items = [ActionBody.of(one, seen) for one in found]
    told = ActionList(items=items, next=following, as_of=seen, left_out=left_out(view_of(caller)))
    return answer(told)


@router.get(
    "/areas/{area}/actions/{action_id}",
    response_model=ActionBody,
    responses=documented(NotFound, NotPermitted, BadQuestion, Failed, NotReady),
)
async def one_action(
    request: Request, caller: Reader, area: AreaId, action_id: ActionId, as_of: AsOf = None
) -> Response:
    """Tell one action as it stood at a moment, with what had been said of it."""
    state = state_of(request)
    seen = state.clock() if as_of is None else read_seen(as_of, state)
    where, within = area_for(caller, area)
    found = await read_action(state.store, where.id, action_id, seen)
    await note_journeys(request, caller, ())
    return sensitive(ActionBody.of(_theirs(found, within), seen))


@router.post(
    "/areas/{area}/actions/{action_id}/changes",
    response_model=ActionChangeBody,
    status_code=HTTPStatus.CREATED,
    responses={
        200: {
            "model": ActionChangeBody,
            "description": "It was said before: the first answer again.",
        },
        **documented(*REFUSALS, NotFound, NotPermitted, ActionStands, Failed, NotReady),
    },
    openapi_extra=takes(ChangeAsked),
)
async def change_one(
    request: Request, caller: Reader, area: AreaId, action_id: ActionId
) -> Response:
    """Say of an action that it is done, has a new day and why, or is withdrawn and why.

    Send the same again and the first answer comes again, with status 200. Once an action is done or
    withdrawn nothing more can be said of it. Who sees some organisations only changes what these
    are to do.
    """
    state = state_of(request)
    where, within = area_for(caller, area)
    action = _theirs(await read_action(state.store, where.id, action_id), within)
    asked = await read_body(request, ChangeAsked)
    change = Change(
        id=asked.id,
        at=state.clock(),
        by=caller.subject,
        change=asked.change,
        due_on=asked.due_on,
        reason=asked.reason,
    )
    said = next((one for one in action.changes if one.id == change.id), None)
    if said is None:
        _refuse_halves(asked)
        _refuse_past(asked.due_on, state)
        kept = await change_action(state.store, action, change)
    else:
        kept = (said, False)
    if kept is None:
        fault = Fault("change", "comes after the action was over", "open another action")
        raise ActionStands("The action was done or withdrawn before.", fault)
    told_of, new = kept
    if told_of.said != change.said:
        fault = Fault("id", "was used for another change", "send a new id, or the same content")
        raise ActionStands("Another change has this id.", fault)
    await note_journeys(request, caller, ())
    told = sensitive(ActionChangeBody.of(told_of))
    told.status_code = HTTPStatus.CREATED if new else HTTPStatus.OK
    return told


@router.get(
    "/areas/{area}/actions/{action_id}/changes",
    response_model=ActionChangeList,
    responses=documented(NotFound, NotPermitted, BadQuestion, Failed, NotReady),
)
async def list_changes(
    request: Request, caller: Reader, area: AreaId, action_id: ActionId, as_of: AsOf = None
) -> Response:
    """List what had been said of one action by a moment, in order."""
    state = state_of(request)
    seen = state.clock() if as_of is None else read_seen(as_of, state)
    where, within = area_for(caller, area)
    found = _theirs(await read_action(state.store, where.id, action_id, seen), within)
    await note_journeys(request, caller, ())
    items = [ActionChangeBody.of(one) for one in found.changes]
    return sensitive(ActionChangeList(items=items, next=None, as_of=seen))


def _refuse_stranger(owner: Party, area: Organisation, today: date) -> None:
    """Raise BadQuestion for an organisation that does not serve the area on a London day."""
    known = ["/".join(party) for party in parties_on(area, today)]
    if "/".join(owner) not in known:
        near = nearest("/".join(owner), known)
        remedy = f"did you mean {near}?" if near else f"use one of {', '.join(known)}"
        fault = Fault("owner.organisation", "is no organisation of this area today", remedy)
        raise BadQuestion("Nobody of the area can be told to do it.", fault)


def _refuse_threshold(threshold: str | None, state: GatewayState) -> None:
    """Raise BadQuestion for a threshold that there is not."""
    if threshold is not None and threshold not in state.thresholds:
        near = nearest(threshold, state.thresholds)
        remedy = f"did you mean {near}?" if near else "see the review pack, or leave it out"
        fault = Fault("threshold", "is no threshold's id", remedy)
        raise BadQuestion("There is no such threshold.", fault)


def _refuse_past(due_on: date | None, state: GatewayState) -> None:
    """Raise BadQuestion for a day that is over."""
    if due_on is not None and due_on < london_day(state.clock()):
        fault = Fault("due_on", "is a day that is over", "name today or a later day")
        raise BadQuestion("Nothing can be done by a day that is over.", fault)


def _refuse_halves(asked: ChangeAsked) -> None:
    """Raise BadQuestion for a change that lacks what it needs, or has what is another's."""
    faults = []
    if asked.change == "new_due_day" and asked.due_on is None:
        faults.append(Fault("due_on", "is missing", "say the new day"))
    if asked.change != "new_due_day" and asked.due_on is not None:
        faults.append(Fault("due_on", "is for a new day only", "leave it out"))
    if asked.change != "done" and asked.reason is None:
        faults.append(Fault("reason", "is missing", "say why"))
    if faults:
        raise BadQuestion("The change cannot be kept as it is.", *faults)


def _theirs(action: Action | None, within: frozenset[Party] | None) -> Action:
    """Return an action that the caller may be told of. Raises NotFound, whichever it lacks."""
    if action is None or (within is not None and action.owner not in within):
        fault = Fault("action_id", "is no action's id", "take it from the list of actions")
        raise NotFound("No action of this area has this id.", fault)
    return action
