"""Runs the migrations on the server that the caller, or else the environment, names."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.settings import StoreSettings
from shared.store.address import for_sqlalchemy
from shared.store.schema import metadata

# Whoever migrates a database holds this lock, so that services that start together migrate once.
# The number only has to differ from those of other programs on the same database.
ONE_AT_A_TIME = 1_703_2024


def _url() -> str:
    given: str | None = context.config.attributes.get("url")
    if given is not None:
        return given
    settings = StoreSettings()
    if settings.database_url is None:
        raise SystemExit("set DATABASE_URL to the address of the store to migrate")
    return settings.database_url.get_secret_value()


def _run(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": ONE_AT_A_TIME})
    # Under load a migration must give up rather than hold a queue of writers behind it.
    connection.execute(text("SET lock_timeout = '3s'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


async def _main() -> None:
    engine = create_async_engine(for_sqlalchemy(_url()), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        # The lock ends with the connection, however the migration ends.
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_main())
