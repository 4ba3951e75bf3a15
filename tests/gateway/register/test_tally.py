"""The tally says what counting every row says, at the end of every month, whatever came when."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from gateway.register import tally
from gateway.register.share import EVERYTHING
from gateway.register.tally import count_anew, count_next
from gateway.register.tally_sql import CELL, DEFINITION, counted, edge_of
from shared.journey_event import JourneyEvent
from shared.london import last_moment_of, start_of
from shared.store import Store
from shared.store.locks import Lock
from shared.store.tally_tables import CLASSES
from tests.conftest import OpenStore
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.register.test_projector import NAMES, down, reported, withdrawn
from tests.shared.databases import MARCH, Database, linked, said

# The law knows of departures since January 2025; the events are from March to October.
SINCE = MARCH + timedelta(days=365)
MONTHS = [date(2025 + n // 12, 1 + n % 12, 1) for n in range(2, 14)]
# Both ends of every month: when a limit of its last day has not passed yet, and when it has.
MOMENTS = [
    moment
    for month in MONTHS
    for moment in (last_moment_of(month - timedelta(days=1)), start_of(month))
]
SOME = MOMENTS[3::6]
# What the events below come to, at one moment or another.
TOLD = {"not_yet_due", "met", "late", "overdue", "overdue_departed", "unknown", "nothing_recorded"}
Cells = dict[tuple[Any, ...], tuple[int, ...]]


async def cells(reader: Store, moment: datetime, *, tallied: bool) -> Cells:
    """Every cell in which anything stands at a moment, by the tally or by counting every row."""
    edge = edge_of(moment) if tallied else None
    assert tallied is (edge is not None)
    found = await reader.ask(counted(CELL, tallied=tallied), moment, edge)
    return {
        tuple(row[name] for name in CELL): tuple(row[name] for name in CLASSES)
        for row in found
        if any(row[name] for name in CLASSES)
    }


async def hold(reader: Store, moments: Sequence[datetime] = MOMENTS) -> set[str]:
    """Hold the tally to the rows at these moments, and return the classes it told of."""
    some: set[str] = set()
    for moment in moments:
        ours, rows = [await cells(reader, moment, tallied=told) for told in (True, False)]
        assert ours == rows, moment
        some |= {name for row in rows.values() for name, n in zip(CLASSES, row, strict=True) if n}
    assert some
    return some


async def count_all(reader: Store) -> None:
    """Count until nothing waits."""
    while await count_next(reader):
        pass
    ((left,),) = await reader.ask("SELECT count(*) FROM register_tally_gone")
    assert left == 0, "what was taken off is kept no longer"


def drawn(chance: random.Random, number: int, arrests: dict[str, str]) -> JourneyEvent:
    """One event of any kind that turns a duty, or joins or parts journeys; arrests are noted."""
    one, other = chance.sample(NAMES, 2)
    at = SINCE + timedelta(hours=chance.randrange(5000))
    luck = chance.random()
    if luck < 0.2:
        word = chance.choice(["linked", "linked", "unlinked"])
        link = linked(other, id=f"{number}", reference=one, type=f"reference.{word}")
        return replace(link, occurred_at=at)
    if number and luck < 0.35:
        gone = withdrawn(f"{chance.randrange(number)}", by=f"{number}", reference=one)
        return replace(gone, occurred_at=at)
    if arrests and luck < 0.5:
        start = chance.choice(list(arrests))
        departs = {
            "duty": "R6.ARREST",
            "start": start,
            "reason": "a threat to life",
            "decided_by": "superintendent",
        }
        reference = arrests[start]
        departed = said("departure.justified", departs, id=f"{number}", reference=reference)
        return replace(departed, occurred_at=at)
    told: dict[str, Any] = {"about": ["suspect.arrested"], "channel": "phone", "reached": True}
    type_, data = chance.choice([("suspect.arrested", {"suspect": "S1"}), ("victim.told", told)])
    if type_ == "suspect.arrested":
        arrests[str(number)] = one
    return said(type_, data, id=f"{number}", reference=one, occurred_at=at)


@pytest.mark.parametrize("seed", range(2))
async def test_the_tally_says_what_the_rows_say_whoever_counts_among_writers(
    database: Database, open_store: OpenStore, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Few are counted at a time, by two at once, while two project what is still being sent."""
    monkeypatch.setattr(tally, "TOGETHER", 2)
    chance, arrests = random.Random(seed), dict[str, str]()
    store, readers = await open_store("police"), [await open_store("gateway") for _ in range(2)]
    projectors = [await projector_of(reader) for reader in readers]
    sending = True

    async def send() -> None:
        nonlocal sending
        await store.publish([reported(name) for name in NAMES])
        for number in range(60):
            await store.publish([drawn(chance, number, arrests)])
            if number == 25:
                await store.declare(down("d1", "2025-09-01T00:00:00+00:00"))
        sending = False

    async def project(number: int) -> None:
        while sending:
            await projectors[number].round(EVERYTHING)

    async def count(number: int) -> None:
        while sending:
            await count_next(readers[number])
            # Whoever asks meanwhile is told the same by both, of whatever is written by then.
            await asyncio.sleep(0)

    await asyncio.gather(send(), project(0), project(1), count(0), count(1))
    await catch_up(projectors[0])
    await hold(readers[0], SOME)  # with some counted and some gone
    await count_all(readers[0])
    assert await hold(readers[0]) >= TOLD
    assert await count_anew(readers[0])
    await hold(readers[0], SOME)  # of none
    await count_all(readers[0])
    await hold(readers[0], SOME)


async def test_what_is_replaced_while_it_is_counted_is_taken_off(
    database: Database, store: Store, reader: Store
) -> None:
    """Whoever counts is stopped between its steps, and killed there, and others write."""
    await store.publish([reported(name) for name in NAMES])
    projector = await projector_of(reader)
    await catch_up(projector)
    await count_all(reader)
    owner = await asyncpg.connect(database.owner_url)

    async def say(number: int) -> None:
        arrest = said("suspect.arrested", {"suspect": "S1"}, id=f"{number}", reference=NAMES[0])
        await store.publish([replace(arrest, occurred_at=SINCE + timedelta(days=number))])
        await catch_up(projector)

    await say(1)  # counted, and set aside
    assert await owner.fetchval("SELECT count(*) FROM register_tally_gone") > 0
    await hold(reader, SOME)
    # One that counts names its target and is killed.
    target = "UPDATE register_tally_state SET target = (SELECT revision FROM register_state)"
    await owner.execute(target)
    await say(2)  # being counted, and set aside
    await hold(reader, SOME)
    await say(3)  # neither
    await hold(reader, SOME)
    await count_next(reader)
    await hold(reader, SOME)
    await say(4)
    await count_all(reader)
    await hold(reader)
    ((uncounted,),) = await reader.ask(tally.WAIT, 10)
    assert uncounted == 0
    await owner.close()


async def test_another_definition_is_counted_from_nothing(
    database: Database, store: Store, reader: Store
) -> None:
    await store.publish([reported(name) for name in NAMES])
    await catch_up(await projector_of(reader))
    await count_all(reader)
    owner = await asyncpg.connect(database.owner_url)
    before = await owner.fetchval("SELECT count(*) FROM register_tally")
    # As a release that counted otherwise would have left it.
    await owner.execute("UPDATE register_tally_state SET definition = $1", DEFINITION - 1)
    await owner.execute("UPDATE register_tally SET met = met + 7")
    with pytest.raises(AssertionError):
        await hold(reader)
    await count_all(reader)
    await hold(reader)
    assert await owner.fetchval("SELECT count(*) FROM register_tally") == before > 0
    await owner.close()


async def test_two_do_not_count_at_once(database: Database, reader: Store, store: Store) -> None:
    await store.publish([reported(name) for name in NAMES])
    await catch_up(await projector_of(reader))
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("SELECT pg_advisory_lock($1)", Lock.COUNTING)
    assert not await count_next(reader)
    assert not await count_anew(reader)
    await owner.close()
    assert await count_next(reader)


def test_the_ends_of_a_month_are_numbered_in_their_order() -> None:
    numbers = [edge_of(moment) for moment in MOMENTS]
    assert numbers == [*range(numbers[0] or 0, (numbers[0] or 0) + len(MOMENTS))]
    assert list(odd_moments()) == []


def odd_moments() -> Iterator[datetime]:
    """Moments beside a month's end that pass for one."""
    for moment in MOMENTS:
        for beside in (timedelta(microseconds=2), timedelta(hours=1), timedelta(days=10)):
            if edge_of(moment + beside) is not None or edge_of(moment - beside) is not None:
                yield moment
