"""The register holds what the events come to, whatever came when and whoever projected it."""

import asyncio
import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from gateway.journey.silences import Standard
from gateway.register.judged import judge
from gateway.register.kept import COUNT_DECLARED, Overtaken, changes, read_kept, write
from gateway.register.lag import Lag, number_of, read_lag
from gateway.register.projector import BEHIND, second_half
from gateway.register.share import EVERYTHING
from shared.interruption import Declaration
from shared.journey_event import JourneyEvent, reference_id
from shared.store import Store
from tests.conftest import OpenStore
from tests.gateway.register.registers import (
    catch_up,
    differences,
    kept,
    projector_of,
    yardstick,
)
from tests.shared.databases import CASE, CRIME, MARCH, NICHE, Database, linked, said
from tests.shared.test_erasing import erase

NAMES = [f"crime:kent/{number}/V1" for number in range(8)]


def reported(name: str, **data: Any) -> JourneyEvent:
    told = {"victim_kind": "person", "offence_group": "other", **data}
    return said("crime.reported", told, id=f"report {name}", reference=name)


def withdrawn(id: str, *, by: str, reference: str) -> JourneyEvent:
    event = {"source": NICHE, "id": id}
    return said(
        "event.withdrawn",
        {"event": event, "reason": "wrong"},
        id=by,
        reference=reference,
        occurred_at=MARCH + timedelta(days=1),
    )


async def names(database: Database) -> dict[str, int]:
    """The journeys in the register by name, with how many references each has."""
    owner = await asyncpg.connect(database.owner_url)
    found = await owner.fetch("SELECT reference, reference_count FROM register_journey")
    await owner.close()
    return dict(found)


async def test_a_record_that_is_behind_by_several_references_is_taken_up_once(
    store: Store, reader: Store
) -> None:
    await store.publish([reported(CRIME), reported(CASE), linked(CASE, id="link")])
    asked = [EVERYTHING.first, EVERYTHING.last, 10, []]
    (taken,) = await reader.ask(BEHIND, *asked)
    assert taken["reference_id"] == min(reference_id(CRIME), reference_id(CASE), key=second_half)
    assert await (await projector_of(reader)).round(EVERYTHING) == 1
    assert await reader.ask(BEHIND, *asked) == []


async def test_links_join_and_part_journeys_and_leave_no_row_behind(
    database: Database, store: Store, reader: Store
) -> None:
    projector = await projector_of(reader)

    async def holds(expected: dict[str, int]) -> None:
        await catch_up(projector)
        assert await names(database) == expected
        assert await differences(database, reader) == []

    await store.publish([reported(CRIME)])
    await store.publish([reported(CASE), said("suspect.arrested", id="a", reference=CASE)])
    await holds({CRIME: 1, CASE: 1})
    await store.publish([linked(CASE, id="link")])
    await holds({CRIME: 2})
    # Only the first reference is raised by the withdrawal, and both journeys come back.
    await store.publish([withdrawn("link", by="w", reference=CRIME)])
    await holds({CRIME: 1, CASE: 1})
    await store.publish([withdrawn("w", by="w2", reference=CRIME)])
    await holds({CRIME: 2})
    content = {"time": "2024-03-28T17:45:00Z", "data": {"reference": NAMES[0], "basis": "file"}}
    corrects = {"event": {"source": NICHE, "id": "link"}, "reason": "wrong", "content": content}
    await store.publish([said("event.corrected", corrects, id="c")])
    await holds({CRIME: 2, CASE: 1})
    await store.publish([linked(CASE, id="link again", reference=NAMES[0])])
    await holds({CRIME: 3})
    undone = linked(CASE, id="unlink", reference=NAMES[0], type="reference.unlinked")
    await store.publish([replace(undone, occurred_at=MARCH + timedelta(hours=1))])
    await holds({CRIME: 2, CASE: 1})


async def test_a_journey_of_which_every_reference_is_behind_is_written_once(
    database: Database, store: Store, reader: Store
) -> None:
    pairs = [(f"crime:kent/{n}/V1", f"case:46AB{n:07}/V1") for n in range(250)]
    links = [linked(case, id=f"link {crime}", reference=crime) for crime, case in pairs]
    await store.publish([*links, *(reported(crime) for crime, _ in pairs)])
    await catch_up(await projector_of(reader))
    owner = await asyncpg.connect(database.owner_url)
    count = "SELECT count(*), max(written) FROM register_reference"
    assert tuple(await owner.fetchrow(count)) == (2 * len(pairs), 1)
    await owner.close()


@pytest.mark.parametrize("seed", range(3))
async def test_two_projectors_among_writers_come_to_what_the_events_come_to(
    database: Database, open_store: OpenStore, seed: int
) -> None:
    chance = random.Random(seed)
    store, readers = await open_store("police"), [await open_store("gateway") for _ in range(2)]
    projectors = [await projector_of(reader) for reader in readers]
    publishing = True

    def drawn(number: int) -> JourneyEvent:
        one, other = chance.sample(NAMES, 2)
        at = MARCH + timedelta(hours=chance.randrange(5000))
        if chance.random() < 0.25:
            word = chance.choice(["linked", "linked", "unlinked"])
            link = linked(other, id=f"{number}", reference=one, type=f"reference.{word}")
            return replace(link, occurred_at=at)
        if number and chance.random() < 0.2:
            return replace(
                withdrawn(f"{chance.randrange(number)}", by=f"{number}", reference=one),
                occurred_at=at,
            )
        told: dict[str, Any] = {"about": ["suspect.arrested"], "channel": "phone", "reached": True}
        type_, data = chance.choice(
            [("suspect.arrested", {"suspect": "S1"}), ("victim.told", told)]
        )
        return said(type_, data, id=f"{number}", reference=one, occurred_at=at)

    async def publish() -> None:
        nonlocal publishing
        for number in range(60):
            await store.publish([drawn(number)])
        publishing = False

    async def project(number: int) -> None:
        while publishing:
            await projectors[number].round(EVERYTHING)

    await asyncio.gather(publish(), publish_links(store, chance), project(0), project(1))
    await catch_up(projectors[0])
    assert await differences(database, readers[0]) == []


async def publish_links(store: Store, chance: random.Random) -> None:
    """Link at the same time as others publish."""
    for number in range(10):
        one, other = chance.sample(NAMES, 2)
        await store.publish([linked(other, id=f"race {number}", reference=one)])


async def test_a_projector_that_comes_late_cannot_overwrite_what_is_newer(
    database: Database, store: Store, reader: Store
) -> None:
    number = await number_of(reader, yardstick())

    async def read_and_judge(name: str = CRIME) -> Any:
        """Return what writes one journey as it is now, whenever it is called."""
        ((declared,),) = await reader.ask(COUNT_DECLARED)
        records = await reader.read_records_of([reference_id(name)])
        judged = [judge(record, yardstick()) for record in records]
        async with reader.connection() as connection:
            known = [row.reference_id for one in judged for row in one.references]
            before = await read_kept(connection, known)

        async def write_now() -> None:
            references = [row for one in judged for row in one.references]
            found = changes(judged[0].rows, before, number)
            async with reader.connection() as connection:
                await write(
                    connection,
                    references,
                    before,
                    found,
                    yardstick_id=number,
                    declared=declared,
                )

        return write_now

    # The first projection, and one that found rows; a new event, a link, a declaration.
    changes_of_the_world = [
        store.publish([said(id="2")]),
        store.publish([linked(CASE, id="link")]),
        store.declare(down("d1", "2024-03-28T12:00:00+00:00")),
    ]
    await store.publish([reported(CRIME)])
    for change in changes_of_the_world:
        late = await read_and_judge()
        await change
        await catch_up(await projector_of(reader))
        settled = await kept(database)
        with pytest.raises(Overtaken):
            await late()
        assert await kept(database) == settled
        assert await differences(database, reader) == []

    # Nothing is kept of a new journey that could have been marked when the declaration came.
    await store.publish([reported(NAMES[0])])
    late = await read_and_judge(NAMES[0])
    await store.declare(down("d2", "2024-03-28T13:00:00+00:00"))
    with pytest.raises(Overtaken):
        await late()


def down(id: str, since: str, until: str | None = None, **more: Any) -> Declaration:
    return Declaration(
        agency="police",
        organisation=more.pop("organisation", "avon-and-somerset"),
        system="niche",
        id=id,
        occurred_at=MARCH,
        reason="the network was down",
        since=datetime.fromisoformat(since),
        until=None if until is None else datetime.fromisoformat(until),
        **more,
    )


async def standings(database: Database, moment: datetime) -> dict[str, str]:
    """How every obligation of a rule stands at a moment, picked by the database."""
    owner = await asyncpg.connect(database.owner_url)
    found = await owner.fetch(
        "SELECT rule, substr(standings, width_bucket($1::timestamptz, turns), 1) "
        "FROM register_obligation WHERE started_at <= $1",
        moment,
    )
    await owner.close()
    return dict(found)


async def revisions(database: Database) -> dict[str, int]:
    owner = await asyncpg.connect(database.owner_url)
    found = await owner.fetch("SELECT reference, revision FROM register_journey")
    await owner.close()
    return dict(found)


async def test_a_declaration_makes_results_unknown_and_its_replay_settles_them(
    database: Database, store: Store, reader: Store
) -> None:
    projector = await projector_of(reader)
    elsewhere = said(source="/police/kent/athena", reference=NAMES[0], id="other")
    await store.publish([said(), elsewhere])
    await catch_up(projector)
    before, later = await revisions(database), MARCH + timedelta(days=60)
    assert (await standings(database, later))["R6.ARREST"] == "O"
    assert (await standings(database, MARCH + timedelta(hours=1)))["R6.ARREST"] == "P"

    await store.declare(down("d1", "2024-04-01T00:00:00+00:00"))
    await catch_up(projector)
    assert (await standings(database, later))["R6.ARREST"] == "U"
    assert await differences(database, reader) == []
    after = await revisions(database)
    assert after[CRIME] > before[CRIME]
    assert after[NAMES[0]] == before[NAMES[0]], "no journey of others is touched"

    end = "2024-04-02T00:00:00+00:00"
    replayed = down("d2", "2024-04-01T00:00:00+00:00", end, replayed=True, amends="d1")
    await store.declare(replace(replayed, occurred_at=MARCH + timedelta(days=9)))
    await catch_up(projector)
    assert (await standings(database, later))["R6.ARREST"] == "O"
    assert await differences(database, reader) == []


async def test_what_is_erased_is_judged_without_it(
    database: Database, store: Store, reader: Store
) -> None:
    projector = await projector_of(reader)
    told = {"about": ["suspect.arrested"], "channel": "phone", "reached": True}
    await store.publish([said(), said("victim.told", told, id="told")])
    await catch_up(projector)
    later = MARCH + timedelta(days=60)
    assert (await standings(database, later))["R6.ARREST"] == "M"
    assert await erase(database, "--event", NICHE, "told") == 0
    await catch_up(projector)
    assert (await standings(database, later))["R6.ARREST"] == "U"
    assert await differences(database, reader) == []


async def test_rows_judged_by_another_yardstick_are_judged_again(
    database: Database, store: Store, reader: Store
) -> None:
    await store.publish([reported(name) for name in NAMES])
    await catch_up(await projector_of(reader))
    stricter = replace(yardstick(), standard=Standard(days=7, member_days=30))
    assert (await read_lag(reader, stricter)).judged_otherwise == len(NAMES)
    settled = await revisions(database)

    await catch_up(await projector_of(reader, stricter))
    assert await differences(database, reader, stricter) == []
    assert (await read_lag(reader, stricter)).is_up_to_date
    assert all(one > settled[name] for name, one in (await revisions(database)).items())

    # The same rules under another number change nothing, and no journey is told as changed.
    settled = await revisions(database)
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("UPDATE register_journey SET yardstick_id = 99")
    await owner.close()
    await catch_up(await projector_of(reader, stricter))
    assert (await read_lag(reader, stricter)).is_up_to_date
    assert await revisions(database) == settled


async def test_a_journey_that_cannot_be_judged_stops_no_other(
    database: Database, store: Store, reader: Store
) -> None:
    # No door lets this in: an appeal says what became of it.
    broken = said("appeal.changed", {"suspect": "S1"}, reference=NAMES[0])
    await store.publish([broken, *(reported(name) for name in NAMES[1:])])
    await catch_up(await projector_of(reader))
    assert sorted(await names(database)) == NAMES[1:]
    lag = await read_lag(reader, yardstick())
    assert (lag.behind, lag.judged_otherwise) == (1, 0)


async def test_the_lag_tells_what_waits_and_since_when(
    database: Database, open_store: OpenStore, reader: Store
) -> None:
    now = MARCH
    store = await open_store("police", clock=lambda: now)
    assert await read_lag(reader, yardstick()) == Lag(0, 0, 0, None)
    await store.publish([said()])
    assert await read_lag(reader, yardstick()) == Lag(0, 1, 0, MARCH)
    await catch_up(await projector_of(reader))
    first = await read_lag(reader, yardstick())
    assert first == Lag(first.revision, 0, 0, None)
    assert first.revision > 0
    now = MARCH + timedelta(hours=2)
    await store.publish([said("suspect.charged", id="2"), said(id="3", reference=CASE)])
    assert await read_lag(reader, yardstick()) == Lag(first.revision, 2, 0, now)
    await store.publish([said("suspect.charged", id="2")])  # a repeat is nothing new
    assert (await read_lag(reader, yardstick())).behind == 2
    await catch_up(await projector_of(reader))
    assert (await read_lag(reader, yardstick())).revision > first.revision
