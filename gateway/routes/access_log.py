"""Answers who did what with victims' data, for those who watch over it."""

from datetime import datetime
from typing import Annotated, Self
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from gateway.journey.membership import journey_of
from gateway.routes.journeys import state_of
from gateway.routes.moments import read_moment
from gateway.state import GatewayState
from shared.asking import asker_of
from shared.london import end_of, start_of
from shared.problems import BadQuestion, Failed, Fault, NotReady
from shared.store import KeptAccess, Verb
from shared.web import documented

MOST_ENTRIES = 1000

router = APIRouter(prefix="/v1", tags=["data protection"])


class AccessBody(BaseModel):
    """One entry: who did what with victims' data, when, and for whom."""

    id: UUID
    at: datetime
    who: str = Field(description="The subject of the token.")
    role: str
    organisation: str
    verb: Verb = Field(description="One of the six of section 62, Data Protection Act 2018.")
    what: str = Field(description="The request or query, as it was asked.")
    journey: UUID | None = Field(
        description="The journey, or a reference on it; null where there was more than one."
    )
    victims: int = Field(description="How many victims' data it touched, counted by reference.")
    recipient: str | None = Field(description="To whom it was handed on, where it was.")
    service: str = Field(description="Which service wrote the entry.")
    request: str = Field(description="The request's trace, as in the services' own log.")

    @classmethod
    def of(cls, entry: KeptAccess) -> Self:
        """Describe an entry."""
        by = entry.by
        return cls(
            id=entry.access_id,
            at=entry.at,
            who=by.who,
            role=by.role,
            organisation=by.organisation,
            verb=entry.verb,
            what=by.what,
            journey=entry.journey,
            victims=entry.victims,
            recipient=by.recipient,
            service=entry.service,
            request=by.request,
        )


class AccessPage(BaseModel):
    """Some entries, newest first, and where the older ones are."""

    items: list[AccessBody]
    next: str | None = Field(description="The page of older entries; null on the last one.")
    as_of: datetime


@router.get("/access-log", responses=documented(BadQuestion, Failed, NotReady))
async def access_log(
    request: Request,
    response: Response,
    since: Annotated[
        str | None,
        Query(
            alias="from",
            description="From this moment on: the start of a London day, or a date and time with "
            "an offset.",
            openapi_examples={"a day": {"value": "2024-04-30"}},
        ),
    ] = None,
    to: Annotated[
        str | None,
        Query(description="Until this moment: the end of a London day, or before an instant."),
    ] = None,
    who: Annotated[str | None, Query(description="The subject of a token.")] = None,
    organisation: Annotated[str | None, Query(description="For which organisation.")] = None,
    verb: Annotated[Verb | None, Query(description="What was done.")] = None,
    journey: Annotated[
        UUID | None,
        Query(description="A journey's id: what was done with any reference that is on it now."),
    ] = None,
    after: Annotated[
        UUID | None, Query(description="Where the page begins, as the `next` of the page before.")
    ] = None,
    limit: Annotated[int, Query(description="How many entries.", ge=1, le=MOST_ENTRIES)] = 100,
) -> AccessPage:
    """Tell who did what with victims' data, newest first. This look is written there too.

    Every publishing is there, every look at a journey and every query over several, each written
    before it was answered, and each erasing. Nobody can change or remove an entry.
    """
    state = state_of(request)
    store = state.access_log
    if store is None:
        raise NotReady("The access log cannot be read here: this gateway has no login for it.")
    for name, text in (("who", who), ("organisation", organisation)):
        if text is not None and "\x00" in text:
            fault = Fault(name, "holds a NUL", "take the character out")
            raise BadQuestion("The question cannot be read.", fault)
    found = await store.search_access(
        since=None if since is None else read_moment("from", since, of_day=start_of),
        until=None if to is None else read_moment("to", to, of_day=end_of),
        who=who,
        organisation=organisation,
        verb=verb,
        journeys=None if journey is None else await references_of(state, journey),
        before=after,
        limit=limit,
    )
    seen = {entry.journey for entry in found} - {None}
    await store.note_access(
        asker_of(request).access("consultation", victims=len(seen), journey=journey)
    )
    following = None
    if len(found) == limit:
        query = dict(request.query_params) | {"after": str(found[-1].access_id)}
        following = f"{request.url.path}?{urlencode(query)}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    return AccessPage(
        items=[AccessBody.of(entry) for entry in found], next=following, as_of=state.clock()
    )


async def references_of(state: GatewayState, journey: UUID) -> list[UUID]:
    """Return the keys of all references on a journey: an entry may name it by any of them."""
    record = await state.store.read_record(journey)
    found = record and journey_of(record, journey)
    return [one.reference_id for one in found.references] if found else [journey]
