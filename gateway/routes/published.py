"""Tells partners the fixed tables of a month and a quarter, hidden and rounded when published."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.figures.periods import is_published
from gateway.partner_tables.answers import PolicyBody, PublishedRow, PublishedTables
from gateway.partner_tables.fixed_set import NATION, Agency, names
from gateway.partner_tables.kept import CellPlace, Question, read_newest, read_told
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.paging import USUAL, After, Limit, following_of, read_place
from gateway.routes.telling import TOLD, Form, shape_of, tell, unchanged, wants_csv
from shared.access.caller import Caller
from shared.access.guard import Published
from shared.problems import BadQuestion, Failed, Fault, NotFound, NotReady
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["publications"])


@router.get(
    "/published",
    response_model=PublishedTables,
    responses=TOLD | documented(NotFound, BadQuestion, Failed, NotReady),
)
async def published(
    request: Request,
    caller: Published,
    area: Annotated[
        str | None,
        Query(
            description="Only this area, by its GSS code.",
            openapi_examples={"Dorset": {"value": "E23000039"}},
        ),
    ] = None,
    period: Annotated[
        str | None,
        Query(
            description="Only this London month or quarter of the financial year.",
            openapi_examples={
                "a month": {"value": "2026-10"},
                "a quarter": {"value": "2026-27 Q3"},
            },
        ),
    ] = None,
    agency: Annotated[Agency | None, Query(description="Only what this agency owes.")] = None,
    edition: Annotated[
        int | None,
        Query(description="This edition; left out: the newest of each period.", ge=1, le=10_000),
    ] = None,
    after: After = None,
    limit: Limit = USUAL,
    form: Form = None,
) -> Response:
    """Tell the published tables of the caller's areas and of the nation.

    A partner is told of the areas in its token only; an inspector of all. Small counts are hidden,
    and whatever else they could be worked out from, in all that was ever published together; the
    rest is rounded, and rates and intervals are of the rounded counts. Tables are `provisional`
    until their quarter is published for good, `final` then, and `revised` where they changed later.
    """
    if period is not None and not is_published(period):
        fault = Fault("period", "is no month or quarter", "write it as 2026-10 or as 2026-27 Q3")
        raise BadQuestion("There is no such time.", fault)
    areas = _areas(caller, area)
    place = read_place(after, CellPlace)
    state = state_of(request)
    newest = await read_newest(state.store)
    tag = _tag(request, areas, newest)
    if (same := unchanged(request, tag)) is not None:
        return same
    asked = Question(areas, period, agency, edition, place, limit)
    found = await read_told(state.store, asked)
    await note_journeys(request, caller, ())
    policies = dict.fromkeys((one.threshold, one.base) for one in found)
    body = PublishedTables(
        items=[PublishedRow.of(one) for one in found],
        next=following_of(request, found[-1].place) if len(found) >= limit else None,
        as_of=max((one.as_of for one in found), default=None),
        policies=[PolicyBody.of(*one) for one in policies],
    )
    return tell(request, body, tag)


def _areas(caller: Caller, area: str | None) -> tuple[str, ...]:
    """Return the areas that are asked for. Raises NotFound for what the caller may not see."""
    known = names()
    if "inspector" in caller.roles:
        seen = tuple(known)
    else:
        seen = (*(one for one in known if one in caller.areas), NATION)
    if area is None:
        return seen
    if area not in seen:
        fault = Fault("area", "is no area that is told here", "use the GSS code of one of yours")
        raise NotFound("Nothing is published of this area.", fault)
    return (area,)


def _tag(request: Request, areas: tuple[str, ...], newest: tuple[str | None, int]) -> str:
    """Return the tag of an answer, which changes with every run that publishes."""
    asked = sorted(request.query_params.multi_items())
    parts = (newest, areas, asked, wants_csv(request), shape_of(PublishedTables))
    return f'W/"{sha256(repr(parts).encode()).hexdigest()[:32]}"'
