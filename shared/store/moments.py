"""How a connection that writes many rows says moments to the server, quicker than the driver.

The driver compares each moment with both infinities and moves it to UTC before it counts: of an
obligation's row, moments took nine tenths of the time. So it takes two thirds of it. Reading them
this way is slower, so that only connections that write have it.
"""

from datetime import UTC, datetime, timedelta
from struct import Struct

import asyncpg

# From where PostgreSQL counts microseconds.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_BYTES = Struct("!q")


async def say_moments_fast(connection: asyncpg.Connection) -> None:
    """Have a connection encode moments with `encoded`, in arrays too."""
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", encoder=encoded, decoder=decoded, format="binary"
    )


def encoded(moment: datetime) -> bytes:
    """Return an aware moment as PostgreSQL keeps it; raises TypeError for a naive one."""
    since = moment - _EPOCH
    return _BYTES.pack((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def decoded(kept: bytes) -> datetime:
    """Return the moment (UTC) that PostgreSQL keeps so."""
    (microseconds,) = _BYTES.unpack(kept)
    return _EPOCH + timedelta(microseconds=microseconds)
