"""A real PostgreSQL for the tests: one server, one migrated template, a copy for each test."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol
from uuid import uuid4

import pytest

from shared.store import Clock, Store, utc_now
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from tests.shared.databases import Database


class OpenStore(Protocol):
    """Opens a store on the test's database; the fixture closes it."""

    def __call__(
        self, role: str = ..., *, clock: Clock = ..., pool_size: int = ...
    ) -> Awaitable[Store]: ...


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """One server for all tests, with nothing of any checkout's own in it."""
    with EmbeddedPostgres.throwaway() as server:
        yield server


@pytest.fixture(scope="session")
def template(server: EmbeddedPostgres) -> str:
    """The name of a migrated database that every test's own is copied from."""
    server.create_database("template")
    upgrade(server.owner_url("template"), server.role_passwords)
    return "template"


@pytest.fixture
def database(server: EmbeddedPostgres, template: str) -> Iterator[Database]:
    """A migrated and empty database for one test."""
    name = f"test_{uuid4().hex}"
    server.create_database(name, template)
    yield Database(server, name)
    server.drop_database(name)


@pytest.fixture
async def open_store(database: Database) -> AsyncIterator[Callable[..., Awaitable[Store]]]:
    """Open stores on the test's database, each under the role of one service."""
    opened: list[Store] = []

    async def open_one(
        role: str = "police", *, clock: Clock = utc_now, pool_size: int = 10
    ) -> Store:
        opened.append(await Store.open(database.url(role), clock=clock, pool_size=pool_size))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_store: OpenStore) -> Store:
    """The store as the police service holds it: it may publish the police's events."""
    return await open_store("police")


@pytest.fixture
async def reader(open_store: OpenStore) -> Store:
    """The store as the gateway holds it: it may read."""
    return await open_store("gateway")
