"""Answers that change seldom: each with an ETag, and told as unchanged to who has it already."""

from hashlib import sha256
from typing import Any

from fastapi import Request, Response

UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "What the caller has, by its `If-None-Match`, is still right."}
}


def tagged_json(request: Request, body: str) -> Response:
    """Return JSON text with its ETag, or 304 where the request's If-None-Match names that."""
    tag = f'"{sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    known = request.headers.get("if-none-match", "").split(",")
    if any(one.strip().removeprefix("W/") in (tag, "*") for one in known):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
