"""What lists can be narrowed by, as it is asked in a query."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query

from gateway.journey.stages import Stage
from gateway.journey.standing import Standing
from gateway.register.owed import NoticedBy
from gateway.register.severity import severity
from shared.problems import BadQuestion, Fault
from shared.words import JourneyStage

NO_NUL = r"^[^\x00]+$"
# No journey is older than that, and the days of a calendar end somewhere.
MOST_DAYS = 36_600

Organisation = Annotated[
    str | None,
    Query(
        description="Only what this organisation owes.",
        pattern=NO_NUL,
        openapi_examples={"a force": {"value": "avon-and-somerset"}},
    ),
]
Owner = Annotated[
    str | None,
    Query(
        description="Only what this kind of body owes, such as `police` or `wcu`.", pattern=NO_NUL
    ),
]
Right = Annotated[int | None, Query(description="Only what this right asks for.", ge=1, le=12)]


Holder = Annotated[
    Literal["police", "cps", "wcu", "probation"] | None,
    Query(description="Only while this kind of body held the case."),
]


@dataclass(frozen=True, slots=True)
class BreachFilters:
    """Which breaches are told, beside by whom and of which right; None leaves nothing out."""

    noticed_by: Annotated[
        NoticedBy | None,
        Query(description="Who noticed the breach first; `gateway`: nobody is recorded to have."),
    ] = None
    managed: Annotated[
        bool | None,
        Query(
            description="Whether something was done about it by then: the victim was told, it was "
            "put right, or a good reason for departing is recorded."
        ),
    ] = None
    stage: Annotated[
        JourneyStage | None, Query(description="The stage that the journey was in at its start.")
    ] = None
    enhanced: Annotated[
        bool | None, Query(description="Whether Enhanced Rights were owed at its start.")
    ] = None
    late_for_days: Annotated[
        int | None,
        Query(description="At least so many London days late.", ge=0, le=MOST_DAYS),
    ] = None
    late_at_most_days: Annotated[
        int | None,
        Query(description="At most so many London days late.", ge=0, le=MOST_DAYS),
    ] = None
    at_least_severity: Annotated[
        int | None,
        Query(
            description="At least of this level of severity.",
            ge=severity().lowest,
            le=severity().highest,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class JourneyFilters:
    """Which journeys are told, as they were at the moment; None leaves nothing out."""

    organisation: Annotated[
        str | None,
        Query(
            description="This organisation sent events of it, or owes anything on it.",
            pattern=NO_NUL,
        ),
    ] = None
    stage: Annotated[JourneyStage | None, Query(description="It was in this stage.")] = None
    holder: Holder = None
    held_by: Annotated[
        str | None, Query(description="This organisation held the case.", pattern=NO_NUL)
    ] = None
    standing: Annotated[
        Standing | None,
        Query(description="Something owed on it stood so; of the right, where one is given."),
    ] = None
    right: Annotated[
        int | None, Query(description="Something of this right was owed on it.", ge=1, le=12)
    ] = None
    breached: Annotated[
        bool | None,
        Query(description="The Code was broken on it; of the right, where one is given."),
    ] = None
    enhanced: Annotated[bool | None, Query(description="Enhanced Rights were owed.")] = None
    under_18: Annotated[bool | None, Query(description="The victim was known to be under 18.")] = (
        None
    )
    open: Annotated[bool | None, Query(description="The case was open.")] = None
    victim_kind: Annotated[
        str | None, Query(description="What kind of victim was reported.", pattern=NO_NUL)
    ] = None
    silent_for_days: Annotated[
        int | None,
        Query(
            description="The victim had been told nothing for so many London days, or more, while "
            "somebody had to speak.",
            ge=0,
            le=MOST_DAYS,
        ),
    ] = None
    without_police_reference: Annotated[
        bool | None, Query(description="No reference of it is the police's, as now known.")
    ] = None
    began_from: Annotated[
        str | None, Query(description="It began on this London day or later.")
    ] = None
    began_to: Annotated[
        str | None, Query(description="It began on this London day or earlier.")
    ] = None


def stage_number(word: JourneyStage | None) -> int | None:
    """Return the number of a stage in their order."""
    return None if word is None else int(Stage[word.upper()])


def in_order(low: int | None, high: int | None, name: str) -> None:
    """Raise BadQuestion where at most is less than at least, naming the parameter of the former."""
    if low is not None and high is not None and high < low:
        fault = Fault(name, "is less than the least asked for", "ask for a span that holds days")
        raise BadQuestion("No breach can be as late as that.", fault)
