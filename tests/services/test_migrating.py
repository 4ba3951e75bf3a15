"""A store is migrated while a door goes on: nobody waits behind it for long, and nothing is lost.

`make torture` does it many times over.
"""

import asyncio

import asyncpg

from shared.store.migrate import differences, downgrade, upgrade
from tests.services.processes import running
from tests.services.test_survival import TIMES, Event, Sender, client_of, events, hold_to
from tests.shared.databases import Database

# The last revision that a door can publish on and whose next one changes a table that it writes.
BEFORE = "0004"
WAITING = """
SELECT count(*) FROM pg_locks
WHERE mode = 'AccessExclusiveLock' AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def test_a_migration_waits_for_a_moment_between_writers_and_holds_up_none_of_them(
    database: Database,
) -> None:
    """While somebody reads, the migration cannot have its lock; posts go on all the same."""
    await asyncio.to_thread(downgrade, database.owner_url, BEFORE)
    every: list[Event] = []
    owner = await asyncpg.connect(database.owner_url)
    with running("police", database.url("police")) as service:
        async with client_of(service) as client:
            sender = Sender(client)
            over = False

            async def keep_sending(name: str) -> None:
                number = 0
                while not over:
                    sent = events(f"{name}-{number}", 20)
                    every.extend(sent)
                    await sender.send(sent)
                    number += 1

            async def migrate(turn: int) -> None:
                passwords = database.server.role_passwords
                await asyncio.to_thread(upgrade, database.owner_url, passwords)
                if turn + 1 < TIMES:
                    await asyncio.to_thread(downgrade, database.owner_url, BEFORE)

            async def until_it_waits() -> None:
                while True:
                    if await owner.fetchval(WAITING):
                        return
                    await asyncio.sleep(0.01)

            async def until_more_are_kept(number: int) -> None:
                wanted = len(sender.receipts) + number
                while True:
                    if len(sender.receipts) >= wanted:
                        return
                    await asyncio.sleep(0.01)

            sending = [asyncio.create_task(keep_sending(f"{n}")) for n in range(4)]
            for turn in range(TIMES):
                # The owner, since a service's transaction would be cut off.
                reader = await asyncpg.connect(database.owner_url)
                held = reader.transaction()
                await held.start()
                await reader.fetch("SELECT FROM reference LIMIT 1")
                async with asyncio.timeout(100):
                    migrating = asyncio.create_task(migrate(turn))
                    for _ in range(2):  # it gives way, and comes again
                        await until_it_waits()
                        await until_more_are_kept(400)
                assert not migrating.done()
                await held.rollback()
                await reader.close()
                await migrating
                await until_more_are_kept(100)
            over = True
            await asyncio.gather(*sending)
    await owner.close()
    assert differences(database.owner_url) == []
    await hold_to(database.owner_url, every, sender.receipts)
