"""An inspector asks: which journey, what was owed, as of when, as known when."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from shared.journey_event import reference_id
from tests.doors import Doors, SetClock
from tests.tokens import bearer, token

CRIME = "crime:avon-and-somerset/5224001234/V1"
CASE = "case:52AS0012324/V1"
CONTACT = "contact:south-west/VC-24-00123"


def event(
    id: str, type: str, time: str, subject: str = CRIME, source: str = "police", **data: Any
) -> dict[str, Any]:
    """Return a CloudEvent of one of the three agencies."""
    sources = {
        "police": "/police/avon-and-somerset/niche",
        "cps": "/cps/south-west/cms",
        "probation": "/probation/south-west/vcms",
    }
    return {
        "specversion": "1.0",
        "id": id,
        "source": sources[source],
        "type": type,
        "subject": subject,
        "time": time,
        "data": data,
    }


def report() -> dict[str, Any]:
    return event(
        "report",
        "crime.reported",
        "2024-03-04T09:00:00Z",
        victim_kind="person",
        offence_group="violence",
    )


def arrest() -> dict[str, Any]:
    return event("arrest", "suspect.arrested", "2024-03-06T15:00:00Z", suspect="S1")


async def test_a_reference_nobody_knows_gives_an_empty_list(doors: Doors) -> None:
    answer = await doors.gateway.get("/v1/journeys", params={"reference": CRIME})
    assert answer.status_code == 200
    assert answer.json() == {
        "handling": "OFFICIAL-SENSITIVE",
        "items": [],
        "next": None,
        "as_of": "2026-11-20T12:00:00Z",
        "register": None,
    }


async def test_an_event_goes_from_the_door_to_the_timeline(doors: Doors) -> None:
    assert await doors.play([report(), arrest()]) == ["created", "created"]
    timeline = await doors.timeline(CRIME, as_of="2024-03-14")
    assert timeline["journey"]["id"] == str(reference_id(CRIME))
    assert (timeline["stage"], timeline["holder"]) == ("investigation", "police")
    assert timeline["holder_organisation"] == "avon-and-somerset"
    by_rule = {o["rule"]: o for o in timeline["obligations"]}
    owed = by_rule["R6.ARREST"]
    assert (owed["right"], owed["owner"], owed["organisation"]) == (
        6,
        "police",
        "avon-and-somerset",
    )
    assert owed["edition"]["edition"] == "VC2020"
    assert owed["edition"]["cite"]["at"] == "Right 6"
    assert (owed["due_on"], owed["due_at"]) == ("2024-03-13", "2024-03-14T00:00:00Z")
    assert (owed["standing"], owed["breach"], owed["answer"]) == ("overdue", True, None)
    assert owed["trigger"]["events"][0]["id"] == "arrest"
    assert [entry["kind"] for entry in timeline["timeline"]] == [
        "fact",
        "stage",
        "limit",
        "fact",
        "stage",
        "limit",
        "breach",
        "limit",
        "breach",
    ]


async def test_three_references_become_one_journey_in_any_order_of_arrival(
    doors: Doors, clock: SetClock
) -> None:
    for number, order in enumerate(permutations(range(5))):
        crime, case, contact = (f"{reference}{number}" for reference in (CRIME, CASE, CONTACT))
        events = joined(crime, case, contact)
        for place in order:
            clock.now += timedelta(seconds=1)
            named = {**events[place], "id": f"{events[place]['id']}-{number}"}
            assert await doors.play([named]) == ["created"]
        timeline = await doors.timeline(case, as_of="2024-07-31")
        ids = {(await doors.journey(reference) or {})["id"] for reference in (crime, contact)}
        assert ids == {timeline["journey"]["id"]}
        assert {r["reference"] for r in timeline["journey"]["references"]} == {crime, case, contact}
        timed = [o for o in timeline["obligations"] if o["due_on"] and o["kind"] == "code"]
        assert [(o["rule"], o["standing"]) for o in timed] == [
            ("R4.REFER", "overdue"),
            ("R6.CPS-STOP", "overdue"),
            ("R11.VLO", "overdue"),
        ]
        assert timeline["holder"] == "probation"


def joined(crime: str, case: str, contact: str) -> list[dict[str, Any]]:
    """Return what three agencies say of one victim, each under a reference of its own."""
    return [
        {**report(), "subject": crime},
        event(
            "link-1",
            "reference.linked",
            "2024-03-05T09:00:00Z",
            crime,
            reference=case,
            basis="file",
        ),
        event(
            "stop",
            "prosecution.stopped",
            "2024-05-01T09:00:00Z",
            case,
            "cps",
            suspect="S1",
            how="discontinued",
            all_proceedings_end=True,
        ),
        event(
            "link-2",
            "reference.linked",
            "2024-06-01T09:00:00Z",
            contact,
            "probation",
            reference=case,
            basis="referral",
        ),
        event(
            "in", "contact_scheme.referral_received", "2024-06-01T08:00:00Z", contact, "probation"
        ),
    ]


async def test_an_absorbed_name_answers_with_the_survivor_and_before_that_for_itself(
    doors: Doors, clock: SetClock
) -> None:
    await doors.play([report()])
    clock.now += timedelta(days=1)
    heard = event("seen", "hearing.ended", "2024-05-01T09:00:00Z", CASE, "cps", hearing="H1")
    await doors.play([heard])
    before = clock.now
    clock.now += timedelta(days=1)
    link = event("link", "reference.linked", "2024-05-02T09:00:00Z", reference=CASE, basis="file")
    await doors.play([link])
    clock.now += timedelta(days=1)

    absorbed = f"/v1/journeys/{reference_id(CASE)}/timeline"
    now = (await doors.gateway.get(absorbed)).json()
    assert now["journey"]["reference"] == CRIME
    then = await doors.gateway.get(absorbed, params={"known_at": before.isoformat()})
    assert then.json()["journey"]["reference"] == CASE
    assert then.json()["findings"] == [
        "This journey has no police reference.",
        "No report of the crime is recorded on this journey.",
    ]


async def test_the_same_journey_at_three_moments_of_knowledge(
    doors: Doors, clock: SetClock
) -> None:
    await doors.play([report(), arrest()])
    clock.now += timedelta(days=1)
    source = arrest()["source"]
    content = {"time": "2024-03-08T15:00:00Z", "data": {"suspect": "S1"}}
    corrected = event(
        "fix",
        "event.corrected",
        "2024-03-20T09:00:00Z",
        event={"source": source, "id": "arrest"},
        content=content,
        reason="keyed wrong",
    )
    await doors.play([corrected])
    clock.now += timedelta(days=1)
    gone = event(
        "gone",
        "event.withdrawn",
        "2024-03-21T09:00:00Z",
        event={"source": source, "id": "arrest"},
        reason="another crime",
    )
    await doors.play([gone])

    async def due(known_at: str) -> list[str]:
        timeline = await doors.timeline(CRIME, as_of="2024-04-01", known_at=known_at)
        return [o["due_on"] for o in timeline["obligations"] if o["rule"] == "R6.ARREST"]

    assert await due("2026-11-20") == ["2024-03-13"]
    assert await due("2026-11-21") == ["2024-03-15"]
    assert await due("2026-11-22") == []


async def test_moments_left_out_are_now_and_all_that_is_known(doors: Doors) -> None:
    await doors.play([report()])
    timeline = await doors.timeline(CRIME)
    assert (timeline["as_of"], timeline["known_at"]) == ("2026-11-20T12:00:00Z", None)
    known = await doors.timeline(CRIME, known_at="2026-11-20T12:00:00Z")
    assert known["as_of"] == "2026-11-20T12:00:00Z"


async def test_a_moment_too_near_to_be_settled_says_so(doors: Doors, clock: SetClock) -> None:
    await doors.play([report()])
    asked = clock.now.isoformat()
    assert (await doors.timeline(CRIME, known_at=asked))["settled"] is False
    clock.now += timedelta(seconds=5)
    assert (await doors.timeline(CRIME, known_at=asked))["settled"] is True


async def test_a_day_means_its_end_in_london(doors: Doors) -> None:
    await doors.play([report()])
    assert (await doors.timeline(CRIME, as_of="2024-07-01"))[
        "as_of"
    ] == "2024-07-01T22:59:59.999999Z"


@pytest.mark.parametrize("name", ["as_of", "known_at"])
@pytest.mark.parametrize(
    "moment", ["soon", "2024-03-28T17:45:00", "28/03/2024", "2024-13-01", "", "2024-03-28 17:45"]
)
async def test_a_moment_that_cannot_be_read_is_a_problem(
    doors: Doors, name: str, moment: str
) -> None:
    address = f"/v1/journeys/{uuid4()}/timeline"
    answer = await doors.gateway.get(address, params={name: moment})
    assert (answer.status_code, answer.json()["title"]) == (
        422,
        "The question cannot be answered as it is",
    )
    (error,) = answer.json()["errors"]
    assert error["field"] == name
    assert "2024-03-28" in error["remedy"]


async def test_an_unknown_journey_is_a_problem(doors: Doors) -> None:
    answer = await doors.gateway.get(f"/v1/journeys/{uuid4()}/timeline")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:victim-journey:problem:unknown-journey"
    malformed = await doors.gateway.get("/v1/journeys/nonsense/timeline")
    assert malformed.status_code == 422
    assert malformed.json()["errors"] == [
        {
            "field": "journey_id",
            "wrong": "is not an id",
            "remedy": "send an id as it was given, such as a journey's `id`",
        }
    ]


async def test_a_journey_not_yet_heard_of_is_unknown_at_that_moment(doors: Doors) -> None:
    await doors.play([report()])
    address = f"/v1/journeys/{reference_id(CRIME)}/timeline"
    answer = await doors.gateway.get(address, params={"known_at": "2026-11-19"})
    assert answer.status_code == 404


async def test_a_reference_that_is_missing_or_cannot_be_is_a_problem(doors: Doors) -> None:
    reader = bearer(token("agency_reader", organisations=("police/dorset",)))
    missing = await doors.gateway.get("/v1/journeys", headers=reader)
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "reference")
    strange = await doors.gateway.get("/v1/journeys", params={"reference": "crime:\x00"})
    assert strange.status_code == 422


async def test_as_of_may_lie_centuries_away(doors: Doors) -> None:
    await doors.play([report()])
    moments = ("0001-01-01", "0001-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "9999-12-31")
    for moment in (*moments, "9999-12-31T12:00:00Z", "9999-12-31T23:59:59-14:00"):
        address = f"/v1/journeys/{reference_id(CRIME)}/timeline"
        for name in ("as_of", "known_at"):
            answer = await doors.gateway.get(address, params={name: moment})
            assert answer.status_code in (200, 404, 422), (name, moment, answer.text)


async def test_times_in_the_answer_are_in_utc(doors: Doors) -> None:
    await doors.play([report()])
    entry = (await doors.timeline(CRIME))["timeline"][0]
    assert datetime.fromisoformat(entry["at"]).tzinfo == UTC
    assert entry["at"].endswith("Z")


async def test_a_crime_of_another_century_has_a_timeline(doors: Doors) -> None:
    old = {**report(), "time": "1900-01-01T00:00:00Z"}
    assert await doors.play([old, arrest()]) == ["created", "created"]
    for as_of in ("1900-01-01", "1965-06-01", "2024-03-20", "9999-12-30"):
        timeline = await doors.timeline(CRIME, as_of=as_of)
        assert timeline["timeline"][0]["day"] == "1900-01-01"
