"""Each role may do what it must and nothing else; no service may unsay what was said."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta

import asyncpg
import pytest

from shared.journey_event import Receipt
from shared.store import Store
from shared.store.schema import PUBLISHED, REVIEWS, SAMPLES, metadata
from tests.shared.databases import MARCH, Database, said

AGENCIES = ("police", "cps", "probation")
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


EVERY = "every column"
ENTRY = "access_id at who role organisation verb what journey victims recipient request"
AGENCY = {
    "reference": {
        "SELECT": "reference_id reference version",
        "INSERT": "reference_id reference scheme first_received_at version",
        "UPDATE": "version",
    },
    "event": {"SELECT": "agency source type occurred_at received_at", "INSERT": EVERY},
    "event_identity": {"SELECT": EVERY, "INSERT": EVERY},
    "reference_link": {"INSERT": EVERY},
    "victim_key": {"INSERT": EVERY},
    "feed_interruption": {"SELECT": EVERY, "INSERT": EVERY},
    "feed_silence": {"SELECT": EVERY},
    "access_log": {"INSERT": ENTRY},
}
REGISTER = [table for table in metadata.tables if table.startswith("register_")]
# All that any role may do; whatever table, column, role or verb is not here is refused.
MAY: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "police": AGENCY,
    "cps": AGENCY,
    "probation": AGENCY,
    "gateway": {
        "reference": {"SELECT": EVERY, "UPDATE": "projected_version"},
        "event": {"SELECT": EVERY},
        "event_identity": {"SELECT": EVERY},
        "reference_link": {"SELECT": EVERY},
        "victim_key": {"SELECT": EVERY},
        "feed_interruption": {"SELECT": EVERY},
        "feed_silence": {"SELECT": EVERY, "INSERT": EVERY},
        "sealing": {"SELECT": EVERY},
        "erasure": {"SELECT": EVERY},
        "access_log": {"INSERT": ENTRY},
        **dict.fromkeys(REGISTER, dict.fromkeys(("SELECT", "INSERT", "UPDATE", "DELETE"), EVERY)),
        # Frozen when they are drawn or published, and added to.
        **{
            table.name: dict.fromkeys(("SELECT", "INSERT"), EVERY)
            for table in (*SAMPLES, *REVIEWS, *PUBLISHED)
        },
    },
    "data_protection": {"access_log": {"SELECT": EVERY, "INSERT": ENTRY}},
    "retention": {
        "event": {
            "SELECT": "reference_id event_id source source_event_id type data",
            "UPDATE": "data",
        },
        "event_identity": {"SELECT": "source source_event_id reference_id event_id"},
        "reference": {"SELECT": "reference_id version", "UPDATE": "version"},
        "victim_key": {"SELECT": "victim_key reference_id event_id", "DELETE": EVERY},
        "erasure": {"INSERT": EVERY},
        "access_log": {"INSERT": ENTRY},
    },
}
# Each finds, or writes, no row: what is refused is refused before any is looked for.
TRIES = {
    "SELECT": "SELECT {column} FROM {table} WHERE false",
    "INSERT": "INSERT INTO {table} ({column}) SELECT NULL::{type} WHERE false",
    "UPDATE": "UPDATE {table} SET {column} = NULL WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
    "TRUNCATE": "TRUNCATE {table}",
}
OF_A_TABLE = ("DELETE", "TRUNCATE")
CATALOGUE = """
SELECT relname AS "table", attname AS "column", format_type(atttypid, atttypmod) AS "type",
       attgenerated <> '' AS kept_by_the_database
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
  AND attnum > 0 AND NOT attisdropped
ORDER BY relname, attnum
"""
# One row of each table in which an agency says something, as that agency would write it.
ROWS = {
    "event": """
        INSERT INTO event (reference_id, event_id, source, source_event_id, agency, organisation,
                           type, occurred_at, time_precision, received_at, data)
        VALUES (gen_random_uuid(), gen_random_uuid(), '/{source}/a/b', '1', '{agency}', 'a',
                'x', now(), 'instant', now(), {data})
    """,
    "event_identity": """
        INSERT INTO event_identity
        VALUES ('/{source}/a/b', '1', sha256('x'), gen_random_uuid(), gen_random_uuid(), now())
    """,
    "reference_link": """
        INSERT INTO reference_link
        VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), true, now(), now(),
                '{agency}')
    """,
    "victim_key": """
        INSERT INTO victim_key
        VALUES ('key', gen_random_uuid(), gen_random_uuid(), '{agency}')
    """,
    "feed_interruption": """
        INSERT INTO feed_interruption (agency, organisation, system, interruption_id, from_at,
                                       reason, occurred_at, received_at)
        VALUES ('{agency}', 'a', 'b', '1', now(), 'x', now(), now())
    """,
}
# Rows that are nobody's own: any agency may be the first to hear of a reference, and the database
# itself says which service wrote an entry of the access log.
NOBODYS = {"reference", "access_log"}


async def test_every_role_may_do_what_it_must_and_nothing_else(
    database: Database, connect: Connect
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    try:
        columns = await owner.fetch(CATALOGUE)
        roles = await owner.fetch("SELECT rolname FROM pg_roles WHERE rolname LIKE 'journey%'")
        others = await owner.fetch(
            """
            SELECT rolname, relname, verb FROM pg_roles, pg_class, unnest($1::text[]) AS verb
            WHERE rolname LIKE 'journey%' AND relnamespace = 'public'::regnamespace
              AND relkind IN ('r', 'p', 'v', 'm', 'f')
              AND has_table_privilege(rolname, pg_class.oid, verb)
            """,
            ["REFERENCES", "TRIGGER", "MAINTAIN"],
        )
    finally:
        await owner.close()
    assert {role["rolname"] for role in roles} == {f"journey_{role}" for role in MAY}
    assert others == []
    assert {table for may in MAY.values() for table in may} <= {row["table"] for row in columns}

    wrong = []
    tried = 0
    for role, may in MAY.items():
        connection = await connect(role)
        for row in columns:
            for verb, words in TRIES.items():
                if row["kept_by_the_database"] and verb in ("INSERT", "UPDATE"):
                    continue  # nobody may, whatever is granted
                granted = may.get(row["table"], {}).get(verb, "")
                allowed = granted == EVERY or row["column"] in granted.split()
                tried += 1
                if allowed != await is_let(connection, words.format_map(row)):
                    wrong.append((role, verb, row["table"], row["column"]))
    assert wrong == []
    assert tried > 2_000


async def is_let(connection: asyncpg.Connection, statement: str) -> bool:
    """Say whether the role that is signed in may run a statement, and leave nothing of it."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await transaction.rollback()
    return True


@pytest.mark.parametrize("role", MAY)
async def test_no_role_makes_tables_or_becomes_another(connect: Connect, role: str) -> None:
    connection = await connect(role)
    for attempt in (
        "CREATE TABLE mine (number int)",
        "DROP TABLE event",
        "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
        "GRANT SELECT ON alembic_version TO PUBLIC",
        "SET ROLE postgres",
        *(f"SET ROLE journey_{other}" for other in MAY if other != role),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attempt)


@pytest.mark.parametrize("role", AGENCIES)
async def test_an_agency_writes_its_own_rows_only(connect: Connect, role: str) -> None:
    assert {table for table in AGENCY if "INSERT" in AGENCY[table]} == {*ROWS, *NOBODYS}
    connection = await connect(role)
    content = "'{}'"
    for table, words in ROWS.items():
        own = words.format(agency=role, source=role, data=content)
        assert await is_let(connection, own), table
        for other in set(AGENCIES) - {role}:
            for agency, source in ((other, other), (role, other), (other, role)):
                foreign = words.format(agency=agency, source=source, data=content)
                assert foreign == own or not await is_let(connection, foreign), (table, foreign)
    # An event without content would pass for an erased one.
    assert not await is_let(connection, ROWS["event"].format(agency=role, source=role, data="NULL"))


async def test_retention_takes_content_away_and_puts_none_in_its_place(
    store: Store, connect: Connect
) -> None:
    await store.publish([said()])
    retention = await connect("retention")
    assert not await is_let(retention, "UPDATE event SET data = '{}'")
    assert await is_let(retention, "UPDATE event SET data = NULL")


async def test_the_database_says_which_service_wrote_an_entry(connect: Connect) -> None:
    for role in MAY:
        connection = await connect(role)
        await connection.execute(
            """
            INSERT INTO access_log
                (access_id, at, who, role, organisation, verb, what, victims, request)
            VALUES (gen_random_uuid(), now(), 'me', 'x', 'y', 'erasure', 'z', 0, '')
            """
        )
    reading = await connect("data_protection")
    rows = await reading.fetch("SELECT service FROM access_log")
    assert {row["service"] for row in rows} == {f"journey_{role}" for role in MAY}


async def test_an_agency_counts_its_own_events_and_sees_nothing_else_of_them(
    store: Store, connect: Connect
) -> None:
    await store.publish([said()])
    police, cps = await connect("police"), await connect("cps")
    counted = "SELECT agency, source, type, occurred_at FROM event"
    assert len(await police.fetch(counted)) == 1
    assert await cps.fetch(counted) == []


async def test_nobody_projects_what_is_not_there_or_takes_back_what_was_projected(
    store: Store, connect: Connect
) -> None:
    await store.publish([said()])
    connection = await connect("gateway")
    await connection.execute("UPDATE reference SET projected_version = 1")
    assert await connection.fetchval("SELECT projected_version FROM reference") == 1
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("UPDATE reference SET projected_version = 2")
    police = await connect("police")
    with pytest.raises(asyncpg.CheckViolationError):
        await police.execute("UPDATE reference SET version = 0")


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
    gateway = await connect("gateway")
    await gateway.execute(
        "INSERT INTO feed_silence VALUES "
        "('police', 'a', 'b', $1, $1, NULL, $1, false, false, 1, 'feed-silence 1')",
        MARCH,
    )
    for table in ("event_identity", "feed_interruption", "feed_silence"):
        count = f"SELECT count(*) FROM {table}"  # noqa: S608
        assert [await police.fetchval(count), await cps.fetchval(count)] == [1, 0]


@pytest.mark.parametrize("role", MAY)
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
