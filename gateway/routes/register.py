"""Tells how far the register is behind."""

from fastapi import APIRouter, Request

from gateway.register.answers import RegisterBody
from gateway.register.lag import read_lag
from gateway.routes.journeys import state_of
from shared.access.guard import ANY_CALLER
from shared.problems import Failed, NotReady
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["register"])


@router.get("/register", dependencies=[ANY_CALLER], responses=documented(Failed, NotReady))
async def register(request: Request) -> RegisterBody:
    """Tell how far the register is behind the events.

    Lists and figures are told from it. A single timeline is not: it is computed from the events
    when it is asked for.
    """
    state = state_of(request)
    return RegisterBody.of(await read_lag(state.store, state.yardstick), state.yardstick)
