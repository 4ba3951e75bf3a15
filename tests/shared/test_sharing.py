"""Events that wait for a commit share it, and none answers for another's fault."""

import asyncio
from collections import Counter

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.journey_event import JourneyEvent, Receipt, reference_id
from shared.problems import ChangedStory
from shared.store import Store
from tests.conftest import OpenStore
from tests.shared.databases import CASE, CRIME, Database, said

REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.source_event_id LIKE 'bad%') EXECUTE FUNCTION refuse();
"""


async def commits(database: Database) -> int:
    """How many commits wrote events: each has a transaction id of its own."""
    owner = await asyncpg.connect(database.owner_url)
    number: int = await owner.fetchval("SELECT count(DISTINCT xmin::text) FROM event")
    await owner.close()
    return number


async def test_events_that_come_together_are_kept_together(
    store: Store, reader: Store, database: Database
) -> None:
    answers = await asyncio.gather(*(store.publish_one(said(id=str(n))) for n in range(300)))
    assert all(isinstance(answer, Receipt) and answer.created for answer in answers)
    assert await commits(database) < 10
    record = await reader.read_record(reference_id(CRIME))
    assert record is not None
    assert {event.id for event in record.events} == {str(n) for n in range(300)}
    (reference,) = record.references
    assert 1 <= reference.version < 10


async def test_an_event_alone_waits_for_nobody(store: Store, database: Database) -> None:
    for number in range(5):
        await store.publish_one(said(id=str(number)))
    assert await commits(database) == 5


async def test_an_event_that_cannot_be_kept_is_refused_alone(
    store: Store, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(REFUSE)
    await owner.close()
    events = [said(id=f"{'bad' if n % 10 == 3 else 'good'}-{n}") for n in range(40)]
    answers = await asyncio.gather(
        *(store.publish_one(event) for event in events), return_exceptions=True
    )
    for event, answer in zip(events, answers, strict=True):
        if event.id.startswith("bad"):
            assert isinstance(answer, asyncpg.RaiseError)
        else:
            assert isinstance(answer, Receipt)
            assert answer.created


async def test_another_agency_s_event_is_refused_alone(store: Store) -> None:
    foreign = said(id="foreign", source="/cps/south-west/cms")
    good, bad = await asyncio.gather(
        store.publish_one(said()), store.publish_one(foreign), return_exceptions=True
    )
    assert isinstance(good, Receipt)
    assert isinstance(bad, asyncpg.InsufficientPrivilegeError)


async def test_a_sender_that_goes_away_changes_nothing_for_the_others(store: Store) -> None:
    sending = [asyncio.create_task(store.publish_one(said(id=str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    for task in sending[::2]:
        task.cancel()
    answers = await asyncio.gather(*sending, return_exceptions=True)
    assert all(isinstance(answer, Receipt) for answer in answers[1::2])
    again = await asyncio.gather(*(store.publish_one(said(id=str(n))) for n in range(20)))
    assert all(isinstance(answer, Receipt) for answer in again)


async def test_a_store_that_closes_answers_first(open_store: OpenStore) -> None:
    store = await open_store("police")
    sending = [asyncio.create_task(store.publish_one(said(id=str(n)))) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert all(isinstance(answer, Receipt) for answer in await asyncio.gather(*sending))


EVENTS = st.lists(
    st.builds(
        lambda id, suspect, reference: said(
            id=str(id), data={"suspect": f"S{suspect}"}, reference=reference
        ),
        st.integers(0, 6),
        st.integers(0, 1),
        st.sampled_from([CRIME, CASE]),
    ),
    min_size=1,
    max_size=25,
)


@given(rounds=st.lists(EVENTS, min_size=1, max_size=3))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_whatever_comes_together_each_identity_has_one_story(
    rounds: list[list[JourneyEvent]], store: Store, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("TRUNCATE event, event_identity, reference")
    created: Counter[str] = Counter()
    stories: dict[str, tuple[str, str]] = {}
    receipts: dict[str, Receipt] = {}
    for events in rounds:
        answers = await asyncio.gather(*(store.publish_one(event) for event in events))
        told = list(zip(events, answers, strict=True))
        for event, answer in told:
            if isinstance(answer, Receipt) and answer.created:
                created[event.id] += 1
                stories[event.id] = (event.data["suspect"], event.reference)
                receipts[event.id] = answer
        for event, answer in told:
            same = stories[event.id] == (event.data["suspect"], event.reference)
            assert isinstance(answer, Receipt if same else ChangedStory)
            if isinstance(answer, Receipt):
                first = receipts[event.id]
                assert (answer.event_id, answer.received_at) == (
                    first.event_id,
                    first.received_at,
                )
    assert set(created.values()) == {1}
    kept = await owner.fetch("SELECT source_event_id, event_id FROM event")
    assert {tuple(row) for row in kept} == {(id, one.event_id) for id, one in receipts.items()}
    await owner.close()
