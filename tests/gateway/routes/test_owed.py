"""Breaches, and what falls due, over all journeys: what every timeline says, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from demo.samples import samples
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


async def pages(doors: Doors, address: str, **query: str) -> list[list[Item]]:
    """Every page of a list, following `next`, which the Link header repeats."""
    found = []
    reply = await doors.gateway.get(address, params=query)
    while True:
        body = reply.raise_for_status().json()
        found.append(body["items"])
        assert body["register"]["up_to_date"]
        if body["next"] is None:
            assert "link" not in reply.headers
            return found
        assert reply.headers["link"] == f'<{body["next"]}>; rel="next"'
        reply = await doors.gateway.get(body["next"])


async def items(doors: Doors, address: str, **query: str) -> list[Item]:
    return [item for page in await pages(doors, address, **query) for item in page]


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
    log = (await played.gateway.get("/v1/access-log", params={"verb": "consultation"})).json()
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


async def test_lists_of_all_journeys_are_for_who_may_see_all(doors: Doors) -> None:
    some = bearer(token("inspector", organisations=("police/avon-and-somerset",)))
    for path in ("/v1/breaches", "/v1/due"):
        refused = await doors.gateway.get(path, headers=some)
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:victim-journey:problem:not-permitted"
        plain = bearer(token("inspector", organisations=("*",)))
        told = (await doors.gateway.get(path, headers=plain)).json()
        assert told["left_out"]
        assert told["handling"] == "OFFICIAL-SENSITIVE"
