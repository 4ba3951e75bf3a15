"""How a connection that writes many rows says moments to the server, quicker than the driver.

The driver compares each moment with both infinities and moves it to UTC before it counts. To say an
obligation's row takes a third less this way, and a silence's nearly half. Reading moments this way
is slower, so that only connections that write have it.
"""

from datetime import UTC, datetime, timedelta

import asyncpg

# From where PostgreSQL counts microseconds.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# A journey has some 140 moments in its rows, of which 17 differ: those of many journeys are held.
_HELD = 2**14
# Begun anew when it is full, so that nothing has to remember which was used last.
_counts: dict[datetime, tuple[int]] = {}


async def say_moments_fast(connection: asyncpg.Connection) -> None:
    """Have a connection encode moments with `counted`, in arrays too."""
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", encoder=counted, decoder=moment_of, format="tuple"
    )


def counted(moment: datetime) -> tuple[int]:
    """Return the microseconds by which PostgreSQL keeps an aware moment.

    Raises TypeError for a naive one.
    """
    # Two moments of one hour that came twice are equal to each other in any other zone.
    if moment.tzinfo is not UTC:
        return _count(moment)
    count = _counts.get(moment)
    if count is None:
        if len(_counts) == _HELD:
            _counts.clear()
        count = _counts[moment] = _count(moment)
    return count


def _count(moment: datetime) -> tuple[int]:
    since = moment - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds,)


def moment_of(kept: tuple[int]) -> datetime:
    """Return the moment (UTC) that PostgreSQL keeps so."""
    (microseconds,) = kept
    return _EPOCH + timedelta(microseconds=microseconds)
