"""The migrations make what `tables.py` tells, in any database, once, and tell no secrets."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from shared.journey_event import reference_id
from shared.settings import RolePasswords, StoreSettings
from shared.store import Store, database_for
from shared.store.embedded import EmbeddedPostgres
from shared.store.migrate import differences, downgrade, upgrade
from shared.store.waiting import wait_for
from tests.conftest import OpenStore
from tests.shared.databases import CASE, CONTACT, CRIME, Database, linked, said

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def empty(server: EmbeddedPostgres) -> Iterator[Database]:
    """A database that nobody has migrated."""
    name = f"empty_{uuid4().hex}"
    server.create_database(name)
    yield Database(server, name)
    server.drop_database(name)


def ask(url: str, *questions: str) -> list[Any]:
    async def ask_them() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return [await connection.fetchval(question) for question in questions]
        finally:
            await connection.close()

    return wait_for(ask_them())


def tables(database: Database) -> set[str]:
    (names,) = ask(
        database.owner_url,
        "SELECT array_agg(tablename) FROM pg_tables WHERE schemaname = 'public'",
    )
    return set(names or ())


def test_the_tables_are_those_of_tables_py_in_a_second_database_too(
    database: Database, empty: Database
) -> None:
    # The first database of this server was migrated before, so that the roles exist already.
    upgrade(empty.owner_url, empty.server.role_passwords)
    assert differences(empty.owner_url) == []
    assert ask(empty.url("gateway"), "SELECT count(*) FROM event") == [0]
    assert ask(database.url("gateway"), "SELECT count(*) FROM event") == [0]


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE event ADD COLUMN more text",
        "ALTER TABLE event ALTER COLUMN type DROP NOT NULL",
        "ALTER TABLE event DROP CONSTRAINT event_known_agency",
        "ALTER TABLE event ALTER COLUMN occurred_at TYPE date",
        "DROP INDEX reference_behind",
        "DROP TABLE sealing",
    ],
)
def test_a_difference_from_tables_py_is_found(database: Database, change: str) -> None:
    ask(database.owner_url, change)
    assert differences(database.owner_url) != []


def test_down_and_up_again(empty: Database) -> None:
    upgrade(empty.owner_url, empty.server.role_passwords)
    downgrade(empty.owner_url, "base")
    assert tables(empty) == {"alembic_version"}
    upgrade(empty.owner_url, empty.server.role_passwords)
    assert differences(empty.owner_url) == []


async def test_links_and_keys_that_were_there_say_whose_they_are_and_what_was_erased_stays_so(
    database: Database, store: Store, open_store: OpenStore
) -> None:
    cps = await open_store("cps")
    report = {"victim_kind": "person", "victim_key": "vk-1"}
    await store.publish([said("crime.reported", report), linked(CASE, id="2")])
    await cps.publish(
        [
            said(
                "reference.linked",
                {"reference": CRIME, "basis": "file"},
                source="/cps/south-west/cms",
                reference=CONTACT,
            )
        ]
    )
    downgrade(database.owner_url, "0003")
    upgrade(database.owner_url, database.server.role_passwords)
    assert differences(database.owner_url) == []
    links, keys = ask(
        database.owner_url,
        "SELECT array_agg(DISTINCT agency || ' ' || reference_id) FROM reference_link",
        "SELECT agency FROM victim_key",
    )
    there = {("police", CRIME), ("police", CASE), ("cps", CONTACT), ("cps", CRIME)}
    assert set(links) == {f"{agency} {reference_id(reference)}" for agency, reference in there}
    assert keys == "police"

    ask(database.owner_url, "UPDATE event SET data = NULL WHERE type = 'crime.reported'")
    with pytest.raises(DBAPIError, match="null values"):
        downgrade(database.owner_url, "0003")
    assert differences(database.owner_url) == []


def test_several_that_migrate_at_once_migrate_once(empty: Database) -> None:
    program = (
        "import sys; from shared.settings import RolePasswords\n"
        "from shared.store.migrate import upgrade\n"
        "upgrade(sys.argv[1], RolePasswords())"
    )
    passwords = empty.server.role_passwords.model_dump()
    environment = {
        f"DATABASE_PASSWORD_{role.upper()}": password.get_secret_value()
        for role, password in passwords.items()
    }
    several = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty.owner_url], cwd=CHECKOUT, env=environment
        )
        for _ in range(4)
    ]
    assert [each.wait(60) for each in several] == [0, 0, 0, 0]
    assert ask(empty.owner_url, "SELECT count(*) FROM alembic_version") == [1]


def test_the_passwords_given_are_those_of_the_roles(
    empty: Database, request: pytest.FixtureRequest
) -> None:
    odd = "o'dd \\ %s $$ \" pass%20word"
    given = empty.server.role_passwords
    # The roles belong to the whole server: afterwards it has its own passwords again.
    request.addfinalizer(lambda: upgrade_again(empty, given))
    upgrade(empty.owner_url, given.model_copy(update={"cps": SecretStr(odd)}))

    async def log_in() -> str:
        connection = await asyncpg.connect(
            host="127.0.0.1",
            port=empty.server.port,
            user="journey_cps",
            password=odd,
            database=empty.name,
        )
        try:
            return str(await connection.fetchval("SELECT current_user"))
        finally:
            await connection.close()

    assert wait_for(log_in()) == "journey_cps"


def upgrade_again(database: Database, passwords: RolePasswords) -> None:
    downgrade(database.owner_url, "base")
    upgrade(database.owner_url, passwords)


def test_no_password_reaches_the_log_of_a_server_that_logs_everything(empty: Database) -> None:
    for setting in (
        "log_statement = 'all'",
        "log_min_duration_statement = 0",
        "log_parameter_max_length = -1",
    ):
        ask(empty.owner_url, f'ALTER DATABASE "{empty.name}" SET {setting}')
    upgrade(empty.owner_url, empty.server.role_passwords)
    log = (empty.server.data.parent / "server.log").read_text()
    assert "CREATE TABLE event" in log
    for password in empty.server.role_passwords.model_dump().values():
        assert password.get_secret_value() not in log


def test_a_migration_that_waits_for_a_lock_gives_up_and_leaves_no_trace(empty: Database) -> None:
    upgrade(empty.owner_url, empty.server.role_passwords)

    async def while_somebody_reads() -> None:
        reader = await asyncpg.connect(empty.url("gateway"))
        try:
            async with reader.transaction():
                await reader.fetch("SELECT FROM sealing")
                with ThreadPoolExecutor(max_workers=1) as thread:
                    going_down = thread.submit(downgrade, empty.owner_url, "base", patience=0)
                    with pytest.raises(DBAPIError, match="lock timeout"):
                        going_down.result(timeout=30)
        finally:
            await reader.close()

    wait_for(while_somebody_reads())
    assert differences(empty.owner_url) == []


def test_nobody_else_may_connect_and_no_service_may_make_tables_of_its_own(
    empty: Database,
) -> None:
    upgrade(empty.owner_url, empty.server.role_passwords)
    for role in ("police", "cps", "probation", "gateway"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            ask(empty.url(role), "CREATE TEMPORARY TABLE mine (number int)")
    ask(empty.owner_url, "CREATE ROLE passer_by LOGIN PASSWORD 'known'")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for data"):
            ask(
                f"postgresql://passer_by:known@127.0.0.1:{empty.server.port}/{empty.name}",
                "SELECT 1",
            )
    finally:
        ask(empty.owner_url, "DROP ROLE passer_by")


def test_check_says_that_all_is_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shared.store.migrate", "--check"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "tables.py and the migrations agree\n")


def test_a_server_without_a_name_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shared.store.migrate"],
        cwd=CHECKOUT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr


def test_four_services_that_start_at_once_share_one_migrated_database(
    server: EmbeddedPostgres,
) -> None:
    home = server.data.parents[1] / "four"
    home.mkdir(mode=0o711)
    program = (
        "import sys, asyncio; from pathlib import Path\n"
        "from shared.settings import StoreSettings\n"
        "from shared.store import Store, database_for\n"
        "async def serve(role):\n"
        "    settings = StoreSettings(database_url=None, victim_journey_home=Path(sys.argv[1]))\n"
        "    with database_for(role, settings) as url:\n"
        "        store = await Store.open(url)\n"
        "        await store.ping()\n"
        "        print(url, flush=True)\n"
        "        sys.stdin.read()\n"
        "        await store.close()\n"
        "asyncio.run(serve(sys.argv[2]))\n"
    )
    four = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(home), role],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for role in ("police", "cps", "probation", "gateway")
    ]
    urls = [each.stdout.readline() for each in four if each.stdout is not None]
    for each in four:
        each.communicate(timeout=60)
    assert [each.returncode for each in four] == [0, 0, 0, 0]
    assert ["journey_police" in urls[0], "journey_gateway" in urls[3]] == [True, True]
    assert len({url.split("@")[1] for url in urls}) == 1


def test_a_named_server_is_used_as_it_is() -> None:
    named = "postgresql://journey_police:secret@store.example/journey"
    settings = StoreSettings(database_url=SecretStr(named))
    with database_for("police", settings) as url:
        assert url == named
