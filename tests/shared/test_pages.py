"""All that is kept is read page by page: every record once, whatever the links and the page."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from shared.interruption import Declaration
from shared.journey_event import JourneyRecord
from shared.store import Store
from tests.conftest import OpenStore
from tests.shared.databases import linked, said

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMES = [f"crime:kent/{number}/V1" for number in range(12)]


async def every_record(reader: Store, page: int, known_at: datetime) -> list[JourneyRecord]:
    """Return the records of all pages of so many references."""
    after, found = UUID(int=0), []
    while keys := await reader.read_keys(after=after, limit=page, known_at=known_at):
        assert keys == sorted(keys)
        assert keys[0] > after
        found += await reader.read_records(keys, known_at=known_at)
        after = keys[-1]
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_every_record_comes_once_as_it_is_read_alone(
    open_store: OpenStore, reader: Store, seed: int
) -> None:
    chance = random.Random(seed)
    store = await open_store("police", clock=lambda: NOON)
    events = [said(id=f"fact-{number}", reference=name) for number, name in enumerate(NAMES)]
    events += [
        linked(to, id=f"link-{number}", reference=one, type=f"reference.{word}")
        for number in range(chance.randrange(12))
        for one, to in [chance.sample(NAMES, 2)]
        for word in [chance.choice(["linked", "linked", "unlinked"])]
    ]
    await store.publish(events)
    for page in (1, 2, 5, 100):
        records = await every_record(reader, page, NOON)
        told = [known.reference for record in records for known in record.references]
        assert sorted(told) == sorted(NAMES)
        for record in records:
            assert record == await reader.read_record(record.references[-1].reference_id)


async def test_records_bring_the_interruptions_of_those_who_may_owe(
    open_store: OpenStore, reader: Store
) -> None:
    police, probation = [
        await open_store(role, clock=lambda: NOON) for role in ("police", "probation")
    ]
    passed_to = said("contact_scheme.referred", {"region": "south-west"}, id="r")
    await police.publish([passed_to, *(said(id=name, reference=name) for name in NAMES)])
    for store, agency, organisation in (
        (police, "police", "avon-and-somerset"),
        (probation, "probation", "south-west"),
        (probation, "probation", "wales"),
    ):
        await store.declare(
            Declaration(
                agency=agency,
                organisation=organisation,
                system=organisation,
                id="1",
                occurred_at=NOON,
                reason="moving house",
                since=NOON,
            )
        )
    records = await every_record(reader, 5, NOON)
    assert len(records) == len(NAMES) + 1
    for record in records:
        assert record == await reader.read_record(record.references[0].reference_id)
    told = [{one.organisation for one in record.interruptions} for record in records]
    assert told.count({"avon-and-somerset"}) == len(NAMES)
    assert told.count({"avon-and-somerset", "south-west"}) == 1
    before = await every_record(reader, 5, NOON - timedelta(microseconds=1))
    assert before == []


async def test_a_long_chain_and_a_ring_come_once(store: Store, reader: Store) -> None:
    chain = [f"crime:kent/{number}/V1" for number in range(60)]
    ring = [f"crime:essex/{number}/V1" for number in range(40)]
    links = [*pairwise(chain), *zip(ring, [*ring[1:], ring[0]], strict=True)]
    await store.publish(
        [linked(to, id=str(number), reference=one) for number, (one, to) in enumerate(links)]
    )
    records = await every_record(reader, 7, datetime.now(UTC))
    assert sorted(len(record.references) for record in records) == [40, 60]
    assert sum(len(record.events) for record in records) == len(links)


async def test_what_arrives_between_two_pages_makes_nothing_come_twice_or_never(
    open_store: OpenStore, reader: Store
) -> None:
    moments = iter(NOON + timedelta(minutes=minute) for minute in range(3))
    store = await open_store("police", clock=lambda: next(moments))
    await store.publish([said(id=name, reference=name) for name in NAMES])
    keys = await reader.read_keys(after=UUID(int=0), limit=6, known_at=NOON)
    first = await reader.read_records(keys, known_at=NOON)

    hub = "crime:surrey/1/V1"
    late = [linked(name, id=f"to-{name}", reference=hub) for name in NAMES]
    await store.publish([*late, *(said(id=f"late-{name}", reference=name) for name in NAMES)])
    rest = await reader.read_keys(after=keys[-1], limit=100, known_at=NOON)
    second = await reader.read_records(rest, known_at=NOON)

    assert [len(record.references) for record in (*first, *second)] == [1] * len(NAMES)
    assert sorted(record.events[0].reference for record in (*first, *second)) == sorted(NAMES)
    assert {len(record.events) for record in (*first, *second)} == {1}
    # As known now they are one record, with what came late.
    (all_of_it,) = await every_record(reader, 4, NOON + timedelta(minutes=1))
    assert len(all_of_it.references) == len(NAMES) + 1
    assert len(all_of_it.events) == 3 * len(NAMES)


async def test_an_empty_store_has_no_pages(reader: Store) -> None:
    assert await reader.read_keys(after=UUID(int=0), limit=5, known_at=NOON) == []
    assert await reader.read_records([], known_at=NOON) == []
