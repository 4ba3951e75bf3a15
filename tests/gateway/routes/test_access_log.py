"""Through the doors: all that is sent and looked at is in the access log, and so is its reading."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from gateway.app import gateway_app
from shared.journey_event import reference_id
from tests.doors import Doors, SetClock, serving
from tests.gateway.routes.test_journeys import event
from tests.gateway.routes.test_references import link
from tests.shared.databases import Database
from tests.shared.test_erasing import erase
from tests.tokens import usual

CRIME = "crime:dorset/55240019876/V1"
CASE = "case:55DO0012324/V1"
EXAMPLES = Path(__file__).parents[3] / "services" / "police" / "examples"
PROBLEM = "application/problem+json"


def reported(id: str, subject: str) -> dict[str, Any]:
    """A report of a crime."""
    return event(
        id,
        "crime.reported",
        "2024-03-04T09:00:00Z",
        subject,
        victim_kind="person",
        offence_group="violence",
    )


def standings(timeline: Mapping[str, Any]) -> dict[str, str]:
    """How each duty stands on a timeline."""
    return {one["rule"]: one["standing"] for one in timeline["obligations"]}


async def log_of(doors: Doors, **asked: Any) -> list[dict[str, Any]]:
    """What the access log tells, newest first."""
    found = await doors.gateway.get("/v1/access-log", params=asked)
    items: list[dict[str, Any]] = found.raise_for_status().json()["items"]
    return items


async def test_every_publishing_and_every_look_is_there_and_so_is_the_reading(
    doors: Doors, clock: SetClock
) -> None:
    arrest = event("2", "suspect.arrested", "2024-03-05T09:00:00Z", CRIME, suspect="S1")
    assert await doors.play([reported("1", CRIME), arrest, arrest]) == [
        "created",
        "created",
        "repeated",
    ]
    clock.now += timedelta(minutes=1)
    batch = [link("3", 6, CRIME, CASE), reported("4", "crime:dorset/2/V1"), {"type": "nonsense"}]
    await doors.police.post("/v1/events?backfill=true", json=batch)
    await doors.police.get("/v1/events", params={"source": arrest["source"], "id": "2"})
    journey = await doors.journey(CRIME)
    assert journey is not None
    id = journey["id"]
    gateway = doors.gateway
    told = (await gateway.get(f"/v1/journeys/{id}/timeline?as_of=2024-04-30")).json()
    owed = told["obligations"][0]["id"]
    trace = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    await gateway.get(f"/v1/journeys/{reference_id(CASE)}/obligations", headers=trace)
    await gateway.get(f"/v1/obligations/{owed}/explanation?journey={id}")
    await gateway.get(f"/v1/journeys/{id}/what-if?draft=sentence-review")
    await gateway.get("/v1/what-if?draft=sentence-review")
    # Of these none tells of a victim.
    for nothing in (
        "/v1/feeds",
        "/v1/drafts",
        "/health",
        f"/v1/journeys/{reference_id('x')}/timeline",
    ):
        await gateway.get(nothing)
    unheard = event("5", "suspect.arrested", "2024-03-05T09:00:00Z", CRIME, suspect="S1")
    await doors.police.post("/v1/events/check", json=unheard)
    # What was sent before is told of by a check too.
    await doors.police.post("/v1/events/check", json=[arrest, unheard])

    clock.now += timedelta(seconds=1)
    entries = await log_of(doors)
    ours = {True: "this journey", False: "others"}
    assert Counter(
        (e["service"], e["verb"], e["victims"], ours[e["journey"] == id]) for e in entries
    ) == {
        ("police", "collection", 1, "this journey"): 3,
        ("police", "combination", 1, "this journey"): 1,
        ("police", "collection", 1, "others"): 1,
        ("police", "consultation", 1, "this journey"): 2,
        ("gateway", "consultation", 1, "this journey"): 5,
        ("gateway", "consultation", 2, "others"): 1,
    }
    assert Counter(e["what"] for e in entries) >= Counter(
        [
            *["POST /v1/events"] * 3,
            *["POST /v1/events?backfill=true"] * 2,
            f"GET /v1/journeys/{id}/timeline?as_of=2024-04-30",
            f"GET /v1/journeys/{reference_id(CASE)}/obligations",
            "GET /v1/what-if?draft=sentence-review",
        ]
    )
    assert [e["request"] for e in entries].count("ab" * 16) == 1
    assert {(e["service"], e["who"], e["role"], e["organisation"]) for e in entries} == {
        ("police", "usual-police", "sender", "police/*"),
        ("gateway", "usual-reader", "data_protection inspector", "*"),
    }

    clock.now += timedelta(seconds=1)
    read, *_ = await log_of(doors)
    assert (read["service"], read["verb"], read["what"]) == (
        "data_protection",
        "consultation",
        "GET /v1/access-log",
    )
    assert read["victims"] == len({e["journey"] for e in entries if e["journey"]})

    # By any reference of the journey, as it is linked now.
    assert len(await log_of(doors, journey=str(reference_id(CASE)))) == 11
    assert await log_of(doors, journey=str(reference_id("nobody's"))) == []


async def test_the_log_is_searched_page_by_page_and_by_london_days(
    doors: Doors, clock: SetClock
) -> None:
    sent = [reported(str(number), f"crime:dorset/{number}/V1") for number in range(7)]
    for one in sent:
        clock.now += timedelta(days=1)
        await doors.play([one])
    first, last = clock.now - timedelta(days=6), clock.now
    asked: str | None = f"/v1/access-log?verb=collection&limit=3&to={last.date()}"
    sizes, times = [], []
    while asked:
        answer = await doors.gateway.get(asked)
        body = answer.json()
        asked = body["next"]
        links = {"Link": f'<{asked}>; rel="next"'} if asked else {}
        assert {name: answer.headers[name] for name in ("Link",) if name in answer.headers} == links
        sizes.append(len(body["items"]))
        times += [entry["at"] for entry in body["items"]]
    assert sizes == [3, 3, 1]
    assert times == sorted(times, reverse=True)

    async def count(**asked: str) -> int:
        return len(await log_of(doors, verb="collection", **asked))

    second = (first + timedelta(days=1)).date().isoformat()
    assert await count(**{"from": second}) == 6
    assert await count(to=second) == 2
    assert await count(**{"from": second, "to": second}) == 1
    assert await count(to=first.isoformat()) == 0
    assert await count(who="usual-police", organisation="police/*") == 7
    assert await count(who="somebody") == 0
    assert await count(**{"from": "1950-01-01"}) == 7
    assert await count(to="1950-01-01") == 0
    assert await count(**{"from": "9998-12-31"}) == 0


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("from=yesterday", "from"),
        ("to=2024-03-28T17:45:00", "to"),
        ("verb=looking", "verb"),
        ("journey=1", "journey"),
        ("after=x", "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("who=%00", "who"),
        ("organisation=a%00", "organisation"),
    ],
)
async def test_a_question_that_cannot_be_answered_says_why(
    doors: Doors, asked: str, field: str
) -> None:
    answer = await doors.gateway.get(f"/v1/access-log?{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert answer.json()["errors"][0]["field"] == field


async def test_without_its_login_the_gateway_tells_journeys_and_no_log(database: Database) -> None:
    async with serving(gateway_app(), database.url("gateway"), usual("gateway")) as gateway:
        answer = await gateway.get("/v1/access-log")
        assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
        assert (await gateway.get("/v1/journeys?reference=x")).status_code == 200


async def test_what_cannot_be_noted_is_neither_kept_nor_told(
    doors: Doors, database: Database
) -> None:
    await doors.play([reported("1", CRIME)])
    id = reference_id(CRIME)
    owner = await asyncpg.connect(database.owner_url)
    try:
        await owner.execute("ALTER TABLE access_log RENAME TO gone")
        refused = [
            await doors.police.post("/v1/events", json=reported("2", CRIME)),
            await doors.gateway.get(f"/v1/journeys/{id}/timeline"),
            await doors.gateway.get("/v1/journeys", params={"reference": CRIME}),
        ]
        assert [answer.status_code for answer in refused] == [503, 503, 503]
        assert await owner.fetchval("SELECT count(*) FROM event") == 1
    finally:
        await owner.close()


async def test_a_timeline_goes_on_without_what_was_erased(doors: Doors, database: Database) -> None:
    types = ("crime.reported", "suspect.arrested", "victim.told")
    sent = [json.loads((EXAMPLES / f"{type_}.json").read_text()) for type_ in types]
    await doors.play(sent)
    before = await doors.timeline(CRIME)
    assert await erase(database, "--event", sent[-1]["source"], sent[-1]["id"]) == 0
    after = await doors.timeline(CRIME)
    assert standings(before)["R6.ARREST"] == "met"
    # The police may have told the victim: nobody is in breach because of an erasing.
    assert standings(after)["R6.ARREST"] == "unknown"
    assert standings(after)["R4.REFER"] == "overdue"
    assert after["interruptions"] == [
        {
            "source": sent[-1]["source"],
            "from": "2024-03-08T10:15:00Z",
            "until": "2024-03-08T10:15:00.000001Z",
            "noticed": False,
            "reason": "what was said here was erased",
            "says": "What /police/dorset/niche said of 8 March 2024 was erased.",
        }
    ]
    owed = next(o["id"] for o in after["obligations"] if o["rule"] == "R6.ARREST")
    asked = f"/v1/obligations/{owed}/explanation?journey={after['journey']['id']}"
    would = (await doors.gateway.get(asked)).json()["changes"]
    assert [change["standing"] for change in would] == ["met", None]
    (finding,) = set(after["findings"]) - set(before["findings"])
    assert finding == (
        "The content of an event was erased: what was said there is neither told nor counted."
    )
    assert await doors.play(sent) == ["repeated"] * 3

    assert await erase(database, "--reference", CRIME) == 0
    nothing = await doors.timeline(CRIME)
    assert nothing["obligations"] == []
    assert any(said.startswith("The content of 3 events was") for said in nothing["findings"])
