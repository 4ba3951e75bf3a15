"""What was found on all journeys is what is found on each of them, page by page and counted."""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from demo.samples import samples
from demo.synthetic.maker import line, make, world_of
from demo.synthetic.practice import usual_practice
from gateway.journey.findings.finding import FindingKind
from gateway.register.found import Place
from gateway.routes.paging import write_place
from shared.london import read_instant
from shared.store import Store
from tests.doors import Doors, SetClock
from tests.gateway.register.registers import catch_up, projector_of
from tests.tokens import bearer, token

Item = dict[str, Any]
MOMENTS = ("2024-04-30", "2024-11-05T10:00:00Z", "2026-11-20", "2031-06-01")
SOME = 24
FOUND = {"never_offered", "needs_lost", "repeat_not_flagged", "no_police_reference"}


def event(number: int, type_: str, time: str, subject: str, **data: Any) -> Item:
    agency = "cps/cps-south-west" if type_ == "charge.authorised" else "police/avon-and-somerset"
    return {
        "specversion": "1.0",
        "id": f"f{number}",
        "source": f"/{agency}/records",
        "type": type_,
        "subject": subject,
        "time": time,
        "data": data,
    }


def report(number: int, time: str, subject: str, **data: Any) -> Item:
    said = {"victim_kind": "person", "offence_group": "other", **data}
    return event(number, "crime.reported", time, subject, **said)


async def projected(reader: Store) -> None:
    await catch_up(await projector_of(reader))


async def pages(doors: Doors, address: str, headers: Any = None, **query: str) -> list[Item]:
    """Every item of a list, following `next`, which the Link header repeats."""
    found: list[Item] = []
    reply = await doors.gateway.get(address, params=query, headers=headers)
    while True:
        body = reply.raise_for_status().json()
        found += body["items"]
        assert body["register"]["up_to_date"]
        if body["next"] is None:
            return found
        assert reply.headers["link"] == f'<{body["next"]}>; rel="next"'
        reply = await doors.gateway.get(body["next"], headers=headers)


async def of_each(doors: Doors, references: list[str], **asked: Any) -> list[Item]:
    """What is found on each journey, as the list of all would tell it."""
    told: dict[str, list[Item]] = {}
    for reference in references:
        journey = await doors.journey(reference)
        if journey is None:
            continue
        address = f"/v1/journeys/{journey['id']}/findings"
        body = (await doors.gateway.get(address, **asked)).raise_for_status().json()
        name = {"id": journey["id"], "reference": journey["reference"]}
        told[journey["id"]] = [{**item, "journey": name} for item in body["items"]]
    return [item for items in told.values() for item in items]


def in_order(items: list[Item]) -> list[Item]:
    return sorted(items, key=name, reverse=True)


def name(item: Item) -> tuple[Any, ...]:
    at = read_instant(item["holds_from"])
    return at, item["journey"]["id"], item["kind"], item["about"]


@pytest.fixture
async def played(doors: Doors, reader: Store) -> list[str]:
    """The sample journeys and synthetic ones, kept and projected: their references."""
    world = world_of(12, date(2022, 1, 1), date(2025, 12, 31), usual_practice())
    made = [make(world, number) for number in range(SOME)]
    batches: dict[str, list[Item]] = defaultdict(list)
    for sent in [json.loads(line(e.cloudevent())) for one in made for e in one.events]:
        batches[sent["source"].split("/")[1]].append(sent)
    for sample in samples():
        for sent in sample.events:
            batches[sent["source"].split("/")[1]].append(dict(sent))
    batches["cps"].append(
        event(1, "charge.authorised", "2024-02-01T10:00:00Z", "case:alone/V1", suspect="S1")
    )
    for batch in batches.values():
        reply = await doors.of(batch[0]).post("/v1/events", json=batch)
        assert {item["status"] for item in reply.json()["items"]} <= {"created", "repeated"}
    await projected(reader)
    return [
        *(one.reference for one in made),
        *(sample.reference for sample in samples()),
        "case:alone/V1",
    ]


async def test_the_list_tells_what_each_journey_tells(
    doors: Doors, clock: SetClock, played: list[str]
) -> None:
    """In the past, today and in the future, with and without special categories."""
    plain = bearer(token("inspector", organisations=("*",)))
    usual: Counter[str] = Counter()
    for as_of in MOMENTS:
        for headers in (None, plain) if as_of == "2026-11-20" else (None,):
            each = await of_each(doors, played, params={"as_of": as_of}, headers=headers)
            listed = await pages(doors, "/v1/findings", headers, as_of=as_of, limit="7")
            assert listed == in_order(each), as_of
            counts = await pages(doors, "/v1/statistics/findings", headers, as_of=as_of, limit="3")
            assert counts == counted(each), as_of
            if headers is None:
                usual.update(item["kind"] for item in each)
            else:
                abouts = {item["about"] for item in each}
                assert not abouts & {"enhanced_rights", "needs_not_acknowledged"}
    assert set(usual) >= FOUND
    await hold_filters(doors)
    # The log is told newest first, and the looks so far were all at one moment.
    clock.now += timedelta(minutes=1)
    await hold_that_the_look_is_noted(doors)


def counted(items: list[Item]) -> list[Item]:
    groups = defaultdict(list)
    for item in items:
        groups[item["kind"], item["agency"], item["organisation"]].append(item["journey"]["id"])
    return [
        {
            "kind": kind,
            "version": 1,
            "agency": agency,
            "organisation": organisation,
            "findings": len(journeys),
            "journeys": len(set(journeys)),
        }
        for (kind, agency, organisation), journeys in sorted(
            groups.items(), key=lambda group: tuple(word or "" for word in group[0])
        )
    ]


async def hold_filters(doors: Doors) -> None:
    everything = await pages(doors, "/v1/findings", limit="500")
    for word in ("kind", "about", "organisation", "stage"):
        values = {item[word] for item in everything if item[word] is not None}
        assert len(values) > 1
        for value in values:
            some = await pages(doors, "/v1/findings", limit="500", **{word: value})
            assert some == [item for item in everything if item[word] == value], (word, value)
            numbers = await pages(doors, "/v1/statistics/findings", limit="500", **{word: value})
            assert sum(number["findings"] for number in numbers) == len(some)
    days = sorted({item["held_days"] for item in everything})
    for many in (days[0] + 1, days[len(days) // 2]):
        some = await pages(doors, "/v1/findings", limit="500", for_days=str(many))
        assert some == [item for item in everything if item["held_days"] >= many]
        assert some
    # No page ends beyond the moment asked about: what claims so begins at the beginning.
    beyond = write_place(Place(datetime(2999, 1, 1, tzinfo=UTC), UUID(int=0), "", ""))
    forged = await pages(doors, "/v1/findings", limit="500", as_of="2024-04-30", after=beyond)
    assert forged == await pages(doors, "/v1/findings", limit="500", as_of="2024-04-30")
    assert forged


async def hold_that_the_look_is_noted(doors: Doors) -> None:
    victims = {f["journey"]["id"] for f in await pages(doors, "/v1/findings", limit="499")}
    log = (await doors.gateway.get("/v1/access-log", params={"verb": "consultation"})).json()
    (noted,) = [e for e in log["items"] if e["what"] == "GET /v1/findings?limit=499"]
    assert noted["victims"] == len(victims) > 1


ONE, TWO, THREE = (f"crime:avon-and-somerset/77{n}/V1" for n in range(3))


async def repeats(doors: Doors, reader: Store, **asked: str) -> list[tuple[str, str]]:
    """The journeys told as unflagged repeats and since when, the same by both ways of asking."""
    await projected(reader)
    told = await pages(doors, "/v1/findings", kind="repeat_not_flagged", **asked)
    each = await of_each(doors, [ONE, TWO, THREE], params=asked)
    assert in_order([i for i in each if i["kind"] == "repeat_not_flagged"]) == told
    return [(item["journey"]["reference"], item["holds_from"][:10]) for item in told]


async def test_a_repeat_victim_is_found_across_journeys_whatever_came_first(
    doors: Doors, clock: SetClock, reader: Store
) -> None:
    clock.now = read_instant("2024-06-01T12:00:00Z")
    key = {"victim_key": "K7"}
    later = report(1, "2024-03-04T09:00:00Z", TWO, **key)
    alone = report(2, "2024-03-04T09:00:00Z", THREE, victim_key="K8")
    assert await doors.play([later, alone]) == ["created"] * 2
    assert await repeats(doors, reader) == []
    clock.now = read_instant("2024-06-03T12:00:00Z")
    await doors.play([report(3, "2024-01-08T09:00:00Z", ONE, **key)])
    assert await repeats(doors, reader) == [(TWO, "2024-03-04")]
    assert await repeats(doors, reader, as_of="2024-03-03") == []
    known = await of_each(doors, [TWO], params={"as_of": "2024-06-03", "known_at": "2024-06-02"})
    assert [item for item in known if item["kind"] == "repeat_not_flagged"] == []
    # The flag comes with a correction, four days after the report.
    content = {
        "time": "2024-03-04T09:00:00Z",
        "data": {**later["data"], "flagged_repeat": True},
    }
    of = {"source": later["source"], "id": later["id"]}
    words = {"event": of, "content": content, "reason": "found since"}
    await doors.play([event(4, "event.corrected", "2024-03-08T09:00:00Z", TWO, **words)])
    assert await repeats(doors, reader) == []
    assert await repeats(doors, reader, as_of="2024-03-07") == [(TWO, "2024-03-04")]
    (item,) = await pages(doors, "/v1/findings", kind="repeat_not_flagged", as_of="2024-03-07")
    assert item["days"] == 4
    # Once both are one journey there is no other.
    link = {"reference": TWO, "basis": "one victim"}
    await doors.play([event(5, "reference.linked", "2024-03-09T09:00:00Z", ONE, **link)])
    assert await repeats(doors, reader, as_of="2024-03-07") == []
    # A report of the same moment is no earlier one.
    again = report(6, "2024-03-04T09:00:00Z", "crime:avon-and-somerset/779/V1", victim_key="K8")
    await doors.play([again])
    assert await repeats(doors, reader) == []


async def test_what_cannot_be_asked_is_named_and_who_may_not_is_refused(doors: Doors) -> None:
    await doors.play([report(1, "2024-03-04T09:00:00Z", ONE, flags=["hate"])])
    journey = await doors.journey(ONE)
    assert journey is not None
    addresses = ("/v1/findings", "/v1/statistics/findings")
    refused = (
        ({"after": "there"}, "after"),
        ({"organisation": "a\x00b"}, "organisation"),
        ({"about": "a\x00b"}, "about"),
        ({"kind": "bad"}, "kind"),
        ({"stage": "soon"}, "stage"),
        ({"as_of": "9500-01-01"}, "as_of"),
        ({"for_days": "-1"}, "for_days"),
        ({"limit": "0"}, "limit"),
    )
    for address in addresses:
        for query, field in refused:
            reply = await doors.gateway.get(address, params=query)
            assert reply.status_code == 422, (address, query)
            assert [fault["field"] for fault in reply.json()["errors"]] == [field]
            assert all(fault["remedy"] for fault in reply.json()["errors"])
        long_ago = {"as_of": "1900-01-01", "for_days": "36500"}
        oldest = await doors.gateway.get(address, params=long_ago)
        assert oldest.json()["items"] == []
    some = bearer(token("inspector", organisations=("police/avon-and-somerset",)))
    one = f"/v1/journeys/{journey['id']}/findings"
    for address in (*addresses, one):
        assert (await doors.gateway.get(address, headers=some)).status_code == 403
        plain = bearer(token("inspector", organisations=("*",)))
        told = (await doors.gateway.get(address, headers=plain)).json()
        assert told["left_out"]
        assert told["handling"] == "OFFICIAL-SENSITIVE"
    (missed,) = [
        item
        for item in (await doors.gateway.get(one)).json()["items"]
        if item["about"] == "enhanced_rights"
    ]
    assert missed["held_days"] == (date(2026, 11, 20) - date(2024, 3, 4)).days
    unknown = await doors.gateway.get("/v1/journeys/00000000-0000-0000-0000-000000000000/findings")
    assert unknown.status_code == 404
    kinds = (await doors.gateway.get("/v1/findings/kinds")).json()["items"]
    assert [kind["kind"] for kind in kinds] == list(FindingKind)
    assert all(kind["does_not_mean"] for kind in kinds)
