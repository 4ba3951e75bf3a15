"""Freezes figures as publications, in editions, and tells them as they were told."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.figures.compliance import Question
from gateway.publications.answers import (
    EditionList,
    PublicationAround,
    PublicationBody,
    PublicationEditionBody,
    PublicationList,
    PublicationRow,
    ReplyBody,
)
from gateway.publications.asked import EditionAsked, FigureAsked, PublicationStatus, QuestionAsked
from gateway.publications.freezing import VIEW, Freezing, freeze
from gateway.publications.frozen import FrozenFigure, canonical
from gateway.publications.kept import (
    Edition,
    KeptPublication,
    read_editions,
    read_publication,
    read_publications,
    read_replies,
)
from gateway.routes.bodies import REFUSALS, read_body, takes
from gateway.routes.compliance import question_in
from gateway.routes.journeys import note_journeys, state_of
from gateway.seeing import require_all
from gateway.state import GatewayState
from shared.access.caller import Caller, Party, view_of
from shared.access.guard import Inspector, Reader
from shared.handling import HANDLING, HEADER, sensitive
from shared.london import write_instant
from shared.problems import (
    BadQuestion,
    Failed,
    Fault,
    NotPermitted,
    NotReady,
    UnknownPublication,
)
from shared.store.ids import first_id, ids_from
from shared.tagged import UNCHANGED
from shared.web import documented

MOST_LISTED, USUAL_LISTED = 200, 20

router = APIRouter(prefix="/v1", tags=["publications"])

# What is sent here: OpenAPI tells these, since the routes read bodies themselves.
BODIES = (FigureAsked, EditionAsked)

PublicationId = Annotated[UUID, Path(description="A publication's id, from `/v1/publications`.")]
EditionNumber = Annotated[
    int | None, Query(alias="edition", description="Left out: the newest.", ge=1, le=10_000)
]


@router.post(
    "/publications",
    response_model=PublicationBody,
    status_code=HTTPStatus.CREATED,
    responses=documented(*REFUSALS, NotPermitted, Failed, NotReady),
    openapi_extra=takes(FigureAsked),
)
async def publish(request: Request, caller: Inspector) -> Response:
    """Freeze a figure of `/v1/statistics/compliance` with all that it is made from.

    It is told in the same bytes ever after, and can be counted again from the events as they were
    known at this moment: `python -m gateway.figures reproduce`. Refused with 503 while the register
    is behind, since it must be of all that is known. For an inspector of every organisation only.
    """
    require_all(caller)
    state = state_of(request)
    body = await read_body(request, FigureAsked)
    now = state.clock()
    (publication_id,) = ids_from(first_id(now), 1)
    asked = asked_of(body.question.words(), state, now)
    await freeze(
        state.store,
        state.yardstick,
        Freezing(
            publication_id=publication_id,
            edition=1,
            status=PublicationStatus.FINAL if body.final else PublicationStatus.PROVISIONAL,
            reason=None,
            words=body.question.words() | {"as_of": write_instant(asked.as_of)},
            kind=body.question.kind,
            asked=asked,
            now=now,
            who=caller.subject,
            title=body.title,
        ),
    )
    return await _told(request, caller, publication_id, None, created=True)


@router.get(
    "/publications",
    response_model=PublicationList,
    responses=documented(BadQuestion, Failed, NotReady),
)
async def publications(
    request: Request,
    caller: Reader,
    after: Annotated[
        UUID | None, Query(description="Where the page begins, as the `next` of the page before.")
    ] = None,
    limit: Annotated[
        int, Query(description="How many to list at most.", ge=1, le=MOST_LISTED)
    ] = USUAL_LISTED,
) -> Response:
    """List publications in their newest editions, the newest first.

    An agency's reader is told of those that have cells of its own organisations.
    """
    state = state_of(request)
    within = within_of(caller)
    found = await read_publications(state.store, within, before=after, limit=limit)
    await note_journeys(request, caller, ())
    following = None
    if len(found) == limit:
        following = f"{request.url.path}?{urlencode({'after': str(found[-1].id), 'limit': limit})}"
    told = sensitive(
        PublicationList(
            items=[PublicationRow.of(one, who=within is None) for one in found],
            next=following,
            as_of=state.clock(),
        )
    )
    if following is not None:
        told.headers["Link"] = f'<{following}>; rel="next"'
    return told


@router.get(
    "/publications/{publication_id}",
    response_model=PublicationBody,
    responses=documented(UnknownPublication, BadQuestion, Failed, NotReady),
)
async def publication(
    request: Request,
    caller: Reader,
    publication_id: PublicationId,
    edition: EditionNumber = None,
) -> Response:
    """Tell a publication as it was frozen, and what organisations say of it.

    An agency's reader is told the cells of its own organisations, and its own replies.
    """
    return await _told(request, caller, publication_id, edition)


@router.get(
    "/publications/{publication_id}/frozen",
    response_model=FrozenFigure,
    responses=UNCHANGED
    | documented(UnknownPublication, BadQuestion, NotPermitted, Failed, NotReady),
)
async def frozen(
    request: Request,
    caller: Inspector,
    publication_id: PublicationId,
    edition: EditionNumber = None,
) -> Response:
    """Tell what was frozen, in the very bytes of which `sha256` is the hash, and nothing else."""
    require_all(caller)
    found = await found_of(request, caller, publication_id, edition)
    tag = f'"{found.edition.sha256}"'
    headers = {"ETag": tag, HEADER: HANDLING}
    known = request.headers.get("if-none-match", "").split(",")
    if tag in (one.strip().removeprefix("W/") for one in known):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    await note_journeys(request, caller, ())
    return Response(found.edition.frozen, media_type="application/json", headers=headers)


@router.get(
    "/publications/{publication_id}/editions",
    response_model=EditionList,
    responses=documented(UnknownPublication, BadQuestion, Failed, NotReady),
)
async def editions(request: Request, caller: Reader, publication_id: PublicationId) -> Response:
    """List the editions of a publication, the oldest first; each can be read at `edition=`."""
    await found_of(request, caller, publication_id, None)
    state = state_of(request)
    found = await read_editions(state.store, publication_id)
    await note_journeys(request, caller, ())
    who = within_of(caller) is None
    items = [PublicationEditionBody.of(one, who=who) for one in found]
    return sensitive(EditionList(items=items, as_of=state.clock()))


@router.post(
    "/publications/{publication_id}/editions",
    response_model=PublicationBody,
    status_code=HTTPStatus.CREATED,
    responses=documented(*REFUSALS, UnknownPublication, NotPermitted, Failed, NotReady),
    openapi_extra=takes(EditionAsked),
)
async def new_edition(
    request: Request, caller: Inspector, publication_id: PublicationId
) -> Response:
    """Freeze the same question anew, as of the same moment, with all that is known now.

    The editions before stay as they were. Until one is final they are provisional; what comes after
    a final one is revised.
    """
    require_all(caller)
    body = await read_body(request, EditionAsked)
    found = await found_of(request, caller, publication_id, None)
    state = state_of(request)
    now = state.clock()
    settled = found.edition.status is not PublicationStatus.PROVISIONAL
    status = PublicationStatus.FINAL if body.final else PublicationStatus.PROVISIONAL
    asked = asked_of(found.words, state, now)
    await freeze(
        state.store,
        state.yardstick,
        Freezing(
            publication_id=publication_id,
            edition=found.editions + 1,
            status=PublicationStatus.REVISED if settled else status,
            reason=body.reason,
            words=found.words,
            kind=QuestionAsked.model_validate(found.words, strict=False).kind,
            asked=asked,
            now=now,
            who=caller.subject,
        ),
    )
    return await _told(request, caller, publication_id, None, created=True)


def within_of(caller: Caller) -> frozenset[Party] | None:
    """Return the organisations of which a caller may see cells, None for all.

    An inspector of some organisations sees what these do.
    """
    return view_of(caller).organisations


async def found_of(
    request: Request, caller: Caller, publication_id: UUID, edition: int | None
) -> KeptPublication[Edition]:
    """Return a publication that a caller may see. Raises UnknownPublication."""
    store = state_of(request).store
    found = await read_publication(store, publication_id, edition, within_of(caller))
    if found is None:
        raise unknown()
    return found


def unknown() -> UnknownPublication:
    """Return the refusal of what is not there, or may not be seen."""
    fault = Fault("publication_id", "is no publication's id", "take it from /v1/publications")
    return UnknownPublication("No publication has this id, or this edition.", fault)


def asked_of(words: dict[str, Any], state: GatewayState, now: datetime) -> Question:
    """Return the question of a publication. Raises BadQuestion."""
    asked = question_in(QuestionAsked.model_validate(words, strict=False).words(), state, VIEW)
    if "flag" in asked.by:
        fault = Fault("by", "asks for flags", "leave them out: they are special categories")
        raise BadQuestion("Flags are not frozen.", fault)
    if asked.as_of > now:
        fault = Fault("as_of", "lies in the future", "ask about now or the past")
        raise BadQuestion("Nothing can be published that has not happened.", fault)
    return asked


async def _told(
    request: Request,
    caller: Caller,
    publication_id: UUID,
    edition: int | None,
    *,
    created: bool = False,
) -> Response:
    """Return a publication as its caller may be told of it, in the bytes that were frozen."""
    found = await found_of(request, caller, publication_id, edition)
    within = within_of(caller)
    said = await read_replies(state_of(request).store, publication_id, within)
    await note_journeys(request, caller, ())
    text = found.edition.frozen
    if within is not None:
        whole = FrozenFigure.model_validate_json(text)
        own = [
            cell
            for cell in whole.cells
            if (by := cell.told.organisation) is not None
            and view_of(caller).holds(by.agency, by.id)
        ]
        text = canonical(whole.model_copy(update={"cells": own}))
    around = PublicationAround(
        id=found.id,
        title=found.title,
        editions=found.editions,
        edition=PublicationEditionBody.of(found.edition, who=within is None),
        whole=within is None,
        replies=[ReplyBody.of(one) for one in said],
        handling=HANDLING,
    )
    head = around.model_dump_json()
    told = Response(
        f'{head[:-1]},"frozen":{text}}}',
        media_type="application/json",
        headers={HEADER: HANDLING},
    )
    if created:
        told.status_code = HTTPStatus.CREATED
        told.headers["Location"] = f"/v1/publications/{publication_id}"
    return told
