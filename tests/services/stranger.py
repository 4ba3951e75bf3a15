"""Teaches schemathesis lines of JSON, and to ask with a token and without.

It loads this by its name in SCHEMATHESIS_HOOKS; the token is in STRANGERS_TOKEN.
"""

import json
import os
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


@schemathesis.auth()
class Bearer:
    """Asks with the token, which the check `ignored_auth` then leaves out or spoils."""

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str:
        """Return the token."""
        return os.environ["STRANGERS_TOKEN"]

    def set(
        self, case: schemathesis.Case[Any], data: str, context: schemathesis.AuthContext
    ) -> None:
        """Send it."""
        case.headers["authorization"] = f"Bearer {data}"
