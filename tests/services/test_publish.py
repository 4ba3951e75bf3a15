"""An agency posts events: receipts, repeats, changed stories, batches, every kind of refusal."""

import asyncio
import json
from typing import Any

import asyncpg
import httpx
import pytest

from shared.problems import MEDIA_TYPE
from tests.doors import Doors
from tests.services.events import CRIME, arrest
from tests.shared.databases import Database


def problem(answer: httpx.Response, status: int, name: str) -> dict[str, Any]:
    """Hold an answer to being a problem of one kind and return its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:victim-journey:problem:{name}"
    assert body["status"] == status
    return body


async def test_an_event_is_kept_and_its_receipt_says_so(doors: Doors) -> None:
    answer = await doors.police.post("/v1/events", json=arrest())
    assert answer.status_code == 201
    assert answer.json() == {
        "status": "created",
        "source": "/police/avon-and-somerset/niche",
        "id": "01J9ZK0000000000000000TEST",
        "subject": CRIME,
        "receivedtime": "2026-11-20T12:00:00Z",
    }


async def test_a_repeat_is_welcomed_with_the_first_receipt(doors: Doors) -> None:
    first = await doors.police.post("/v1/events", json=arrest())
    # The same moment in another offset, and an extension attribute, are the same event.
    again = arrest(time="2024-03-28T18:45:00+01:00", traceparent="00-abc-def-01")
    second = await doors.police.post("/v1/events", json=again)
    assert second.status_code == 200
    assert second.json() == {**first.json(), "status": "repeated"}


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"suspect": "S2"}},
        {"type": "suspect.interviewed"},
        {"subject": "crime:avon-and-somerset/5224001234/V2"},
        {"time": "2024-03-28T17:46:00+00:00"},
        {"recordedtime": None},
        {"timeprecision": "day"},
    ],
)
async def test_a_changed_story_is_refused_and_the_first_stands(
    doors: Doors, change: dict[str, Any]
) -> None:
    await doors.police.post("/v1/events", json=arrest())
    body = problem(
        await doors.police.post("/v1/events", json=arrest(**change)), 409, "changed-story"
    )
    assert body["errors"][0]["field"] == "id"
    assert (await doors.police.post("/v1/events", json=arrest())).status_code == 200


async def test_two_simultaneous_copies_are_one_event(doors: Doors, database: Database) -> None:
    answers = await asyncio.gather(
        *(doors.police.post("/v1/events", json=arrest()) for _ in range(20))
    )
    assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
    assert len({json.dumps({**a.json(), "status": ""}) for a in answers}) == 1


async def test_a_batch_answers_each_item_in_order_and_loses_none(doors: Doors) -> None:
    await doors.police.post("/v1/events", json=arrest())
    batch: list[Any] = [
        arrest(id="new"),
        arrest(),
        arrest(data={"suspect": "S9"}),
        arrest(id="bad", type="suspect.arested"),
        "not an event",
        arrest(id="new"),
        arrest(id="last", type="suspect.charged"),
    ]
    answer = await doors.police.post("/v1/events", json=batch)
    assert answer.status_code == 200
    body = answer.json()
    assert [item["status"] for item in body["items"]] == [
        "created",
        "repeated",
        "refused",
        "refused",
        "refused",
        "repeated",
        "created",
    ]
    assert (body["created"], body["repeated"], body["refused"]) == (2, 2, 3)
    assert body["items"][2]["problem"]["status"] == 409
    assert body["items"][3]["id"] == "bad"
    assert body["items"][3]["problem"]["errors"] == [
        {
            "field": "type",
            "wrong": "is not a type this service takes",
            "remedy": "did you mean suspect.arrested?",
        }
    ]


async def test_an_empty_batch_keeps_nothing_and_says_so(doors: Doors) -> None:
    answer = await doors.police.post("/v1/events", json=[])
    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    ("change", "field", "wrong"),
    [
        ({"time": "2024-03-28T17:45:00"}, "time", "has no offset from UTC"),
        ({"time": "yesterday"}, "time", "is not a date and time"),
        ({"time": "2024-02-30T10:00:00Z"}, "time", "is not a date and time that exists"),
        ({"time": 1711647900}, "time", "is not a date and time"),
        ({"time": "2026-11-20T12:06:00Z"}, "time", "is in the future"),
        ({"time": "0001-01-01T00:00:00Z"}, "time", "is before 1900"),
        ({"time": None}, "time", "is missing"),
        ({"recordedtime": "2027-01-01T00:00:00Z"}, "recordedtime", "is in the future"),
        ({"timeprecision": "hour"}, "timeprecision", "is not one of its values"),
        ({"type": None}, "type", "is missing"),
        ({"type": "suspect.arested"}, "type", "is not a type this service takes"),
        ({"type": "prosecution.stopped"}, "type", "is not a type this service takes"),
        (
            {"data": {"suspect": "S1", "reason": "x"}},
            "data.reason",
            "is not a field of suspect.arrested",
        ),
        ({"data": {}}, "data.suspect", "is missing"),
        (
            {"data": {"suspect": ""}},
            "data.suspect",
            "is empty",
        ),
        (
            {"data": {"suspect": "S\u0000"}},
            "data.suspect",
            "holds a NUL or half a character, which cannot be stored",
        ),
        ({"data": None}, "data", "is missing"),
        ({"subject": "5224001234"}, "subject", "is not a reference"),
        ({"subject": "crime:Avon/1/V1"}, "subject", "is not a reference"),
        ({"source": "niche"}, "source", "is not a source"),
        ({"specversion": "0.3"}, "specversion", "is not one of its values"),
        (
            {"recordedTime": "2024-03-28T18:02:11Z"},
            "recordedTime",
            "is not a CloudEvents attribute",
        ),
        ({"id": ""}, "id", "is empty"),
    ],
)
async def test_a_bad_event_is_refused_with_its_field_and_remedy(
    doors: Doors, change: dict[str, Any], field: str, wrong: str
) -> None:
    body = problem(await doors.police.post("/v1/events", json=arrest(**change)), 422, "bad-message")
    (error,) = body["errors"]
    assert (error["field"], error["wrong"]) == (field, wrong)
    assert error["remedy"]


async def test_every_fault_is_named_at_once(doors: Doors) -> None:
    bad = arrest(time="now", subject="?", data={"suspect": 7, "hering": "H1"})
    body = problem(await doors.police.post("/v1/events", json=bad), 422, "bad-message")
    assert {error["field"] for error in body["errors"]} == {
        "time",
        "subject",
        "data.suspect",
        "data.hering",
    }


async def test_a_time_a_few_minutes_ahead_is_taken(doors: Doors) -> None:
    answer = await doors.police.post("/v1/events", json=arrest(time="2026-11-20T12:05:00Z"))
    assert answer.status_code == 201


async def test_a_receipt_before_its_fact_is_refused(doors: Doors) -> None:
    event = arrest(
        type="case.concluded",
        data={
            "suspect": "S1",
            "outcome": "convicted",
            "received_at_wcu": "2024-03-28T17:44:00+00:00",
        },
    )
    body = problem(await doors.police.post("/v1/events", json=event), 422, "bad-message")
    assert body["errors"][0]["field"] == "data.received_at_wcu"
    by_day = {**event, "timeprecision": "day"}
    assert (await doors.police.post("/v1/events", json=by_day)).status_code == 201


async def test_a_door_takes_its_own_agency_only(doors: Doors) -> None:
    for door in (doors.cps, doors.probation):
        event = arrest(type="victim.told", data={"about": [], "channel": "phone", "reached": True})
        body = problem(await door.post("/v1/events", json=event), 403, "not-yours")
        assert body["errors"][0]["field"] == "source"


async def test_nobody_amends_the_event_of_another_organisation(doors: Doors) -> None:
    event = arrest(
        type="event.withdrawn",
        data={"event": {"source": "/police/kent/athena", "id": "1"}, "reason": "wrong"},
    )
    body = problem(await doors.police.post("/v1/events", json=event), 403, "not-yours")
    assert body["errors"][0]["field"] == "data.event.source"


async def test_a_correction_is_held_to_the_words_of_the_agency(doors: Doors) -> None:
    content = {"time": "2024-03-28T17:45:00Z", "data": {"suspekt": "S1"}}
    event = arrest(
        type="event.corrected",
        data={
            "event": {"source": "/police/avon-and-somerset/niche", "id": "1"},
            "content": content,
            "reason": "keyed wrong",
        },
    )
    body = problem(await doors.police.post("/v1/events", json=event), 422, "bad-message")
    assert body["errors"][0]["field"] == "data.content.data"
    event["data"]["content"]["data"] = {"suspect": "S1"}
    assert (await doors.police.post("/v1/events", json=event)).status_code == 201


async def test_a_reference_is_not_linked_to_itself(doors: Doors) -> None:
    event = arrest(type="reference.linked", data={"reference": CRIME, "basis": "file"})
    body = problem(await doors.police.post("/v1/events", json=event), 422, "bad-message")
    assert body["errors"][0]["field"] == "data.reference"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b'{"id": ', "is not JSON at line 1, column 8"),
        (b"", "is not JSON at line 1, column 1"),
        (b'{"id": "\xff"}', "is not UTF-8"),
        (b'{"id": NaN}', "NaN is not a number that JSON has"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
async def test_what_is_not_json_is_refused(doors: Doors, body: bytes, wrong: str) -> None:
    headers = {"content-type": "application/json"}
    said = problem(
        await doors.police.post("/v1/events", content=body, headers=headers), 400, "not-json"
    )
    assert said["errors"][0]["wrong"].startswith(wrong)


async def test_a_key_that_stands_twice_is_refused_and_its_neighbours_kept(doors: Doors) -> None:
    twice = json.dumps(arrest(id="twice")).replace(
        '"suspect": "S1"', '"suspect": "S1", "suspect": "S2"'
    )
    body = f"[{json.dumps(arrest())},{twice}]"
    answer = await doors.police.post(
        "/v1/events", content=body, headers={"content-type": "application/cloudevents-batch+json"}
    )
    first, second = answer.json()["items"]
    assert (first["status"], second["status"]) == ("created", "refused")
    assert second["problem"]["errors"] == [
        {"field": "data.suspect", "wrong": "stands twice in one object", "remedy": "send it once"}
    ]


async def test_half_a_character_is_refused(doors: Doors) -> None:
    body = json.dumps(arrest()).replace("S1", "\\ud800")
    headers = {"content-type": "application/json"}
    answer = await doors.police.post("/v1/events", content=body, headers=headers)
    problem(answer, 422, "bad-message")


async def test_an_oversized_body_is_refused(doors: Doors) -> None:
    huge = arrest(type="crime.cancelled", data={"reason": "x" * 300_000})
    problem(await doors.police.post("/v1/events", json=huge), 413, "too-large")
    many = [arrest(id=str(n)) for n in range(10_001)]
    problem(await doors.police.post("/v1/events", json=many), 413, "too-large")
    body = b" " * (10 * 1024 * 1024 + 1)
    headers = {"content-type": "application/json"}
    problem(await doors.police.post("/v1/events", content=body, headers=headers), 413, "too-large")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/csv"},
        {"content-type": ""},
        {"content-type": "application/json", "ce-specversion": "1.0"},
        {"content-type": "application/cloudevents-batch+json"},
    ],
)
async def test_a_body_of_another_kind_is_refused(doors: Doors, headers: dict[str, str]) -> None:
    body = json.dumps(arrest())
    answer = await doors.police.post("/v1/events", content=body, headers=headers)
    problem(answer, 415, "not-accepted")


async def test_an_array_is_not_a_single_event(doors: Doors) -> None:
    headers = {"content-type": "application/cloudevents+json"}
    answer = await doors.police.post("/v1/events", content="[]", headers=headers)
    problem(answer, 415, "not-accepted")


async def test_addresses_and_methods_that_are_not_there_are_problems(doors: Doors) -> None:
    problem(await doors.police.get("/v1/nothing"), 404, "not-found")
    answer = await doors.police.delete("/v1/events")
    problem(answer, 405, "not-allowed")
    assert answer.headers["allow"] == "GET, POST"


async def test_health_tells_whether_the_store_answers(doors: Doors) -> None:
    for door in (doors.police, doors.cps, doors.probation, doors.gateway):
        assert (await door.get("/health")).json() == {"status": "UP"}
        assert (await door.get("/health/ping")).json() == {"status": "UP"}
        assert "version" in (await door.get("/info")).json()["build"]


async def test_no_receipt_is_given_for_an_event_whose_commit_failed(
    doors: Doors, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'not at the very end'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse();
        """
    )
    problem(await doors.police.post("/v1/events", json=arrest()), 500, "failed")
    problem(await doors.police.post("/v1/events", json=[arrest()]), 500, "failed")
    assert await owner.fetchval("SELECT count(*) FROM event_identity") == 0
    await owner.execute("DROP FUNCTION refuse CASCADE")
    await owner.close()
    assert (await doors.police.post("/v1/events", json=arrest())).status_code == 201


async def test_a_store_that_does_not_answer_is_said_so_and_used_again_when_it_does(
    doors: Doors, database: Database
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("ALTER ROLE journey_police NOLOGIN")
    try:
        refused = await doors.police.post("/v1/events", json=arrest())
        problem(refused, 503, "not-ready")
        assert refused.headers["retry-after"] == "1"
        problem(await doors.police.get("/health"), 503, "not-ready")
        assert (await doors.police.get("/health/ping")).status_code == 200
    finally:
        await owner.execute("ALTER ROLE journey_police LOGIN")
        await owner.close()
    assert (await doors.police.post("/v1/events", json=arrest())).status_code == 201
