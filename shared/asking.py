"""Says who asks for what, as the access log keeps it."""

from fastapi import Request

from shared.store import Asker
from shared.tracing import trace

# Until callers are asked who they are.
NOBODY_KNOWN = "unknown"


def asker_of(request: Request) -> Asker:
    """Return who asks and what, as it was asked: method, address and query."""
    scope = request.scope
    query = scope["query_string"]
    return Asker(
        who=NOBODY_KNOWN,
        role=NOBODY_KNOWN,
        organisation=NOBODY_KNOWN,
        what=f"{scope['method']} {scope['path']}{'?' + query.decode('latin-1') if query else ''}",
        request=trace(),
    )
