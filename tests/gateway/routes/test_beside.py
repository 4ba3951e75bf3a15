"""Organisations beside each other, and months beside a baseline, say what the figures say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from demo.samples import samples
from shared.store import Store
from tests.doors import Doors, SetClock
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.routes.test_compliance import cells
from tests.tokens import bearer, token

AS_OF = "2025-07-01T00:00:00+01:00"
Item = dict[str, Any]


@pytest.fixture
async def played(doors: Doors, reader: Store) -> Doors:
    for sample in samples():
        await doors.play(sample.events)
    await catch_up(await projector_of(reader))
    return doors


async def told(
    doors: Doors, name: str, headers: dict[str, str] | None = None, /, **query: Any
) -> Item:
    query.setdefault("as_of", AS_OF)
    reply = await doors.gateway.get(f"/v1/statistics/{name}", params=query, headers=headers)
    body: Item = reply.raise_for_status().json()
    return body


async def test_points_and_months_are_the_figures_of_compliance(
    played: Doors, clock: SetClock
) -> None:
    await hold_forces(played)
    await hold_limits(played)
    await hold_organisations(played)
    await hold_months(played, clock)
    await hold_before_and_after(played)
    await hold_views(played)


async def hold_forces(played: Doors) -> None:
    for query, name in (
        ({}, "figure"),
        ({"metric": "recorded"}, "recorded"),
        ({"metric": "in-time-without-departures"}, "without_departures"),
        ({"kind": "window"}, "figure"),
        ({"right": "6", "from": "2024-04", "to": "2024-12"}, "figure"),
    ):
        body = await told(played, "comparison", of="force", **query)
        narrowed = {k: v for k, v in query.items() if k != "metric"}
        expected = await cells(played, by="force", as_of=AS_OF, **narrowed)
        named = {cell["force"]["id"]: cell[name] for cell in expected if cell["force"]}
        assert {item["party"]["id"]: item["figure"] for item in body["items"]} == named
        assert all(item["party"]["gss"] for item in body["items"])
        (elsewhere,) = [c[name] for c in expected if not c["force"]] or [None]
        assert body["elsewhere"] == elsewhere
        assert {one["metric"] for one in [*named.values(), elsewhere] if one} == {
            body["metric"]["id"]
        }


async def hold_limits(played: Doors) -> None:
    body = await told(played, "comparison", of="force", right="6")
    points = [item for item in body["items"] if item["figure"]["denominator"]]
    found = sum(item["figure"]["numerator"] for item in points)
    of = sum(item["figure"]["denominator"] for item in points)
    assert body["target"] == pytest.approx(found / of)
    for item in points:
        low, high = item["limits_998"]["low"], item["limits_998"]["high"]
        assert (
            low <= item["limits_95"]["low"] <= body["target"] <= item["limits_95"]["high"] <= high
        )
        # Of the few cases of a sample nobody is an outlier.
        assert item["beyond"] == 0
        assert low <= item["figure"]["rate"] <= high
    most = max(item["figure"]["denominator"] for item in points)
    assert [body["curve"][0]["denominator"], body["curve"][-1]["denominator"]] == [1, most]
    assert any("Several duties" in note for note in body["notes"])
    stated = await told(played, "comparison", of="force", right="6", target="0.99", widen="false")
    assert (stated["target"], stated["spread"]) == (0.99, None)
    assert stated["notes"][0] == "The target was handed in."
    alone = await told(played, "comparison", of="force", duty="R6.ARREST")
    assert not any("Several duties" in note for note in alone["notes"])
    nothing = await told(played, "comparison", of="cps_area", as_of="2001-01-31")
    assert (nothing["items"], nothing["target"], nothing["curve"]) == ([], None, [])


async def hold_organisations(played: Doors) -> None:
    body = await told(played, "comparison", of="organisation", owner="police")
    expected = await cells(played, by="organisation", owner="police", as_of=AS_OF)
    assert {item["party"]["id"]: item["figure"] for item in body["items"]} == {
        cell["organisation"]["id"]: cell["figure"] for cell in expected if cell["organisation"]
    }
    assert {item["party"]["agency"] for item in body["items"]} == {"police"}


async def hold_months(played: Doors, clock: SetClock) -> None:
    query = {"right": "6", "from": "2024-01", "to": "2025-06"}
    baseline = {"baseline_from": "2024-02", "baseline_to": "2024-05"}
    body = await told(played, "trend", **query, **baseline)
    expected = {
        c["month"]: c["figure"] for c in await cells(played, by="month", as_of=AS_OF, **query)
    }
    months = {item["month"]: item for item in body["items"]}
    assert list(months) == sorted(months)
    assert expected.keys() <= months.keys()
    assert (min(months), max(months)) == (min(expected), max(expected))
    for month, item in months.items():
        figure = item["figure"]
        same = expected.get(month, {"numerator": 0, "denominator": 0})
        assert (figure["numerator"], figure["denominator"]) == (
            same["numerator"],
            same["denominator"],
        )
        assert (item["limits_998"] is None) == (figure["denominator"] == 0)
        assert item["over"]
    stated = [month for month, item in months.items() if item["in_baseline"]]
    assert stated == ["2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01"]
    found = [months[month]["figure"] for month in stated]
    assert body["centre"] == pytest.approx(
        sum(one["numerator"] for one in found) / sum(one["denominator"] for one in found)
    )
    assert months["2024-04-01"]["quarter"] == "2024-25 Q1"
    without = await told(played, "trend", **query)
    assert without["centre"] is None
    assert all(item["signal"] is None for item in without["items"])
    running = await told(played, "trend", as_of="2024-04-15", duty="R6.ARREST")
    assert [item["over"] for item in running["items"]][-1] is False
    assert (await told(played, "trend", as_of="2001-01-31"))["items"] == []
    # No month that lasts is over because somebody asks from beyond it.
    clock.now = datetime(2024, 4, 15, tzinfo=UTC)
    ahead = await told(played, "trend", **query)
    assert {item["month"]: item["over"] for item in ahead["items"]} == {
        month: month < "2024-04-01" for month in months
    }
    others = await told(played, "comparison", of="force"), await told(played, "compliance")
    for other in (ahead, *others):
        assert any("counts as not done" in note for note in other["notes"])
    clock.now = SetClock.now
    assert not any("counts as not done" in note for note in body["notes"])


async def hold_before_and_after(played: Doors) -> None:
    whole = await told(played, "trend", right="6", before_after="2024-06-01")
    parted = await told(played, "trend", right="6", before_after="2024-06-02")
    for body, between in ((whole, None), (parted, "2024-06-01")):
        change = body["before_after"]
        assert change["between"] == between
        months = {item["month"]: item["figure"] for item in body["items"]}
        for side, of_it in (
            ("before", [month for month in months if month < "2024-06-01"]),
            ("after", [m for m in months if m >= "2024-06-01" and m != between]),
        ):
            assert of_it
            for name in ("numerator", "denominator"):
                assert change[side][name] == sum(months[month][name] for month in of_it)
        assert change["low"] <= change["difference"] <= change["high"]
        assert change["words"].endswith("not known here.")
    assert whole["before_after"]["after"] != parted["before_after"]["after"]


async def hold_views(played: Doors) -> None:
    """An organisation is told its own only, and flags are for who may see them."""
    own = bearer(token("agency_reader", organisations=("police/avon-and-somerset",)))
    body = await told(played, "comparison", own, of="force")
    assert [item["party"]["id"] for item in body["items"]] == ["avon-and-somerset"]
    assert body["left_out"]
    (mine,) = await cells(played, own, as_of=AS_OF)
    assert body["items"][0]["figure"] == mine["figure"]
    months = (await told(played, "trend", own))["items"]
    assert sum(m["figure"]["denominator"] for m in months) == mine["figure"]["denominator"]
    plain = bearer(token("inspector", organisations=("*",)))
    for name, query in (("comparison", {"of": "force"}), ("trend", {})):
        reply = await played.gateway.get(
            f"/v1/statistics/{name}", params=query | {"flag": "hate"}, headers=plain
        )
        assert reply.status_code == 403


async def test_what_cannot_be_compared_is_named(doors: Doors) -> None:
    refused: list[tuple[str, dict[str, str], str]] = [
        ("comparison", {}, "of"),
        ("comparison", {"of": "region"}, "of"),
        ("comparison", {"of": "organisation"}, "owner"),
        ("comparison", {"of": "force", "metric": "window-used"}, "metric"),
        ("comparison", {"of": "force", "metric": "handover-arrived"}, "metric"),
        ("comparison", {"of": "force", "kind": "window", "metric": "in-time"}, "metric"),
        ("comparison", {"of": "force", "target": "2"}, "target"),
        ("comparison", {"of": "force", "target": "nan"}, "target"),
        ("comparison", {"of": "force", "from": "2024-05", "to": "2024-04"}, "to"),
        ("comparison", {"of": "force", "duty": "R6.AREST"}, "duty"),
        ("trend", {"baseline_from": "2024-04"}, "baseline_to"),
        ("trend", {"baseline_to": "2024-04"}, "baseline_from"),
        ("trend", {"baseline_from": "2024", "baseline_to": "2024-04"}, "baseline_from"),
        ("trend", {"baseline_from": "2024-05", "baseline_to": "2024-04"}, "baseline_to"),
        ("trend", {"baseline_from": "2024-04", "baseline_to": "2024-05", "from": "2024-05"},
         "baseline_from"),
        ("trend", {"baseline_from": "2024-04", "baseline_to": "2024-05", "to": "2024-04"},
         "baseline_to"),
        ("trend", {"before_after": "soon"}, "before_after"),
        ("trend", {"before_after": "0001-01-01"}, "before_after"),
        ("trend", {"as_of": "9500-01-01"}, "as_of"),
    ]  # fmt: skip
    for name, query, field in refused:
        reply = await doors.gateway.get(f"/v1/statistics/{name}", params=query)
        assert reply.status_code == 422, (name, query)
        assert [fault["field"] for fault in reply.json()["errors"]] == [field], query
        assert all(fault["remedy"] for fault in reply.json()["errors"])
