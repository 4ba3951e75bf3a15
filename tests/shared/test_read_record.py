"""A journey's record is read in one snapshot, in order, with all that was ever linked."""

import asyncio
from datetime import UTC, datetime, timedelta

from shared.journey_event import reference_id
from shared.store import Store
from tests.conftest import OpenStore
from tests.shared.databases import CASE, CONTACT, CRIME, linked, said


async def test_a_reference_nobody_used_has_no_record(reader: Store) -> None:
    assert await reader.read_record(reference_id(CRIME)) is None


async def test_what_was_never_linked_stays_out(store: Store, reader: Store) -> None:
    await store.publish([said(id="1"), said(id="2", reference=CASE)])
    record = await reader.read_record(reference_id(CRIME))
    assert record is not None
    assert [known.reference for known in record.references] == [CRIME]
    assert [event.id for event in record.events] == ["1"]


async def test_references_and_events_come_in_the_order_in_which_we_heard_of_them(
    open_store: OpenStore, reader: Store
) -> None:
    moments = iter(datetime(2024, 4, day, tzinfo=UTC) for day in (3, 1, 2))
    store = await open_store("police", clock=lambda: next(moments))
    await store.publish([said(id="c"), linked(CASE, id="d")])
    await store.publish([said(id="a", reference=CONTACT)])
    await store.publish([linked(CONTACT, id="b", reference=CASE)])
    record = await reader.read_record(reference_id(CASE))
    assert record is not None
    assert [event.id for event in record.events] == ["a", "b", "c", "d"]
    assert [known.reference for known in record.references] == [CONTACT, CASE, CRIME]
    assert [event.reference for event in record.events] == [CONTACT, CASE, CRIME, CRIME]
    # CASE was first heard of on the 3rd, by the link, and again on the 2nd by the replay's clock.
    assert [known.version for known in record.references] == [2, 2, 1]


async def test_a_chain_and_a_ring_of_links_are_walked_from_any_end(
    store: Store, reader: Store
) -> None:
    ring = [f"crime:kent/{number}/V1" for number in range(30)]
    await store.publish(
        [
            linked(ring[(number + 1) % 30], id=str(number), reference=ring[number])
            for number in range(30)
        ]
    )
    for reference in (ring[0], ring[17]):
        record = await reader.read_record(reference_id(reference))
        assert record is not None
        assert {known.reference for known in record.references} == set(ring)
        assert len(record.events) == 30


async def test_events_and_versions_are_of_one_snapshot(store: Store, reader: Store) -> None:
    async def write() -> None:
        for number in range(150):
            await store.publish(
                [said(id=f"{number}-a"), said(id=f"{number}-b"), linked(CASE, id=f"{number}-c")]
            )

    writing = asyncio.create_task(write())
    looks = 0
    while not writing.done():
        record = await reader.read_record(reference_id(CRIME))
        if record is not None:
            # Every publication brings three events and raises both versions by one.
            crime, case = record.references
            assert len(record.events) == 3 * crime.version == 3 * case.version
            looks += 1
    await writing
    assert looks > 10


async def test_times_come_back_in_utc(store: Store, reader: Store) -> None:
    await store.publish([said()])
    record = await reader.read_record(reference_id(CRIME))
    assert record is not None
    assert record.events[0].occurred_at.utcoffset() == timedelta(0)
    assert record.events[0].received_at.utcoffset() == timedelta(0)
    assert record.references[0].first_received_at.utcoffset() == timedelta(0)
