"""Breaches, and what falls due, over all journeys: what every timeline says, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from demo.samples import samples
from shared.journey_event import speaker
from shared.london import read_day
from shared.store import Store
from tests.doors import Doors
from tests.gateway.register.registers import catch_up, projector_of
from tests.tokens import bearer, token

MOMENTS = ("2024-04-03", "2024-11-05T10:00:00Z", "2026-11-20")
Item = dict[str, Any]


@pytest.fixture
async def played(doors: Doors, reader: Store) -> Doors:
    """The doors once every sample journey has been played and projected, one breach noticed."""
    for sample in samples():
        await doors.play(sample.events)
    first = next(o for o in await owed(doors, "2024-04-03") if o["breach"])
    start = first["trigger"]["events"][0]
    noticed = {
        "specversion": "1.0",
        "id": "noticed",
        "source": start["source"],
        "type": "breach.noticed",
        "subject": samples()[0].reference,
        "time": "2024-10-01T09:00:00Z",
        "data": {"duty": first["rule"], "start": start["id"], "by": "victim"},
    }
    told = {
        **noticed,
        "id": "told",
        "type": "breach.victim_told",
        "time": "2024-10-02T09:00:00Z",
        "data": {"duty": first["rule"], "start": start["id"]},
    }
    assert await doors.play([noticed, told]) == ["created", "created"]
    await catch_up(await projector_of(reader))
    return doors


async def pages(
    doors: Doors, address: str, headers: dict[str, str] | None = None, /, **query: str
) -> list[list[Item]]:
    """Every page of a list, following `next`, which the Link header repeats."""
    found = []
    reply = await doors.gateway.get(address, params=query, headers=headers)
    while True:
        body = reply.raise_for_status().json()
        found.append(body["items"])
        assert body["register"]["up_to_date"]
        if body["next"] is None:
            assert "link" not in reply.headers
            return found
        assert reply.headers["link"] == f'<{body["next"]}>; rel="next"'
        reply = await doors.gateway.get(body["next"], headers=headers)


async def items(
    doors: Doors, address: str, headers: dict[str, str] | None = None, /, **query: str
) -> list[Item]:
    return [item for page in await pages(doors, address, headers, **query) for item in page]


async def owed(doors: Doors, as_of: str) -> list[Item]:
    """Every obligation of every timeline as of a moment, with its journey's id."""
    found = []
    for sample in samples():
        reply = await doors.gateway.get("/v1/journeys", params={"reference": sample.reference})
        (journey,) = reply.json()["items"]
        address = f"/v1/journeys/{journey['id']}/obligations"
        told = (await doors.gateway.get(address, params={"as_of": as_of})).json()["items"]
        found += [{**one, "journey": journey["id"]} for one in told]
    return found


async def test_lists_tell_what_every_timeline_tells(played: Doors) -> None:
    """As of the past, today and the future, in one order, without one lost or repeated."""
    for as_of in MOMENTS:
        told = await owed(played, as_of)
        await hold_breaches(played, told, as_of)
        await hold_due(played, told, as_of)
    await hold_filters(played)
    await hold_that_the_look_is_noted(played)


async def hold_that_the_look_is_noted(played: Doors) -> None:
    victims = {b["journey"]["id"] for b in await items(played, "/v1/breaches", limit="499")}
    log = (
        await played.gateway.get("/v1/access-log", params={"verb": "consultation", "limit": "1000"})
    ).json()
    (noted,) = [e for e in log["items"] if e["what"] == "GET /v1/breaches?limit=499"]
    assert noted["victims"] == len(victims) > 1


async def hold_breaches(played: Doors, told: list[Item], as_of: str) -> None:
    broken = await items(played, "/v1/breaches", as_of=as_of, limit="20")
    assert {(o["journey"], o["id"], o["standing"]) for o in told if o["breach"]} == {
        (b["journey"]["id"], b["obligation"], b["standing"]) for b in broken
    }
    assert len({b["obligation"] for b in broken}) == len(broken)
    assert [b["due_at"] for b in broken] == sorted((b["due_at"] for b in broken), reverse=True)
    for breach in broken:
        (one,) = [o for o in told if o["id"] == breach["obligation"]]
        for word in ("rule", "title", "right", "kind", "owner", "organisation", "enhanced"):
            assert breach[word] == one[word], word
        until = one["answer"]["day"] if one["answer"] else as_of[:10]
        assert breach["days_late"] == (read_day(until) - read_day(one["due_on"])).days
        noticed = one["marks"]["noticed"]
        assert breach["noticed_by"] == (noticed["by"] if noticed else "gateway")
        assert breach["noticed_after_days"] == (noticed and noticed["days_after_limit"])


async def hold_due(played: Doors, told: list[Item], as_of: str) -> None:
    due = await items(played, "/v1/due", as_of=as_of, limit="3", within_days="30")
    last = str(read_day(as_of[:10]) + timedelta(days=30))
    assert {(o["journey"], o["id"]) for o in told if pends(o) and o["due_on"] <= last} == {
        (d["journey"]["id"], d["obligation"]) for d in due
    }
    assert [d["due_at"] for d in due] == sorted(d["due_at"] for d in due)
    assert all(0 <= d["days_left"] <= 30 for d in due)


def pends(obligation: Item) -> bool:
    standing, kind = obligation["standing"], obligation["kind"]
    return standing == "pending" and kind != "window" and obligation["due_on"] is not None


async def hold_filters(played: Doors) -> None:
    everything = await items(played, "/v1/breaches", limit="500")
    assert {b["noticed_by"] for b in everything} == {"gateway", "victim"}
    for word in ("organisation", "owner", "right", "noticed_by"):
        values = {b[word] for b in everything if b[word] is not None}
        assert len(values) > 1
        for value in values:
            some = await items(played, "/v1/breaches", **{word: str(value), "limit": "40"})
            assert some == [b for b in everything if b[word] == value], (word, value)
    for managed in (True, False):
        some = await items(played, "/v1/breaches", managed=str(managed), limit="40")
        assert some == [b for b in everything if b["managed"] is managed] != []
    # Noticed alone is not managed, and nothing is before it is recorded.
    day = {"as_of": "2024-10-01", "noticed_by": "victim"}
    (noticed,) = await items(played, "/v1/breaches", **day)
    assert not noticed["managed"]
    assert await items(played, "/v1/breaches", **day, managed="true") == []
    assert await items(played, "/v1/breaches", organisation="nobody") == []


async def test_what_cannot_be_asked_is_named(doors: Doors) -> None:
    refused: list[tuple[str, dict[str, str], str]] = [
        ("/v1/breaches", {"after": "there"}, "after"),
        ("/v1/breaches", {"after": "MjAyNC0wMS0wMSB4IHk="}, "after"),
        ("/v1/breaches", {"organisation": "a\x00b"}, "organisation"),
        ("/v1/breaches", {"noticed_by": "nobody"}, "noticed_by"),
        ("/v1/breaches", {"right": "13"}, "right"),
        ("/v1/due", {"as_of": "9500-01-01"}, "as_of"),
        ("/v1/due", {"limit": "0"}, "limit"),
        ("/v1/due", {"within_days": "-1"}, "within_days"),
    ]
    for address, query, field in refused:
        reply = await doors.gateway.get(address, params=query)
        assert reply.status_code == 422, query
        assert [fault["field"] for fault in reply.json()["errors"]] == [field]
        assert all(fault["remedy"] for fault in reply.json()["errors"])


async def test_a_list_tells_that_the_register_is_behind(doors: Doors) -> None:
    await doors.play(samples()[0].events)
    told = (await doors.gateway.get("/v1/breaches")).json()
    assert told["items"] == []
    assert told["register"]["behind"] > 0
    assert not told["register"]["up_to_date"]


# It holds nothing of the samples' journeys.
NOBODY = "police/cumbria"


async def test_an_organisation_is_told_of_its_own_duties_as_its_part_tells_them(
    doors: Doors, reader: Store
) -> None:
    """Of all organisations' lists each is what its own timelines say, under its own names."""
    for sample in samples():
        await doors.play(sample.events)
    await catch_up(await projector_of(reader))
    some = 0
    of_police: set[tuple[str, str]] = set()
    everybody = {"/".join(speaker(e["source"])) for sample in samples() for e in sample.events}
    assert len(everybody) > 10
    for organisation in sorted({*everybody, NOBODY}):
        headers = bearer(token("agency_reader", organisations=(organisation,)))
        journeys = await journeys_of(doors, headers)
        for as_of in MOMENTS:
            told = await own(doors, headers, journeys, as_of)
            for address, counts in (("/v1/breaches", breaks), ("/v1/due", pends)):
                query = {"as_of": as_of, "limit": "7", "within_days": "366"}
                if address == "/v1/breaches":
                    del query["within_days"]
                listed = await items(doors, address, headers, **query)
                last = str(read_day(as_of[:10]) + timedelta(days=366))
                mine = [o for o in told if counts(o) and o["organisation"] is not None]
                assert {
                    (o["journey"], o["id"], o["standing"], o["due_on"])
                    for o in mine
                    if address == "/v1/breaches" or o["due_on"] <= last
                } == {
                    (i["journey"]["id"], i["obligation"], i["standing"], i["due_on"])
                    for i in listed
                }
                some += len(listed)
                if organisation.startswith("police/") and query == {"as_of": as_of, "limit": "7"}:
                    of_police |= {(as_of, i["obligation"]) for i in listed}
                order = [i["due_at"] for i in listed]
                assert order == sorted(order, reverse=address == "/v1/breaches")
                assert {i["organisation"] for i in listed} <= {organisation.partition("/")[2]}
    assert some > 40
    await hold_that_all_of_an_agency_are_for_an_inspector(doors, of_police)


async def hold_that_all_of_an_agency_are_for_an_inspector(
    doors: Doors, of_police: set[tuple[str, str]]
) -> None:
    inspector, agency_reader = (
        bearer(token(role, organisations=("police/*",))) for role in ("inspector", "agency_reader")
    )
    assert of_police
    assert of_police == {
        (as_of, i["obligation"])
        for as_of in MOMENTS
        for i in await items(doors, "/v1/breaches", inspector, as_of=as_of, limit="500")
    }
    # A reader's token that is made too wide opens nothing.
    assert await items(doors, "/v1/breaches", agency_reader, as_of=MOMENTS[-1]) == []


def breaks(obligation: Item) -> bool:
    return bool(obligation["breach"])


async def journeys_of(doors: Doors, headers: dict[str, str]) -> set[str]:
    """The journeys of every reference of the samples, as a caller may know them."""
    found = set()
    for reference in {event["subject"] for sample in samples() for event in sample.events}:
        asked = {"reference": reference}
        reply = await doors.gateway.get("/v1/journeys", params=asked, headers=headers)
        found |= {journey["id"] for journey in reply.json()["items"]}
    return found


async def own(doors: Doors, headers: dict[str, str], journeys: set[str], as_of: str) -> list[Item]:
    """Every obligation on the parts of these journeys that a caller may see, as of a moment."""
    found = []
    for journey in journeys:
        address = f"/v1/journeys/{journey}/obligations"
        told = await doors.gateway.get(address, params={"as_of": as_of}, headers=headers)
        found += [{**one, "journey": journey} for one in told.json()["items"]]
    return found


async def test_a_link_to_a_guessed_reference_changes_nobodys_list(
    doors: Doors, reader: Store
) -> None:
    """Neither what another organisation holds, nor that it holds anything, shows in a list."""
    sample = samples()[0]
    await doors.play(sample.events)
    mallory = "/police/cumbria/niche"
    dummy = "crime:cumbria/5199999999/V1"
    arrest = {
        "specversion": "1.0",
        "id": "a1",
        "source": mallory,
        "type": "suspect.arrested",
        "subject": dummy,
        "time": "2024-03-28T10:00:00Z",
        "data": {"suspect": "S1"},
    }
    link = {
        **arrest,
        "id": "a2",
        "type": "reference.linked",
        "data": {"reference": sample.reference, "basis": "guessed"},
    }
    assert await doors.play([arrest]) == ["created"]
    headers = bearer(token("agency_reader", organisations=(NOBODY,)))
    projector = await projector_of(reader)
    await catch_up(projector)
    before = [await lists_of(doors, headers), await lists_of(doors, own_of(sample.reference))]
    assert before[0][0]
    assert before[1][0]
    assert await doors.play([link]) == ["created"]
    await catch_up(projector)
    assert [await lists_of(doors, headers), await lists_of(doors, own_of(sample.reference))] == (
        before
    )


def own_of(reference: str) -> dict[str, str]:
    force = reference.removeprefix("crime:").partition("/")[0]
    return bearer(token("agency_reader", organisations=(f"police/{force}",)))


async def lists_of(doors: Doors, headers: dict[str, str]) -> list[list[Item]]:
    asked: list[tuple[str, dict[str, str]]] = [
        ("/v1/breaches", {"as_of": "2026-11-20"}),
        ("/v1/due", {"as_of": "2024-03-29", "within_days": "366"}),
    ]
    return [await items(doors, address, headers, **query) for address, query in asked]


async def test_what_a_list_leaves_out_is_said(doors: Doors) -> None:
    own_only = bearer(token("agency_reader", organisations=("police/avon-and-somerset",)))
    plain = bearer(token("inspector", organisations=("*",)))
    for path in ("/v1/breaches", "/v1/due"):
        told = (await doors.gateway.get(path, headers=own_only)).json()
        assert any("organisation that owes it" in said for said in told["left_out"])
        told = (await doors.gateway.get(path, headers=plain)).json()
        assert told["left_out"]
        assert told["handling"] == "OFFICIAL-SENSITIVE"
