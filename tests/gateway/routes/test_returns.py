"""Returns through the door: what compliance says, area by area, in files and for who may ask."""

import csv
import shutil
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.returns import reading
from shared.store import Store
from tests.doors import Doors, SetClock, doors_to
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.routes.quarters import BAD, Item, Victims, good_and_bad
from tests.shared.databases import Database
from tests.tokens import bearer, token

ADDRESS, AS_AGREED = "/v1/returns/five-measures", "updates-as-agreed"
OURS = Path(reading.__file__).parent / "files"
# A return that somebody else might ask for tomorrow.
MONTHLY: Item = {
    "id": "cps-by-month",
    "version": 1,
    "title": "Two measures by the month",
    "asked_by": "nobody yet",
    "period": "month",
    "area": "cps_area",
    "says": "A file, and no code.",
    "cite": {"source": "ours", "at": "here", "says": "an example", "confidence": "none"},
    "measures": [
        {
            "id": id,
            "number": number,
            "title": title,
            "counts": "What is named.",
            "metric": metric,
            "rules": rules,
            "cite": {"source": "ours", "at": "here", "says": "an example", "confidence": "none"},
        }
        for id, number, title, metric, rules in (
            ("bails", "i", "Told of bail", "in-time", ["R6.BAIL"]),
            ("acknowledged", "ii", "Acknowledged", "recorded", ["R3.ACK"]),
        )
    ]
    + [
        {
            "id": "kindness",
            "number": "iii",
            "title": "Spoken to kindly",
            "counts": "What nobody can count.",
            "unmeasured": [{"what": "kindness", "why": "no event says it"}],
            "cite": {"source": "ours", "at": "here", "says": "an example", "confidence": "none"},
        },
        {
            "id": "released",
            "number": "iv",
            "title": "Told of the release",
            "counts": "Releases.",
            "metric": "kept-in-order",
            "kind": "external",
            "rules": ["ORDER.RELEASE-DATE"],
            "cite": {"source": "ours", "at": "here", "says": "an example", "confidence": "none"},
        },
    ],
    "changes": [{"version": 1, "day": "2026-11-21", "what": "First version."}],
}


@pytest.fixture
async def doors(
    database: Database, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Doors]:
    """The doors, of a gateway whose folder of returns has one more."""
    folder = tmp_path / "returns"
    shutil.copytree(OURS, folder)
    (folder / "cps_by_month.yaml").write_text(yaml.safe_dump(MONTHLY))
    monkeypatch.setenv("RETURNS_FOLDER", str(folder))
    async with doors_to(database, clock=clock) as doors:
        yield doors


async def told(doors: Doors, address: str = ADDRESS, headers: Any = None, /, **query: str) -> Item:
    reply = await doors.gateway.get(address, params=query, headers=headers)
    body: Item = reply.raise_for_status().json()
    return body


def of_area(rows: Iterable[Item], id: str | None, scope: str = "area") -> dict[str, Item]:
    """The rows of an area by their measure."""
    return {
        row["measure"]: row
        for row in rows
        if row["scope"] == scope and (row["area"] or {}).get("id") == id
    }


def counts(row: Item) -> tuple[int, int]:
    return row["figure"]["numerator"], row["figure"]["denominator"]


async def test_a_return_is_told_for_every_area(
    doors: Doors, reader: Store, clock: SetClock
) -> None:
    assert {*await doors.play(good_and_bad())} == {"created"}
    await catch_up(await projector_of(reader))
    whole = await told(doors, quarter="2024-Q2")
    await hold_the_quarter(doors, whole)
    await hold_that_compliance_says_the_same(doors, whole)
    await hold_another_s_return(doors)
    await hold_the_table(doors, whole)
    await hold_who_may_ask(doors)
    await hold_what_cannot_be_asked(doors)
    await hold_that_it_is_provisional(doors, clock)


async def hold_the_quarter(doors: Doors, whole: Item) -> None:
    """What was told of twelve victims badly served, and of all the areas of which nothing was."""
    assert whole["period"] == {
        "kind": "quarter",
        "name": "2024-25 Q1",
        "first": "2024-04-01",
        "last": "2024-06-30",
    }
    assert (whole["provisional"], whole["as_of"]) == (False, "2024-06-30T23:00:00Z")
    bad = of_area(whole["items"], "avon-and-somerset")
    assert {id: counts(row) for id, row in bad.items() if row["figure"]} == {
        "written-acknowledgement": (4, 12),
        "referral": (4, 12),
        "updates-on-time": (6, 12),
        "updates-stated": (3, 12),
        AS_AGREED: counts(bad[AS_AGREED]),
        "statement-offered": (4, 12),
        # One was told afterwards, and of one nothing is recorded.
        "release-date": (2, 4),
    }
    assert bad["updates-on-time"]["content_not_stated"] == 3
    assert bad["referral"]["area"]["gss"] == "E23000036"
    assert counts(of_area(whole["items"], "dorset")["referral"]) == (3, 3)
    assert counts(of_area(whole["items"], None, "no_area")["referral"]) == (1, 1)
    assert counts(of_area(whole["items"], None, "all")["referral"]) == (8, 16)
    areas = {row["area"]["id"] for row in whole["items"] if row["scope"] == "area"}
    assert len(areas) == 43
    nothing = of_area(whole["items"], "kent")["referral"]["figure"]
    assert (nothing["denominator"], nothing["rate"], nothing["low"]) == (0, None, None)
    for measure in bad:
        each = [row for row in whole["items"] if row["measure"] == measure and row["figure"]]
        (all_,) = [row for row in each if row["scope"] == "all"] or [None]
        if all_ is not None:
            others = [counts(row) for row in each if row["scope"] != "all"]
            assert counts(all_) == tuple(map(sum, zip(*others, strict=True)))
    for name in ("2024-25 Q1", "2024-25-Q1"):
        assert (await told(doors, quarter=name))["items"] == whole["items"]
    for area in ("E23000036", "avon-and-somerset"):
        alone = await told(doors, quarter="2024-Q2", area=area)
        assert {row["measure"]: row for row in alone["items"]} == bad
    good = of_area((await told(doors, quarter="2024-Q1"))["items"], "avon-and-somerset")
    assert counts(good["referral"]) == counts(good["updates-stated"]) == (12, 12)
    # By the middle of the quarter not all had fallen due.
    early = await told(doors, quarter="2024-Q2", as_of="2024-04-12")
    left = of_area(early["items"], "avon-and-somerset")["referral"]["left_out"]
    assert left["not_yet_due"] > 0
    assert early["provisional_because"] == ["At the moment asked about 2024-25 Q1 was not over."]


async def hold_that_compliance_says_the_same(doors: Doors, whole: Item) -> None:
    listed = await told(doors, "/v1/returns")
    (asked,) = [one for one in listed["items"] if one["id"] == "five-measures"]
    versions = {one["id"]: one["version"] for one in (await told(doors, "/v1/metrics"))["items"]}
    rows = of_area(whole["items"], "avon-and-somerset")
    assert [*rows] == [measure["id"] for measure in asked["measures"]]
    for measure in asked["measures"]:
        row = rows[measure["id"]]
        assert (row["return_version"], row["number"]) == (asked["version"], measure["number"])
        if measure["metric"] == "kept-in-order":
            continue
        assert row["figure"]["version"] == versions[measure["metric"]]
        figures = [
            (await told(doors, "/v1/statistics/compliance", **query))["items"]
            for rule in measure["rules"]
            for query in [
                {
                    "duty": rule,
                    "kind": measure["kind"],
                    "force": "avon-and-somerset",
                    "from": "2024-04",
                    "to": "2024-06",
                    "as_of": whole["as_of"],
                    "owner": measure["owner"],
                }
            ]
        ]
        cells = [cell for items in figures for cell in items]
        name = "recorded" if measure["metric"] == "recorded" else "figure"
        denominator = sum(cell[name]["denominator"] for cell in cells)
        numerator = sum(cell[name]["numerator"] for cell in cells)
        if measure["metric"] == "in-time-stated":
            numerator -= sum(cell["content_not_stated"] for cell in cells)
        assert counts(row) == (numerator, denominator), measure["id"]
        if name == "figure":
            not_yet = sum(cell["left_out"]["not_yet_due"] for cell in cells)
            assert row["left_out"]["not_yet_due"] == not_yet


async def hold_another_s_return(doors: Doors) -> None:
    """A file is all it takes."""
    month = await told(doors, "/v1/returns/cps-by-month", month="2024-04")
    assert month["period"]["name"] == "2024-04"
    row = of_area(month["items"], "south-west")["bails"]
    # Those due in May are May's.
    may = of_area(
        (await told(doors, "/v1/returns/cps-by-month", month="2024-05"))["items"], "south-west"
    )["bails"]
    assert counts(row)[1] + counts(may)[1] == 12
    assert row["area"]["agency"] == "cps"
    kindness = of_area(month["items"], "south-west")["kindness"]
    assert (kindness["status"], kindness["figure"], kindness["left_out"]) == (
        "not_counted",
        None,
        None,
    )
    assert kindness["why_not_counted"] == "kindness: no event says it."
    june = await told(doors, "/v1/returns/cps-by-month", month="2024-06")
    assert counts(of_area(june["items"], "south-west")["released"]) == (2, 4)
    assert counts(of_area(june["items"], None, "no_area")["released"]) == (0, 0)
    assert len({one["area"]["id"] for one in month["items"] if one["area"]}) == 14


async def hold_the_table(doors: Doors, whole: Item) -> None:
    reply = await doors.gateway.get(ADDRESS, params={"quarter": "2024-Q2", "format": "csv"})
    rows = list(csv.DictReader(StringIO(reply.text)))
    assert len(rows) == len(whole["items"])
    dictionary = await told(doors, "/v1/lists/returns/dictionary")
    assert [one["name"] for one in dictionary["tableSchema"]["columns"]] == [*rows[0]]
    for row, item in zip(rows, whole["items"], strict=True):
        assert row["measure"] == item["measure"]
        assert row["area_gss"] == ((item["area"] or {}).get("gss") or "")
        figure = item["figure"]
        assert row["figure_numerator"] == ("" if figure is None else str(figure["numerator"]))
    known = {"if-none-match": reply.headers["etag"]}
    again = await doors.gateway.get(
        ADDRESS, params={"quarter": "2024-Q2", "format": "csv"}, headers=known
    )
    assert again.status_code == 304
    other = await doors.gateway.get(ADDRESS, params={"quarter": "2024-Q2"}, headers=known)
    assert other.status_code == 200


async def hold_who_may_ask(doors: Doors) -> None:
    """A force is told its own, and nothing of how others did."""
    own = bearer(token("agency_reader", organisations=("police/dorset",)))
    mine = await told(doors, ADDRESS, own, quarter="2024-Q2")
    assert {row["area"]["id"] for row in mine["items"] if row["area"]} == {"dorset"}
    assert counts(of_area(mine["items"], None, "all")["referral"]) == (3, 3)
    assert mine["left_out"]
    (released,) = {r["why_not_counted"] for r in mine["items"] if r["measure"] == "release-date"}
    assert "whole journeys" in released
    # That nobody spoke is not known from a part: it is not told as if nothing had been owed.
    (in_touch,) = {r["why_not_counted"] for r in mine["items"] if r["measure"] == AS_AGREED}
    assert "whole journeys" in in_touch
    assert {r["status"] for r in mine["items"] if r["measure"] == AS_AGREED} == {"not_counted"}
    theirs = await told(doors, ADDRESS, own, quarter="2024-Q2", area="avon-and-somerset")
    assert {counts(row) for row in theirs["items"] if row["figure"]} == {(0, 0)}


async def hold_what_cannot_be_asked(doors: Doors) -> None:
    refused: list[tuple[str, dict[str, str], int, str]] = [
        (ADDRESS, {}, 422, "quarter"),
        (ADDRESS, {"quarter": "2024-Q5"}, 422, "quarter"),
        (ADDRESS, {"quarter": "2024-26 Q1"}, 422, "quarter"),
        (ADDRESS, {"quarter": "0024-Q1"}, 422, "quarter"),
        (ADDRESS, {"quarter": "2027-Q1"}, 422, "quarter"),
        (ADDRESS, {"quarter": "2024-Q2", "as_of": "2024-01-31"}, 422, "quarter"),
        (ADDRESS, {"month": "2024-04"}, 422, "month"),
        (ADDRESS, {"quarter": "2024-Q2", "area": "avon"}, 422, "area"),
        (ADDRESS, {"quarter": "2024-Q2", "area": "a\x00"}, 422, "area"),
        (ADDRESS, {"quarter": "2024-Q2", "as_of": "soon"}, 422, "as_of"),
        ("/v1/returns/five-measure", {"quarter": "2024-Q2"}, 404, "return_id"),
    ]
    for address, query, status, field in refused:
        reply = await doors.gateway.get(address, params=query)
        assert reply.status_code == status, query
        assert [fault["field"] for fault in reply.json()["errors"]] == [field], query
        assert all(fault["remedy"] for fault in reply.json()["errors"])


async def hold_that_it_is_provisional(doors: Doors, clock: SetClock) -> None:
    """While the quarter lasts it is seen from a month's end or from now, and what waits is said."""
    for now, seen in (
        (datetime(2024, 4, 20, 9, tzinfo=UTC), "2024-04-20T09:00:00Z"),  # no month of it is over
        (datetime(2024, 5, 20, 9, tzinfo=UTC), "2024-04-30T23:00:00Z"),
    ):
        clock.now = now
        lasting = await told(doors, quarter="2024-Q2")
        assert (lasting["provisional"], lasting["as_of"]) == (True, seen)
    # Seen from its end, which has not come: whatever is still to be done counts as not done.
    ahead = await told(doors, quarter="2024-Q2", as_of="2024-06-30T23:00:00Z")
    assert ahead["provisional"] is True
    assert "counts as not done" in ahead["provisional_because"][0]
    clock.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert (await told(doors, quarter="2024-Q2"))["provisional"] is False
    victims = Victims()
    victims.victim(BAD, force="kent")
    for number, event in enumerate(victims.events):
        event["id"] = f"later{number}"
    await doors.play(victims.events)
    waiting = await told(doors, quarter="2024-Q2")
    assert waiting["provisional_because"] == ["Of 1 references the register has not heard all."]
