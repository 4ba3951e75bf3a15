"""An inspector asks what was owed on a journey, and of any of it: why?"""

from typing import Any

import pytest

from tests.doors import Doors, SetClock
from tests.gateway.routes.test_journeys import CRIME, arrest, event, report

FEED = "/v1/feeds/avon-and-somerset/niche/interruptions"


async def owed(doors: Doors, rule: str, **moments: str) -> dict[str, Any]:
    """Return the one obligation of a rule on the journey."""
    journey = await doors.journey(CRIME)
    assert journey is not None
    listed = await doors.gateway.get(f"/v1/journeys/{journey['id']}/obligations", params=moments)
    (found,) = [o for o in listed.raise_for_status().json()["items"] if o["rule"] == rule]
    return dict(found)


async def why(doors: Doors, rule: str, **moments: str) -> dict[str, Any]:
    """Return the explanation of the one obligation of a rule on the journey."""
    journey = await doors.journey(CRIME)
    assert journey is not None
    obligation = await owed(doors, rule, **moments)
    told = await doors.gateway.get(
        f"/v1/obligations/{obligation['id']}/explanation",
        params={"journey": journey["id"], **moments},
    )
    explained = told.raise_for_status().json()
    assert explained["obligation"] == obligation
    return dict(explained)


def news(id: str, time: str) -> dict[str, Any]:
    return event(
        id,
        "victim.told",
        time,
        about=["suspect.arrested"],
        channel="phone",
        reached=True,
        recipient="victim",
        suspect="S1",
    )


async def test_the_list_is_that_of_the_timeline(doors: Doors) -> None:
    await doors.play([report(), arrest()])
    timeline = await doors.timeline(CRIME, as_of="2024-03-14")
    answer = await doors.gateway.get(
        f"/v1/journeys/{timeline['journey']['id']}/obligations", params={"as_of": "2024-03-14"}
    )
    body = answer.json()
    assert body["items"] == timeline["obligations"]
    assert body["judged_by"] == timeline["judged_by"]
    assert (body["next"], body["register"]) == (None, None)


async def test_a_breach_is_explained_day_by_day(doors: Doors) -> None:
    await doors.play([report(), arrest(), news("late", "2024-03-15T10:00:00Z")])
    told = await why(doors, "R6.ARREST", as_of="2024-03-31")
    assert [(d["day"], d["number"]) for d in told["days"] if d["counts"]] == [
        ("2024-03-07", 1),
        ("2024-03-08", 2),
        ("2024-03-11", 3),
        ("2024-03-12", 4),
        ("2024-03-13", 5),
    ]
    assert {(c["if"], c["standing"]) for c in told["changes"]} >= {
        ("the record of 15 March 2024 that answered it is withdrawn", "overdue")
    }
    assert "What answered it: on 15 March 2024 (2 working days after the limit)" in " ".join(
        told["sentences"]
    )
    before = await why(doors, "R6.ARREST", as_of="2024-03-14")
    assert before["obligation"]["standing"] == "overdue"


async def test_what_was_not_owed_cannot_be_explained(doors: Doors) -> None:
    await doors.play([report()])
    journey = await doors.journey(CRIME)
    assert journey is not None
    asked = f"/v1/obligations/{'0' * 24}/explanation"
    nothing = await doors.gateway.get(asked, params={"journey": journey["id"]})
    assert nothing.status_code == 404
    problem = nothing.json()
    assert problem["type"] == "urn:victim-journey:problem:unknown-obligation"
    assert problem["errors"][0]["field"] == "obligation_id"
    nowhere = await doors.gateway.get(
        asked, params={"journey": "00000000-0000-0000-0000-000000000000"}
    )
    assert nowhere.json()["type"] == "urn:victim-journey:problem:unknown-journey"


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("/v1/obligations/nonsense/explanation", {"journey": "x"}, "obligation_id"),
        (f"/v1/obligations/{'0' * 24}/explanation", {}, "journey"),
        (f"/v1/obligations/{'0' * 24}/explanation", {"journey": "soon"}, "journey"),
    ],
)
async def test_a_question_that_cannot_be_read_names_its_field(
    doors: Doors, path: str, params: dict[str, str], field: str
) -> None:
    answer = await doors.gateway.get(path, params=params)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


async def test_a_good_reason_and_what_was_noticed_stand_beside_the_breach(doors: Doors) -> None:
    later = [
        event("report", "crime.reported", "2025-03-03T09:00:00Z", victim_kind="person",
              offence_group="violence"),
        event("arrest", "suspect.arrested", "2025-03-03T15:00:00Z", suspect="S1"),
        event("reason", "departure.justified", "2025-03-12T09:00:00Z", duty="R6.ARREST",
              start="arrest", reason="a threat to life", decided_by="superintendent"),
        event("seen", "breach.noticed", "2025-03-20T09:00:00Z", duty="R6.ARREST", start="arrest",
              by="victim"),
    ]  # fmt: skip
    assert await doors.play(later) == ["created"] * 4
    timeline = await doors.timeline(CRIME, as_of="2025-04-30")
    (breach,) = [o for o in timeline["obligations"] if o["rule"] == "R6.ARREST"]
    assert (breach["standing"], breach["due_on"]) == ("overdue", "2025-03-10")
    assert breach["marks"]["departure"]["reason"] == "a threat to life"
    assert (breach["marks"]["noticed"]["by"], breach["marks"]["noticed"]["days_after_limit"]) == (
        "victim",
        10,
    )
    counted = timeline["breaches"]
    assert counted["with_justified_departures"] - counted["without_justified_departures"] == 1


async def test_what_a_feed_could_not_send_is_unknown_until_it_is_sent(
    doors: Doors, clock: SetClock
) -> None:
    await doors.play([report(), arrest()])
    down = {
        "id": "INT-1",
        "time": "2024-03-08T09:00:00Z",
        "from": "2024-03-08T08:00:00Z",
        "until": "2024-03-11T08:00:00Z",
        "reason": "the network was down",
    }
    assert (await doors.police.post(FEED, json=down)).status_code == 201
    obligation = await owed(doors, "R6.ARREST", as_of="2024-04-30")
    assert (obligation["standing"], obligation["breach"]) == ("unknown", False)
    timeline = await doors.timeline(CRIME, as_of="2024-04-30")
    assert timeline["interruptions"] == [
        {
            "source": "/police/avon-and-somerset/niche",
            "from": "2024-03-08T08:00:00Z",
            "until": "2024-03-11T08:00:00Z",
            "noticed": False,
            "reason": "the network was down",
            "says": "/police/avon-and-somerset/niche said that it could not send from 08:00 on "
            "8 March 2024 until 08:00 on 11 March 2024: the network was down. What happened then "
            "has not all been sent.",
        }
    ]
    declared = clock.now
    clock.now = declared.replace(hour=13)
    assert await doors.play([news("sent since", "2024-03-09T10:00:00Z")]) == ["created"]
    assert (await owed(doors, "R6.ARREST", as_of="2024-04-30"))["standing"] == "met"
    assert (await owed(doors, "R4.REFER", as_of="2024-04-30"))["standing"] == "overdue"
    clock.now = declared.replace(hour=14)
    sent = {**down, "id": "INT-1-sent", "corrects": "INT-1", "replayed": True}
    assert (await doors.police.post(FEED, json=sent)).status_code == 201
    settled = await doors.timeline(CRIME, as_of="2024-04-30")
    assert settled["interruptions"] == []
    before = await doors.timeline(CRIME, as_of="2024-04-30", known_at="2026-11-20T12:30:00Z")
    (unsure,) = [o for o in before["obligations"] if o["rule"] == "R6.ARREST"]
    assert unsure["standing"] == "unknown"


async def test_what_has_not_ended_cannot_have_been_sent(doors: Doors) -> None:
    said = {
        "id": "INT-1",
        "time": "2024-03-08T09:00:00Z",
        "from": "2024-03-08T08:00:00Z",
        "replayed": True,
        "reason": "the network is down",
    }
    refused = await doors.police.post(FEED, json=said)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["replayed"]
