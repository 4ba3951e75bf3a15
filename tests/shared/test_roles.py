"""Each service's role may do what its service does; no service may unsay what was said."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from shared.journey_event import Receipt, reference_id
from shared.store import Store
from tests.shared.databases import CRIME, MARCH, Database, said

SERVICES = ("police", "cps", "probation", "gateway")
Connect = Callable[[str], Awaitable[asyncpg.Connection]]


@pytest.fixture
async def connect(database: Database) -> AsyncIterator[Connect]:
    """Log in as the role of a service."""
    opened = []

    async def log_in(role: str) -> asyncpg.Connection:
        opened.append(await asyncpg.connect(database.url(role)))
        return opened[-1]

    yield log_in
    for connection in opened:
        await connection.close()


FORBIDDEN = (
    "UPDATE event SET data = '{}'",
    "UPDATE event SET received_at = now()",
    "DELETE FROM event",
    "TRUNCATE event",
    "DROP TABLE event",
    "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
    "UPDATE event_identity SET digest = ''",
    "DELETE FROM event_identity",
    "TRUNCATE event_identity",
    "DELETE FROM reference",
    "UPDATE reference SET reference = 'another'",
    "DELETE FROM reference_link",
    "UPDATE reference_link SET in_effect = false",
    "DELETE FROM victim_key",
    "DELETE FROM feed_interruption",
    "UPDATE feed_interruption SET until_at = now()",
    "INSERT INTO erasure VALUES (gen_random_uuid(), gen_random_uuid(), now(), 'no', 'me')",
    "DELETE FROM sealing",
    "CREATE TABLE mine (number int)",
    "SET ROLE postgres",
)


@pytest.mark.parametrize("role", SERVICES)
async def test_no_service_may_change_what_was_kept(
    store: Store, connect: Connect, role: str
) -> None:
    await store.publish([said()])
    connection = await connect(role)
    for attempt in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attempt)


@pytest.mark.parametrize("role", ["police", "cps", "probation"])
async def test_an_agency_may_not_read_events(store: Store, connect: Connect, role: str) -> None:
    await store.publish([said()])
    connection = await connect(role)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT data FROM event")


async def test_an_agency_counts_its_own_events_and_sees_nothing_else_of_them(
    store: Store, connect: Connect
) -> None:
    await store.publish([said()])
    police, cps = await connect("police"), await connect("cps")
    counted = "SELECT agency, source, type, occurred_at FROM event"
    assert len(await police.fetch(counted)) == 1
    assert await cps.fetch(counted) == []
    for column in ("reference_id", "event_id", "source_event_id", "received_at", "data"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await police.fetch(f"SELECT {column} FROM event")  # noqa: S608


async def test_the_gateway_reads_everything_and_publishes_nothing(
    store: Store, connect: Connect
) -> None:
    await store.publish([said()])
    connection = await connect("gateway")
    assert await connection.fetchval("SELECT count(*) FROM event") == 1
    assert await connection.fetchval("SELECT count(*) FROM event_identity") == 1
    for table in ("event", "event_identity", "reference"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                f"INSERT INTO {table} (reference_id) SELECT reference_id FROM {table}"  # noqa: S608
            )


async def test_the_gateway_notes_what_it_has_projected_and_cannot_raise_a_version(
    store: Store, connect: Connect
) -> None:
    await store.publish([said()])
    connection = await connect("gateway")
    await connection.execute("UPDATE reference SET projected_version = 1")
    assert await connection.fetchval("SELECT projected_version FROM reference") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE reference SET version = 2")
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("UPDATE reference SET projected_version = 2")


@pytest.mark.parametrize(("role", "other"), [("police", "cps"), ("cps", "probation")])
async def test_an_agency_publishes_its_own_events_only(
    connect: Connect, role: str, other: str
) -> None:
    connection = await connect(role)

    async def insert(agency: str, source: str) -> None:
        await connection.execute(
            "INSERT INTO event "
            "VALUES ($1, $2, $3, '1', $4, 'x', 'y', $5, 'instant', null, $5, '{}')",
            reference_id(CRIME),
            uuid4(),
            source,
            agency,
            MARCH,
        )

    async def keep(source: str) -> None:
        await connection.execute(
            "INSERT INTO event_identity VALUES ($1, '1', sha256('x'), $2, $2, $3)",
            source,
            uuid4(),
            MARCH,
        )

    await insert(role, f"/{role}/a/b")
    await keep(f"/{role}/a/b")
    for agency, source in (
        (other, f"/{other}/a/b"),
        (role, f"/{other}/a/b"),
        (other, f"/{role}/a/b"),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await insert(agency, source)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await keep(f"/{other}/a/b")


async def test_an_agency_sees_no_other_agencys_identities_or_interruptions(
    store: Store, connect: Connect
) -> None:
    (receipt,) = await store.publish([said()])
    assert isinstance(receipt, Receipt)
    police, cps = await connect("police"), await connect("cps")
    await police.execute(
        "INSERT INTO feed_interruption VALUES ('police', 'a', 'b', '1', $1, $2, 'x', $1, $1, $1)",
        MARCH,
        MARCH + timedelta(hours=1),
    )
    for table in ("event_identity", "feed_interruption"):
        count = f"SELECT count(*) FROM {table}"  # noqa: S608
        assert [await police.fetchval(count), await cps.fetchval(count)] == [1, 0]


@pytest.mark.parametrize("role", SERVICES)
async def test_the_database_cuts_off_whatever_takes_longer_than_five_seconds(
    connect: Connect, role: str
) -> None:
    connection = await connect(role)
    limits = ("transaction_timeout", "statement_timeout", "lock_timeout")
    assert [await connection.fetchval(f"SHOW {limit}") for limit in limits] == ["5s", "5s", "3s"]


async def test_a_transaction_left_open_is_cut_off_for_good(connect: Connect) -> None:
    connection = await connect("police")
    await connection.execute("SET transaction_timeout = '300ms'")
    transaction = connection.transaction()
    await transaction.start()
    with pytest.raises(asyncpg.ConnectionDoesNotExistError, match="transaction timeout"):
        await connection.fetchval("SELECT pg_sleep(2)")
    assert connection.is_closed()
