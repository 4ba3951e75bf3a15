"""What the story tests play on: the four applications, and a second database."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from shared.store.embedded import EmbeddedPostgres
from tests.doors import Doors, doors_to
from tests.shared.databases import Database


@pytest.fixture
async def doors(database: Database) -> AsyncIterator[Doors]:
    """The four applications on the test's database."""
    async with doors_to(database) as doors:
        yield doors


@pytest.fixture
def another_database(server: EmbeddedPostgres, template: str) -> Iterator[Database]:
    """A second database, in which nothing of the first has ever been heard of."""
    name = f"test_{uuid4().hex}"
    server.create_database(name, template)
    yield Database(server, name)
    server.drop_database(name)
