"""An agency's feeds: how each is doing, what it sent, and when it could not send."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.door.bodies import InHand, read_whole
from services.door.checks import not_yours
from services.door.envelope import SOURCE
from services.door.interruptions import (
    REQUEST,
    DeclarationList,
    DeclarationReceipt,
    declaration_body,
    read_interruption,
)
from services.door.wire import read_json
from shared.access.guard import Sender
from shared.feed_list import FeedList, feed_list
from shared.interruption import Declaration, standing_of
from shared.journey_event import Agency
from shared.london import london_day, read_day
from shared.problems import (
    BadMessage,
    BadQuestion,
    ChangedStory,
    Failed,
    Fault,
    NotAccepted,
    NotFound,
    NotJson,
    NotReady,
    NotYours,
    TooBusy,
    TooLarge,
    TooSlow,
)
from shared.settings import DoorSettings, FeedSettings
from shared.store import Store
from shared.web import documented

By = Literal["type", "day"]
# Without days the last four weeks are counted; more than a year at once is refused, so that an
# answer stays small and quick.
DAYS = 28
LONGEST = 366


class Count(BaseModel):
    """How many events there were of a type, on a day, or both."""

    type: str | None = None
    day: date | None = None
    events: int


class Counts(BaseModel):
    """What a feed sent, by type and London day of `time`; none of a type on a day is left out."""

    source: str
    by: list[By]
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    events: int
    items: list[Count]


Organisation = Annotated[str, Path(description="The organisation, as in a source.")]
System = Annotated[str, Path(description="Its system, as in a source.")]


def feeds_router(agency: Agency, clock: Callable[[], datetime], hands: InHand) -> APIRouter:
    """Return the routes of an agency's feeds; the clock returns UTC."""
    router = APIRouter(prefix="/v1/feeds", tags=["feeds"])
    settings = FeedSettings()
    limit = DoorSettings().event_limit_bytes

    def store_of(request: Request) -> Store:
        store: Store = request.app.state.store
        return store

    @router.get("", responses=documented(Failed, NotReady))
    async def feeds(request: Request, caller: Sender) -> FeedList:
        """Tell how every feed of the sender's organisations is doing.

        The last event, how many came on the last whole day and on that weekday usually, whether its
        silence raises the alarm, the declared interruptions in effect, and the silences that were
        noticed and are not replayed.
        """
        return await feed_list(
            store_of(request), [agency], caller.sends_for, now=clock(), settings=settings
        )

    @router.get(
        "/{organisation}/{system}/counts",
        responses=documented(NotFound, BadQuestion, Failed, NotReady),
        response_model_exclude_none=True,
    )
    async def counts(
        request: Request,
        caller: Sender,
        organisation: Organisation,
        system: System,
        by: Annotated[
            str, Query(description="`type`, `day`, or both with a comma between them.")
        ] = "type,day",
        from_: Annotated[
            str | None,
            Query(alias="from", description=f"The first London day; else {DAYS} days to `to`."),
        ] = None,
        to: Annotated[
            str | None, Query(description="The last London day; left out, today.")
        ] = None,
    ) -> Counts:
        """Count what a feed sent, to be held against the source system's own figures.

        Each event is counted once, however often it was sent, by its type and the London day of its
        `time`; corrections and withdrawals are events of their own types.
        """
        source = source_of(agency, organisation, system)
        if not caller.sends_for(agency, organisation):
            raise no_such_feed()
        grouped = read_by(by)
        days = read_days(from_, to, today=london_day(clock()))
        found = await store_of(request).count_occurred(agency, source, days)
        return Counts(
            source=source,
            by=grouped,
            first=days[0],
            last=days[-1],
            events=sum(found.values()),
            items=grouped_by(grouped, found),
        )

    @router.post(
        "/{organisation}/{system}/interruptions",
        status_code=HTTPStatus.CREATED,
        response_model=DeclarationReceipt,
        responses={
            200: {"model": DeclarationReceipt, "description": "A repeat: the first receipt."},
            **documented(
                NotJson,
                NotYours,
                TooSlow,
                ChangedStory,
                TooLarge,
                NotAccepted,
                BadMessage,
                BadQuestion,
                Failed,
                NotReady,
                TooBusy,
            ),
        },
        openapi_extra={"requestBody": REQUEST},
    )
    async def declare(
        request: Request, caller: Sender, organisation: Organisation, system: System
    ) -> Response:
        """Declare that a system could not send for a time, or amend such a declaration.

        What the victim was told in that time is then not known, rather than not done. A declaration
        is kept once and never changed: send it twice and the second receipt is the first one again.
        To give one its end, send another that `corrects` it; and another, `replayed`, once all that
        happened in it has been sent: from then on nothing of it is unknown.
        """
        source = source_of(agency, organisation, system)
        if not caller.sends_for(agency, organisation):
            raise not_yours("path", agency, organisation)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            fault = Fault("content-type", "is not read here", "send JSON as application/json")
            raise NotAccepted(
                f"A body of {kind or 'no stated media type'} is not read here.", fault
            )
        with hands.held(caller) as hold:
            sent = read_json(await read_whole(request, limit, hold))
        said = read_interruption(sent.value, now=clock())
        kept, created = await store_of(request).declare(
            Declaration(
                agency=agency,
                organisation=organisation,
                system=system,
                id=said.id,
                occurred_at=said.time,
                recorded_at=said.recordedtime,
                since=said.since,
                until=said.until,
                replayed=said.replayed,
                reason=said.reason,
                amends=said.corrects or said.withdraws,
            )
        )
        receipt = DeclarationReceipt(
            status="created" if created else "repeated",
            source=source,
            id=kept.id,
            receivedtime=kept.received_at,
        )
        status = HTTPStatus.CREATED if created else HTTPStatus.OK
        return JSONResponse(receipt.model_dump(mode="json"), status)

    @router.get(
        "/{organisation}/{system}/interruptions",
        responses=documented(NotFound, BadQuestion, Failed, NotReady),
    )
    async def interruptions(
        request: Request, caller: Sender, organisation: Organisation, system: System
    ) -> DeclarationList:
        """List every declaration about a feed's interruptions, replaced ones too."""
        source = source_of(agency, organisation, system)
        if not caller.sends_for(agency, organisation):
            raise no_such_feed()
        kept = await store_of(request).read_declarations([agency])
        ours = [one for one in kept if one.source == source]
        standing = standing_of(ours)
        return DeclarationList(
            source=source,
            items=[declaration_body(one, stands=(source, one.id) in standing) for one in ours],
        )

    return router


def no_such_feed() -> NotFound:
    """Return the answer to who asks for a feed of others, whether or not there is one."""
    fault = Fault("path", "is no feed of yours", "name an organisation that the token names")
    return NotFound("There is no such feed.", fault)


def source_of(agency: Agency, organisation: str, system: str) -> str:
    """Return the source that an address names; raises BadQuestion where none could be."""
    source = f"/{agency}/{organisation}/{system}"
    if SOURCE.fullmatch(source) is None:
        fault = Fault(
            "path", "names no source", "write organisation and system as in the events' source"
        )
        raise BadQuestion("The address names no feed.", fault)
    return source


def read_by(text: str) -> list[By]:
    """Return what to count by; raises BadQuestion."""
    known: tuple[By, ...] = ("type", "day")
    words = text.split(",")
    if len(set(words)) != len(words) or not set(words) <= set(known):
        fault = Fault("by", "is not what can be counted by", "write type, day or type,day")
        raise BadQuestion("It cannot be counted by that.", fault)
    return [word for word in known if word in words]


def read_days(first: str | None, last: str | None, *, today: date) -> list[date]:
    """Return the London days from the first to the last; raises BadQuestion."""
    to = today if last is None else read_one_day("to", last)
    since = to - timedelta(days=DAYS - 1) if first is None else read_one_day("from", first)
    wrong = None
    if since > to:
        wrong = Fault("from", "is after to", "name the earlier day first")
    elif (to - since).days >= LONGEST:
        wrong = Fault("from", f"is {LONGEST} days or more before to", "ask for a year at a time")
    if wrong is not None:
        raise BadQuestion("The days cannot be counted.", wrong)
    return [since + timedelta(days=n) for n in range((to - since).days + 1)]


def read_one_day(name: str, text: str) -> date:
    """Return a day of this or the last century; raises BadQuestion, naming the parameter."""
    try:
        day = read_day(text)
    except ValueError as error:
        fault = Fault(name, "is not a date", "write the day as 2024-03-28")
        raise BadQuestion(f"{name} cannot be read.", fault) from error
    if not 1900 <= day.year <= 9998:
        fault = Fault(name, "is no day that events have", "name a day from 1900 on")
        raise BadQuestion(f"{name} cannot be read.", fault)
    return day


def grouped_by(by: list[By], found: dict[tuple[str, date], int]) -> list[Count]:
    """Add counts up over what is not asked for; they come by day, and then by type."""
    sums: Counter[tuple[date | None, str | None]] = Counter()
    for (type_, day), events in found.items():
        sums[day if "day" in by else None, type_ if "type" in by else None] += events
    counted = [Count(type=type_, day=day, events=events) for (day, type_), events in sums.items()]
    return sorted(counted, key=lambda one: (one.day or date.min, one.type or ""))
