"""The application behind an agency's door: receive, check, translate, publish, reply."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from services.door.batches import Intake, Keep
from services.door.bodies import (
    LINES,
    LINES_HELD_BYTES,
    MANY,
    ONE,
    PLAIN,
    InHand,
    media_type_of,
    not_accepted,
    pieces_of,
    read_whole,
    slices_of,
)
from services.door.envelope import Message
from services.door.feeds import feeds_router
from services.door.replies import (
    BatchReply,
    Item,
    LastLine,
    ReceiptBody,
    batch_reply,
    receipt_body,
    written,
)
from services.door.streaming import StreamedLines
from services.door.vocabulary import vocabulary_of
from services.door.wire import Reader, read_json, types_of
from shared.access.caller import Caller
from shared.access.guard import Sender, open_access
from shared.asking import asker_of
from shared.codes import routes as code_lists
from shared.journey_event import Agency, JourneyEvent, reference_id, speaker
from shared.problems import (
    BadMessage,
    BadQuestion,
    ChangedStory,
    Failed,
    Fault,
    NotAccepted,
    NotJson,
    NotReady,
    NotYours,
    Problem,
    TooBusy,
    TooLarge,
    TooMany,
    TooSlow,
    UnknownEvent,
)
from shared.settings import AccessSettings, DoorSettings, PaceSettings, StoreSettings
from shared.store import Store, database_for, utc_now
from shared.store.sharing import Answer
from shared.web import SCHEMA, application, documented, too_large

REFUSALS: tuple[type[Problem], ...] = (
    NotJson,
    NotYours,
    TooSlow,
    ChangedStory,
    TooLarge,
    NotAccepted,
    BadMessage,
    BadQuestion,
    TooMany,
    Failed,
    NotReady,
    TooBusy,
)
# Read by hand: FastAPI takes longer to find one parameter than we do to read an event.
BACKFILL = {
    "name": "backfill",
    "in": "query",
    "description": "History that is loaded late, which is nobody's late keying.",
    "schema": {"type": "boolean", "default": False},
}
RECEIPT_LINK = {
    "receipt": {
        "operationId": "receipt",
        "parameters": {"source": "$response.body#/source", "id": "$response.body#/id"},
    }
}
KeepOne = Callable[[JourneyEvent], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Room:
    """What one agency's room gives its door: its name, its messages and its translation."""

    agency: Agency
    title: str
    messages: Sequence[type[Message]]
    translate: Callable[[Message], JourneyEvent]
    examples: Path


def agency_app(room: Room, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Return the application of one agency's door, with its own login to the store.

    The clock, which returns UTC, tells when we were told and what lies in the future.
    """
    limits = DoorSettings()
    hands = InHand(limits.in_hand_limit_bytes)
    intake = Intake(room.agency, Reader(room.messages), room.translate, clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pace = PaceSettings().sender_requests_per_minute
        open_access(app, AccessSettings(), per_minute=pace, clock=clock)
        database = database_for(room.agency, StoreSettings())
        url = await run_in_threadpool(database.__enter__)
        try:
            app.state.store = await Store.open(url, clock=clock)
            try:
                yield
            finally:
                await app.state.store.close()
        finally:
            await run_in_threadpool(database.__exit__, None, None, None)

    async def ready(app: FastAPI) -> None:
        await app.state.store.ping()

    description = f"Post victim-contact events of {room.title} to the shared journey store."
    app = application(f"{room.title}: events", description, lifespan=lifespan, ready=ready)

    app.state.also_documented = (*room.messages, Item, LastLine)
    app.include_router(vocabulary_of(room.agency, room.messages, room.examples))
    app.include_router(code_lists.router)
    app.include_router(feeds_router(room.agency, clock, hands))

    @app.post(
        "/v1/events",
        tags=["events"],
        status_code=HTTPStatus.CREATED,
        response_model=ReceiptBody,
        responses={
            200: answered("A repeat: the first receipt."),
            201: {"links": RECEIPT_LINK},
            **documented(*REFUSALS),
        },
        openapi_extra={"requestBody": request_body(room), "parameters": [BACKFILL]},
    )
    async def publish(request: Request, caller: Sender) -> Response:
        """Publish one event, a batch of them, or a file of lines, to the victim's journey.

        The reply is given once everything it acknowledges is kept. Send the same event twice and
        the second receipt is the first one again. Send different content under the same source and
        id and it is refused: the journey never rewrites itself. In a batch every item has an answer
        of its own, in order, and one bad item never loses the others; whatever broke off can be
        sent again from its beginning. Lines (NDJSON) are read and answered as they come, and
        the last line of the answer counts the others. A body may be packed with gzip.
        """
        store: Store = request.app.state.store
        backfill = is_backfill(request)
        by = asker_of(request, caller)
        keep_one, keep = partial(store.publish_one, by=by), partial(store.publish, by=by)
        return await answer(request, caller, keep_one, keep, backfill)

    @app.post(
        "/v1/events/check",
        tags=["events"],
        responses={
            200: answered("What the receipt would say."),
            **documented(*(one for one in REFUSALS if one is not TooMany)),
        },
        openapi_extra={"requestBody": request_body(room)},
    )
    async def check(request: Request, caller: Sender) -> Response:
        """Answer what publishing would be answered now, and keep nothing.

        The status is 200 for an event that would be kept, because nothing was created.
        """
        store: Store = request.app.state.store
        look = partial(store.check, by=asker_of(request, caller))

        async def check_one(event: JourneyEvent) -> Answer:
            (told,) = await look([event])
            return told

        reply = await answer(request, caller, check_one, look, backfill=False)
        reply.status_code = HTTPStatus.OK
        return reply

    @app.get(
        "/v1/events",
        operation_id="receipt",
        tags=["events"],
        responses=documented(UnknownEvent, BadQuestion, Failed, NotReady),
    )
    async def receipt(
        request: Request,
        caller: Sender,
        source: Annotated[str, Query(description="The event's source, as it was sent.")],
        id: Annotated[str, Query(description="The event's id, as it was sent.")],
    ) -> ReceiptBody:
        """Look up the receipt of an event that was kept, by its source and id.

        An event of another organisation is answered like one that was never sent.
        """
        if "\x00" in source + id:
            fault = Fault("id", "holds a NUL", "ask for the source and id that were sent")
            raise BadQuestion("No event has such a source and id.", fault)
        store: Store = request.app.state.store
        found = await store.receipt(source, id)
        if found is None or not caller.sends_for(*speaker(found.source)):
            fault = Fault("id", "is not that of an event kept here", "send the event")
            raise UnknownEvent(
                f"No event of {room.agency} is kept under this source and id.", fault
            )
        entry = asker_of(request, caller).access(
            "consultation", victims=1, journey=reference_id(found.reference)
        )
        await store.note_access(entry)
        return receipt_body(found)

    async def answer(
        request: Request, caller: Caller, keep_one: KeepOne, keep: Keep, backfill: bool
    ) -> Response:
        kind = media_type_of(request)
        if kind == LINES:
            lines = answer_lines(request, caller, keep, backfill)
            return StreamedLines(await anext(lines), lines, LINES)
        with hands.held(caller) as hold:
            body = await read_whole(request, limits.batch_limit_bytes, hold)
            sent = read_json(body)
            if isinstance(sent.value, list):
                if kind == ONE:
                    raise not_accepted(f"An array of events is sent as {MANY}.")
                if len(sent.value) > limits.batch_limit_items:
                    raise TooLarge(
                        f"The batch has more than {limits.batch_limit_items} events; "
                        "none was kept.",
                        Fault("body", f"has {len(sent.value)} events", "send fewer events at once"),
                    )
                items = await intake.answer_batch(sent, keep, caller, backfill)
                return json_of(batch_reply(items))
            if kind == MANY:
                raise not_accepted(f"A single event is sent as {ONE}.")
            if len(body) > limits.event_limit_bytes:
                raise too_large(limits.event_limit_bytes)
            told = await keep_one(
                intake.event(
                    sent.value, caller, doubtful=sent.doubtful, backfill=backfill, now=clock()
                )
            )
            if isinstance(told, Problem):
                raise told
            status = HTTPStatus.CREATED if told.created else HTTPStatus.OK
            return json_of(receipt_body(told), status)

    async def answer_lines(
        request: Request, caller: Caller, keep: Keep, backfill: bool
    ) -> AsyncGenerator[bytes]:
        with hands.held(caller) as hold:
            hold.take(LINES_HELD_BYTES)
            slices = slices_of(
                pieces_of(request),
                line_limit=limits.event_limit_bytes,
                limit=limits.file_limit_bytes,
            )
            async for answers in intake.answer_lines(slices, keep, caller, backfill):
                yield answers

    return app


def is_backfill(request: Request) -> bool:
    """Return what the request says of `backfill`; raises BadQuestion for another word."""
    if not request.scope["query_string"]:
        return False
    said = request.query_params.get("backfill", "false")
    if said not in ("true", "false"):
        fault = Fault("backfill", "is not one of its values", "use true or false")
        raise BadQuestion("The request cannot be answered as it is.", fault)
    return said == "true"


def json_of(reply: ReceiptBody | BatchReply, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a reply as a response of JSON."""
    return Response(written(reply), status, media_type=PLAIN)


def answered(one: str) -> dict[str, Any]:
    """Return how OpenAPI tells the answer 200, which `one` says of a single event."""
    return {
        "model": ReceiptBody | BatchReply,
        "description": f"{one} For a batch: one answer an item. For lines: a line each, and a last "
        "one that counts them; an answer without it is not whole.",
        "content": {
            LINES: {
                "schema": {
                    "description": "The lines, as an array.",
                    "type": "array",
                    "items": {
                        "anyOf": [
                            {"$ref": SCHEMA.format("Item")},
                            {"$ref": SCHEMA.format("LastLine")},
                        ]
                    },
                }
            }
        },
    }


def request_body(room: Room) -> dict[str, Any]:
    """Return the OpenAPI request body, with the room's own example files."""
    names = {type_: message.__name__ for message in room.messages for type_ in types_of(message)}
    one = {
        "oneOf": [{"$ref": SCHEMA.format(message.__name__)} for message in room.messages],
        "discriminator": {
            "propertyName": "type",
            "mapping": {type_: SCHEMA.format(name) for type_, name in names.items()},
        },
    }
    examples = {
        path.stem: {"summary": path.stem, "value": json.loads(path.read_text("utf-8"))}
        for path in sorted(room.examples.glob("*.json"))
    }
    first = list(examples.values())[:2]
    batch = {"batch": {"summary": "A batch", "value": [example["value"] for example in first]}}
    lines = "".join(json.dumps(example["value"]) + "\n" for example in first)
    many = {
        "type": "array",
        "items": {"type": "object"},
        "maxItems": DoorSettings().batch_limit_items,
    }
    return {
        "required": True,
        "content": {
            ONE: {"schema": one, "examples": examples},
            MANY: {"schema": many, "examples": batch},
            LINES: {
                "schema": {"description": "An event on each line.", "type": "string"},
                "examples": {"lines": {"summary": "Lines", "value": lines}},
            },
            PLAIN: {"schema": {"anyOf": [{"type": "object"}, many]}, "examples": examples},
        },
    }
