"""The doors of the four applications, with one clock that the test sets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.doors import Doors, doors_to
from tests.shared.databases import Database


@dataclass
class SetClock:
    """A clock that stands still until the test moves it; UTC."""

    now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SetClock:
    """The clock that every application of the test looks at."""
    return SetClock()


@pytest.fixture
async def doors(database: Database, clock: SetClock) -> AsyncIterator[Doors]:
    """Serve all four applications, each under the role of its own."""
    async with doors_to(database, clock=clock) as doors:
        yield doors
