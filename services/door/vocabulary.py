"""Answers what an agency may say: every type with its meaning, fields, JSON Schema and example."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from inspect import getdoc
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from services.door.envelope import Message
from services.door.wire import remedy_for_type, types_of
from shared.access.guard import ANY_CALLER
from shared.journey_event import Agency
from shared.problems import BadQuestion, Failed, Fault, NotFound
from shared.tagged import UNCHANGED, tagged_json
from shared.web import documented

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class FieldBody(BaseModel):
    """One field of an event's `data`, and whether it must be there."""

    name: str = Field(examples=["suspect"])
    required: bool
    meaning: str | None
    values: list[Any] | None = Field(description="The values it may hold, where they are listed.")


class TypeBody(BaseModel):
    """One type of event: what it means, what it must say, and an event of it as an example.

    The schema is that of the whole event. The version is told in docs/versioning.md.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    type: str = Field(examples=["suspect.arrested"])
    version: str = Field(examples=["1.0"])
    meaning: str
    fields: list[FieldBody]
    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema, draft 2020-12.")
    example: dict[str, Any]


class VocabularyBody(BaseModel):
    """Every type of event that an agency may send."""

    agency: Agency
    items: list[TypeBody]


def vocabulary_of(agency: Agency, messages: Sequence[type[Message]], examples: Path) -> APIRouter:
    """Return the addresses that tell an agency's vocabulary; `examples` holds a file a type."""
    router = APIRouter(prefix="/v1", tags=["vocabulary"], dependencies=[ANY_CALLER])

    @cache  # made when it is first asked for: eighty schemas would slow every start
    def words() -> Mapping[str, TypeBody]:
        return {
            type_: type_body(type_, message, examples)
            for message in messages
            for type_ in types_of(message)
        }

    @cache
    def told() -> str:
        return VocabularyBody(agency=agency, items=list(words().values())).model_dump_json()

    @router.get(
        "/vocabulary",
        response_model=VocabularyBody,
        responses={**UNCHANGED, **documented(Failed)},
    )
    async def vocabulary(request: Request) -> Response:
        """Tell every type of event that may be sent here.

        Each with its meaning, its fields, the JSON Schema that it is held to, and an example that
        is taken as it stands.
        """
        return tagged_json(request, told())

    @router.get(
        "/vocabulary/{type}",
        response_model=TypeBody,
        responses={**UNCHANGED, **documented(NotFound, BadQuestion, Failed)},
    )
    async def word(
        request: Request,
        type: Annotated[
            str,
            PathParameter(
                description="A type of event.",
                openapi_examples={"any": {"value": "victim.told"}},
            ),
        ],
    ) -> Response:
        """Tell one type of event."""
        found = words().get(type)
        if found is None:
            fault = Fault(
                "type", "is not a type this service takes", remedy_for_type(type, words())
            )
            raise NotFound("This service takes no such type of event.", fault)
        return tagged_json(request, found.model_dump_json())

    return router


def type_body(type_: str, message: type[Message], examples: Path) -> TypeBody:
    """Tell one type by the message that carries it and the file of its example."""
    schema = message.model_json_schema()
    # One message may carry several types; the schema told is that of this one.
    schema["properties"]["type"] = {"const": type_, "type": "string"}
    data = schema["properties"]["data"]
    data = schema["$defs"][data.get("$ref", "").rpartition("/")[2]]
    required = data.get("required", ())
    return TypeBody(
        type=type_,
        version=message.version,
        meaning=getdoc(message) or "",
        fields=[
            FieldBody(
                name=name,
                required=name in required,
                meaning=field.get("description"),
                values=values_of(field),
            )
            for name, field in data["properties"].items()
        ],
        schema={"$schema": DIALECT, **schema},
        example=json.loads((examples / f"{type_}.json").read_text("utf-8")),
    )


def values_of(field: Mapping[str, Any]) -> list[Any] | None:
    """Return the values that a field's schema lists, or those of its items, or None."""
    ways = [way for way in field.get("anyOf", [field]) if way.get("type") != "null"]
    if len(ways) > 1:
        return None
    (way,) = ways
    listed = way.get("items", way).get("enum")
    return None if listed is None else list(listed)
