"""The access log: written with what it tells of, found by whoever may, and read by nobody else."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import product
from typing import get_args
from uuid import uuid4

import asyncpg
import pytest

from shared.journey_event import Receipt, reference_id
from shared.problems import ChangedStory
from shared.store import Access, Asker, KeptAccess, Store, Verb
from tests.conftest import OpenStore
from tests.doors import SetClock
from tests.shared.databases import CASE, CRIME, MARCH, linked, said

VERBS: tuple[Verb, ...] = get_args(Verb)


def asker(who: str = "niche", **others: str) -> Asker:
    return Asker(
        **{
            "who": who,
            "role": "sender",
            "organisation": "avon-and-somerset",
            "what": "POST /v1/events",
            "request": "0af7651916cd43dd8448eb211c80319c",
            **others,
        }
    )


@pytest.fixture
async def log(open_store: OpenStore) -> Store:
    """The store as data protection holds it: it reads the access log, and nothing else."""
    return await open_store("data_protection")


async def entries(log: Store) -> list[KeptAccess]:
    """Every entry, oldest first."""
    return (await log.search_access(limit=1_000))[::-1]


async def test_a_batch_writes_an_entry_for_each_verb_and_so_does_its_repeat(
    open_store: OpenStore, log: Store
) -> None:
    clock = SetClock()
    store = await open_store("police", clock=clock)
    batch = [
        said(id="1"),
        said(id="2"),
        said(id="3", reference="crime:kent/2/V1"),
        linked(CASE, id="4"),
        said("event.withdrawn", {"event": {"source": "x", "id": "y"}, "reason": "z"}, id="5"),
    ]
    await store.publish(batch, asker())
    clock.now += timedelta(hours=1)
    await store.publish(batch, asker())
    found = await entries(log)
    assert [(e.verb, e.victims, e.journey) for e in found] == 2 * [
        ("collection", 2, None),
        ("combination", 1, reference_id(CRIME)),
        ("alteration", 1, reference_id(CRIME)),
    ]
    assert {e.at for e in found[3:]} == {clock.now}
    assert (found[0].by, found[0].service) == (asker(), "police")


async def test_events_that_share_a_commit_have_each_its_own_asker_in_the_log(
    store: Store, log: Store
) -> None:
    async def send(number: int) -> None:
        # Every third says something else under an id that was kept: that too was asked.
        event = said(id=str(number % 200), occurred_at=MARCH + timedelta(days=number // 200))
        answer = await store.publish_one(event, asker(f"system-{number}"))
        assert isinstance(answer, Receipt | ChangedStory)

    await asyncio.gather(*(send(number) for number in range(300)))
    found = await entries(log)
    assert Counter(e.by.who for e in found) == Counter(f"system-{n}" for n in range(300))
    assert len({e.at for e in found}) < 30
    assert {(e.verb, e.victims, e.journey) for e in found} == {
        ("collection", 1, reference_id(CRIME))
    }


async def test_what_is_not_kept_is_not_in_the_log_either(store: Store, log: Store) -> None:
    foreign = said(id="2", source="/cps/wessex/cms")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await store.publish([said(id="1"), foreign], asker())
    answers = await asyncio.gather(
        store.publish_one(said(id="3"), asker("ours")),
        store.publish_one(foreign, asker("theirs")),
        return_exceptions=True,
    )
    assert isinstance(answers[0], Receipt)
    assert isinstance(answers[1], asyncpg.InsufficientPrivilegeError)
    assert [e.by.who for e in await entries(log)] == ["ours"]


async def test_only_data_protection_reads_the_log(store: Store, open_store: OpenStore) -> None:
    await store.publish([said()], asker())
    for role in ("police", "gateway", "retention"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await (await open_store(role)).search_access(limit=1)


async def test_every_search_finds_what_fits_newest_first_page_by_page(
    open_store: OpenStore, log: Store
) -> None:
    clock = SetClock(MARCH)
    gateway = await open_store("gateway", clock=clock)
    people, organisations, journeys = ("a", "b", "c"), ("kent", "dorset"), (uuid4(), uuid4(), None)
    kept: list[Access] = []
    times = []
    for number, (who, organisation, journey, verb) in enumerate(
        product(people, organisations, journeys, VERBS[2:4])
    ):
        # Some at one moment, and some a microsecond apart.
        clock.now += timedelta(microseconds=number % 2) + timedelta(days=number % 5 == 4)
        by = asker(who, organisation=organisation, what=str(number))
        entry = Access(by, verb, number, journey)
        await gateway.note_access(entry)
        kept.append(entry)
        times.append(clock.now)

    middle, late = times[13], times[30]
    for since, until, person, force, journey, done in product(
        (None, middle),
        (None, late),
        (None, "b"),
        (None, "kent"),
        (None, journeys[0]),
        (None, VERBS[3]),
    ):
        wanted = Counter(
            entry.by.what
            for entry, at in zip(kept, times, strict=True)
            if (since is None or at >= since)
            and (until is None or at < until)
            and person in (None, entry.by.who)
            and force in (None, entry.by.organisation)
            and journey in (None, entry.journey)
            and done in (None, entry.verb)
        )
        found: list[KeptAccess] = []
        whole = True
        while whole:
            page = await log.search_access(
                since=since,
                until=until,
                who=person,
                organisation=force,
                verb=done,
                journeys=None if journey is None else [journey, uuid4()],
                before=found[-1].access_id if found else None,
                limit=4,
            )
            found += page
            whole = len(page) == 4
        assert Counter(entry.by.what for entry in found) == wanted
        assert [e.at for e in found] == sorted((e.at for e in found), reverse=True)


async def test_nothing_that_a_caller_writes_keeps_its_entry_out(store: Store, log: Store) -> None:
    worst = "\0\ud800" + "é" * 5_000
    await store.publish([said()], asker(worst, role=worst, what=worst, recipient=worst))
    (entry,) = await entries(log)
    assert (len(entry.by.who), len(entry.by.what)) == (200, 2_000)
    assert entry.by.who.startswith("\N{REPLACEMENT CHARACTER}?é")
    assert [e.access_id for e in await log.search_access(who=entry.by.who, limit=2)] == [
        entry.access_id
    ]
