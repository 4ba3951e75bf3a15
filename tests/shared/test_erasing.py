"""What an event said is erased for good, and everything else goes on."""

import asyncio
import os
from unittest.mock import patch

import asyncpg
import pytest

from shared.journey_event import JourneyEvent, Receipt, reference_id
from shared.problems import ChangedStory
from shared.store import Store
from shared.store.retention import run
from tests.conftest import OpenStore
from tests.shared.databases import CASE, CRIME, NICHE, Database, linked, said


def amended(type: str, target: str, id: str, content: object = None) -> JourneyEvent:
    """A correction or withdrawal of an event by its own sender."""
    data: dict[str, object] = {"event": {"source": NICHE, "id": target}, "reason": "keyed wrong"}
    if content is not None:
        data["content"] = {"time": "2024-03-28T17:45:00Z", "data": content}
    return said(type, data, id=id)


REPORT = said("crime.reported", {"victim_kind": "person", "victim_key": "vk-1"}, id="report")
TOLD = said("victim.told", {"about": ["suspect.arrested"]}, id="told")
KEPT = [
    REPORT,
    amended("event.corrected", "report", "report-2", {"victim_kind": "person", "victim_key": "v2"}),
    TOLD,
    amended("event.corrected", "told", "told-2", {"about": []}),
    said(id="arrest"),
    said(id="arrest-2"),
    amended("event.withdrawn", "arrest-2", "withdrawal"),
    linked(CASE, id="link"),
    linked(CASE, id="unlink", type="reference.unlinked"),
    # Without these the first link would stand again, or another would.
    amended("event.corrected", "link", "link-2", {"reference": CASE, "basis": "name"}),
]


async def erase(database: Database, *arguments: str) -> int:
    """Run the command as retention, off the loop on which the stores live."""
    who = ("--reason", "kept long enough", "--who", "records", "--organisation", "dorset")
    with patch.dict(os.environ, {"DATABASE_URL": database.url("retention")}):
        return await asyncio.to_thread(run, [*arguments, *who])


async def left(reader: Store) -> tuple[set[str], int, int]:
    """The events that say something, how many were erased, and the reference's version."""
    record = await reader.read_record(reference_id(CRIME))
    assert record is not None
    (version,) = (r.version for r in record.references if r.reference == CRIME)
    return {event.id for event in record.events}, len(record.erased), version


async def test_an_event_is_erased_with_its_corrections_and_is_still_known(
    store: Store,
    reader: Store,
    open_store: OpenStore,
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    receipts = await store.publish(KEPT)
    everything = {event.id for event in KEPT}
    assert await left(reader) == (everything, 0, 1)

    assert await erase(database, "--event", NICHE, "told") == 0
    assert capsys.readouterr().out == "erased the content of 2 events\n"
    assert await left(reader) == (everything - {"told", "told-2"}, 2, 2)

    # Sent again it is known, and brings nothing back; other content is refused, now as before.
    again = await store.publish([TOLD, said("victim.told", {"about": []}, id="told")])
    first = receipts[KEPT.index(TOLD)]
    assert isinstance(first, Receipt)
    assert isinstance(again[0], Receipt)
    assert (again[0].event_id, again[0].received_at) == (first.event_id, first.received_at)
    assert not again[0].created
    assert isinstance(again[1], ChangedStory)
    assert await store.receipt(NICHE, "told") == again[0]
    assert await left(reader) == (everything - {"told", "told-2"}, 2, 2)

    # A correction that came late goes with the next erasing, and erasing one takes its family.
    await store.publish([amended("event.corrected", "told", "told-3", {"about": []})])
    assert await erase(database, "--event", NICHE, "told") == 0
    assert await erase(database, "--event", NICHE, "report-2") == 0
    assert await left(reader) == (everything - {"told", "told-2", "report", "report-2"}, 5, 5)
    assert capsys.readouterr().out.splitlines() == [
        "erased the content of 1 event",
        "erased the content of 2 events",
    ]

    owner = await asyncpg.connect(database.owner_url)
    try:
        assert await owner.fetchval("SELECT count(*) FROM victim_key") == 0
        assert await owner.fetchval("SELECT count(*) FROM event WHERE data IS NULL") == 5
        kept = await owner.fetch("SELECT DISTINCT reason, by_whom FROM erasure")
        assert [tuple(row) for row in kept] == [("kept long enough", "records")]
        assert await owner.fetchval("SELECT count(*) FROM erasure") == 5
    finally:
        await owner.close()

    log = await open_store("data_protection")
    newest, *_, oldest = await log.search_access(verb="erasure", limit=10)
    assert (newest.by.who, newest.by.role, newest.service) == ("records", "retention", "retention")
    assert (newest.journey, newest.victims) == (reference_id(CRIME), 1)
    assert oldest.by.what == f"erase {NICHE} told: kept long enough"


async def test_a_reference_is_erased_but_for_what_takes_back_and_what_joins(
    store: Store, reader: Store, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await store.publish(KEPT)
    assert await erase(database, "--reference", CRIME) == 0
    assert capsys.readouterr().out == "erased the content of 6 events\n"
    remaining, erased, _ = await left(reader)
    assert remaining == {"withdrawal", "link", "unlink", "link-2"}
    assert erased == 6
    # Erasing again is no fault, and takes nothing more.
    assert await erase(database, "--reference", CRIME) == 0
    assert await erase(database, "--event", NICHE, "withdrawal") == 0
    assert capsys.readouterr().out == "erased the content of 0 events\n" * 2


async def test_what_nobody_kept_cannot_be_erased(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await erase(database, "--event", NICHE, "none") == 2
    assert await erase(database, "--reference", CRIME) == 2
    assert "nothing is kept under that name" in capsys.readouterr().err
    with patch.dict(os.environ, {"DATABASE_URL": "postgresql://x:y@127.0.0.1:1/none"}):
        arguments = ["--reference", CRIME, "--reason", "x", "--who", "y", "--organisation", "z"]
        assert await asyncio.to_thread(run, arguments) == 1
    assert "cannot be reached" in capsys.readouterr().err
