"""What is noticed of feeds is kept as words, each once, and the register is judged by them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from gateway.feeds.keeper import FeedKeeper
from gateway.feeds.standard import feed_standard
from gateway.register.share import EVERYTHING
from shared.feed_silence import FeedSilence, newest_of
from shared.interruption import Declaration
from shared.journey_event import JourneyEvent
from shared.store import Store
from tests.builders import calendar
from tests.conftest import OpenStore
from tests.doors import SetClock
from tests.gateway.register.registers import catch_up, differences, projector_of
from tests.shared.databases import NICHE, Database, said

DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)
FRIDAY = datetime(2026, 10, 16, 12, tzinfo=UTC)  # the last day on which anything came
THURSDAY = FRIDAY + 6 * DAY  # three whole working days later
CONNECT = "/police/avon-and-somerset/connect"
WITNESSES = "/police/avon-and-somerset/wms"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(FRIDAY)


@pytest.fixture
async def store(open_store: OpenStore, clock: SetClock) -> Store:
    """The store of the police on the clock that the test moves."""
    return await open_store("police", clock=clock)


@pytest.fixture
def keeper(reader: Store, clock: SetClock) -> FeedKeeper:
    return FeedKeeper(reader, calendar(), feed_standard(), clock)


def event(at: datetime, source: str = NICHE, *, backfill: bool = False) -> JourneyEvent:
    one = said(id=f"{source} {at}", source=source, reference="crime:kent/1/V1", occurred_at=at)
    return replace(one, backfill=backfill)


async def sends(
    store: Store,
    clock: SetClock,
    first: datetime,
    last: datetime,
    source: str = NICHE,
    *,
    backfill: bool = False,
) -> None:
    """Send an event on each working day from one to another, received as it happened."""
    at = first
    while at <= last:
        if calendar().is_working_day(at.date()):
            clock.now = at
            await store.publish([event(at, source, backfill=backfill)])
        at += DAY


async def used_to_send(store: Store, clock: SetClock, source: str = NICHE) -> None:
    """Send daily for six weeks, until the Friday."""
    await sends(store, clock, FRIDAY - 6 * WEEK, FRIDAY, source)


async def words(reader: Store) -> list[FeedSilence]:
    return await reader.read_silences(["police", "cps", "probation"])


async def newest(reader: Store) -> list[tuple[str, datetime, datetime | None, bool, bool]]:
    """Feed, beginning, end, and whether replayed or withdrawn, of every silence."""
    return [
        (one.system, one.since, one.until, one.replayed, one.withdrawn)
        for one in newest_of(await words(reader))
    ]


def declared(id: str, since: datetime, until: datetime | None, **more: bool) -> Declaration:
    return Declaration(
        agency="police",
        organisation="avon-and-somerset",
        system="niche",
        id=id,
        occurred_at=FRIDAY,
        reason="the network was down",
        since=since,
        until=until,
        **more,  # type: ignore[arg-type]
    )


async def test_a_silence_that_lasts_is_said_once_and_marks_once(
    database: Database, store: Store, reader: Store, keeper: FeedKeeper, clock: SetClock
) -> None:
    await used_to_send(store, clock)
    projector = await projector_of(reader)
    await catch_up(projector)
    clock.now = THURSDAY - 14 * HOUR  # the last hour of Wednesday in London
    assert await keeper.look() == 0
    clock.now = THURSDAY
    # Two that look at once say it once.
    assert sorted(await asyncio.gather(keeper.look(), keeper.look())) == [0, 1]
    assert await newest(reader) == [("niche", FRIDAY, None, False, False)]
    (word,) = await words(reader)
    # One event on a working day, but for the days that are not whole.
    assert word.usual_events == pytest.approx(1, abs=0.1)
    assert (word.heard_until, word.noticed_at) == (FRIDAY, THURSDAY)
    await catch_up(projector)
    assert await differences(database, reader) == []

    async def bookkeeping() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(database.owner_url)
        try:
            return list(
                await connection.fetch("SELECT noticed, last_journey_id FROM register_declaration")
            )
        finally:
            await connection.close()

    assert [tuple(row) for row in await bookkeeping()] == [(True, None)]
    for later in (THURSDAY + DAY, THURSDAY + 30 * WEEK):
        clock.now = later
        assert await keeper.look() == 0
        assert await projector.round(EVERYTHING) == 0


async def test_a_burst_and_history_loaded_late_say_nothing_of_a_feed(
    store: Store, reader: Store, keeper: FeedKeeper, clock: SetClock
) -> None:
    # A demo or a load of synthetic journeys: years of events, received within minutes.
    clock.now = FRIDAY - 6 * WEEK
    await store.publish([event(FRIDAY - n * DAY, CONNECT) for n in range(50, 400)])
    await sends(store, clock, FRIDAY - 6 * WEEK, FRIDAY, backfill=True)
    clock.now = FRIDAY + 5 * WEEK
    assert await keeper.look() == 0
    assert await words(reader) == []


async def test_history_loaded_in_a_silence_does_not_end_it_but_settles_what_it_tells(
    store: Store, reader: Store, keeper: FeedKeeper, clock: SetClock
) -> None:
    await used_to_send(store, clock)
    clock.now = THURSDAY
    await keeper.look()
    await store.publish([event(FRIDAY - 30 * DAY + n * HOUR, backfill=True) for n in range(9)])
    assert await keeper.look() == 0
    back = FRIDAY + 10 * DAY
    clock.now = back
    await store.publish([event(back)])
    clock.now = back + HOUR
    await keeper.look()
    assert await newest(reader) == [("niche", FRIDAY, back, False, False)]
    late = [event(FRIDAY + n * DAY, backfill=True) for n in (3, 4, 5, 6, 7)]
    await store.publish(late[:3])
    assert await keeper.look() == 0
    await store.publish(late[3:])
    clock.now = back + 2 * HOUR
    assert await keeper.look() == 1
    assert await newest(reader) == [("niche", FRIDAY, back, True, False)]
    clock.now = back + DAY
    assert await keeper.look() == 0


async def test_a_silence_that_came_and_went_between_two_looks_is_found(
    database: Database, store: Store, reader: Store, keeper: FeedKeeper, clock: SetClock
) -> None:
    await used_to_send(store, clock)
    await sends(store, clock, FRIDAY + 10 * DAY, FRIDAY + 14 * DAY)
    clock.now = FRIDAY + 15 * DAY
    assert await keeper.look() == 1
    assert await newest(reader) == [("niche", FRIDAY, FRIDAY + 10 * DAY, False, False)]
    # As known before anybody had looked, nothing was noticed.
    records = await reader.read_records(
        await reader.read_keys(after=UUID(int=0), limit=9, known_at=FRIDAY + 14 * DAY),
        known_at=FRIDAY + 14 * DAY,
    )
    assert [record.interruptions for record in records] == [()]


async def test_a_declaration_takes_the_place_of_a_silence(
    database: Database, store: Store, reader: Store, keeper: FeedKeeper, clock: SetClock
) -> None:
    await used_to_send(store, clock)
    clock.now = THURSDAY
    await keeper.look()
    projector = await projector_of(reader)
    await catch_up(projector)

    await store.declare(declared("d1", FRIDAY + DAY, FRIDAY + 10 * DAY))
    clock.now = THURSDAY + HOUR
    assert await keeper.look() == 1
    assert await newest(reader) == [("niche", FRIDAY, None, False, True)]
    await catch_up(projector)
    assert await differences(database, reader) == []

    # It said that it would be back on the Monday, and is not.
    clock.now = FRIDAY + 20 * DAY
    assert await keeper.look() == 1
    assert (await newest(reader))[-1] == ("niche", FRIDAY + 10 * DAY, None, False, False)
    # The organisation says that nothing more is to come: the system was given up.
    given_up = declared("d2", FRIDAY + DAY, FRIDAY + 20 * DAY, replayed=True)
    await store.declare(replace(given_up, amends="d1", occurred_at=FRIDAY + 20 * DAY))
    clock.now = FRIDAY + 21 * DAY
    assert await keeper.look() == 1
    assert [withdrawn for *_, withdrawn in await newest(reader)] == [True, True]
    clock.now = FRIDAY + 30 * WEEK
    assert await keeper.look() == 0


@pytest.mark.parametrize(("begins", "each_day", "replayed"), [(1, 1, 0), (1, 2, 2), (-60, 2, 0)])
async def test_a_new_system_takes_the_place_of_all_that_stopped_and_an_old_one_of_none(
    database: Database,
    store: Store,
    reader: Store,
    keeper: FeedKeeper,
    clock: SetClock,
    begins: int,
    each_day: int,
    replayed: int,
) -> None:
    await used_to_send(store, clock)
    await used_to_send(store, clock, WITNESSES)
    clock.now = FRIDAY + begins * DAY
    await store.publish([event(clock.now, CONNECT)])
    for hours in range(each_day):
        monday = FRIDAY + 3 * DAY + hours * HOUR
        await sends(store, clock, monday, monday + 9 * DAY, CONNECT)
    clock.now = FRIDAY + 13 * DAY
    assert await keeper.look() == 2
    assert sum(replayed for *_, replayed, _ in await newest(reader)) == replayed
    await catch_up(await projector_of(reader))
    owner = await asyncpg.connect(database.owner_url)
    # What was replayed when it was noticed never hid anything: no journey is judged again.
    assert await owner.fetchval("SELECT count(*) FROM register_declaration") == 2 - replayed
    await owner.close()
