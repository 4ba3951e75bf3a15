"""Reads which police area somebody asks about, and whose of its own they may be told."""

from typing import Annotated

from fastapi import Path

from gateway.review.serving import within_of
from gateway.routes.asking_periods import no_such_area, read_area
from shared.access.caller import Caller, Party, view_of
from shared.codes.lists import Organisation
from shared.problems import Fault, NotFound

AreaId = Annotated[
    str,
    Path(
        description="A police area, by the ONS code of its force or the id, such as `dorset`.",
        openapi_examples={"a police area": {"value": "E23000036"}},
    ),
]


def area_for(caller: Caller, text: str) -> tuple[Organisation, frozenset[Party] | None]:
    """Return a police area, and whose of its own a caller may be told, None for everybody's.

    Raises NotFound, and NotPermitted for who sees nobody of the area.
    """
    area = read_area("force", text)
    if area is None:
        fault = Fault("area", *no_such_area("force", text))
        raise NotFound("There is no such police area.", fault)
    return area, within_of(area, view_of(caller))
