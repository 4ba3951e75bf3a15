"""An agency posts many events at once: lines, gzip, history, checks, and what broke off."""

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.door.bodies import slices_of
from shared.journey_event import reference_id
from shared.problems import MEDIA_TYPE
from shared.store import Store
from tests.doors import Doors
from tests.services.events import CRIME, arrest
from tests.shared.databases import Database

LINES = "application/x-ndjson"
JSON = "application/json"


def lines(events: Iterable[Mapping[str, Any] | str]) -> bytes:
    """Write events, or text as it is, a line each."""
    written = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return "".join(f"{line}\n" for line in written).encode()


async def send(
    doors: Doors, body: bytes, *, to: str = "/v1/events", kind: str = LINES, **headers: str
) -> httpx.Response:
    headers = {"content-type": kind} | {name.replace("_", "-"): v for name, v in headers.items()}
    return await doors.police.post(to, content=body, headers=headers)


def answers(reply: httpx.Response) -> list[dict[str, Any]]:
    """Return the lines of an answer, the last one with the totals among them."""
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == LINES
    return [json.loads(line) for line in reply.text.splitlines()]


def problem(reply: httpx.Response, status: int, name: str) -> dict[str, Any]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == MEDIA_TYPE
    body: dict[str, Any] = reply.json()
    assert body["type"] == f"urn:victim-journey:problem:{name}"
    return body


async def kept_ids(database: Database) -> list[str]:
    owner = await asyncpg.connect(database.owner_url)
    rows = await owner.fetch("SELECT source_event_id FROM event")
    await owner.close()
    return sorted(row["source_event_id"] for row in rows)


async def test_each_line_is_answered_in_order_and_a_bad_one_loses_none(
    doors: Doors, database: Database
) -> None:
    sent: list[dict[str, Any] | str] = [arrest(id=str(number)) for number in range(1200)]
    sent[6] = "{not json"
    sent[700] = arrest(id="700", type="suspect.arested")
    sent[701] = arrest(id="0")
    told = answers(await send(doors, lines(sent)))
    assert told.pop() == {"created": 1197, "repeated": 1, "refused": 2}
    assert len(told) == 1200
    assert told[6]["problem"]["type"] == "urn:victim-journey:problem:not-json"
    assert told[700]["problem"]["errors"][0]["remedy"] == "did you mean suspect.arrested?"
    assert told[701]["receipt"] == told[0]["receipt"] | {"status": "repeated"}
    created = [item["id"] for item in told if item["status"] == "created"]
    assert created == [str(number) for number in range(1200) if number not in (6, 700, 701)]
    assert await kept_ids(database) == sorted(created)


async def test_empty_lines_and_the_last_line_break_may_be_there_or_not(doors: Doors) -> None:
    body = b"\n\r\n" + lines([arrest(id="1")]) + b"  \n" + lines([arrest(id="2")]).rstrip(b"\n")
    told = answers(await send(doors, body.replace(b"\n", b"\r\n")))
    assert [item.get("id") for item in told] == ["1", "2", None]
    assert answers(await send(doors, b"")) == [{"created": 0, "repeated": 0, "refused": 0}]


async def test_a_line_that_is_too_long_is_refused_in_its_place(doors: Doors) -> None:
    long = arrest(id="long", extension="x" * 300_000)
    sent = [arrest(id="1"), long, arrest(id="2"), long]
    told = answers(await send(doors, lines(sent).rstrip(b"\n")))
    assert [item["status"] for item in told[:-1]] == ["created", "refused", "created", "refused"]
    assert told[1]["problem"]["status"] == 413
    assert told[-1] == {"created": 2, "repeated": 0, "refused": 2}


@given(
    cuts=st.lists(st.integers(0, 200), max_size=8),
    sizes=st.lists(st.integers(0, 30), max_size=12),
)
async def test_lines_are_the_same_however_they_are_cut(cuts: list[int], sizes: list[int]) -> None:
    body = b"\n".join(b"x" * size for size in sizes)

    async def pieces() -> Any:
        begin = 0
        for end in [*sorted(cuts), len(body)]:
            yield body[begin:end]
            begin = max(begin, end)

    told = [
        line async for lines in slices_of(pieces(), line_limit=20, limit=1000) for line in lines
    ]
    assert [line if isinstance(line, bytes) else None for line in told] == [
        b"x" * size if size <= 20 else None for size in sizes if size
    ]


async def test_a_file_is_read_up_to_its_limit_and_the_answer_says_where_it_ended(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setenv("FILE_LIMIT_BYTES", "400000")
    from tests.doors import doors_to

    sent = [arrest(id=str(number)) for number in range(2000)]
    async with doors_to(database) as doors:
        told = answers(await send(doors, lines(sent)))
    last = told.pop()
    assert last["problem"]["status"] == 413
    assert 0 < last["created"] == len(told) < 2000
    assert await kept_ids(database) == sorted(str(number) for number in range(len(told)))


@pytest.mark.parametrize("members", [1, 2])
async def test_gzip_is_unpacked(doors: Doors, members: int) -> None:
    body = lines(arrest(id=str(number)) for number in range(600))
    half = len(body) // members
    packed = b"".join(gzip.compress(body[at : at + half]) for at in range(0, len(body), half))
    told = answers(await send(doors, packed, content_encoding="gzip"))
    assert told[-1] == {"created": 600, "repeated": 0, "refused": 0}
    again = json.dumps([arrest(id="0"), arrest(id="new")]).encode()
    reply = await send(doors, gzip.compress(again), kind=JSON, content_encoding="GZIP")
    assert [item["status"] for item in reply.json()["items"]] == ["repeated", "created"]


async def test_gzip_that_unpacks_to_too_much_is_refused_as_soon_as_it_does(doors: Doors) -> None:
    bomb = gzip.compress(b" " * 200 * 1024 * 1024)
    reply = await send(doors, bomb, kind=JSON, content_encoding="gzip")
    problem(reply, 413, "too-large")
    # As lines it is one that is too long.
    told = answers(await send(doors, bomb, content_encoding="gzip"))
    assert told[-1] == {"created": 0, "repeated": 0, "refused": 1}


@pytest.mark.parametrize("kind", [JSON, LINES])
@pytest.mark.parametrize("packed", [b"", b"not gzip", gzip.compress(b"[]", mtime=0)[:-1]])
async def test_gzip_that_is_broken_is_refused(doors: Doors, kind: str, packed: bytes) -> None:
    reply = await send(doors, packed, kind=kind, content_encoding="gzip")
    problem(reply, 400, "not-json")


async def test_another_packing_is_refused(doors: Doors) -> None:
    packed = zlib.compress(b"[]")
    reply = await send(doors, packed, kind=JSON, content_encoding="deflate")
    problem(reply, 415, "not-accepted")
    assert reply.headers["accept-encoding"] == "gzip"


async def test_a_file_that_broke_off_is_sent_again_and_ends_the_same(
    doors: Doors, database: Database
) -> None:
    sent = [arrest(id=str(number)) for number in range(1500)]
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = 'disk_full'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.source_event_id = '700') EXECUTE FUNCTION refuse();
        """
    )
    told = answers(await send(doors, lines(sent)))
    # The first slice is kept, the second is not, and the third was not tried.
    assert told.pop() | {"problem": 503} == {
        "created": 500,
        "repeated": 0,
        "refused": 0,
        "problem": 503,
    }
    assert len(told) == len(await kept_ids(database)) == 500
    # An array has one answer only, and says that all of it can be sent again.
    reply = await send(doors, json.dumps(sent).encode(), kind=JSON)
    problem(reply, 503, "not-ready")
    assert len(await kept_ids(database)) == 500
    await owner.execute("DROP FUNCTION refuse CASCADE")
    await owner.close()
    again = answers(await send(doors, lines(sent)))
    assert again.pop() == {"created": 1000, "repeated": 500, "refused": 0}
    assert [item["receipt"] for item in again[:500]] == [
        item["receipt"] | {"status": "repeated"} for item in told
    ]
    assert await kept_ids(database) == sorted(event["id"] for event in sent)


async def test_a_store_that_is_away_refuses_lines_before_any_is_answered(
    doors: Doors, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("ALTER ROLE journey_police NOLOGIN")
    try:
        reply = await send(doors, lines([arrest()]))
    finally:
        await owner.execute("ALTER ROLE journey_police LOGIN")
        await owner.close()
    problem(reply, 503, "not-ready")
    assert reply.headers["retry-after"] == "1"


async def test_a_check_answers_the_same_and_keeps_nothing(doors: Doors, database: Database) -> None:
    await doors.police.post("/v1/events", json=arrest(id="old"))
    batch: list[Any] = [
        arrest(id="new"),
        arrest(id="old"),
        arrest(id="old", data={"suspect": "S9"}),
        arrest(id="new"),
        arrest(id="new", data={"suspect": "S9"}),
        arrest(id="bad", type="suspect.arested"),
        "no event",
    ]
    checked = await doors.police.post("/v1/events/check", json=batch)
    checked_lines = await send(doors, lines(batch[:-1]), to="/v1/events/check")
    assert await kept_ids(database) == ["old"]
    kept = await doors.police.post("/v1/events", json=batch)
    assert checked.status_code == kept.status_code == 200
    assert checked.json() == kept.json()
    assert answers(checked_lines)[:-1] == kept.json()["items"][:-1]


async def test_a_check_of_one_event_says_what_its_receipt_would(
    doors: Doors, database: Database
) -> None:
    checked = await doors.police.post("/v1/events/check", json=arrest())
    assert (checked.status_code, checked.json()["status"]) == (200, "created")
    assert await kept_ids(database) == []
    created = await doors.police.post("/v1/events", json=arrest())
    assert created.json() == checked.json()
    repeated = await doors.police.post("/v1/events/check", json=arrest())
    assert repeated.json() == created.json() | {"status": "repeated"}
    changed = await doors.police.post("/v1/events/check", json=arrest(data={"suspect": "S2"}))
    problem(changed, 409, "changed-story")
    bad = await doors.police.post("/v1/events/check", json=arrest(time="now"))
    problem(bad, 422, "bad-message")


async def test_history_is_kept_as_history_and_is_the_same_event(
    doors: Doors, reader: Store
) -> None:
    live = [arrest(id="live")]
    history = [arrest(id=f"old-{number}") for number in range(3)]
    to = "/v1/events?backfill=true"
    await doors.police.post("/v1/events?backfill=false", json=live[0])
    await doors.police.post(to, json=history[0])
    await doors.police.post(to, json=history[1:2])
    await send(doors, lines(history[2:]), to=to)
    record = await reader.read_record(reference_id(CRIME))
    assert record is not None
    assert {event.id: event.backfill for event in record.events} == {
        "live": False,
        "old-0": True,
        "old-1": True,
        "old-2": True,
    }
    # It is no part of what was said.
    reply = await doors.police.post(to, json=[*live, *history])
    assert [item["status"] for item in reply.json()["items"]] == ["repeated"] * 4
    wrong = await doors.police.post("/v1/events?backfill=yes", json=live)
    assert problem(wrong, 422, "bad-question")["errors"][0]["field"] == "backfill"


async def test_a_receipt_is_looked_up_by_source_and_id(doors: Doors) -> None:
    kept = (await doors.police.post("/v1/events", json=arrest())).json()
    asked = {"source": kept["source"], "id": kept["id"]}
    found = await doors.police.get("/v1/events", params=asked)
    assert (found.status_code, found.json()) == (200, kept | {"status": "repeated"})
    unknown = await doors.police.get("/v1/events", params=asked | {"id": "another"})
    problem(unknown, 404, "unknown-event")
    # What another agency holds is not told.
    problem(await doors.cps.get("/v1/events", params=asked), 404, "unknown-event")
    problem(
        await doors.police.get("/v1/events", params={"id": "\0", "source": "x"}),
        422,
        "bad-question",
    )
    problem(await doors.police.get("/v1/events", params={"id": "1"}), 422, "bad-question")


async def test_types_of_a_newer_sender_are_refused_and_can_be_sent_again(
    doors: Doors, database: Database
) -> None:
    newer = arrest(id="newer", type="suspect.tagged", data={"suspect": "S1"})
    batch = [arrest(id="1"), newer, arrest(id="2")]
    for status in ("created", "repeated"):
        reply = await doors.police.post("/v1/events", json=batch)
        items = reply.json()["items"]
        assert [item["status"] for item in items] == [status, "refused", status]
        assert items[1]["problem"]["errors"][0]["field"] == "type"
    assert await kept_ids(database) == ["1", "2"]
    # Refused, its identity is still free: under a type that is known it is taken.
    reply = await doors.police.post("/v1/events", json=newer | {"type": "suspect.charged"})
    assert reply.status_code in (201, 422)
    assert "id" not in {error["field"] for error in reply.json().get("errors", [])}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('"\\u0000"', 422),
        ('"\\ud800"', 422),
        ('"\\ud83d\\ude00"', 201),
        ('{"a": 1, "a": 2}', 422),
        ("NaN", 400),
        ("-Infinity", 400),
        ("9" * 5000, 400),
        ("1e999", 201),
        ("[" * 900 + "]" * 900, 201),
        ("[" * 2000 + "]" * 2000, 400),
    ],
)
async def test_what_json_allows_and_nobody_expects_has_a_defined_answer(
    doors: Doors, text: str, status: int
) -> None:
    body = json.dumps(arrest(extension="HERE")).replace('"HERE"', text)
    reply = await send(doors, body.encode(), kind=JSON)
    assert reply.status_code == status, reply.text
    told = answers(await send(doors, body.encode() + b"\n"))
    assert told[0]["status"] == ("repeated" if status == 201 else "refused")


@pytest.mark.parametrize(
    ("time", "status"),
    [
        ("1965-05-03T09:00:00+01:00", 201),
        ("2109-01-01T00:00:00Z", 422),
        ("2026-11-20T12:04:59Z", 201),
        ("2026-11-20T12:05:01Z", 422),
        ("2024-10-27T01:30:00+01:00", 201),
        ("2024-10-27T01:30:00+00:00", 201),
        ("2024-03-31T01:30:00+00:00", 201),
        ("2016-12-31T23:59:60Z", 422),
    ],
)
async def test_times_long_ago_ahead_and_in_the_nights_of_the_clock_change(
    doors: Doors, reader: Store, time: str, status: int
) -> None:
    reply = await doors.police.post("/v1/events", json=arrest(time=time, recordedtime=None))
    assert reply.status_code == status, reply.text
    if status == 201:
        record = await reader.read_record(reference_id(CRIME))
        assert record is not None
        (event,) = record.events
        assert event.occurred_at.isoformat() == {
            "1965-05-03T09:00:00+01:00": "1965-05-03T08:00:00+00:00",
            "2024-10-27T01:30:00+01:00": "2024-10-27T00:30:00+00:00",
        }.get(time, time.replace("Z", "+00:00"))
