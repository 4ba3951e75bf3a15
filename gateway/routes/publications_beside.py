"""Tells what stands beside a publication: today's figures, counting it again, and replies."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from gateway.figures.compliance import read_cells
from gateway.publications.answers import (
    ReplyBody,
    ReplyList,
    Reproduction,
    ReproductionBody,
    TodayBody,
    TodayCell,
)
from gateway.publications.asked import ReplyAsked
from gateway.publications.frozen import FrozenFigure
from gateway.publications.kept import add_reply, read_publication, read_replies, read_reproduction
from gateway.register.answers import RegisterBody
from gateway.register.lag import read_lag
from gateway.routes.bodies import REFUSALS, read_body, takes
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.publications import (
    EditionNumber,
    PublicationId,
    asked_of,
    found_of,
    unknown,
    within_of,
)
from gateway.seeing import require_all
from shared.access.caller import EVERY, Party
from shared.access.guard import AgencyReader, Inspector, Reader
from shared.handling import sensitive
from shared.problems import (
    BadQuestion,
    Failed,
    Fault,
    NotPermitted,
    NotReady,
    UnknownPublication,
)
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["publications"])

# What is sent here: OpenAPI tells it, since the route reads bodies itself.
BODIES = (ReplyAsked,)


@router.get(
    "/publications/{publication_id}/today",
    response_model=TodayBody,
    responses=documented(UnknownPublication, BadQuestion, NotPermitted, Failed, NotReady),
)
async def today(
    request: Request,
    caller: Inspector,
    publication_id: PublicationId,
    edition: EditionNumber = None,
) -> Response:
    """Tell what the same question comes to now, cell by cell beside what was frozen.

    It differs as late events, corrections and other rules have it; as of the same moment.
    """
    require_all(caller)
    found = await found_of(request, caller, publication_id, edition)
    state = state_of(request)
    was = FrozenFigure.model_validate_json(found.edition.frozen)
    lag = await read_lag(state.store, state.yardstick)
    asked = asked_of(found.words, state, state.clock())
    cells = await read_cells(state.store, asked, state.rulebook)
    await note_journeys(request, caller, ())
    then = {tuple(cell.key): cell.counts for cell in was.cells}
    now = {cell.key: cell.counts for cell in cells}
    items = [TodayCell.of(k, then.get(k, {}), now.get(k, {})) for k in sorted({*then, *now})]
    judged, hashes = was.judged_by, (state.rulebook.hash, state.calendar.hash)
    return sensitive(
        TodayBody(
            id=found.id,
            edition=found.edition.number,
            same=not any(cell.difference for cell in items),
            same_rules=(judged.rulebook, judged.calendar) == hashes,
            items=items,
            as_of=was.as_of,
            register=RegisterBody.of(lag, state.yardstick),
        )
    )


@router.get(
    "/publications/{publication_id}/reproduction",
    response_model=ReproductionBody,
    responses=documented(UnknownPublication, BadQuestion, NotPermitted, Failed, NotReady),
)
async def reproduction(
    request: Request,
    caller: Inspector,
    publication_id: PublicationId,
    edition: EditionNumber = None,
) -> Response:
    """Tell what came out when an edition was last counted again from the events known then.

    `python -m gateway.figures reproduce` does that, by itself; 404 where it was never done.
    """
    require_all(caller)
    found = await found_of(request, caller, publication_id, edition)
    answer = await read_reproduction(state_of(request).store, found.id, found.edition.number)
    if answer is None:
        fault = Fault(
            "edition", "was never counted again", "run `python -m gateway.figures reproduce`"
        )
        raise UnknownPublication("There is no reproduction of this edition.", fault)
    await note_journeys(request, caller, ())
    body = Reproduction.model_validate_json(answer)
    return sensitive(ReproductionBody.model_validate(body.model_dump()))


@router.get(
    "/publications/{publication_id}/replies",
    response_model=ReplyList,
    responses=documented(UnknownPublication, BadQuestion, Failed, NotReady),
)
async def replies(request: Request, caller: Reader, publication_id: PublicationId) -> Response:
    """List what organisations say of the accuracy of a publication, the oldest first."""
    await found_of(request, caller, publication_id, None)
    state = state_of(request)
    found = await read_replies(state.store, publication_id, within_of(caller))
    await note_journeys(request, caller, ())
    return sensitive(ReplyList(items=[ReplyBody.of(one) for one in found], as_of=state.clock()))


@router.post(
    "/publications/{publication_id}/replies",
    response_model=ReplyBody,
    status_code=HTTPStatus.CREATED,
    responses=documented(*REFUSALS, UnknownPublication, Failed, NotReady),
    openapi_extra=takes(ReplyAsked),
)
async def reply(request: Request, caller: AgencyReader, publication_id: PublicationId) -> Response:
    """Say what is not right in the cells of one's own organisation, in words for all to read.

    It is kept with the publication and the moment, and never changes. Say nothing about a person.
    """
    body = await read_body(request, ReplyAsked)
    agency, _, organisation = body.organisation.partition("/")
    party = (agency, organisation)
    named = EVERY not in party and party in caller.organisations
    state = state_of(request)
    seen = frozenset({party}) if named else frozenset[Party]()
    if await read_publication(state.store, publication_id, None, seen) is None:
        raise unknown()
    kept = await add_reply(
        state.store, publication_id, party, text=body.text, who=caller.subject, now=state.clock()
    )
    if kept is None:
        fault = Fault("organisation", "has replied too often", "speak to the inspectorate")
        raise BadQuestion("No more replies are taken.", fault)
    await note_journeys(request, caller, ())
    told = sensitive(ReplyBody.of(kept))
    told.status_code = HTTPStatus.CREATED
    return told
