"""Draws samples of journeys, and tells the manifest, the frozen frame and what was replaced."""

import secrets
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from gateway.asked import Part, Phrase
from gateway.register.lag import read_lag
from gateway.routes.bodies import REFUSALS, read_body, takes
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.moments import read_moments
from gateway.routes.telling import CSV, as_files
from gateway.sampling.answers import (
    CaseBody,
    FramePage,
    FrameRow,
    Manifest,
    PresetList,
    Replaced,
    ReplacementBody,
    ReplacementList,
    SampleList,
)
from gateway.sampling.asked import SampleAsked
from gateway.sampling.files import cases_csv, frame_csv, frame_lines
from gateway.sampling.freezing import Request as DrawingAsked
from gateway.sampling.freezing import draw_sample
from gateway.sampling.kept import (
    Case,
    KeptSample,
    Replacement,
    Whole,
    frame_pages,
    read_frame,
    read_own,
    read_sample,
    read_strata,
    read_whole,
    replace,
)
from gateway.sampling.presets import plan_of, presets
from gateway.seeing import require_all
from gateway.state import GatewayState
from shared.access.caller import Caller
from shared.access.guard import ANY_CALLER, Inspector
from shared.asking import asker_of
from shared.handling import HANDLING, HEADER, sensitive
from shared.problems import (
    AlreadyReplaced,
    BadQuestion,
    Failed,
    Fault,
    NotPermitted,
    NotReady,
    UnknownSample,
)
from shared.web import documented

MOST_SAMPLES, USUAL_SAMPLES, MOST_ROWS, USUAL_ROWS = 200, 20, 10_000, 500
LINES = "application/x-ndjson"

router = APIRouter(prefix="/v1", tags=["samples"])


class ReplacementAsked(Part):
    """A case of a sample that cannot be examined, and why."""

    journey_id: UUID
    reason: Phrase = Field(
        description="Why, in a short phrase that says nothing about a person.",
        examples=["the file was not found"],
    )


# What is sent here: OpenAPI tells these, since the routes read bodies themselves.
BODIES = (SampleAsked, ReplacementAsked)

SampleId = Annotated[UUID, Path(description="A sample's id, from `/v1/samples`.")]


@router.post(
    "/samples",
    response_model=Manifest,
    status_code=HTTPStatus.CREATED,
    responses=documented(*REFUSALS, Failed, NotReady),
    openapi_extra=takes(SampleAsked),
)
async def draw(request: Request, caller: Inspector) -> Response:
    """Draw a stratified random sample of journeys, and freeze the frame it is drawn from.

    The order is that of a hash of seed, stratum and journey, so that anybody can draw the same from
    the frame: `python -m gateway.sampling verify manifest.json frame.csv`. What was drawn never
    changes, whatever becomes known. Strata and filters of offence groups or flags need the scope
    special_category. For an inspector of every organisation only.
    """
    require_all(caller)
    state = state_of(request)
    asked = await read_body(request, SampleAsked)
    plan = plan_of(asked)
    require_special(caller, plan.is_special)
    now = state.clock()
    as_of = read_moments(asked.as_of, None, now=now).as_of
    if as_of > now:
        fault = Fault("as_of", "lies in the future", "ask about now or the past")
        raise BadQuestion("No journey can be drawn that has not happened.", fault)
    drawing = DrawingAsked(
        plan=plan,
        preset=asked.preset,
        as_of=as_of,
        seed=asked.seed or secrets.token_hex(16),
        seed_made=asked.seed is None,
        who=caller.subject,
        now=now,
    )
    lag = await read_lag(state.store, state.yardstick)
    sample_id = await draw_sample(state.store, drawing, state.yardstick, lag)
    sample = await sample_of(state, caller, sample_id)
    told = sensitive(await manifest_noted(request, caller, sample))
    told.status_code = HTTPStatus.CREATED
    told.headers["Location"] = f"/v1/samples/{sample_id}"
    return told


@router.get(
    "/samples", response_model=SampleList, responses=documented(BadQuestion, Failed, NotReady)
)
async def own_samples(
    request: Request,
    caller: Inspector,
    after: Annotated[
        UUID | None, Query(description="Where the page begins, as the `next` of the page before.")
    ] = None,
    limit: Annotated[
        int, Query(description="How many to list at most.", ge=1, le=MOST_SAMPLES)
    ] = USUAL_SAMPLES,
) -> Response:
    """List the samples that the caller has drawn, the newest first.

    Those that tell of special categories only where the caller's token has their scope.
    """
    require_all(caller)
    state = state_of(request)
    found = await read_own(
        state.store, caller.subject, before=after, limit=limit, special=caller.sees_special
    )
    following = None
    if len(found) == limit:
        following = f"{request.url.path}?{urlencode({'after': str(found[-1].id), 'limit': limit})}"
    return linked(sensitive(SampleList.of(found, following, state.clock())), following)


@router.get("/samples/presets", dependencies=[ANY_CALLER], responses=documented(Failed))
async def sample_presets() -> PresetList:
    """List the samples that can be asked for by name, and what strata can be made of.

    Each preset says where it comes from and how sure we are; a confidence of `none` says that it is
    this project's own.
    """
    return PresetList.of(presets())


@router.get(
    "/samples/{sample_id}",
    response_model=Manifest,
    responses=as_files(CSV) | documented(UnknownSample, BadQuestion, Failed, NotReady),
)
async def sample(
    request: Request,
    caller: Inspector,
    sample_id: SampleId,
    format: Annotated[
        Literal["json", "csv"],
        Query(description="`csv`: a row for each case and each that may replace one."),
    ] = "json",
) -> Response:
    """Tell a sample as it was drawn, what was replaced since, and what its journeys are called now.

    Any inspector who may see every journey may ask. An annex needs this and the frame.
    """
    found = await sample_of(state_of(request), caller, sample_id)
    manifest = await manifest_noted(request, caller, found)
    if format == "json":
        return sensitive(manifest)
    text = await run_in_threadpool(cases_csv, manifest)
    return Response(text, media_type=CSV, headers=file_headers(f"sample-{sample_id}.csv"))


@router.get(
    "/samples/{sample_id}/frame",
    response_model=FramePage,
    responses=as_files(CSV, LINES) | documented(UnknownSample, BadQuestion, Failed, NotReady),
)
async def frame(
    request: Request,
    caller: Inspector,
    sample_id: SampleId,
    format: Annotated[
        Literal["json", "csv", "ndjson"],
        Query(description="`json` a page; `csv` and `ndjson` all of it, streamed."),
    ] = "json",
    after: Annotated[int, Query(description="The place of the row before the page.", ge=0)] = 0,
    limit: Annotated[
        int, Query(description="How many rows a page has.", ge=1, le=MOST_ROWS)
    ] = USUAL_ROWS,
) -> Response:
    """Tell the frozen frame of a sample: every journey it was drawn from, with its stratum.

    The rows are in the order of the journeys' ids, in which the frame's hash is made.
    """
    state = state_of(request)
    found = await sample_of(state, caller, sample_id)
    if format == "json":
        after = min(after, found.frame_size)
        strata = await read_strata(state.store, sample_id)
        rows = await read_frame(state.store, sample_id, strata, after=after, limit=limit)
        items = [FrameRow(place=p, journey_id=UUID(j), label=label) for p, j, label in rows]
        await note_journeys(request, caller, {one.journey_id for one in items})
        following = None
        if after + limit < found.frame_size:
            following = f"{request.url.path}?{urlencode({'after': after + limit, 'limit': limit})}"
        body = FramePage(items=items, next=following, as_of=found.as_of)
        return linked(sensitive(body), following)
    entry = asker_of(request, caller).access("disclosure", victims=found.frame_size)
    await state.store.note_access(entry)
    pages = frame_pages(state.store, found)
    written = frame_csv(pages) if format == "csv" else frame_lines(pages)
    kind = CSV if format == "csv" else LINES
    name = f"frame-{sample_id}.{format}"
    return StreamingResponse(written, media_type=kind, headers=file_headers(name))


@router.get(
    "/samples/{sample_id}/replacements",
    response_model=ReplacementList,
    responses=documented(UnknownSample, BadQuestion, Failed, NotReady),
)
async def replacements(request: Request, caller: Inspector, sample_id: SampleId) -> Response:
    """List what was replaced by what in a sample, the oldest first."""
    state = state_of(request)
    whole = await read_whole(state.store, await sample_of(state, caller, sample_id))
    labels = {stratum.number: stratum.label for stratum in whole.strata}
    items = [ReplacementBody.of(one, labels) for one in whole.replacements]
    return sensitive(ReplacementList(items=items, as_of=state.clock()))


@router.post(
    "/samples/{sample_id}/replacements",
    response_model=Replaced,
    status_code=HTTPStatus.CREATED,
    responses={
        HTTPStatus.OK.value: {"description": "It was replaced before, for the same reason."},
        **documented(*REFUSALS, UnknownSample, AlreadyReplaced, Failed, NotReady),
    },
    openapi_extra=takes(ReplacementAsked),
)
async def replace_case(request: Request, caller: Inspector, sample_id: SampleId) -> Response:
    """Replace a case that cannot be examined by the next of its stratum's random order.

    The reason is kept with who gave it and when, and never changes. Ask the same again and the
    answer is the first one again; another reason for the same case is refused.
    """
    state = state_of(request)
    found = await sample_of(state, caller, sample_id)
    asked = await read_body(request, ReplacementAsked)
    whole = await read_whole(state.store, found)
    case = case_of(whole, asked.journey_id)
    before = replacement_of(whole, case)
    if before is None:
        done = await replace(
            state.store,
            sample_id,
            case,
            reason=asked.reason,
            who=caller.subject,
            now=state.clock(),
        )
        if not done:
            fault = Fault("journey_id", "has no replacement left", "draw with a larger reserve")
            raise BadQuestion("The reserve of this stratum is spent.", fault)
        whole = await read_whole(state.store, found)
    kept = replacement_of(whole, case)
    if kept is None or kept.reason != asked.reason:
        fault = Fault("journey_id", "was replaced before", "see the replacements of the sample")
        raise AlreadyReplaced("It was replaced before, for another reason.", fault)
    by = whole.cases[case.stratum][kept.replaced_by - 1]
    await note_journeys(request, caller, {case.journey_id, by.journey_id})
    labels = {stratum.number: stratum.label for stratum in whole.strata}
    still = replacement_of(whole, by) is None
    told = sensitive(
        Replaced(
            replacement=ReplacementBody.of(kept, labels), examine=CaseBody.of(by, in_sample=still)
        )
    )
    told.status_code = HTTPStatus.CREATED if before is None else HTTPStatus.OK
    return told


async def sample_of(state: GatewayState, caller: Caller, sample_id: UUID) -> KeptSample:
    """Return a sample that a caller may see. Raises UnknownSample, NotPermitted and NotReady."""
    require_all(caller)
    found = await read_sample(state.store, sample_id)
    if found is None:
        fault = Fault("sample_id", "is no sample's id", "take it from /v1/samples")
        raise UnknownSample("No sample has this id.", fault)
    require_special(caller, found.special)
    return found


def require_special(caller: Caller, special: bool) -> None:
    """Refuse what tells of special categories to who may not see them. Raises NotPermitted."""
    if special and not caller.sees_special:
        fault = Fault("authorization", "lacks the scope special_category", "ask with that scope")
        raise NotPermitted("Offence groups and flags are special categories of data.", fault)


async def manifest_noted(request: Request, caller: Caller, sample: KeptSample) -> Manifest:
    """Return a sample's manifest, once it is in the access log that its journeys are told of."""
    whole = await read_whole(state_of(request).store, sample)
    named = {case.journey_id for cases in whole.cases.values() for case in cases}
    await note_journeys(request, caller, named)
    return await run_in_threadpool(Manifest.of, whole)


def case_of(whole: Whole, journey: UUID) -> Case:
    """Return the case that a journey is or was in a sample. Raises BadQuestion."""
    for stratum in whole.strata:
        examined = {case.rank for case in whole.in_sample(stratum)}
        for case in whole.cases.get(stratum.number, ()):
            if case.journey_id == journey:
                if case.rank in examined or replacement_of(whole, case) is not None:
                    return case
                fault = Fault(
                    "journey_id", "waits to replace another", "replace what is to be examined"
                )
                raise BadQuestion("It is not in the sample yet.", fault)
    fault = Fault("journey_id", "is not in this sample", "take it from the manifest's cases")
    raise BadQuestion("No case of this sample is this journey.", fault)


def replacement_of(whole: Whole, case: Case) -> Replacement | None:
    """Return what a case was replaced by, None where it was not."""
    for one in whole.replacements:
        if (one.stratum, one.rank) == (case.stratum, case.rank):
            return one
    return None


def file_headers(name: str) -> dict[str, str]:
    """Return the headers of a file that tells of victims."""
    return {HEADER: HANDLING, "Content-Disposition": f'attachment; filename="{name}"'}


def linked(told: Response, following: str | None) -> Response:
    """Return a page, with the address of the next one in its headers too."""
    if following is not None:
        told.headers["Link"] = f'<{following}>; rel="next"'
    return told
