"""Tells a list as JSON or as CSV, with a tag, and says unchanged to who has it already.

A tag is made of all that the answer is made of: how far the register has come and is behind, by
what it was judged, the moment, what the caller may see, the question, and the shape of the answer.
So it is known before the list is read. It is a weak one: a list is read a little after the lag, and
may be newer than its tag says, never older.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Literal, get_args

from fastapi import Query, Request, Response
from pydantic import BaseModel

from gateway.figures.metrics import metrics
from gateway.register.lag import Lag
from gateway.register.severity import severity
from gateway.routes.journeys import state_of
from gateway.routes.paging import answer
from gateway.tables import csv_of
from shared.access.caller import View
from shared.codes.lists import organisations
from shared.tagged import UNCHANGED

CSV = "text/csv"
VARY = "Accept, Authorization"
Form = Annotated[
    Literal["json", "csv"] | None,
    Query(
        alias="format",
        description="As what the list is told; left out: as `Accept` asks, else as JSON. "
        "The columns of the CSV are told at `/v1/lists/{name}/dictionary`.",
    ),
]
_PAGE: dict[str, Any] = {
    "description": "A page of the list; `Link` has the address of the next one.",
    "headers": {
        "ETag": {"schema": {"type": "string"}, "description": "Changes whenever the list may."},
        "Link": {"schema": {"type": "string"}, "description": "The next page, where one is."},
    },
}
# What a list with a tag answers, and what one does that is told as CSV too.
TAGGED: dict[int | str, dict[str, Any]] = {200: _PAGE, **UNCHANGED}
TOLD: dict[int | str, dict[str, Any]] = {
    **TAGGED,
    200: {**_PAGE, "content": {CSV: {"schema": {"type": "string"}}}},
}


def as_files(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of what is told as files of these media types beside JSON."""
    files: dict[str, Any] = {kind: {} for kind in kinds}
    return {200: {"description": "As it was asked for.", "content": files}}


def tag_of(
    request: Request,
    view: View,
    lag: Lag,
    as_of: datetime | None,
    shape: type[BaseModel],
    also: object = None,
) -> str:
    """Return the tag of a list as it would be told now; `as_of` None where it has no moment.

    `also` is what else the answer is made of, as a value whose words change whenever it does.
    """
    state = state_of(request)
    standard = state.yardstick.standard
    parts = (
        *astuple(lag),
        state.rulebook.hash,
        state.calendar.hash,
        *astuple(standard),
        severity().hash,
        _data_hash(),
        as_of,
        None if view.organisations is None else sorted(view.organisations),
        view.special,
        request.url.path,
        sorted(request.query_params.multi_items()),
        wants_csv(request),
        shape_of(shape),
        also,
    )
    return f'W/"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


@cache
def _data_hash() -> str:
    """Return what changes when a new release names organisations or metrics otherwise."""
    return sha256(repr((organisations(), metrics())).encode()).hexdigest()


def unchanged(request: Request, tag: str) -> Response | None:
    """Return the answer for a caller who has the list under this tag, None for any other."""
    known = request.headers.get("if-none-match", "").split(",")
    if tag.removeprefix("W/") not in (one.strip().removeprefix("W/") for one in known):
        return None
    return Response(status_code=304, headers={"ETag": tag, "Vary": VARY})


def tell(request: Request, body: BaseModel, tag: str) -> Response:
    """Return a list (its `items` and `next`) as the caller asked for it."""
    told = answer(body)
    if wants_csv(request):
        items: Sequence[BaseModel] = body.items  # type: ignore[attr-defined]
        table = csv_of(item_of(type(body)), items)
        told = Response(table, headers=_but_of_content(told), media_type=f"{CSV}; header=present")
        name = request.url.path.strip("/").replace("/", "-")
        told.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    told.headers.update({"ETag": tag, "Vary": VARY})
    return told


def _but_of_content(told: Response) -> dict[str, str]:
    return {name: value for name, value in told.headers.items() if "content-" not in name}


def item_of(shape: type[BaseModel]) -> type[BaseModel]:
    """Return the shape of the items of a list."""
    (kind,) = get_args(shape.model_fields["items"].annotation)
    return kind  # type: ignore[no-any-return]


def wants_csv(request: Request) -> bool:
    """Say whether a list is asked for as CSV: by `format`, else where `Accept` likes it better."""
    form = request.query_params.get("format")
    if form is not None:
        return form == "csv"
    likes = _likes(request.headers.get("accept", ""))
    others = (likes.get(kind, 0.0) for kind in ("application/json", "application/*", "*/*"))
    return likes.get(CSV, 0.0) > max(others)


def _likes(accept: str) -> dict[str, float]:
    """Return how well each media type is liked, of 1."""
    found = {}
    for one in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in one.split(";"))
        found[kind] = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    found[kind] = float(value)
                except ValueError:
                    found[kind] = 0.0
    return found


@cache
def shape_of(shape: type[BaseModel]) -> str:
    """Return what changes when a new release tells a list in another shape."""
    described = json.dumps(shape.model_json_schema(), sort_keys=True)
    return sha256(described.encode()).hexdigest()
