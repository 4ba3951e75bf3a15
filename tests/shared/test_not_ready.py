"""A store that cannot be reached, is full or gives up says so, and recovers by itself."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator

import asyncpg
import pytest

from shared.journey_event import Receipt, reference_id
from shared.problems import NotReady
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import upgrade
from tests.conftest import OpenStore
from tests.shared.databases import CRIME, Database, said


@contextlib.contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(NotReady) as refusal:
        yield
    assert refusal.value.headers == {"Retry-After": "1"}


async def refuses_everything(url: str) -> None:
    store = await Store.open(url)
    with refused():
        await store.ping()
    with refused():
        await store.publish([said()])
    with refused():
        await store.read_record(reference_id(CRIME))
    await store.close()


async def test_a_ready_store_answers_a_ping(store: Store, reader: Store) -> None:
    await store.ping()
    await reader.ping()


async def test_nobody_at_the_address() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    await refuses_everything(f"postgresql://journey_police:x@127.0.0.1:{port}/journey")


async def test_a_wrong_password(database: Database) -> None:
    port, name = database.server.port, database.name
    await refuses_everything(f"postgresql://journey_police:wrong@127.0.0.1:{port}/{name}")


async def test_no_such_database(server: EmbeddedPostgres) -> None:
    await refuses_everything(server.role_url("police", "elsewhere"))


async def test_a_database_nobody_has_migrated(server: EmbeddedPostgres) -> None:
    await refuses_everything(server.owner_url("postgres"))


async def test_the_address_may_name_sqlalchemys_driver(database: Database) -> None:
    url = database.url("police").replace("postgresql:", "postgresql+asyncpg:")
    store = await Store.open(url)
    await store.ping()
    await store.close()


async def test_a_batch_that_waits_too_long_for_another_gives_up_and_keeps_nothing(
    store: Store, reader: Store, database: Database
) -> None:
    await store.publish([said(id="1")])
    owner = await asyncpg.connect(database.owner_url)
    async with owner.transaction():
        await owner.execute("SELECT FROM reference FOR UPDATE")
        with refused():
            await store.publish([said(id="2")])
    await owner.close()
    record = await reader.read_record(reference_id(CRIME))
    assert record is not None
    assert [event.id for event in record.events] == ["1"]
    (receipt,) = await store.publish([said(id="2")])
    assert isinstance(receipt, Receipt)
    assert receipt.created


async def test_a_pool_with_no_connection_left_refuses_in_time(
    open_store: OpenStore, database: Database
) -> None:
    store = await open_store("police", pool_size=1)
    await store.publish([said(id="1")])
    owner = await asyncpg.connect(database.owner_url)
    async with owner.transaction():
        await owner.execute("SELECT FROM reference FOR UPDATE")
        began = time.monotonic()
        answers = await asyncio.gather(
            *(store.publish([said(id=str(number))]) for number in range(2, 12)),
            return_exceptions=True,
        )
        assert {type(answer) for answer in answers} == {NotReady}
        assert time.monotonic() - began < 7
    await owner.close()
    await store.ping()


async def test_a_server_that_is_killed_is_used_again_when_it_is_back() -> None:
    with EmbeddedPostgres.throwaway() as server:
        server.create_database("journey")
        upgrade(server.owner_url("journey"), server.role_passwords)
        store = await Store.open(server.role_url("police", "journey"))
        told: dict[str, Receipt] = {}
        refusals = 0

        async def send(number: int) -> None:
            nonlocal refusals
            event = said(id=str(number))
            for _ in range(200):
                try:
                    (answer,) = await store.publish([event])
                except NotReady:
                    refusals += 1
                    await asyncio.sleep(0.05)
                else:
                    assert isinstance(answer, Receipt)
                    told[answer.id] = answer
                    return

        async def kill() -> None:
            for sign in (signal.SIGKILL, signal.SIGQUIT):
                await asyncio.sleep(0.3)
                os.kill(server.pid, sign)
                await asyncio.sleep(0.3)
                while True:
                    with contextlib.suppress(NotReady):
                        await store.ping()
                        break
                    await asyncio.sleep(0.05)

        async def send_all() -> None:
            number = 0
            while not killing.done() or number < 100:
                await asyncio.gather(*(send(number + place) for place in range(10)))
                number += 10

        killing = asyncio.create_task(kill())
        await send_all()
        await killing
        await store.close()
        assert refusals > 0
        reader = await Store.open(server.role_url("gateway", "journey"))
        record = await reader.read_record(reference_id(CRIME))
        await reader.close()
        assert record is not None
        # Every event that was acknowledged is there, once, as it was acknowledged.
        kept = {event.id: event.event_id for event in record.events}
        assert len(kept) == len(record.events)
        assert kept == {id: receipt.event_id for id, receipt in told.items()}
