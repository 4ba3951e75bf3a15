"""Reads which period and which area somebody asks about, and the moment they are seen from."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from gateway.figures.areas import AREAS, AreaKind
from gateway.figures.periods import PERIODS, Period, PeriodKind, period_of
from gateway.routes.seen import read_seen
from gateway.state import GatewayState
from shared.codes.lists import Organisation, organisations
from shared.london import london_day, start_of
from shared.problems import BadQuestion, Fault
from shared.words import nearest

Quarter = Annotated[
    str | None,
    Query(
        description="Three months: `2024-Q2` or, of the financial year, `2024-25 Q1` are both "
        "April to June 2024.",
        openapi_examples={"April to June": {"value": "2024-Q2"}},
    ),
]
AsOf = Annotated[
    str | None,
    Query(
        description="Seen from this moment: a date (the end of that London day), or a date and "
        "time with an offset. Left out: the end of the period, or now while it lasts. The ends of "
        "months are told at once; what lies between counts every duty, and only so many.",
        openapi_examples={"a month's end": {"value": "2024-06-30"}},
    ),
]


def read_period(kind: PeriodKind, **asked: str | None) -> Period:
    """Return the one period that is asked for, of the kind that is told. Raises BadQuestion."""
    others = [name for name in PERIODS if name != kind and asked.get(name) is not None]
    if others:
        fault = Fault(
            others[0], f"is no period of this, which is told by the {kind}", f"use {kind}"
        )
        raise BadQuestion(f"It is told by the {kind}.", fault)
    text = asked.get(kind)
    if text is None:
        fault = Fault(kind, "is missing", f"say of which {kind}")
        raise BadQuestion(f"It is told by the {kind}.", fault)
    return period_of(kind, text)


def read_seen_of(as_of: str | None, period: Period, state: GatewayState) -> datetime:
    """Return the moment (UTC) that a period is seen from. Raises BadQuestion.

    That is its end or, while it lasts, the end of its last month that is over; now, where none is.
    Before it began there is nothing to tell of it.
    """
    now = state.clock()
    month_end = start_of(london_day(now).replace(day=1))
    if as_of is not None:
        seen = read_seen(as_of, state)
    elif period.end <= now:
        seen = period.end
    else:  # what lies between month ends is counted duty by duty, and the nation's are too many
        seen = month_end if month_end > start_of(period.first) else read_seen(None, state)
    refuse_before(period, seen)
    return seen


def refuse_before(period: Period, seen: datetime) -> None:
    """Raise BadQuestion where a period had not begun at a moment (UTC)."""
    if seen < start_of(period.first):
        fault = Fault(period.kind, "had not begun at that moment", "ask for one that had")
        raise BadQuestion(f"The {period.kind} had not begun.", fault)


def read_area(kind: AreaKind, text: str) -> Organisation | None:
    """Return the area of a kind with this id or ONS code; None where there is none."""
    agency, of_kind = AREAS[kind]
    for one in organisations().values():
        if (one.agency, one.kind) == (agency, of_kind) and text in (one.id, one.gss):
            return one
    return None


def require_area(kind: AreaKind, text: str) -> Organisation:
    """Return the area of a kind with this id or ONS code. Raises BadQuestion."""
    found = read_area(kind, text)
    if found is None:
        raise BadQuestion("There is no such area.", Fault("area", *no_such_area(kind, text)))
    return found


def no_such_area(kind: AreaKind, text: str) -> tuple[str, str]:
    """Return what is wrong with the id of an area, and what to do."""
    agency, of_kind = AREAS[kind]
    known = [o.id for o in organisations().values() if (o.agency, o.kind) == (agency, of_kind)]
    near = nearest(text, known)
    return f"is no {kind}", f"did you mean {near}?" if near else "see /v1/organisations"
