"""Answers how the feeds of all agencies are doing."""

from typing import get_args

from fastapi import APIRouter, Request

from gateway.routes.journeys import state_of
from shared.access.caller import view_of
from shared.access.guard import Reader
from shared.feed_list import FeedList, feed_list
from shared.journey_event import Agency
from shared.problems import Failed, NotReady
from shared.web import documented

router = APIRouter(prefix="/v1", tags=["feeds"])


@router.get("/feeds", responses=documented(Failed, NotReady))
async def feeds(request: Request, caller: Reader) -> FeedList:
    """Tell how every system that sends, or said that it could not, is doing.

    An agency's reader is told of its own organisations' systems.

    The last event, how many came on the last whole day and on that weekday usually, whether its
    silence raises the alarm, the declared interruptions in effect, and the silences that were
    noticed and are not replayed.
    """
    state = state_of(request)
    return await feed_list(
        state.store,
        get_args(Agency),
        view_of(caller).holds,
        now=state.clock(),
        settings=state.feed_settings,
    )
