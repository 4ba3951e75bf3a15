"""The doors of the four applications, with every clock at noon on 20 November 2026."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.doors import Doors, doors_to
from tests.shared.databases import Database

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
async def doors(database: Database) -> AsyncIterator[Doors]:
    """Serve all four applications, each under the role of its own."""
    async with doors_to(database, clock=lambda: NOW) as doors:
        yield doors
