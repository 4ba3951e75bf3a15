"""Brings a store's tables, roles and grants up to date, and checks that `tables.py` tells them.

`python -m shared.store.migrate` migrates the server at DATABASE_URL, which needs the rights of
its owner and the passwords of the roles, such as DATABASE_PASSWORD_POLICE. With `--check` it
migrates a throw-away server instead and exits with 1 where the two differ.
"""

import argparse
from importlib.resources import files

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, inspect, pool
from sqlalchemy.ext.asyncio import create_async_engine

from shared.settings import RolePasswords, StoreSettings
from shared.store.address import for_sqlalchemy
from shared.store.schema import metadata
from shared.store.waiting import in_a_thread, wait_for

# For how many seconds a migration tries to get the locks that it needs.
PATIENCE = 120.0


def upgrade(url: str, passwords: RolePasswords, *, patience: float = PATIENCE) -> None:
    """Migrate the database at this address and give the services' roles their passwords.

    It may be done under load: it never keeps others waiting for its locks for more than a second
    at a time, and tries again for `patience` seconds. Raises what the driver raises: a migration
    that fails or cannot get its locks leaves the database as it was, and can be run again.
    """
    in_a_thread(command.upgrade, _config(url, passwords, patience), "head")


def downgrade(url: str, revision: str, *, patience: float = PATIENCE) -> None:
    """Take the database back to an earlier revision, or to `base`: an empty one. Roles stay."""
    in_a_thread(command.downgrade, _config(url, None, patience), revision)


def differences(url: str) -> list[str]:
    """Return in what the database at this address differs from `tables.py`."""
    return wait_for(_differences(url))


def check() -> list[str]:
    """Return in what a freshly migrated database differs from `tables.py`."""
    # Only here: a server that migrates has no need of the embedded one's package.
    from shared.store.embedded import EmbeddedPostgres

    with EmbeddedPostgres.throwaway() as server:
        server.create_database("journey")
        url = server.owner_url("journey")
        upgrade(url, server.role_passwords)
        return differences(url)


def _config(url: str, passwords: RolePasswords | None, patience: float) -> Config:
    config = Config()
    # Alembic reads a percent sign as the start of a variable.
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.attributes["url"] = url
    config.attributes["passwords"] = passwords
    config.attributes["patience"] = patience
    return config


async def _differences(url: str) -> list[str]:
    engine = create_async_engine(for_sqlalchemy(url), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(_compare)
    await engine.dispose()
    return found


def _compare(connection: Connection) -> list[str]:
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    found = [repr(difference) for difference in compare_metadata(context, metadata)]
    # Alembic leaves out the CHECK constraints.
    migrated = {
        f"{table}: {check['name']}"
        for (_, table), checks in inspect(connection).get_multi_check_constraints().items()
        for check in checks
    }
    told = {
        f"{table.name}: {constraint.name}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    return found + [f"CHECK {name} is only on one side" for name in sorted(migrated ^ told)]


def main() -> None:
    """Migrate the named server, or check the migrations on one of our own."""
    parser = argparse.ArgumentParser(prog="python -m shared.store.migrate")
    parser.add_argument("--check", action="store_true", help="compare tables.py and migrations")
    if parser.parse_args().check:
        found = check()
        print("\n".join(found) or "tables.py and the migrations agree")
        raise SystemExit(bool(found))
    settings = StoreSettings()
    if settings.database_url is None:
        parser.error("set DATABASE_URL to the address of the store, for its owner")
    upgrade(settings.database_url.get_secret_value(), RolePasswords())


if __name__ == "__main__":
    main()
