"""Tells lists page by page: each begins where the one before ended, whatever was added since.

The place of an item is a named tuple of what its list is in the order of; `after` in a question is
such a place, written as one word.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Protocol, TypeVar, get_type_hints
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from gateway.register.answers import RegisterBody
from gateway.register.lag import Lag
from gateway.routes.journeys import state_of
from gateway.seeing import left_out_of_lists
from shared.access.caller import View
from shared.handling import sensitive
from shared.london import read_day, read_instant, write_instant
from shared.problems import BadQuestion, Fault

MOST, USUAL = 500, 50

# A named tuple.
Place = TypeVar("Place", bound=tuple[Any, ...])

After = Annotated[
    str | None, Query(description="Where the page begins, as in the `next` of the page before.")
]
Limit = Annotated[int, Query(description="How many to list at most.", ge=1, le=MOST)]

# How the words of a place are read; all but moments and keys are written as `str` has them.
_READ: Mapping[type, Callable[[str], Any]] = {
    datetime: read_instant,
    date: read_day,
    UUID: UUID,
    bytes: bytes.fromhex,
    int: int,
    str: str,
}


class Asked(Protocol):
    """A question that is answered page by page, as of a moment (UTC)."""

    @property
    def limit(self) -> int:
        """How many items a page has at most."""

    @property
    def as_of(self) -> datetime:
        """The moment that all pages are seen from."""


class Placed(Protocol):
    """An item with its place in the list."""

    @property
    def place(self) -> tuple[Any, ...]:
        """What the list is in the order of, of this item."""


def around(
    request: Request, view: View, asked: Asked, found: Sequence[Placed], lag: Lag
) -> dict[str, Any]:
    """Return what stands around the items of a page, whatever they are."""
    following = None
    if len(found) >= asked.limit:
        following = address_of(request, found[-1].place, asked.as_of)
    return around_page(request, view, following, asked.as_of, lag)


def around_page(
    request: Request, view: View, following: str | None, seen: datetime, lag: Lag
) -> dict[str, Any]:
    """Return what stands around the items of a page that is followed by this one, if by any."""
    return {
        "next": following,
        "as_of": seen,
        "register": RegisterBody.of(lag, state_of(request).yardstick),
        "left_out": left_out_of_lists(view),
    }


def answer(body: BaseModel) -> Response:
    """Return a page, with the address of the next one (its `next`) in its headers too."""
    following: str | None = getattr(body, "next", None)
    told = sensitive(body)
    if following is not None:
        told.headers["Link"] = f'<{following}>; rel="next"'
    return told


def address_of(request: Request, place: tuple[Any, ...], seen: datetime) -> str:
    """Return the address of the page after a place, as of the same moment."""
    query = dict(request.query_params)
    query.setdefault("as_of", write_instant(seen))
    query["after"] = write_place(place)
    return f"{request.url.path}?{urlencode(query)}"


def following_of(request: Request, place: tuple[Any, ...]) -> str:
    """Return the address of the page after a place, in a list that has no moment."""
    query = {**request.query_params, "after": write_place(place)}
    return f"{request.url.path}?{urlencode(query)}"


def write_place(place: tuple[Any, ...]) -> str:
    """Write where a page ended, as one word."""
    return urlsafe_b64encode(json.dumps([_written(part) for part in place]).encode()).decode()


def read_place(text: str | None, shape: type[Place]) -> Place | None:
    """Read where a page begins. Raises BadQuestion for what no page before has said."""
    if text is None:
        return None
    kinds = get_type_hints(shape).values()
    try:
        words = json.loads(urlsafe_b64decode(text.encode()))
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValueError("is no list of words")
        parts = [_READ[kind](word) for kind, word in zip(kinds, words, strict=True)]
        if any(isinstance(part, str) and "\x00" in part for part in parts):
            raise ValueError("holds a NUL")
        json.dumps(words, ensure_ascii=False).encode()  # half of a character is no text
        if any(isinstance(part, int) and abs(part) >= 2**63 for part in parts):
            raise ValueError("holds a number that no row has")
    except (ValueError, RecursionError) as error:
        fault = Fault("after", "is no place in this list", "take it from the page before")
        raise BadQuestion("There is no such page.", fault) from error
    return shape(*parts)


def _written(part: Any) -> str:
    if isinstance(part, datetime):
        return write_instant(part)
    return part.hex() if isinstance(part, bytes) else str(part)
