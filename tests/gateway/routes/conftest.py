"""The doors of the four applications, with one clock that the test sets."""

from collections.abc import AsyncIterator

import pytest

from tests.doors import Doors, SetClock, doors_to
from tests.shared.databases import Database


@pytest.fixture
def clock() -> SetClock:
    """The clock that every application of the test looks at."""
    return SetClock()


@pytest.fixture
async def doors(database: Database, clock: SetClock) -> AsyncIterator[Doors]:
    """Serve all four applications, each under the role of its own."""
    async with doors_to(database, clock=clock) as doors:
        yield doors
