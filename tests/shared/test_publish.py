"""An event is kept once, whoever sends it how often, and answered only when it has been kept."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from shared.journey_event import JourneyEvent, JourneyRecord, Receipt, reference_id
from shared.problems import ChangedStory
from shared.store import Store
from tests.conftest import OpenStore
from tests.shared.databases import CASE, CONTACT, CRIME, MARCH, Database, linked, said

NOW = datetime(2024, 4, 2, 9, 0, tzinfo=UTC)


async def record(reader: Store, reference: str = CRIME) -> JourneyRecord:
    found = await reader.read_record(reference_id(reference))
    assert found is not None
    return found


async def versions(reader: Store, reference: str = CRIME) -> dict[str, int]:
    return {one.reference: one.version for one in (await record(reader, reference)).references}


async def receipts(store: Store, events: Sequence[JourneyEvent]) -> list[Receipt]:
    answers = await store.publish(events)
    kept = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len(kept) == len(answers), answers
    return kept


async def test_an_event_is_kept_as_it_was_said(open_store: OpenStore, reader: Store) -> None:
    store = await open_store("police", clock=lambda: NOW)
    event = said(
        data={"suspect": "S1", "conditions": ["curfew"], "more": {"number": 1.5, "word": "é☃"}},
        recorded_at=MARCH + timedelta(minutes=17, microseconds=3),
        precision="day",
    )
    (receipt,) = await receipts(store, [event])
    assert receipt.created
    assert receipt.received_at == NOW
    assert receipt.reference == CRIME
    (kept,) = (await record(reader)).events
    assert kept.event_id == receipt.event_id
    assert kept.received_at == NOW
    for field in fields(JourneyEvent):
        assert getattr(kept, field.name) == getattr(event, field.name)


async def test_nothing_sent_is_nothing_answered(store: Store) -> None:
    assert await store.publish([]) == []


async def test_a_repeat_is_welcomed_with_the_first_receipt(
    open_store: OpenStore, reader: Store
) -> None:
    earlier = await open_store("police", clock=lambda: NOW)
    later = await open_store("police", clock=lambda: NOW + timedelta(days=1))
    (first,) = await receipts(earlier, [said()])
    (second,) = await receipts(later, [said()])
    assert second == replace(first, created=False)
    assert await versions(reader) == {CRIME: 1}
    assert len((await record(reader)).events) == 1


async def test_equal_content_written_otherwise_is_the_same_event(store: Store) -> None:
    (first,) = await receipts(store, [said(data={"a": 1, "b": {"c": 2, "d": 3}})])
    paris = MARCH.astimezone().astimezone(tz=None)
    (second,) = await receipts(
        store, [said(data={"b": {"d": 3, "c": 2}, "a": 1}, occurred_at=paris)]
    )
    assert second == replace(first, created=False)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "suspect.interviewed"},
        {"reference": CASE},
        {"occurred_at": MARCH + timedelta(microseconds=1)},
        {"recorded_at": MARCH},
        {"precision": "day"},
        {"data": {"suspect": "S2"}},
    ],
    ids=lambda change: str(*change),
)
async def test_a_changed_story_is_refused_and_the_first_stands(
    store: Store, reader: Store, change: dict[str, object]
) -> None:
    await receipts(store, [said()])
    changed = replace(said(), **change)  # type: ignore[arg-type]
    for _ in range(2):
        (refusal,) = await store.publish([changed])
        assert isinstance(refusal, ChangedStory)
        assert "/police/avon-and-somerset/niche" in refusal.detail
        assert refusal.faults[0].field == "id"
        assert "event.corrected" in refusal.faults[0].remedy
    (kept,) = (await record(reader)).events
    assert (kept.type, kept.data) == ("suspect.arrested", {"suspect": "S1"})
    assert await versions(reader) == {CRIME: 1}


async def test_each_of_a_batch_has_its_answer_in_its_place(store: Store, reader: Store) -> None:
    (old,) = await receipts(store, [said(id="old")])
    answers = await store.publish(
        [
            said(id="new"),
            said(id="old"),
            said(id="old", type="suspect.interviewed"),
            said(id="new"),
            said(id="new", type="suspect.interviewed"),
            said(id="other", reference=CASE),
        ]
    )
    outcomes = [
        (answer.id, answer.created) if isinstance(answer, Receipt) else "refused"
        for answer in answers
    ]
    assert outcomes == [
        ("new", True),
        ("old", False),
        "refused",
        ("new", False),
        "refused",
        ("other", True),
    ]
    assert answers[1] == replace(old, created=False)
    assert {event.id for event in (await record(reader)).events} == {"old", "new"}
    assert {event.type for event in (await record(reader)).events} == {"suspect.arrested"}
    assert await versions(reader) == {CRIME: 2}


async def test_a_batch_sent_again_shuffled_and_in_parts_keeps_nothing_more(
    store: Store, reader: Store
) -> None:
    batch = [said(id=str(number), reference=[CRIME, CASE][number % 2]) for number in range(300)]
    first = {receipt.id: receipt for receipt in await receipts(store, batch[:200])}
    for receipt in await receipts(store, random.sample(batch, 300)):
        before = first.setdefault(receipt.id, receipt)
        assert receipt == before or receipt == replace(before, created=False)
    again = await receipts(store, random.sample(batch, 300))
    assert {receipt.id: receipt for receipt in again} == {
        id: replace(receipt, created=False) for id, receipt in first.items()
    }
    kept = [*(await record(reader)).events, *(await record(reader, CASE)).events]
    assert sorted(event.id for event in kept) == sorted(event.id for event in batch)


async def test_fifty_copies_at_once_over_several_stores_are_one_event(
    open_store: OpenStore, reader: Store
) -> None:
    stores = [await open_store("police", pool_size=5) for _ in range(5)]
    answers = await asyncio.gather(*(stores[n % 5].publish([said()]) for n in range(50)))
    told = [receipt for (receipt,) in answers if isinstance(receipt, Receipt)]
    assert len(told) == 50
    assert sum(receipt.created for receipt in told) == 1
    assert {(receipt.event_id, receipt.received_at) for receipt in told} == {
        (told[0].event_id, told[0].received_at)
    }
    assert len((await record(reader)).events) == 1
    assert await versions(reader) == {CRIME: 1}


async def test_batches_that_cross_each_other_never_show_a_deadlock(
    open_store: OpenStore, reader: Store, database: Database
) -> None:
    stores = [await open_store("police") for _ in range(2)]
    forwards = [f"crime:kent/{number}/V1" for number in range(20)]
    shared = [said(id=f"shared-{number}") for number in range(20)]
    owner = await asyncpg.connect(database.owner_url)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    for turn in range(40):
        one = [said(id=f"{turn}-a-{ref}", reference=ref) for ref in forwards]
        two = [said(id=f"{turn}-b-{ref}", reference=ref) for ref in reversed(forwards)]
        one += [replace(event, id=f"{turn}-{event.id}") for event in shared]
        two += [replace(event, id=f"{turn}-{event.id}") for event in reversed(shared)]
        two.append(linked(forwards[0], id=f"{turn}-link", reference=forwards[-1]))
        one.append(linked(forwards[-1], id=f"{turn}-back", reference=forwards[0]))
        await asyncio.gather(receipts(stores[0], one), receipts(stores[1], two))
    assert len((await record(reader)).events) == 40 * 20
    assert await versions(reader, forwards[5]) == {forwards[5]: 80}
    # Not only hidden by trying again: there was none.
    assert await owner.fetchval(deadlocks) == 0
    await owner.close()


async def test_a_link_joins_both_sides_whichever_arrives_first(store: Store, reader: Store) -> None:
    # The contact scheme's link comes before anybody has said a word under either reference.
    await receipts(store, [linked(CONTACT, id="1", reference=CASE)])
    assert await versions(reader, CONTACT) == {CASE: 1, CONTACT: 1}
    await receipts(store, [said(id="2")])
    await receipts(store, [linked(CASE, id="3")])
    assert await versions(reader) == {CRIME: 2, CASE: 2, CONTACT: 1}
    await receipts(store, [said(id="4", reference=CONTACT)])
    for reference in (CRIME, CASE, CONTACT):
        assert {event.id for event in (await record(reader, reference)).events} == set("1234")


async def test_an_unlink_raises_both_sides_and_the_record_still_holds_both(
    store: Store, reader: Store, database: Database
) -> None:
    await receipts(store, [linked(CASE, id="1")])
    await receipts(store, [linked(CASE, id="2", type="reference.unlinked")])
    assert await versions(reader, CASE) == {CRIME: 2, CASE: 2}
    owner = await asyncpg.connect(database.owner_url)
    sides = await owner.fetch("SELECT reference_id, other_id, in_effect FROM reference_link")
    crime, case = reference_id(CRIME), reference_id(CASE)
    assert {tuple(side) for side in sides} == {
        (crime, case, True),
        (case, crime, True),
        (crime, case, False),
        (case, crime, False),
    }
    await owner.close()


async def test_a_link_of_a_reference_to_itself_is_kept_and_changes_nothing(
    store: Store, reader: Store
) -> None:
    await receipts(store, [linked(CRIME, id="1")])
    assert await versions(reader) == {CRIME: 1}


async def test_a_victims_key_is_kept_for_every_reference_that_gave_it(
    store: Store, database: Database
) -> None:
    reported = said("crime.reported", {"victim_key": "K7"}, id="1")
    await receipts(store, [reported, replace(reported, id="2", reference=CASE), said(id="3")])
    owner = await asyncpg.connect(database.owner_url)
    found = await owner.fetch("SELECT victim_key, reference_id FROM victim_key")
    assert {tuple(row) for row in found} == {
        ("K7", reference_id(CRIME)),
        ("K7", reference_id(CASE)),
    }
    await owner.close()


async def test_a_victims_key_that_a_correction_gives_is_kept_too(
    store: Store, database: Database
) -> None:
    for number, named in enumerate(({}, {"type": "crime.reported"})):
        content = {"time": "2024-03-28T17:45:00Z", "data": {"victim_key": f"K{number}"}, **named}
        fixed = {"event": {"source": "/police/kent/athena", "id": "1"}, "content": content}
        await receipts(store, [said("event.corrected", fixed, id=str(number))])
    owner = await asyncpg.connect(database.owner_url)
    found = await owner.fetch("SELECT victim_key, reference_id FROM victim_key ORDER BY 1")
    assert [tuple(row) for row in found] == [(f"K{n}", reference_id(CRIME)) for n in range(2)]
    await owner.close()


async def test_ids_are_ordered_by_time_and_then_by_place_in_the_batch(
    open_store: OpenStore,
) -> None:
    moments = iter(NOW + timedelta(microseconds=number * 700) for number in range(5))
    store = await open_store("police", clock=lambda: next(moments))
    ids = []
    for batch in range(5):
        events = [said(id=f"{batch}-{number}") for number in range(1000)]
        ids += [receipt.event_id for receipt in await receipts(store, events)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert ids[0].int >> 80 == int(NOW.timestamp() * 1000)


async def test_a_commit_that_fails_is_not_answered_and_keeps_nothing(
    store: Store, reader: Store, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'not at the very end'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.source_event_id = 'bad') EXECUTE FUNCTION refuse();
        """
    )
    for events in ([said(id="bad")], [said(id="good"), said(id="bad")]):
        with pytest.raises(asyncpg.RaiseError, match="not at the very end"):
            await store.publish(events)
    for table in ("event", "event_identity", "reference"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    await owner.close()
    (receipt,) = await receipts(store, [said(id="good")])
    assert receipt.created
    assert [event.id for event in (await record(reader)).events] == ["good"]


async def test_an_agency_that_speaks_for_another_keeps_nothing(store: Store, reader: Store) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await store.publish([said(), said(source="/cps/south-west/cms")])
    assert await reader.read_record(reference_id(CRIME)) is None


async def test_ten_thousand_events_are_one_batch(store: Store, reader: Store) -> None:
    batch = [said(id=str(uuid4())) for _ in range(10_000)]
    await receipts(store, batch)
    assert [event.id for event in (await record(reader)).events] == [event.id for event in batch]
    assert await versions(reader) == {CRIME: 1}


async def test_a_store_opened_on_empty_tables_stays_quick_as_they_grow(
    store: Store, reader: Store, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    for table in ("event", "event_identity", "reference", "reference_link"):
        await owner.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        # The worst that a planner can believe: that there is nothing, and never will be.
        await owner.execute(f"VACUUM ANALYZE {table}")
    for number in range(10):
        # Often enough for a statement to be given the plan it would keep.
        await receipts(store, [said(id=f"first-{number}")])
        await receipts(store, [said(id=f"first-{number}")])
        await record(reader)
    for number in range(30):
        await receipts(
            store,
            [
                said(id=f"{number}-{n}", reference=f"crime:kent/{number}-{n}/V1")
                for n in range(1000)
            ],
        )
    for number in range(30):
        await receipts(store, [said(id=f"{number}-1", reference=f"crime:kent/{number}-1/V1")])
        await record(reader, f"crime:kent/{number}-2/V1")
    # A connection hands in its counts at the latest when it ends.
    await store.close()
    await reader.close()
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    for _ in range(500):
        if await owner.fetchval(others) == 1:
            break
        await asyncio.sleep(0.01)
    assert await owner.fetchval(others) == 1
    read_from_end_to_end = await owner.fetchval(
        "SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname <> 'alembic_version'"
    )
    assert read_from_end_to_end < 1000
    await owner.close()
