"""What every address of figures asks for and answers with, whatever they count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request

from gateway.figures.chain_metrics import METRICS
from gateway.register.answers import RegisterBody
from gateway.register.chain_figures import Question
from gateway.register.lag import read_lag
from gateway.routes.filters import NO_NUL
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.seen import read_seen
from gateway.seeing import left_out
from shared.access.caller import Caller, View
from shared.problems import BadQuestion, Fault

Organisation = Annotated[
    str | None,
    Query(
        description="Only what this organisation answers for.",
        pattern=NO_NUL,
        openapi_examples={"a force": {"value": "avon-and-somerset"}},
    ),
]
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


@dataclass(frozen=True, slots=True)
class Months:
    """From which month to which, both included; None is without an end."""

    since: Annotated[
        str | None,
        Query(
            alias="from",
            description="Only what began, or whose limit fell, in this month or later.",
            pattern=MONTH,
            openapi_examples={"a month": {"value": "2024-04"}},
        ),
    ] = None
    until: Annotated[
        str | None,
        Query(
            alias="to",
            description="Only until this month, which is included.",
            pattern=MONTH,
            openapi_examples={"a month": {"value": "2024-06"}},
        ),
    ] = None

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and the last London day. Raises BadQuestion."""
        first = None if self.since is None else _first_of("from", self.since)
        last = None if self.until is None else _last_of(self.until)
        if first is not None and last is not None and last < first:
            fault = Fault("to", "is before `from`", "ask for months in their order")
            raise BadQuestion("There is no such time.", fault)
        return first, last


def asked_of(
    request: Request,
    as_of: str | None,
    by: str | None,
    organisation: str | None,
    months: Months | None = None,
) -> Question:
    """Return what is asked of the register. Raises BadQuestion."""
    since, until = (None, None) if months is None else months.days()
    seen = read_seen(as_of, state_of(request))
    return Question(as_of=seen, by=by, organisation=organisation, since=since, until=until)


async def around_figures(
    request: Request, caller: Caller, view: View, asked: Question, metrics: Iterable[str]
) -> dict[str, Any]:
    """Return what stands around figures, and note that they are about to be told."""
    state = state_of(request)
    lag = await read_lag(state.store, state.yardstick)
    await note_journeys(request, caller, ())
    return {
        "metrics": [METRICS[metric] for metric in metrics],
        "as_of": asked.as_of,
        "register": RegisterBody.of(lag, state.yardstick),
        "left_out": left_out(view),
    }


def _first_of(name: str, month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError as error:
        fault = Fault(name, "is no month", "write it as 2024-04")
        raise BadQuestion("There is no such month.", fault) from error


def _last_of(month: str) -> date:
    first = _first_of("to", month)
    if first.month == 12:
        return date(first.year, 12, 31)
    return date.fromordinal(date(first.year, first.month + 1, 1).toordinal() - 1)
