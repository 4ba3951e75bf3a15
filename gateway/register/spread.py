"""Reads figures over all journeys a stretch of keys at a time, so that no statement takes long."""

import asyncio
from collections.abc import Callable
from typing import Any

from gateway.register.share import share_of
from shared.store import Store

# How many journeys there are, by the database's own estimate.
_ABOUT = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'register_journey'::regclass"
# Journeys that are looked at in one statement, and how many statements are under way at once.
_AT_ONCE = 50_000
_UNDER_WAY = 2


async def read_spread(
    store: Store, statement: str, *arguments: Any, take: Callable[[Any], None]
) -> None:
    """Hand over every row of a statement about a stretch of journeys, $1 to $2, for all of them.

    What the register is told meanwhile is in it or is not.
    """
    ((about,),) = await store.ask(_ABOUT)
    stretches = max(1, about // _AT_ONCE)
    shares = iter([share_of(place, stretches) for place in range(stretches)])

    async def read() -> None:
        for share in shares:
            for row in await store.ask(statement, share.first, share.last, *arguments):
                take(row)

    await asyncio.gather(*(read() for _ in range(_UNDER_WAY)))
