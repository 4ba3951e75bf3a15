"""The application behind an agency's door: receive, check, translate, publish, reply."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from services.door.checks import check
from services.door.content import as_corrected
from services.door.envelope import Message
from services.door.feeds import feeds_router
from services.door.replies import BatchReply, Item, ReceiptBody, batch_reply, item_of, receipt_body
from services.door.vocabulary import vocabulary_of
from services.door.wire import Reader, read_json, types_of
from shared.codes import routes as code_lists
from shared.journey_event import Agency, JourneyEvent, Receipt
from shared.problems import (
    BadMessage,
    ChangedStory,
    Failed,
    Fault,
    NotAccepted,
    NotJson,
    NotReady,
    NotYours,
    Problem,
    TooLarge,
)
from shared.settings import DoorSettings, StoreSettings
from shared.store import Store, database_for, utc_now
from shared.web import SCHEMA, application, documented, read_body, too_large

ONE = "application/cloudevents+json"
MANY = "application/cloudevents-batch+json"
PLAIN = "application/json"
REFUSALS: tuple[type[Problem], ...] = (
    NotJson,
    NotYours,
    ChangedStory,
    TooLarge,
    NotAccepted,
    BadMessage,
    Failed,
    NotReady,
)


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
    reader = Reader(room.messages)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
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

    app.state.also_documented = room.messages
    app.include_router(vocabulary_of(room.agency, room.messages, room.examples))
    app.include_router(code_lists.router)
    app.include_router(feeds_router(room.agency, clock))

    @app.post(
        "/v1/events",
        tags=["events"],
        status_code=HTTPStatus.CREATED,
        response_model=ReceiptBody,
        responses={
            200: {
                "model": ReceiptBody | BatchReply,
                "description": "A repeat: the first receipt. For a batch: one answer an item.",
            },
            **documented(*REFUSALS),
        },
        openapi_extra={"requestBody": request_body(room)},
    )
    async def publish(request: Request) -> Response:
        """Publish one event, or a batch of them, to the victim's journey.

        The reply is given once everything it acknowledges is kept. Send the same event twice and
        the second receipt is the first one again. Send different content under the same source and
        id and it is refused: the journey never rewrites itself. In a batch every item has an answer
        of its own, in order, and one bad item never loses the others.
        """
        kind = media_type_of(request)
        body = await read_body(request, limits.batch_limit_bytes)
        sent = read_json(body)
        store: Store = request.app.state.store
        if isinstance(sent, list):
            if kind == ONE:
                raise not_accepted(f"An array of events is sent as {MANY}.")
            if len(sent) > limits.batch_limit_items:
                raise TooLarge(
                    f"The batch has more than {limits.batch_limit_items} events; none was kept.",
                    Fault("body", f"has {len(sent)} events", "send fewer events at once"),
                )
            reply = batch_reply(await publish_all(sent, store))
            return JSONResponse(reply.model_dump(mode="json", exclude_none=True))
        if kind == MANY:
            raise not_accepted(f"A single event is sent as {ONE}.")
        if len(body) > limits.event_limit_bytes:
            raise too_large(limits.event_limit_bytes)
        (answer,) = await store.publish([event_from(sent)])
        if isinstance(answer, Problem):
            raise answer
        status = HTTPStatus.CREATED if answer.created else HTTPStatus.OK
        return JSONResponse(receipt_body(answer).model_dump(mode="json"), status)

    def event_from(item: Any) -> JourneyEvent:
        message = reader.read(item)
        check(message, room.agency, now=clock())
        return as_corrected(message, reader, room.translate, now=clock())

    async def publish_all(sent: list[Any], store: Store) -> list[Item]:
        answers: list[Receipt | Problem | None] = []
        events: list[JourneyEvent] = []
        for item in sent:
            try:
                events.append(event_from(item))
                answers.append(None)
            except Problem as problem:
                answers.append(problem)
        kept = iter(await store.publish(events))
        return [
            item_of(
                next(kept) if answer is None else answer,
                *((item.get("source"), item.get("id")) if isinstance(item, dict) else (None, None)),
            )
            for item, answer in zip(sent, answers, strict=True)
        ]

    return app


def media_type_of(request: Request) -> str:
    """Return the body's media type; raises NotAccepted for one that the door does not read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (ONE, MANY, PLAIN):
        raise not_accepted(f"A body of {kind or 'no stated media type'} is not read here.")
    if "ce-specversion" in request.headers:
        raise not_accepted(
            "CloudEvents in binary mode, with attributes in headers, are not read here."
        )
    return kind


def not_accepted(detail: str) -> NotAccepted:
    """Return the problem for a body of the wrong kind."""
    remedy = f"send structured JSON as {ONE}, or an array of events as {MANY}"
    return NotAccepted(detail, Fault("content-type", "is not read here", remedy))


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
            PLAIN: {"schema": {"anyOf": [{"type": "object"}, many]}, "examples": examples},
        },
    }
