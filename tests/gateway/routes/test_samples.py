"""Samples through the real doors: drawn, told, drawn again from files, replaced, never changed."""

import asyncio
import csv
import hashlib
import json
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from demo.synthetic.maker import make, world_of
from demo.synthetic.practice import usual_practice
from gateway.sampling.command import run
from shared.store import Store
from tests.doors import Doors, SetClock
from tests.gateway.register.registers import catch_up, projector_of
from tests.shared.databases import Database
from tests.tokens import bearer, token

SOME = 120
ASKED = {"strata": ["offence_group"], "n": 3, "reserve": 2, "seed": "annex-b"}
Body = dict[str, Any]


@pytest.fixture
async def played(doors: Doors, reader: Store) -> Doors:
    """The doors once some synthetic journeys have been sent and projected."""
    world = world_of(5, date(2023, 1, 1), date(2025, 12, 31), usual_practice())
    events = [event for number in range(SOME) for event in make(world, number).events]
    for agency in ("police", "cps", "probation"):
        own = [e.cloudevent() for e in events if e.source.startswith(f"/{agency}/")]
        for first in range(0, len(own), 2_000):
            sent = await getattr(doors, agency).post("/v1/events", json=own[first : first + 2_000])
            sent.raise_for_status()
    await catch_up(await projector_of(reader))
    return doors


async def draw(doors: Doors, **asked: Any) -> Body:
    reply = await doors.gateway.post("/v1/samples", json=asked)
    assert reply.status_code == 201, reply.text
    told: Body = reply.json()
    assert reply.headers["location"] == f"/v1/samples/{told['id']}"
    assert (told["handling"], reply.headers["x-handling"]) == ("OFFICIAL-SENSITIVE",) * 2
    return told


async def get(doors: Doors, address: str, **query: Any) -> Any:
    return (await doors.gateway.get(address, params=query or None)).raise_for_status().json()


async def text(doors: Doors, address: str) -> str:
    return (await doors.gateway.get(address)).raise_for_status().text


def named(sample: Body) -> list[list[str]]:
    """The journeys of each stratum's order, drawn and in reserve."""
    return [
        [case["journey"]["id"] for case in (*stratum["cases"], *stratum["replacements"])]
        for stratum in sample["strata"]
    ]


async def test_a_sample_is_drawn_once_and_for_ever(
    played: Doors, clock: SetClock, reader: Store, database: Database, tmp_path: Path
) -> None:
    sample = await draw(played, **ASKED)
    await hold_what_is_told(sample)
    await hold_that_files_give_it_again(played, sample, tmp_path)
    await hold_that_the_database_orders_the_same(database, sample)
    await hold_replacements(played, sample)
    await hold_what_is_joined_later(played, reader, sample)
    clock.now += timedelta(minutes=1)
    await hold_lists_and_log(played, sample)
    # Drawn again of the same moment, it comes out the same, as far as the register says the same.
    again = await draw(played, **ASKED, as_of=sample["as_of"])
    assert again["id"] != sample["id"]
    clock.now = clock.now.replace(year=2027)
    kept = await get(played, f"/v1/samples/{sample['id']}")
    assert named(kept) == named(sample)
    assert kept["frame"] == sample["frame"]


async def hold_what_is_told(sample: Body) -> None:
    assert sample["frame"]["size"] == SOME
    assert not sample["seed_made"]
    strata = {stratum["label"]: stratum for stratum in sample["strata"]}
    assert sum(stratum["population"] for stratum in strata.values()) == SOME
    # Every group of offences is told of, those of which there is none too.
    assert len(strata) == 11
    short = [one for one in strata.values() if one["drawn"] < 3]
    assert any(one["population"] == 0 for one in short)
    for one in strata.values():
        assert (
            one["drawn"] == min(3, one["population"]) == 3 - one["shortfall"] == len(one["cases"])
        )
        assert len(one["replacements"]) == min(2, one["population"] - one["drawn"])
        if one["drawn"]:
            assert one["weight"] == one["population"] / one["drawn"]
            assert one["points"] < 50
            assert str(one["points"]) in one["says"] or one["drawn"] == one["population"]
    missing = sum(one["shortfall"] for one in short)
    assert any(f"{missing} cases short in all" in said for said in sample["says"])
    assert any("has to be weighted" in said for said in sample["says"])
    assert not any("behind" in said for said in sample["says"])


async def hold_that_files_give_it_again(doors: Doors, sample: Body, folder: Path) -> None:
    address = f"/v1/samples/{sample['id']}"
    manifest, frame = folder / "manifest.json", folder / "frame.csv"
    manifest.write_text(await text(doors, address))
    frame.write_text(await text(doors, f"{address}/frame?format=csv"))
    assert run(["verify", str(manifest), str(frame)]) == 0
    lines = (await text(doors, f"{address}/frame?format=ndjson")).splitlines()
    rows = [(row["journey_id"], row["label"]) for row in map(json.loads, lines)]
    paged: list[tuple[str, str]] = []
    page = await get(doors, f"{address}/frame", limit=50)
    while True:
        paged += [(row["journey_id"], row["label"]) for row in page["items"]]
        if page["next"] is None:
            break
        page = await get(doors, page["next"])
    assert paged == rows == [tuple(row[:2]) for row in csv.reader(StringIO(frame.read_text()))][1:]

    # One journey the fewer, another stratum, another seed, another case: each is noticed.
    whole = frame.read_text()
    first, second, *rest = whole.splitlines(keepends=True)
    told = json.loads(manifest.read_text())
    for changed, other in (
        (first + "".join(rest), told),
        (first + second.replace("=", "=not-") + "".join(rest), told),
        (whole, {**told, "seed": "another"}),
        (whole, {**told, "algorithm": "another"}),
        (whole, {**told, "frame": {**told["frame"], "sha256": "0" * 64}}),
    ):
        frame.write_text(changed)
        manifest.write_text(json.dumps(other))
        assert run(["verify", str(manifest), str(frame)]) == 1
    for unreadable in (first + second + second, "no frame", ""):
        frame.write_text(unreadable)
        assert run(["verify", str(manifest), str(frame)]) == 2
    manifest.write_text("[]")
    assert run(["verify", str(manifest), str(frame)]) == 2


async def hold_that_the_database_orders_the_same(database: Database, sample: Body) -> None:
    """PostgreSQL's own SHA-256 comes to the same order, and to the same hash of the frame."""
    connection = await asyncpg.connect(database.owner_url)
    try:
        rows = await connection.fetch(
            """
            SELECT label, array_agg(journey_id::text ORDER BY sha256(convert_to(
                concat_ws(E'\\n', $2::text, label, journey_id), 'UTF8'))) AS journeys
            FROM sample_frame JOIN sample_stratum USING (sample_id, stratum)
            WHERE sample_id = $1 GROUP BY label
            """,
            sample["id"],
            sample["seed"],
        )
        hashed = await connection.fetchval(
            """
            SELECT encode(sha256(convert_to(string_agg(
                journey_id || ',' || label || E'\\n', '' ORDER BY journey_id), 'UTF8')), 'hex')
            FROM sample_frame JOIN sample_stratum USING (sample_id, stratum) WHERE sample_id = $1
            """,
            sample["id"],
        )
    finally:
        await connection.close()
    assert hashed == sample["frame"]["sha256"]
    orders = {row["label"]: row["journeys"] for row in rows}
    for stratum, order in zip(sample["strata"], named(sample), strict=True):
        assert order == orders.get(stratum["label"], [])[: len(order)]


async def hold_replacements(doors: Doors, sample: Body) -> None:
    address = f"/v1/samples/{sample['id']}/replacements"
    stratum = next(one for one in sample["strata"] if len(one["replacements"]) == 2)
    first, second, third = (case["journey"]["id"] for case in stratum["cases"])
    reserve = [case["journey"]["id"] for case in stratum["replacements"]]

    async def replaced(journey: str, reason: str) -> tuple[int, Any]:
        asked = {"journey_id": journey, "reason": reason}
        reply = await doors.gateway.post(address, json=asked)
        return reply.status_code, reply.json()

    status, _ = await replaced(reserve[0], "too soon")
    assert status == 422
    status, problem = await replaced(first, "a\x00b")
    assert (status, problem["errors"][0]["field"]) == (422, "reason")
    for reason in ("file\x00lost", "\x00", " "):
        assert (await replaced(first, reason))[0] == 422, reason
    # Two at once take two, and the same twice takes one.
    both = await asyncio.gather(*(replaced(one, "file lost") for one in (first, second, first)))
    assert sorted(status for status, _ in both) in ([200, 201, 201], [201, 201, 201])
    taken = {told["examine"]["journey"]["id"] for _, told in both}
    assert taken == {*reserve}
    assert (await replaced(first, "file lost"))[0] == 200
    status, problem = await replaced(first, "we do not like it")
    assert (status, problem["type"]) == (409, "urn:victim-journey:problem:already-replaced")
    status, problem = await replaced(third, "file lost")
    assert (status, problem["errors"][0]["wrong"]) == (422, "has no replacement left")
    listed = await get(doors, address)
    assert [one["reason"] for one in listed["items"]] == ["file lost"] * 2

    told = await get(doors, f"/v1/samples/{sample['id']}")
    (now,) = (one for one in told["strata"] if one["label"] == stratum["label"])
    examined = [c["journey"]["id"] for c in (*now["cases"], *now["replacements"]) if c["in_sample"]]
    assert sorted(examined) == sorted([third, *reserve])
    assert any("2 cases were replaced" in said for said in told["says"])
    rows = list(
        csv.DictReader(StringIO(await text(doors, f"/v1/samples/{sample['id']}?format=csv")))
    )
    assert sum(row["in_sample"] == "yes" for row in rows) == sum(
        one["drawn"] for one in sample["strata"]
    )
    assert Counter(row["replaced_by"] != "" for row in rows)[True] == 2


async def hold_what_is_joined_later(doors: Doors, reader: Store, sample: Body) -> None:
    """A journey that another absorbs keeps the name it was drawn by, and tells the survivor."""
    cases = [case for stratum in sample["strata"] for case in stratum["cases"]]
    one, other = cases[0]["journey"], cases[-1]["journey"]
    _, force, _ = one["reference"].replace(":", "/").split("/", 2)
    link = {
        "specversion": "1.0",
        "id": "joined",
        "source": f"/police/{force}/records",
        "type": "reference.linked",
        "subject": one["reference"],
        "time": "2026-11-19T09:00:00Z",
        "data": {"reference": other["reference"], "basis": "one victim"},
    }
    assert await doors.play([link]) == ["created"]
    await catch_up(await projector_of(reader))
    told = await get(doors, f"/v1/samples/{sample['id']}")
    assert named(told) == named(sample)
    now = [
        case["now"]["id"]
        for stratum in told["strata"]
        for case in stratum["cases"]
        if case["journey"]["id"] in (one["id"], other["id"])
    ]
    assert len(now) == 2
    assert len({*now}) == 1
    assert any("joined to others" in said for said in told["says"])


async def hold_lists_and_log(doors: Doors, sample: Body) -> None:
    second = await draw(doors, population={"enhanced": True}, n=1, preset=None)
    assert second["seed_made"]
    page = await get(doors, "/v1/samples", limit=1)
    assert [one["id"] for one in page["items"]] == [second["id"]]
    page = await get(doors, page["next"])
    assert [one["id"] for one in page["items"]] == [sample["id"]]
    own = bearer(token("inspector", organisations=("*",), subject="another"))
    assert (await doors.gateway.get("/v1/samples", headers=own)).json()["items"] == []
    log = (await get(doors, "/v1/access-log", limit=200))["items"]
    drawn = [e for e in log if e["what"] == "POST /v1/samples"]
    assert drawn[-1]["victims"] == sum(map(len, named(sample)))
    (handed_on,) = [e for e in log if e["what"].endswith("/frame?format=csv")]
    assert (handed_on["verb"], handed_on["victims"]) == ("disclosure", SOME)


async def test_populations_strata_and_presets(played: Doors) -> None:
    everything = await draw(played, n=SOME, seed="all")
    (one,) = everything["strata"]
    assert one["label"] == ""
    assert one["points"] == 0
    cases = list(one["cases"])
    forces = Counter(case["police"] for case in cases)
    (force, count), *_ = forces.most_common()

    of_force = await draw(played, preset="one-force-three-agencies", population={"police": [force]})
    assert of_force["frame"]["size"] == count
    assert {s["values"]["cps"] for s in of_force["strata"]} == {
        case["cps"] for case in cases if case["police"] == force
    }
    by_force = await draw(played, preset="per-force", n=1)
    assert {s["values"]["police"]: s["population"] for s in by_force["strata"]} == forces
    assert by_force["asked"]["n"] == 1

    await hold_presets(played, force)

    # Each way of dividing the frame holds every journey once, and each filter its stratum.
    presets = await get(played, "/v1/samples/presets")
    filters = {"outcome": "outcomes", "stage": "stages", "victim_kind": "victim_kinds"}
    for dimension in [one["name"] for one in presets["dimensions"] if ":" not in one["name"]]:
        divided = await draw(played, strata=[dimension], n=1, reserve=0)
        sizes = {s["values"][dimension]: s["population"] for s in divided["strata"]}
        assert sum(sizes.values()) == SOME, dimension
        value, size = max(sizes.items(), key=lambda item: (item[0] is not None, item[1]))
        if dimension in filters and value is not None:
            asked = int(value) if dimension == "outcome" else value
            some = await draw(played, population={filters[dimension]: [asked]}, n=1)
            assert some["frame"]["size"] == size, dimension
        if dimension in ("under_18", "under_18_at_report", "enhanced"):
            some = await draw(played, population={dimension: True}, n=1)
            assert 0 < some["frame"]["size"] == sizes["yes"]
            others = await draw(played, population={dimension: False}, n=1)
            assert some["frame"]["size"] + others["frame"]["size"] == SOME
    months = await draw(played, strata=["month"], table=[{"stratum": {"month": "2024-03"}, "n": 2}])
    (march,) = [s for s in months["strata"] if s["wanted"]]
    assert any("none was asked for" in said for said in months["says"])
    in_march = {"reported_from": "2024-03-01", "reported_until": "2024-03-31"}
    told = await draw(played, population=in_march, n=1)
    assert march["population"] == told["frame"]["size"] > 0
    flagged = await draw(played, strata=["flag:domestic_abuse"], n=1)
    sizes = {s["values"]["flag:domestic_abuse"]: s["population"] for s in flagged["strata"]}
    told = await draw(played, population={"flags": ["domestic_abuse"]}, n=1)
    assert told["frame"]["size"] == sizes["yes"]
    # Of a moment before all of it there is nothing, and that is said.
    before = await draw(played, n=5, as_of="2019-01-01")
    assert before["frame"]["size"] == 0
    assert before["frame"]["sha256"] == hashlib.sha256(b"").hexdigest()
    assert [s["shortfall"] for s in before["strata"]] == [5]
    # As of a moment in between, what happened later is not in it.
    early = await draw(played, strata=["stage"], n=1, as_of="2024-03-31")
    assert 0 < early["frame"]["size"] < SOME


async def hold_presets(doors: Doors, force: str) -> None:
    """Every preset is drawn once the asker has said what it needs, and tells where it is from."""
    says: Body = {
        "population.police": {"police": [force]},
        "population.outcomes": {"outcomes": [16]},
    }
    for preset in (await get(doors, "/v1/samples/presets"))["items"]:
        people: Body = {}
        for need in preset["needs"]:
            people |= says[need]
        told = await draw(doors, preset=preset["id"], population=people)
        assert told["preset"] == preset["id"]
        assert told["asked"]["population"].items() >= people.items()
        assert told["asked"]["n"] == preset["asks"]["n"]
        own = preset["cite"]["source"] == "this project's own"
        assert own is (preset["cite"]["confidence"] == "none")
        for served in told["served"]:
            assert served["cps_areas"]
            assert served["probation_regions"]


async def test_what_cannot_be_drawn_is_named(doors: Doors) -> None:
    refused: list[tuple[Body, str]] = [
        ({}, "body"),
        ({"n": 0}, "n"),
        ({"n": True}, "n"),
        ({"n": 1, "seed": "a\nb"}, "seed"),
        ({"n": 1, "strata": ["offence_grup"]}, "strata.0"),
        ({"n": 1, "strata": ["stage", "stage"]}, "body"),
        ({"n": 1, "table": [{"stratum": {"stage": "trial"}, "n": 1}]}, "body"),
        ({"strata": ["stage"], "table": [{"stratum": {"stage": "tria"}, "n": 1}]}, "body"),
        ({"n": 1, "population": {"police": []}}, "population.police"),
        ({"n": 1, "population": {"police": ["a\x00"]}}, "population.police.0"),
        ({"n": 1, "population": {"outcomes": [23]}}, "population.outcomes.0"),
        ({"n": 1, "population": {"colour": "red"}}, "population.colour"),
        ({"n": 1, "as_of": "tomorrow"}, "as_of"),
        ({"n": 1, "as_of": "2030-01-01"}, "as_of"),
        ({"preset": "qsr"}, "preset"),
        ({"preset": "qsr-2025"}, "population.police"),
    ]
    for asked, field in refused:
        reply = await doors.gateway.post("/v1/samples", json=asked)
        assert reply.status_code == 422, asked
        assert [fault["field"] for fault in reply.json()["errors"]] == [field], asked
        assert all(fault["remedy"] for fault in reply.json()["errors"])
    for body, status in ((b"{", 400), (b"\xff", 400), (b"[]", 422), (b"9" * 300_000, 413)):
        reply = await doors.gateway.post("/v1/samples", content=body)
        assert reply.status_code == status, body[:9]
    nobody = "/v1/samples/00000000-0000-0000-0000-000000000000"
    for address in (nobody, f"{nobody}/frame", f"{nobody}/replacements"):
        reply = await doors.gateway.get(address)
        assert reply.status_code == 404
        assert reply.json()["type"] == "urn:victim-journey:problem:unknown-sample"
    # An empty register gives an empty sample.
    assert (await draw(doors, n=1))["frame"]["size"] == 0


async def test_special_strata_need_the_scope_and_all_of_it_every_journey(doors: Doors) -> None:
    plain = bearer(token("inspector", organisations=("*",)))
    some = bearer(
        token("inspector", organisations=("police/dorset",), scopes=("special_category",))
    )
    special = await draw(doors, n=1, strata=["offence_group"])
    ordinary = await draw(doors, n=1, strata=["stage"])
    for asked in (
        {"n": 1, "strata": ["offence_group"]},
        {"n": 1, "strata": ["flag:hate"]},
        {"n": 1, "population": {"flags": ["hate"]}},
        {"n": 1, "population": {"offence_groups": ["sexual"]}},
        {"preset": "child-sexual-abuse-2026"},
    ):
        reply = await doors.gateway.post("/v1/samples", json=asked, headers=plain)
        assert reply.status_code == 403
        assert "special_category" in reply.json()["errors"][0]["remedy"] or (
            "special_category" in reply.text
        )
    addresses = ("", "?format=csv", "/frame", "/frame?format=csv", "/replacements")
    for address in addresses:
        of_special = f"/v1/samples/{special['id']}{address}"
        assert (await doors.gateway.get(of_special, headers=plain)).status_code == 403
        of_ordinary = f"/v1/samples/{ordinary['id']}{address}"
        assert (await doors.gateway.get(of_ordinary, headers=plain)).status_code == 200
        assert (await doors.gateway.get(of_ordinary, headers=some)).status_code == 403
    assert (await doors.gateway.get("/v1/samples", headers=some)).status_code == 403
    reply = await doors.gateway.post("/v1/samples", json={"n": 1}, headers=some)
    assert reply.status_code == 403
