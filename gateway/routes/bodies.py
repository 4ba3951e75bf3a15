"""Reads what is sent to the gateway: small JSON objects, held to their shape."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from shared.faults import fault_of
from shared.problems import BadQuestion, Fault, NotJson, TooLarge
from shared.web import SCHEMA

MOST_BYTES = 256 * 1024
REFUSALS = (NotJson, TooLarge, BadQuestion)

Shape = TypeVar("Shape", bound=BaseModel)


async def read_body(request: Request, shape: type[Shape]) -> Shape:
    """Return a request's body in its shape; raises NotJson, TooLarge and BadQuestion.

    It is read by the route itself, after the guard, and no further than it may be long.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            fault = Fault("body", f"is larger than {MOST_BYTES} bytes", "ask for less at once")
            raise TooLarge("The body is too large.", fault)
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        wrong = error.errors()
        if wrong[0]["type"] == "json_invalid":
            fault = Fault("body", "is not JSON", "send one JSON object")
            raise NotJson("The body cannot be read as JSON.", fault) from error
        faults = [fault_of(one, ".".join(map(str, one["loc"])) or "body") for one in wrong]
        raise BadQuestion("The request cannot be answered as it is.", *faults) from error


def takes(shape: type[BaseModel]) -> dict[str, Any]:
    """Return what OpenAPI tells of a body in this shape, which is described among the schemas."""
    schema = {"$ref": SCHEMA.format(shape.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
