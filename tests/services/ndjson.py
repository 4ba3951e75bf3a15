"""Teaches schemathesis lines of JSON; it loads this by its name in SCHEMATHESIS_HOOKS."""

import json
from typing import Any

import schemathesis

LINES = "application/x-ndjson"


@schemathesis.serializer(LINES)
def as_lines(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Write text as it is, and anything else as one line."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


@schemathesis.deserializer(LINES)
def from_lines(
    context: schemathesis.DeserializationContext, response: schemathesis.Response
) -> Any:
    """Read an answer as the list of its lines."""
    return [json.loads(line) for line in response.content.splitlines()]
