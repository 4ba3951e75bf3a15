"""An agency looks after its feeds: what came, what is usual, silence, counts and interruptions."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.door.interruptions import REQUEST
from shared.journey_event import reference_id
from shared.london import write_instant
from shared.problems import MEDIA_TYPE
from shared.store import Store
from tests.doors import Doors, SetClock, doors_to
from tests.services.events import CRIME, arrest
from tests.shared.databases import Database

NICHE = "/police/avon-and-somerset/niche"
ADDRESS = "/v1/feeds/avon-and-somerset/niche"
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)


@pytest.fixture
def clock() -> SetClock:
    """The clock of every application: noon on a Friday, unless the test moves it."""
    return SetClock(FRIDAY)


@pytest.fixture
async def doors(database: Database, clock: SetClock) -> AsyncIterator[Doors]:
    """Serve all four applications on the clock that the test moves."""
    async with doors_to(database, clock=clock) as doors:
        yield doors


async def told(doors: Doors, clock: SetClock, at: datetime, events: int) -> None:
    """Post so many events of one feed at once, at one moment."""
    clock.now = at
    batch = [
        arrest(id=f"{at}-{n}", time=write_instant(at - HOUR), recordedtime=None)
        for n in range(events)
    ]
    answer = await doors.police.post("/v1/events", json=batch)
    assert answer.json()["created"] == events


async def feed(doors: Doors) -> dict[str, Any]:
    """Ask for the police's one feed."""
    (one,) = (await doors.police.get("/v1/feeds")).raise_for_status().json()["items"]
    found: dict[str, Any] = one
    return found


def interruption(**changes: Any) -> dict[str, Any]:
    """Return the declaration of an interruption; a change to None leaves the field out."""
    sent = {
        "id": "INT-1",
        "time": "2026-11-20T09:00:00Z",
        "from": "2026-11-20T08:00:00Z",
        "reason": "network down",
        **changes,
    }
    return {name: value for name, value in sent.items() if value is not None}


async def declare(doors: Doors, **changes: Any) -> httpx.Response:
    """Declare an interruption of the police's feed."""
    return await doors.police.post(f"{ADDRESS}/interruptions", json=interruption(**changes))


def faults(answer: httpx.Response, status: int, name: str) -> dict[str, str]:
    """Hold an answer to being a problem of one kind and return what is wrong, by field."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    body = answer.json()
    assert body["type"] == f"urn:victim-journey:problem:{name}"
    assert all(error["remedy"] for error in body["errors"])
    return {error["field"]: error["wrong"] for error in body["errors"]}


async def test_nothing_sent_is_an_empty_list(doors: Doors) -> None:
    for door in (doors.police, doors.gateway):
        assert (await door.get("/v1/feeds")).json()["items"] == []


async def test_a_day_is_told_against_what_is_usual_on_that_weekday(
    doors: Doors, clock: SetClock
) -> None:
    thursday = FRIDAY - DAY
    # Nine weeks ago is not looked at, and the other days of the week are not Thursdays.
    for weeks, events in ((9, 90), (8, 10), (7, 11), (6, 12), (5, 13), (4, 14), (3, 15), (2, 16)):
        await told(doors, clock, thursday - weeks * WEEK, events)
    await told(doors, clock, thursday - WEEK, 100)
    await told(doors, clock, thursday - DAY, 50)
    await told(doors, clock, thursday, 3)
    clock.now = FRIDAY

    one = await feed(doors)
    assert one["source"] == NICHE
    assert (one["organisation"], one["system"]) == ("avon-and-somerset", "niche")
    assert one["last_received_at"] == "2026-11-19T12:00:00Z"
    assert one["last_event_at"] == "2026-11-19T11:00:00Z"
    assert one["volume"] == {
        "day": "2026-11-19",
        "received": 3,
        "usual": {"events": 13.5, "weeks": 8},
    }


async def test_a_busy_feed_is_missed_on_the_day_at_its_own_time_of_the_week(
    doors: Doors, clock: SetClock
) -> None:
    # Every Friday it sends about noon and at eight in the evening; this Friday only at noon.
    for weeks in (4, 3, 2, 1):
        await told(doors, clock, FRIDAY - weeks * WEEK + timedelta(minutes=weeks), 12)
        await told(doors, clock, FRIDAY - weeks * WEEK + 8 * HOUR, 12)
    await told(doors, clock, FRIDAY, 12)

    clock.now = FRIDAY + 7 * HOUR
    quiet = (await feed(doors))["silence"]
    clock.now = FRIDAY + 9 * HOUR
    silent = (await feed(doors))["silence"]
    assert (quiet["alarm"], quiet["usual"]) == (False, {"events": 0.0, "weeks": 4})
    assert silent == {
        "alarm": True,
        "since": "2026-11-20T12:00:00Z",
        "usual": {"events": 12.0, "weeks": 4},
        "says": "Nothing has been received since 2026-11-20T12:00:00Z. "
        "From 2026-11-20T18:00:00Z to 2026-11-20T21:00:00Z 12 events usually come.",
    }


async def test_a_feed_of_few_events_is_missed_by_the_days(doors: Doors, clock: SetClock) -> None:
    await told(doors, clock, FRIDAY, 1)
    for days, alarm in ((6, False), (8, True)):
        clock.now = FRIDAY + days * DAY
        answer = (await doors.police.get("/v1/feeds")).json()
        assert answer["items"][0]["silence"]["alarm"] is alarm
        assert "more than 7 days" in answer["alarm_when"]


async def test_a_declared_interruption_silences_the_alarm_and_its_end_starts_it_anew(
    doors: Doors, clock: SetClock
) -> None:
    await told(doors, clock, FRIDAY - 10 * DAY, 1)
    clock.now = FRIDAY
    assert (await feed(doors))["silence"]["alarm"] is True

    assert (await declare(doors)).status_code == 201
    down = await feed(doors)
    assert down["silence"] == {
        "alarm": False,
        "since": None,
        "usual": None,
        "says": "An interruption is in effect.",
    }
    assert down["interruptions"] == [
        {
            "from": "2026-11-20T08:00:00Z",
            "until": None,
            "reason": "network down",
            "declared_at": "2026-11-20T12:00:00Z",
        }
    ]

    await declare(doors, id="INT-1-end", until="2026-11-20T11:00:00Z", corrects="INT-1")
    clock.now = FRIDAY + 2 * HOUR
    up = await feed(doors)
    assert up["interruptions"] == []
    assert (up["silence"]["alarm"], up["silence"]["since"]) == (False, "2026-11-20T11:00:00Z")

    clock.now = FRIDAY + 8 * DAY
    assert (await feed(doors))["silence"]["alarm"] is True


async def test_a_feed_that_only_declared_is_known(doors: Doors) -> None:
    await declare(doors, until="2026-11-20T10:00:00Z")
    one = await feed(doors)
    assert one["last_received_at"] is None
    assert one["silence"]["says"] == "It never sent an event."
    assert one["volume"] == {"day": "2026-11-19", "received": 0, "usual": None}


async def test_each_agency_sees_its_own_feeds_and_the_gateway_all(doors: Doors) -> None:
    cms = arrest(
        source="/cps/south-west/cms",
        type="charge.authorised",
        id="c1",
    )
    await doors.play([arrest(), cms, arrest(id="2", source="/police/avon-and-somerset/wms")])
    await doors.probation.post("/v1/feeds/south-west/vcms/interruptions", json=interruption())

    async def sources(door: httpx.AsyncClient) -> list[str]:
        return [one["source"] for one in (await door.get("/v1/feeds")).json()["items"]]

    police = [NICHE, "/police/avon-and-somerset/wms"]
    cps, probation = ["/cps/south-west/cms"], ["/probation/south-west/vcms"]
    assert await sources(doors.police) == police
    assert await sources(doors.cps) == cps
    assert await sources(doors.probation) == probation
    assert await sources(doors.gateway) == cps + police + probation
    # The address says organisation and system; the door says the agency.
    foreign = await doors.cps.get(f"{ADDRESS}/counts")
    assert (foreign.json()["source"], foreign.json()["events"]) == (
        "/cps/avon-and-somerset/niche",
        0,
    )
    listed = await doors.cps.get("/v1/feeds/south-west/vcms/interruptions")
    assert listed.json()["items"] == []


async def test_counts_are_by_type_and_london_day_of_time_each_event_once(doors: Doors) -> None:
    events = [
        # 23:30 UTC in summer is the next day in London.
        arrest(id="1", time="2024-07-01T22:30:00Z", recordedtime=None),
        arrest(id="2", time="2024-07-01T23:30:00Z", recordedtime=None),
        arrest(id="3", time="2024-07-02T12:00:00Z", recordedtime=None),
        arrest(id="4", time="2024-07-02T12:00:00Z", recordedtime=None, type="suspect.interviewed"),
        arrest(id="5", time="2024-07-03T23:00:00Z", recordedtime=None),
        arrest(id="6", source="/police/avon-and-somerset/wms", time="2024-07-02T12:00:00Z"),
    ]
    await doors.play([*events, *events])

    async def count(**asked: str) -> list[tuple[Any, ...]]:
        days = {"from": "2024-07-01", "to": "2024-07-03"}
        answer = await doors.police.get(f"{ADDRESS}/counts", params={**days, **asked})
        body = answer.raise_for_status().json()
        assert (body["source"], body["from"], body["to"]) == (NICHE, *days.values())
        assert body["events"] == sum(item["events"] for item in body["items"]) == 4
        return [tuple(item.values()) for item in body["items"]]

    assert await count() == [
        ("suspect.arrested", "2024-07-01", 1),
        ("suspect.arrested", "2024-07-02", 2),
        ("suspect.interviewed", "2024-07-02", 1),
    ]
    assert await count(by="day,type") == await count(by="type,day")
    assert await count(by="type") == [("suspect.arrested", 3), ("suspect.interviewed", 1)]
    assert await count(by="day") == [("2024-07-01", 1), ("2024-07-02", 3)]


async def test_counts_of_no_stated_days_are_those_of_the_last_four_weeks(
    doors: Doors, clock: SetClock
) -> None:
    await told(doors, clock, FRIDAY, 2)
    body = (await doors.police.get(f"{ADDRESS}/counts")).json()
    assert (body["from"], body["to"], body["events"]) == ("2026-10-24", "2026-11-20", 2)
    year = {"from": "2025-11-20", "to": "2026-11-20"}
    assert (await doors.police.get(f"{ADDRESS}/counts", params=year)).json()["events"] == 2


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"by": "suspect"}, "by"),
        ({"by": ""}, "by"),
        ({"by": "day,day"}, "by"),
        ({"from": "yesterday"}, "from"),
        ({"to": "2024-02-30"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"to": "0001-01-01"}, "to"),
        ({"from": "2024-03-02", "to": "2024-03-01"}, "from"),
        ({"from": "2023-03-01", "to": "2024-03-01"}, "from"),
        ({"from": "1900-01-01\x00"}, "from"),
    ],
)
async def test_a_count_that_cannot_be_made_says_why(
    doors: Doors, asked: dict[str, str], field: str
) -> None:
    answer = await doors.police.get(f"{ADDRESS}/counts", params=asked)
    assert list(faults(answer, 422, "bad-question")) == [field]


@pytest.mark.parametrize("path", ["Dorset/niche", "dorset/ni%20che", "d/niche", "dorset/a%00b"])
async def test_an_address_that_no_source_has_is_refused(doors: Doors, path: str) -> None:
    for what in ("counts", "interruptions"):
        answer = await doors.police.get(f"/v1/feeds/{path}/{what}")
        assert faults(answer, 422, "bad-question") == {"path": "names no source"}
    answer = await doors.police.post(f"/v1/feeds/{path}/interruptions", json=interruption())
    assert faults(answer, 422, "bad-question") == {"path": "names no source"}


async def test_a_declaration_is_kept_once_with_its_three_times(
    doors: Doors, clock: SetClock
) -> None:
    first = await declare(doors, recordedtime="2026-11-20T09:30:00Z")
    assert first.status_code == 201
    assert first.json() == {
        "status": "created",
        "source": NICHE,
        "id": "INT-1",
        "receivedtime": "2026-11-20T12:00:00Z",
    }
    clock.now += HOUR
    # The same moment in another offset is the same declaration.
    again = await declare(
        doors, recordedtime="2026-11-20T09:30:00Z", time="2026-11-20T10:00:00+01:00"
    )
    assert again.status_code == 200
    assert again.json() == {**first.json(), "status": "repeated"}

    changed = await declare(doors, recordedtime="2026-11-20T09:30:00Z", reason="another")
    assert list(faults(changed, 409, "changed-story")) == ["id"]
    listed = (await doors.police.get(f"{ADDRESS}/interruptions")).json()
    assert listed == {
        "source": NICHE,
        "items": [
            {
                "id": "INT-1",
                "time": "2026-11-20T09:00:00Z",
                "recordedtime": "2026-11-20T09:30:00Z",
                "receivedtime": "2026-11-20T12:00:00Z",
                "from": "2026-11-20T08:00:00Z",
                "until": None,
                "reason": "network down",
                "corrects": None,
                "withdraws": None,
                "stands": True,
            }
        ],
    }


async def test_simultaneous_copies_are_one_declaration(doors: Doors) -> None:
    answers = await asyncio.gather(*(declare(doors) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]


async def test_two_feeds_may_use_one_id(doors: Doors) -> None:
    assert (await declare(doors)).status_code == 201
    other = await doors.police.post(
        "/v1/feeds/avon-and-somerset/wms/interruptions", json=interruption(reason="another")
    )
    assert other.status_code == 201


async def test_a_correction_replaces_and_a_withdrawal_ends_what_is_known(doors: Doors) -> None:
    await declare(doors)
    end = {"until": "2026-11-20T11:00:00Z", "corrects": "INT-1"}
    assert (await declare(doors, id="INT-2", **end)).status_code == 201
    assert (await declare(doors, id="INT-2", **end)).status_code == 200
    withdrawal = interruption(id="INT-3", withdraws="INT-1", time="2026-11-20T09:30:00Z")
    del withdrawal["from"]
    answer = await doors.police.post(f"{ADDRESS}/interruptions", json=withdrawal)
    assert answer.status_code == 201

    items = (await doors.police.get(f"{ADDRESS}/interruptions")).json()["items"]
    assert [
        (item["id"], item["corrects"], item["withdraws"], item["stands"]) for item in items
    ] == [
        ("INT-1", None, None, False),
        ("INT-2", "INT-1", None, False),
        ("INT-3", None, "INT-1", True),
    ]


async def test_only_a_first_declaration_of_the_same_feed_is_amended(doors: Doors) -> None:
    unknown = await declare(doors, id="INT-2", corrects="INT-1")
    assert list(faults(unknown, 422, "bad-message")) == ["corrects"]
    await declare(doors)
    assert (await declare(doors, id="INT-2", corrects="INT-1")).status_code == 201
    second = await declare(doors, id="INT-3", corrects="INT-2")
    assert list(faults(second, 422, "bad-message")) == ["corrects"]
    withdrawn = {"from": None, "withdraws": "INT-2"}
    assert list(faults(await declare(doors, id="INT-3", **withdrawn), 422, "bad-message")) == [
        "withdraws"
    ]
    elsewhere = await doors.police.post(
        "/v1/feeds/avon-and-somerset/wms/interruptions",
        json=interruption(id="INT-4", corrects="INT-1"),
    )
    assert list(faults(elsewhere, 422, "bad-message")) == ["corrects"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"id": None}, {"id": "is missing"}),
        ({"time": None, "reason": None}, {"time": "is missing", "reason": "is missing"}),
        ({"from": None}, {"from": "is missing"}),
        ({"from": "2026-11-20T08:00:00"}, {"from": "has no offset from UTC"}),
        ({"from": 8}, {"from": "is not a date and time"}),
        ({"until": "2026-11-20T08:00:00Z"}, {"until": "is not after from"}),
        ({"time": "2026-11-20T12:06:00Z"}, {"time": "is in the future"}),
        ({"recordedtime": "2026-11-21T12:00:00Z"}, {"recordedtime": "is in the future"}),
        ({"untill": "2026-11-20T09:00:00Z"}, {"untill": "is not a field of a declaration"}),
        ({"since": "2026-11-20T09:00:00Z"}, {"since": "is not a field of a declaration"}),
        ({"corrects": "INT-1"}, {"id": "is what it amends"}),
        ({"withdraws": "INT-0"}, {"from": "is said of what is withdrawn"}),
        ({"corrects": "a", "withdraws": "b"}, {"withdraws": "stands beside corrects"}),
        (
            {"reason": "a\x00b"},
            {"reason": "holds a NUL or half a character, which cannot be stored"},
        ),
    ],
)
async def test_a_declaration_that_cannot_be_kept_says_why(
    doors: Doors, changes: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert faults(await declare(doors, **changes), 422, "bad-message") == wrong
    assert (await doors.police.get(f"{ADDRESS}/interruptions")).json()["items"] == []


async def test_a_body_that_is_no_declaration_is_refused(doors: Doors) -> None:
    async def send(body: bytes, kind: str = "application/json") -> httpx.Response:
        headers = {"content-type": kind}
        return await doors.police.post(f"{ADDRESS}/interruptions", content=body, headers=headers)

    assert faults(await send(b"[]"), 422, "bad-message") == {"body": "is not a JSON object"}
    assert list(faults(await send(b"{"), 400, "not-json")) == ["body"]
    assert list(faults(await send(b" " * 300_000), 413, "too-large")) == ["body"]
    assert list(faults(await send(b"{}", "text/csv"), 415, "not-accepted")) == ["content-type"]
    twice = json.dumps(interruption()).replace('"reason"', '"id": "INT-9", "reason"')
    assert faults(await send(twice.encode()), 422, "bad-message") == {
        "id": "stands twice in one object"
    }


async def test_the_examples_of_openapi_work_when_pasted(doors: Doors) -> None:
    examples = REQUEST["content"]["application/json"]["examples"].values()
    for example in examples:
        answer = await doors.police.post(f"{ADDRESS}/interruptions", json=example["value"])
        assert answer.status_code == 201


async def test_a_planned_interruption_is_told_before_it_begins(
    doors: Doors, clock: SetClock
) -> None:
    await told(doors, clock, FRIDAY, 1)
    await declare(doors, **{"from": "2026-11-21T08:00:00Z", "until": "2026-11-21T10:00:00Z"})
    assert (await feed(doors))["interruptions"] == []
    clock.now = datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert len((await feed(doors))["interruptions"]) == 1


async def test_a_record_brings_what_was_known_of_the_interruptions_of_all_who_may_owe(
    doors: Doors, clock: SetClock, reader: Store
) -> None:
    referral = arrest(
        id="r", type="contact_scheme.referred", data={"region": "south-west"}, recordedtime=None
    )
    await doors.play([arrest(), referral])
    await declare(doors)
    for door, path in (
        (doors.probation, "south-west/vcms"),  # referred to, and has said nothing itself
        (doors.probation, "wales/vcms"),
        (doors.police, "dorset/niche"),
    ):
        await door.post(f"/v1/feeds/{path}/interruptions", json=interruption())
    clock.now += HOUR
    await declare(doors, id="INT-2", until="2026-11-20T11:00:00Z", corrects="INT-1")

    record = await reader.read_record(reference_id(CRIME))
    assert record is not None
    assert {event.id for event in record.events} == {arrest()["id"], "r"}
    assert [known.reference for known in record.references] == [CRIME]

    def known(at: datetime | None) -> set[tuple[str, datetime | None]]:
        return {(one.source, one.until) for one in record.interruptions if one.known(at)}

    vcms = ("/probation/south-west/vcms", None)
    assert known(FRIDAY - HOUR) == set()
    assert known(FRIDAY) == {vcms, (NICHE, None)}
    assert known(None) == {vcms, (NICHE, datetime(2026, 11, 20, 11, tzinfo=UTC))}


async def test_a_corrected_referral_brings_the_interruptions_of_the_right_region(
    doors: Doors, reader: Store
) -> None:
    wrong = arrest(id="r", type="contact_scheme.referred", data={"region": "wales"})
    right = arrest(
        id="r2",
        type="event.corrected",
        data={
            "event": {"source": NICHE, "id": "r"},
            "content": {"time": wrong["time"], "data": {"region": "south-west"}},
            "reason": "wrong region",
        },
    )
    assert await doors.play([wrong, right]) == ["created", "created"]
    await doors.probation.post("/v1/feeds/south-west/vcms/interruptions", json=interruption())
    record = await reader.read_record(reference_id(CRIME))
    assert record is not None
    assert [one.source for one in record.interruptions] == ["/probation/south-west/vcms"]


async def test_days_are_all_counted_whatever_the_clocks_did(doors: Doors) -> None:
    # The nights on which London's clocks change, half an hour around each midnight.
    moments = [
        datetime(2024, month, day, hour, 30, tzinfo=UTC)
        for month, day in ((3, 30), (3, 31), (10, 26), (10, 27))
        for hour in (0, 1, 22, 23)
    ]
    events = [
        arrest(id=str(moment), time=write_instant(moment), recordedtime=None) for moment in moments
    ]
    await doors.play(events)
    body = (
        await doors.police.get(
            f"{ADDRESS}/counts", params={"by": "day", "from": "2024-03-01", "to": "2024-11-01"}
        )
    ).json()
    assert {date.fromisoformat(item["day"]): item["events"] for item in body["items"]} == {
        date(2024, 3, 30): 4,
        date(2024, 3, 31): 3,
        date(2024, 4, 1): 1,
        date(2024, 10, 26): 3,
        date(2024, 10, 27): 5,
    }
