"""Reads the moment that a list is seen from; left out, it is the minute that has begun."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from gateway.register.rows import FOR_GOOD
from gateway.routes.moments import read_moments
from gateway.state import GatewayState
from shared.london import FIRST_YEAR
from shared.problems import BadQuestion, Fault

SEEN = (
    "Seen from this moment: a date (the end of that London day), or a date and time with an "
    "offset. May lie in the future. Left out: now, to the minute."
)
AsOf = Annotated[
    str | None,
    Query(description=SEEN, openapi_examples={"a day": {"value": "2024-04-30"}}),
]
AsOfBefore = Annotated[
    str | None,
    Query(description=SEEN, openapi_examples={"a day": {"value": "2024-03-29"}}),
]
AsOfOrNone = Annotated[
    str | None,
    Query(description=f"{SEEN} A reference is found as of all moments."),
]


def read_seen(as_of: str | None, state: GatewayState) -> datetime:
    """Return the moment (UTC) that a list is seen from. Raises BadQuestion.

    Limits in hours end within the day, so that a list may change with every moment. Seen from the
    beginning of the minute it has one answer for that minute, and calls nothing late too early.
    """
    now = state.clock().replace(second=0, microsecond=0)
    seen = read_moments(as_of, None, now=now).as_of
    if not FIRST_YEAR <= seen.year < FOR_GOOD.year:
        fault = Fault(
            "as_of",
            "lies too far ahead, or back",
            f"ask about a year from {FIRST_YEAR} on, before {FOR_GOOD.year}",
        )
        raise BadQuestion("The register tells of no such moment.", fault)
    return seen
