"""Gives the server of a measurement the memory that whoever runs one in earnest gives it."""

import asyncio
import os
import signal
import time

import asyncpg

from shared.store.embedded import PATIENCE, EmbeddedPostgres


async def give_memory(server: EmbeddedPostgres) -> None:
    """Let a server hold pages in a quarter of the machine's memory, and start it again."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    owner = await asyncpg.connect(server.owner_url("postgres"))
    await owner.execute(f"ALTER SYSTEM SET shared_buffers = '{memory // 4 // 1024**2}MB'")
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
