"""A store that is restored on a new server goes on: receipts, refusals, rights and the register."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest

from gateway.register.lag import read_lag
from shared.store import Store
from shared.store.embedded import EmbeddedPostgres, _binaries
from shared.store.migrate import differences as migrations_missing
from shared.store.migrate import upgrade
from tests.gateway.register.registers import catch_up, differences, projector_of, yardstick
from tests.services.events import CRIME, arrest
from tests.services.processes import Service, running
from tests.shared.databases import Database

DOCUMENT = Path(__file__).parents[3] / "docs/restoring.md"
CONTACT = "contact:south-west/VC0042"


@pytest.fixture
def migrated(server: EmbeddedPostgres) -> Iterator[Database]:
    """A database that was migrated itself: a copy has not the rights on the database."""
    name = f"restored_{uuid4().hex}"
    server.create_database(name)
    upgrade(server.owner_url(name), server.role_passwords)
    yield Database(server, name)
    server.drop_database(name)


def moved(url: str, server: EmbeddedPostgres) -> str:
    """The address under which the same login finds the same database on another server."""
    old = urlsplit(url)
    return urlunsplit(old._replace(netloc=f"{old.username}:{old.password}@127.0.0.1:{server.port}"))


def restore(old: Database, new: EmbeddedPostgres, folder: Path) -> None:
    """Do what the document says."""
    (lines,) = re.findall(r"```bash\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    path = f"{_binaries(None)}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        cwd=folder,
        env={**os.environ, "PATH": path, "OLD": old.owner_url, "NEW": new.owner_url("postgres")},
        check=True,
    )


def post(door: Service, sent: Any) -> httpx.Response:
    return httpx.post(f"{door.url}/v1/events", json=sent, headers=door.headers, timeout=30)


async def revisions(url: str) -> tuple[int, dict[str, int]]:
    """How far the register has come, and in which revision each journey last changed."""
    connection = await asyncpg.connect(url)
    now = await connection.fetchval("SELECT revision FROM register_state")
    found = await connection.fetch("SELECT reference, revision FROM register_journey")
    await connection.close()
    return now, dict(found)


async def test_what_is_restored_on_a_new_server_goes_on(migrated: Database, tmp_path: Path) -> None:
    link = arrest(
        id="link", type="reference.linked", data={"reference": CONTACT, "basis": "referral"}
    )
    alone = arrest(id="alone", subject="crime:kent/1/V1")
    with running("police", migrated.url("police")) as door:
        receipt = post(door, arrest()).json()
        assert post(door, [link, alone]).json()["items"][1]["receipt"]["status"] == "created"
    reader = await Store.open(migrated.url("gateway"))
    await catch_up(await projector_of(reader))
    await reader.close()
    # Kept, and not yet projected: the new server's projector goes on with it.
    with running("police", migrated.url("police")) as door:
        assert post(door, arrest(id="late")).status_code == 201
    before, journeys = await revisions(migrated.owner_url)

    with EmbeddedPostgres.throwaway() as server:
        restore(migrated, server, tmp_path)
        owner_url = server.owner_url(migrated.name)
        assert migrations_missing(owner_url) == []
        gateway = await Store.open(moved(migrated.url("gateway"), server))
        assert (await read_lag(gateway, yardstick())).behind == 1
        await catch_up(await projector_of(gateway))
        after, now = await revisions(owner_url)
        assert after == before + 1
        assert now == {**journeys, CRIME: after}, "only what was behind is written"

        with running("police", moved(migrated.url("police"), server)) as door:
            again = post(door, arrest())
            assert (again.status_code, again.json()) == (200, {**receipt, "status": "repeated"})
            assert post(door, arrest(data={"suspect": "S2"})).status_code == 409
            assert post(door, arrest(id="new", subject=CRIME)).status_code == 201
        await catch_up(await projector_of(gateway))
        new = Database(server, migrated.name)
        assert (await revisions(owner_url))[0] == after + 1
        assert await differences(new, gateway) == []
        await gateway.close()
        await holds_its_walls(new, moved(migrated.url("police"), server))


async def holds_its_walls(new: Database, police: str) -> None:
    """Rights and limits came along, those on the database itself too."""
    role = await asyncpg.connect(police)
    for statement in (
        "UPDATE event SET type = 'other'",
        "DELETE FROM event",
        "SELECT data FROM event",
        "CREATE TEMPORARY TABLE mine (number int)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await role.execute(statement)
    assert await role.fetchval("SHOW transaction_timeout") == "5s"
    await role.close()
    owner = await asyncpg.connect(new.owner_url)
    await owner.execute("CREATE ROLE passer_by LOGIN PASSWORD 'known'")
    await owner.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for data"):
        await asyncpg.connect(
            f"postgresql://passer_by:known@127.0.0.1:{new.server.port}/{new.name}"
        )
