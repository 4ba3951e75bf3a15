"""Says who asks for what, as the access log keeps it."""

from fastapi import Request

from shared.access.caller import Caller
from shared.store import Asker
from shared.tracing import trace


def asker_of(request: Request, caller: Caller) -> Asker:
    """Return who asks and what, as it was asked: method, address and query."""
    scope = request.scope
    query = scope["query_string"]
    return Asker(
        who=caller.subject,
        role=caller.role_words,
        organisation=caller.organisation_words,
        what=f"{scope['method']} {scope['path']}{'?' + query.decode('latin-1') if query else ''}",
        request=trace(),
    )
