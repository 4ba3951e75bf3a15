"""Finds the journey store for a service: the server that is named, or else the embedded one."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asyncpg import DuplicateDatabaseError, UniqueViolationError

from shared.settings import StoreSettings

if TYPE_CHECKING:
    from shared.store.embedded import EmbeddedPostgres

DATABASE = "journey"


@contextlib.contextmanager
def database_for(role: str, settings: StoreSettings) -> Iterator[str]:
    """Give the address at which the service with this role (`police`, say) finds the store.

    That is DATABASE_URL, used as it is, where it is set; otherwise the role's own login to the
    embedded server of this checkout. Raises shared.store.embedded.CannotStart.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with embedded_store(settings) as server:
        yield server.role_url(role, DATABASE)


@contextlib.contextmanager
def databases_for_gateway(settings: StoreSettings) -> Iterator[tuple[str, str | None]]:
    """Give the gateway's two addresses: its own, and the one under which the access log is read.

    The second is DATABASE_URL_DATA_PROTECTION, or None, where DATABASE_URL is set; otherwise both
    are logins to the embedded server. Raises shared.store.embedded.CannotStart.
    """
    if settings.database_url is not None:
        other = settings.database_url_data_protection
        secret = None if other is None else other.get_secret_value()
        yield settings.database_url.get_secret_value(), secret
        return
    with embedded_store(settings) as server:
        yield server.role_url("gateway", DATABASE), server.role_url("data_protection", DATABASE)


@contextlib.contextmanager
def embedded_store(settings: StoreSettings) -> Iterator["EmbeddedPostgres"]:
    """Start the embedded server of this checkout, or join it, with its database migrated.

    The process that started it stops it at the end. Raises shared.store.embedded.CannotStart.
    """
    # Only here: the embedded server needs a POSIX system, a named one does not.
    from shared.store.embedded import EmbeddedPostgres
    from shared.store.migrate import upgrade

    with EmbeddedPostgres.start(settings.victim_journey_home) as server:
        # Of several services that start together one makes the database.
        with contextlib.suppress(DuplicateDatabaseError, UniqueViolationError):
            server.create_database(DATABASE)
        upgrade(server.owner_url(DATABASE), server.role_passwords)
        yield server


def for_asyncpg(url: str) -> str:
    """Return the address as the driver itself wants it."""
    return url.replace("postgresql+asyncpg:", "postgresql:", 1)


def for_sqlalchemy(url: str) -> str:
    """Return the address as SQLAlchemy wants it, which has to be told of the driver."""
    return for_asyncpg(url).replace("postgresql:", "postgresql+asyncpg:", 1)
