"""Runs the migrations on the server that the caller, or else the environment, names."""

import asyncio
import random
import time

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.settings import StoreSettings
from shared.store.address import for_sqlalchemy
from shared.store.locks import Lock
from shared.store.migrate import PATIENCE
from shared.store.schema import metadata

# Whoever waits for a table alone holds up all who come after, readers too. So under load a
# migration waits for no lock longer than writers may be kept waiting, lets go of all it has, and
# tries again until it finds a moment between them, or its patience is at an end.
LOCK_TIMEOUT = "1s"
# Codes of PostgreSQL: no lock in time, and each waits for the other.
IN_THE_WAY = ("55P03", "40P01")


def _url() -> str:
    given: str | None = context.config.attributes.get("url")
    if given is not None:
        return given
    settings = StoreSettings()
    if settings.database_url is None:
        raise SystemExit("set DATABASE_URL to the address of the store to migrate")
    return settings.database_url.get_secret_value()


def _run(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": int(Lock.MIGRATING)})
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    give_up = time.monotonic() + context.config.attributes.get("patience", PATIENCE)
    while True:
        try:
            context.configure(connection=connection, target_metadata=metadata)
            with context.begin_transaction():
                context.run_migrations()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in IN_THE_WAY or (
                time.monotonic() >= give_up
            ):
                raise
            connection.rollback()
            # Those who waited behind it have their turn first.
            time.sleep(random.uniform(0.5, 1.5))  # noqa: S311 - not a secret
        else:
            return


async def _main() -> None:
    engine = create_async_engine(for_sqlalchemy(_url()), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        # The lock ends with the connection, however the migration ends.
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_main())
