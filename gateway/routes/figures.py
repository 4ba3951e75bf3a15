"""What every address of figures asks for and answers with, whatever they count."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any

from fastapi import Query, Request, Response

from gateway.figures.metrics import metrics
from gateway.register.answers import RegisterBody
from gateway.register.chain_answers import FigureList
from gateway.register.chain_figures import Question
from gateway.register.lag import read_lag
from gateway.routes.filters import NO_NUL
from gateway.routes.journeys import note_journeys, state_of
from gateway.routes.months import Months
from gateway.routes.seen import read_seen
from gateway.routes.telling import tag_of, tell, unchanged
from gateway.seeing import left_out
from shared.access.caller import Caller, View

Organisation = Annotated[
    str | None,
    Query(
        description="Only what this organisation answers for.",
        pattern=NO_NUL,
        openapi_examples={"a force": {"value": "avon-and-somerset"}},
    ),
]


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


async def tell_figures(
    request: Request,
    caller: Caller,
    view: View,
    asked: Question,
    shape: type[FigureList],
    named: Iterable[str],
    count: Callable[[], Awaitable[dict[str, Any]]],
) -> Response:
    """Count figures and tell them as JSON or CSV, or say that they are unchanged.

    `named` are the ids of their metrics; `count` returns what the shape holds beside what stands
    around all figures. That they were told is noted.
    """
    state = state_of(request)
    lag = await read_lag(state.store, state.yardstick)
    tag = tag_of(request, view, lag, asked.as_of, shape)
    if (same := unchanged(request, tag)) is not None:
        return same
    counted = await count()
    await note_journeys(request, caller, ())
    body = shape(
        **counted,
        metrics=[metrics()[metric] for metric in named],
        as_of=asked.as_of,
        register=RegisterBody.of(lag, state.yardstick),
        left_out=left_out(view),
    )
    return tell(request, body, tag)
