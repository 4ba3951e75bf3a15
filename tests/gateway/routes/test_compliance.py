"""Figures of compliance: what every timeline comes to, cell by cell, and who may be told what."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from demo.samples import samples
from gateway.register.tally import count_next
from shared.journey_event import speaker
from shared.store import Store
from tests.doors import Doors
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.routes.quarters import FORCE, Victims
from tests.gateway.routes.test_owed import journeys_of, owed, own
from tests.tokens import bearer, token

ADDRESS = "/v1/statistics/compliance"
# The last day of a month, the first instant of one, and what only counting rows can tell.
MOMENTS = ("2024-04-30", "2025-07-01T00:00:00+01:00", "2024-11-05T10:00:00Z", "2026-11-20")
KINDS = ("code", "scheme", "local", "window")
Item = dict[str, Any]


@pytest.fixture
async def played(doors: Doors, reader: Store) -> Doors:
    """The doors once every sample journey is projected, some of them counted into the tally."""
    projector = await projector_of(reader)
    for number, sample in enumerate(samples()):
        await doors.play(sample.events)
        if number == len(samples()) // 2:
            await catch_up(projector)
            while await count_next(reader):
                pass
    await catch_up(projector)
    return doors


async def cells(doors: Doors, headers: dict[str, str] | None = None, /, **query: Any) -> list[Item]:
    """Every cell, page by page."""
    found = []
    reply = await doors.gateway.get(ADDRESS, params=query, headers=headers)
    while True:
        body = reply.raise_for_status().json()
        found += body["items"]
        if body["next"] is None:
            return found
        reply = await doors.gateway.get(body["next"], headers=headers)


def expected(told: Iterable[Item], as_of: str, kind: str) -> Counter[str]:
    """What obligations of timelines come to, in the words of an answer."""
    counts: Counter[str] = Counter()
    for one in told:
        if one["kind"] != kind:
            continue
        standing, untimed = one["standing"], one["allowed"] is None
        if untimed:
            counts[f"untimed {standing}"] += 1
        elif standing in ("ended", "not_started"):
            counts[standing] += 1
        elif one["due_at"] is None:
            counts["no_limit"] += 1
        elif not passed(one["due_at"], as_of):
            counts["not_yet_due"] += 1
        else:
            counts[standing] += 1
            counts["content_not_stated"] += standing == "met" and not one["content_stated"]
    return counts


def passed(due_at: str, as_of: str) -> bool:
    """Whether a limit (UTC) had been reached at one of the moments of these tests."""
    seen = {
        "2024-04-30": "2024-04-30T22:59:59.999999Z",
        "2025-07-01T00:00:00+01:00": "2025-06-30T23:00:00Z",
        "2026-11-20": "2026-11-20T23:59:59.999999Z",
    }.get(as_of, as_of)
    return due_at.rstrip("Z") <= seen.rstrip("Z")


def said(cell: Item, kind: str) -> Counter[str]:
    """What a cell says, in the same words."""
    figure, left, untimed = cell["figure"], cell["left_out"], cell["untimed"]
    late = figure["denominator"] - figure["numerator"]
    counts = Counter(
        met=figure["numerator"],
        late=late,
        content_not_stated=cell["content_not_stated"],
        **left,
    )
    if kind != "window":
        recorded = cell["recorded"]
        counts["untimed recorded"] = recorded["numerator"]
        nothing = recorded["denominator"] - recorded["numerator"]
        counts["untimed nothing_recorded"] = nothing
        counts["untimed unknown"], counts["untimed ended"] = untimed["unknown"], untimed["ended"]
    return counts


def same(told: list[Item], cell: Item, as_of: str, kind: str) -> None:
    """Hold one cell to the obligations it is of."""
    counts = expected(told, as_of, kind)
    broken = ("met_late", "overdue", *(("ended",) if kind == "window" else ()))
    late = sum(counts.pop(one, 0) for one in broken)
    assert +said(cell, kind) == +(counts + Counter(late=late)), (as_of, kind)


async def test_figures_are_what_every_timeline_comes_to(
    played: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    some: Counter[str] = Counter()
    for as_of in MOMENTS:
        told = await owed(played, as_of)
        for kind in KINDS:
            whole = await cells(played, as_of=as_of, kind=kind)
            if any(one["kind"] == kind for one in told):
                same(told, whole[0], as_of, kind)
                some += expected(told, as_of, kind)
            else:
                assert whole == []
        await hold_cells(played, told, as_of)
    assert {"met", "met_late", "overdue", "not_yet_due", "ended"} <= {*+some}
    await hold_filters(played)
    await hold_areas(played)
    await hold_metrics(played)
    await hold_flags(played)
    await hold_bounds(played, monkeypatch)


async def hold_cells(played: Doors, told: list[Item], as_of: str) -> None:
    """By each thing that an obligation of a timeline tells, and by three together."""
    sides: dict[str, Callable[[Item], Any]] = {
        "organisation": lambda one: one["organisation"],
        "owner": lambda one: one["owner"],
        "right": lambda one: one["right"],
        "duty": lambda one: one["rule"],
        "enhanced": lambda one: one["enhanced"],
        "month": lambda one: f"{(one['due_on'] or one['trigger']['day'])[:7]}-01",
    }
    for by in ([name] for name in sides), [["right", "month", "enhanced"]]:
        for names in by:
            found = await cells(played, by=",".join(names), as_of=as_of, limit=7)
            keys = [tuple(word(cell[name]) for name in names) for cell in found]
            assert len(set(keys)) == len(keys)
            groups: dict[tuple[Any, ...], list[Item]] = {}
            for one in told:
                if one["kind"] == "code":
                    key = tuple(sides[name](one) for name in names)
                    groups.setdefault(key, []).append(one)
            assert set(keys) == set(groups), (names, as_of)
            for key, cell in zip(keys, found, strict=True):
                same(groups[key], cell, as_of, "code")


def word(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) else value


async def hold_filters(played: Doors) -> None:
    """What is asked for alone is what stands in its cell."""
    as_of = "2025-07-01T00:00:00+01:00"
    for by in ("organisation", "owner", "right", "duty", "stage", "enhanced"):
        for cell in await cells(played, by=by, as_of=as_of, limit=500):
            if cell[by] is None:
                continue
            # Organisations of two agencies may have one name.
            apart = {"by": by} if by == "organisation" else {}
            found = await cells(played, **{by: word(cell[by]), "as_of": as_of}, **apart)
            (alone,) = [one for one in found if not apart or one[by] == cell[by]]
            assert alone["figure"] == cell["figure"], (by, cell[by])
    months = await cells(played, by="month", as_of=as_of)
    first, last = months[2]["month"][:7], months[5]["month"][:7]
    assert (
        await cells(played, by="month", **{"from": first, "to": last}, as_of=as_of) == (months[2:6])
    )
    quarters = await cells(played, by="quarter", as_of=as_of)
    assert sum(one["figure"]["denominator"] for one in quarters) == sum(
        one["figure"]["denominator"] for one in months
    )
    assert {"2023-24 Q4", "2024-25 Q1"} <= {one["quarter"] for one in quarters}
    for by in ("quarter", "quarter,right", "force,quarter"):
        # Page by page of few, of which each is made of many rows.
        assert await cells(played, by=by, as_of=as_of, limit=2) == await cells(
            played, by=by, as_of=as_of, limit=500
        )


async def hold_areas(played: Doors) -> None:
    """An area has what its organisations owe; what is of several areas is of none."""
    as_of = "2025-07-01T00:00:00+01:00"
    each = await cells(played, by="organisation,cps_area", as_of=as_of)
    of = {word(one["organisation"]): one["cps_area"] for one in each if one["organisation"]}
    assert of["avon-and-somerset"]["id"] == "south-west"
    areas = await cells(played, by="cps_area", as_of=as_of)
    for area in areas:
        if area["cps_area"] is None:
            continue
        id = area["cps_area"]["id"]
        (alone,) = await cells(played, cps_area=id, as_of=as_of)
        assert alone["figure"] == area["figure"]
        of_it = [one["figure"]["denominator"] for one in each if word(one["cps_area"]) == id]
        assert sum(of_it) == area["figure"]["denominator"]
    forces = await cells(played, by="force", as_of=as_of)
    assert any(one["force"] and one["force"]["gss"] == "E23000036" for one in forces)


async def hold_metrics(played: Doors) -> None:
    """Every figure names a metric that is served, and every metric of duties is some figure's."""
    listed = (await played.gateway.get("/v1/metrics")).json()["items"]
    versions = {metric["id"]: metric["version"] for metric in listed}
    named = set()
    for kind in KINDS:
        for cell in await cells(played, by="right", kind=kind, as_of="2026-11-20"):
            for figure in (cell["figure"], cell["without_departures"], cell["recorded"]):
                if figure is None:
                    continue
                assert figure["version"] == versions[figure["metric"]]
                named.add(figure["metric"])
                share = figure["numerator"] / figure["denominator"] if figure["rate"] else 0
                assert figure["rate"] in (None, share)
                if figure["rate"] is not None:
                    assert 0 <= figure["low"] <= figure["rate"] <= figure["high"] <= 1
    # One that compliance is not told by is a measure of a return.
    assert named == {metric["id"] for metric in listed if metric["kinds"]} - {"in-time-stated"}
    for id in versions:
        reply = await played.gateway.get(f"/v1/metrics/{id}")
        assert reply.json() in listed
        known = {"if-none-match": reply.headers["etag"]}
        assert (await played.gateway.get(f"/v1/metrics/{id}", headers=known)).status_code == 304
    missing = await played.gateway.get("/v1/metrics/in-tim")
    assert missing.status_code == 404
    assert missing.json()["errors"][0]["remedy"] == "did you mean in-time?"


async def test_an_organisation_is_told_its_own_figures_as_its_part_tells_them(
    played: Doors,
) -> None:
    everybody = {"/".join(speaker(e["source"])) for sample in samples() for e in sample.events}
    some = 0
    for organisation in sorted(everybody)[::3]:
        headers = bearer(
            token("agency_reader", organisations=(organisation,), scopes=("special_category",))
        )
        journeys = await journeys_of(played, headers)
        for as_of in MOMENTS[:3]:
            told = await own(played, headers, journeys, as_of)
            mine = [one for one in told if one["organisation"] is not None]
            found = await cells(played, headers, as_of=as_of)
            if found:
                same(mine, found[0], as_of, "code")
                some += 1
            else:
                assert +expected(mine, as_of, "code") == Counter()
            others = await cells(played, headers, organisation="dorset", as_of=as_of)
            assert others == [] or organisation == "police/dorset"
    assert some > 5


async def hold_flags(played: Doors) -> None:
    """Flags and offences are for who may see them."""
    plain = bearer(token("inspector", organisations=("*",)))
    some = bearer(
        token("inspector", organisations=("police/dorset",), scopes=("special_category",))
    )
    for headers in (plain, some):
        for query in ({"by": "flag"}, {"flag": "hate"}, {"offence_group": "theft"}):
            reply = await played.gateway.get(ADDRESS, params=query, headers=headers)
            assert reply.status_code == 403, query
    by_flag = await cells(played, by="flag", as_of="2026-11-20")
    flags = [cell["flag"] for cell in by_flag]
    assert None in flags
    assert len(flags) > 1
    for cell in by_flag:
        if cell["flag"]:
            (alone,) = await cells(played, flag=cell["flag"], as_of="2026-11-20")
            assert alone["figure"] == cell["figure"]


async def test_what_has_no_limit_is_counted_so_where_it_ended_as_it_began(
    doors: Doors, reader: Store
) -> None:
    """Who had opted out before an investigation closed was owed no news, and no limit of it."""
    victims, day = Victims(), date(2024, 3, 4)
    subject = victims.victim(day)
    victims.said(f"police/{FORCE}", day + timedelta(3), "contact.declined", subject, scope="all")
    closed = {"decision": "closed"}
    victims.said(f"police/{FORCE}", day + timedelta(9), "investigation.decided", subject, **closed)
    assert {*await doors.play(victims.events)} == {"created"}
    await catch_up(await projector_of(reader))
    for as_of in ("2024-03-31", "2024-04-15"):  # by the tally, and row by row
        (cell,) = await cells(doors, duty="R6.CLOSE", as_of=as_of)
        assert cell["untimed"] == {"unknown": 0, "ended": 1}
        assert not any(cell["left_out"].values())


async def test_what_cannot_be_asked_is_named(doors: Doors) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"by": "right,duty,month,stage"}, "by"),
        ({"by": "weekday"}, "by"),
        ({"kind": "any"}, "kind"),
        ({"from": "2024"}, "from"),
        ({"to": "0000-01"}, "to"),
        ({"from": "2024-05", "to": "2024-04"}, "to"),
        ({"duty": "R6.AREST"}, "duty"),
        ({"duty": "R6.ARREST", "kind": "local"}, "kind"),
        ({"force": "avon"}, "force"),
        ({"force": "dorset", "cps_area": "wessex"}, "cps_area"),
        ({"as_of": "9500-01-01"}, "as_of"),
        ({"after": "there"}, "after"),
        ({"organisation": "a\x00b"}, "organisation"),
        # A force, a CPS Area and a probation region: together they are nobody.
        ({"organisation": "west-midlands"}, "organisation"),
        ({"organisation": "west-midlands", "by": "month", "duty": "R12.ACK"}, "organisation"),
    ]
    for query, field in refused:
        reply = await doors.gateway.get(ADDRESS, params=query)
        assert reply.status_code == 422, query
        assert [fault["field"] for fault in reply.json()["errors"]] == [field], query
        assert all(fault["remedy"] for fault in reply.json()["errors"])
    for told_apart in (
        {"owner": "police"},
        {"by": "month,owner"},
        {"by": "organisation"},
        {"duty": "R6.ARREST"},
    ):
        query = {"organisation": "west-midlands", **told_apart}
        assert (await doors.gateway.get(ADDRESS, params=query)).status_code == 200, query
    theirs = bearer(token("agency_reader", organisations=("cps/west-midlands",)))
    query = {"organisation": "west-midlands"}
    assert (await doors.gateway.get(ADDRESS, params=query, headers=theirs)).status_code == 200


async def hold_bounds(played: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too much between month ends is refused, and a month's end is told."""
    monkeypatch.setattr("gateway.figures.compliance.MOST_ROWS", 10)
    reply = await played.gateway.get(ADDRESS, params={"as_of": "2024-11-05"})
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == "as_of"
    assert (await cells(played, as_of="2024-10-31"))[0]["figure"]["denominator"] > 10
    monkeypatch.setattr("gateway.figures.compliance.MOST_UNCOUNTED", 0)
    reply = await played.gateway.get(ADDRESS)
    assert reply.status_code == 503
