"""Sets the server of a measurement up as whoever loads a history in earnest does."""

import asyncio
import os
import signal
import time

import asyncpg

from shared.store.embedded import PATIENCE, EmbeddedPostgres

BETWEEN_CHECKPOINTS, LOGGED_BETWEEN = "15min", "16GB"


async def set_up(server: EmbeddedPostgres) -> None:
    """Give a server a quarter of the machine's memory for pages, and start it again.

    After a checkpoint the log holds every page that is touched, whole: checkpoints are far apart.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    owner = await asyncpg.connect(server.owner_url("postgres"))
    await owner.execute(f"ALTER SYSTEM SET shared_buffers = '{memory // 4 // 1024**2}MB'")
    await owner.execute(f"ALTER SYSTEM SET checkpoint_timeout = '{BETWEEN_CHECKPOINTS}'")
    await owner.execute(f"ALTER SYSTEM SET max_wal_size = '{LOGGED_BETWEEN}'")
    await owner.close()
    os.kill(server.pid, signal.SIGINT)  # its keeper starts it again
    give_up = time.monotonic() + PATIENCE
    while True:
        await asyncio.sleep(1)
        try:
            owner = await asyncpg.connect(server.owner_url("postgres"))
        except (OSError, asyncpg.PostgresError):
            if time.monotonic() > give_up:
                raise
        else:
            await owner.close()
            return
