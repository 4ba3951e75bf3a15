"""A bad quarter crosses a threshold, somebody is to do something about it, and the pack says so."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx
import pytest
import yaml

from gateway.review.pack import beside_of
from gateway.review.thresholds import ThresholdError, load_thresholds
from shared.store import Store
from shared.store.tally_tables import CLASSES
from tests.builders import rulebook
from tests.doors import Doors, SetClock
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.routes.quarters import Item, good_and_bad
from tests.tokens import bearer, token

AREA = "/v1/areas/E23000036"
PACK, ACTIONS = f"{AREA}/review-pack", f"{AREA}/actions"
FORCE: Item = {"agency": "police", "organisation": "avon-and-somerset"}
JULY = datetime(2024, 7, 15, 9, 0, tzinfo=UTC)
THRESHOLD = "referral-in-time"
NOTHING = dict.fromkeys(CLASSES, 0)


def reader_of(*organisations: str) -> dict[str, str]:
    return bearer(token("agency_reader", organisations=organisations))


async def told(doors: Doors, address: str, headers: Any = None, /, **query: str) -> Item:
    reply = await doors.gateway.get(address, params=query or None, headers=headers)
    body: Item = reply.raise_for_status().json()
    return body


async def post(doors: Doors, address: str, body: Any, headers: Any = None) -> httpx.Response:
    return await doors.gateway.post(address, json=body, headers=headers)


def action(**fields: Any) -> Item:
    return {
        "id": str(uuid4()),
        "what": "Referrals are looked at on the second working day",
        "owner": FORCE,
        "due_on": "2024-10-01",
        "threshold": THRESHOLD,
        **fields,
    }


def faults(reply: httpx.Response) -> list[str]:
    return [fault["field"] for fault in reply.json()["errors"]]


async def test_a_bad_quarter_leads_to_an_action_and_the_pack_tells_of_it(
    doors: Doors, reader: Store, clock: SetClock
) -> None:
    assert {*await doors.play(good_and_bad())} == {"created"}
    await catch_up(await projector_of(reader))
    clock.now = JULY
    await hold_the_figures(doors)
    await hold_the_breaches(doors)
    await hold_the_action(doors, clock)
    await hold_who_is_told(doors)
    await hold_what_is_refused(doors)


async def hold_the_figures(doors: Doors) -> None:
    """Each body beside the quarter before and all of its kind, and what was crossed."""
    pack = await told(doors, PACK, quarter="2024-Q2")
    assert pack["area"]["id"] == "avon-and-somerset"
    assert [one["organisation"]["id"] for one in pack["served_by"]] == ["south-west"] * 2
    assert (pack["quarter"]["name"], pack["before"]["name"]) == ("2024-25 Q1", "2023-24 Q4")
    assert (pack["as_of"], pack["figures_as_of"]) == (
        "2024-07-15T09:00:00Z",
        "2024-06-30T23:00:00Z",
    )
    assert pack["provisional"] is False
    for one in pack["figures"]:
        body = one["organisation"]
        query = {"organisation": body["id"], "owner": body["agency"]}
        if one["right"] is not None:
            query["right"] = str(one["right"])
        for name, months, as_of, more in (
            ("quarter", ("2024-04", "2024-06"), pack["figures_as_of"], query),
            ("before", ("2024-01", "2024-03"), "2024-04-01T00:00:00+01:00", query),
            (
                "nation",
                ("2024-04", "2024-06"),
                pack["figures_as_of"],
                {k: v for k, v in query.items() if k != "organisation"},
            ),
        ):
            asked = {"from": months[0], "to": months[1], "as_of": as_of, **more}
            cells = (await told(doors, "/v1/statistics/compliance", **asked))["items"]
            for figure, its in (("in_time", "figure"), ("recorded", "recorded")):
                said = one[name][figure]
                expected = cells[0][its] if cells else {"numerator": 0, "denominator": 0}
                assert (said["numerator"], said["denominator"]) == (
                    expected["numerator"],
                    expected["denominator"],
                ), (one["right"], name, figure)
    force = [one for one in pack["figures"] if one["organisation"]["agency"] == "police"]
    by_right = {one["right"]: one for one in force}
    assert {one["organisation"]["agency"] for one in pack["figures"]} == {
        "police",
        "cps",
        "probation",
    }
    assert by_right[4]["quarter"]["in_time"]["rate"] < by_right[4]["before"]["in_time"]["rate"]
    beside = {one["threshold"]["id"]: one for one in pack["thresholds"]}
    crossed = beside[THRESHOLD]
    assert (crossed["beside"], crossed["actions"]) == ("crossed", [])
    assert crossed["quarter"]["numerator"] == 4
    assert crossed["threshold"]["reading"] == "own"
    # Once is not twice, and of nothing nothing is said.
    assert beside["acknowledged"]["beside"] == "not_crossed"
    assert beside["contact-in-time"]["beside"] == "too_few"
    good = await told(doors, PACK, quarter="2024-Q1")
    assert {one["threshold"]["id"]: one["beside"] for one in good["thresholds"]}[THRESHOLD] == (
        "not_crossed"
    )


async def hold_the_breaches(doors: Doors) -> None:
    """As many as are listed, the oldest by its day, and no victim is named."""
    pack = await told(doors, PACK, quarter="2024-Q2")
    assert "crime:" not in json.dumps(pack)
    some = 0
    for one in pack["breaches_unmanaged"]:
        address = urlsplit(one["listed_at"])
        query = dict(parse_qsl(address.query))
        items = (await told(doors, address.path, **query, limit="500"))["items"]
        these = [item for item in items if item["rule"] == one["duty"]]
        assert len(these) == one["breaches"]
        assert min(item["due_on"] for item in these) == one["oldest_due_on"]
        some += one["breaches"]
    assert some >= 14


async def hold_the_action(doors: Doors, clock: SetClock) -> None:
    """Opened once, given another day, done; seen as of before and after each."""
    asked = action(due_on="2024-08-01")
    opened = await post(doors, ACTIONS, asked)
    assert opened.status_code == 201, opened.text
    one = f"/v1/areas/avon-and-somerset/actions/{asked['id']}"
    assert opened.headers["location"] == one
    assert opened.json()["state"] == "open"
    pack = await told(doors, PACK, quarter="2024-Q2")
    (crossed,) = [t for t in pack["thresholds"] if t["threshold"]["id"] == THRESHOLD]
    assert crossed["actions"] == [asked["id"]]
    assert [each["id"] for each in pack["actions"]] == [asked["id"]]

    clock.now = datetime(2024, 8, 2, 9, 0, tzinfo=UTC)
    assert (await told(doors, one))["overdue"] is True
    later = {
        "id": str(uuid4()),
        "change": "new_due_day",
        "due_on": "2024-09-01",
        "reason": "the new form is late",
    }
    said = await post(doors, f"{one}/changes", later)
    assert said.status_code == 201
    clock.now = datetime(2024, 8, 20, 9, 0, tzinfo=UTC)
    done = {"id": str(uuid4()), "change": "done"}
    assert (await post(doors, f"{one}/changes", done)).status_code == 201

    # A repeat has the first answer, whatever happened since; another story is refused.
    again = await post(doors, ACTIONS, asked)
    assert (again.status_code, again.json()) == (200, opened.json())
    same = await post(doors, f"{one}/changes", later)
    assert (same.status_code, same.json()) == (200, said.json())
    for address, body in (
        (ACTIONS, {**asked, "what": "Something else"}),
        (f"{one}/changes", {**later, "due_on": "2024-11-01"}),
        (f"{one}/changes", {"id": str(uuid4()), "change": "withdrawn", "reason": "no more"}),
    ):
        refused = await post(doors, address, body)
        assert refused.status_code == 409, body
        assert faults(refused)

    await hold_that_one_word_is_the_last(doors)
    for as_of, state, due_on, overdue, changes in (
        ("2024-07-20", "open", "2024-08-01", False, 0),
        ("2024-08-02T09:00:00+01:00", "open", "2024-08-01", True, 0),
        ("2024-08-02", "open", "2024-09-01", False, 1),
        ("2024-08-20", "done", "2024-09-01", False, 2),
    ):
        for seen in (
            await told(doors, one, as_of=as_of),
            (await told(doors, ACTIONS, as_of=as_of, state=state))["items"][-1],
            (await told(doors, PACK, quarter="2024-Q2", as_of=as_of))["actions"][-1],
        ):
            assert (seen["state"], seen["due_on"], seen["overdue"]) == (state, due_on, overdue)
            assert len(seen["changes"]) == changes
    assert len((await told(doors, f"{one}/changes"))["items"]) == 2
    assert (await told(doors, ACTIONS, as_of="2024-07-14"))["items"] == []
    assert (await told(doors, ACTIONS, state="open"))["items"] == []
    early = await told(doors, PACK, quarter="2024-Q2", as_of="2024-07-14")
    assert early["actions"] == []
    assert early["figures"] == pack["figures"]
    # What was over before a quarter began is not of its review.
    assert (await told(doors, PACK, quarter="2024-Q3"))["actions"]
    # While a quarter lasts its figures are as of the last month that ended.
    clock.now = datetime(2024, 5, 20, 9, 0, tzinfo=UTC)
    lasting = await told(doors, PACK, quarter="2024-Q2")
    assert (lasting["figures_as_of"], lasting["provisional"]) == ("2024-04-30T23:00:00Z", True)
    assert lasting["actions"] == []
    ahead = await told(doors, PACK, quarter="2024-Q2", as_of="2024-07-15")
    assert ahead["provisional"] is True
    assert "counts as not done" in ahead["provisional_because"][0]
    clock.now = datetime(2025, 2, 1, 9, 0, tzinfo=UTC)
    assert (await told(doors, PACK, quarter="2024-Q4"))["actions"] == []
    clock.now = datetime(2024, 8, 20, 9, 0, tzinfo=UTC)
    # Whoever has the pack is told when an action comes.
    reply = await doors.gateway.get(PACK, params={"quarter": "2024-Q2"})
    known = {"if-none-match": reply.headers["etag"]}
    assert (
        await doors.gateway.get(PACK, params={"quarter": "2024-Q2"}, headers=known)
    ).status_code == 304
    for _ in range(2):
        reply = await post(doors, ACTIONS, action(threshold=None))
        assert reply.status_code == 201, reply.text
    assert (
        await doors.gateway.get(PACK, params={"quarter": "2024-Q2"}, headers=known)
    ).status_code == 200
    page = await told(doors, ACTIONS, limit="2")
    rest = await told(doors, page["next"])
    ids = [each["id"] for each in (*page["items"], *rest["items"])]
    assert len(set(ids)) == len(ids) == 4
    # What is open stays in the pack, however many were opened and are over since.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.routes.review.MOST_ACTIONS", 1)
        crowded = await told(doors, PACK, quarter="2024-Q2")
    assert sum(each["state"] == "open" for each in crowded["actions"]) == 2


async def hold_that_one_word_is_the_last(doors: Doors) -> None:
    """Of two that end an action at once one does; the same said twice at once is said once."""
    asked = action(owner={"agency": "cps", "organisation": "south-west"}, threshold=None)
    both = await asyncio.gather(*(post(doors, ACTIONS, asked) for _ in range(2)))
    assert sorted(reply.status_code for reply in both) == [200, 201]
    assert both[0].json() == both[1].json()
    changes = f"{ACTIONS}/{asked['id']}/changes"
    why = {"reason": "it is not needed"}
    days = [
        {"id": str(uuid4()), "change": "new_due_day", "due_on": f"2024-11-0{n + 1}", **why}
        for n in range(3)
    ]
    said = await asyncio.gather(*(post(doors, changes, one) for one in (*days, days[0])))
    assert sorted(reply.status_code for reply in said) == [200, 201, 201, 201]
    ends = [{"id": str(uuid4()), "change": "withdrawn", **why} for _ in range(3)]
    said = await asyncio.gather(*(post(doors, changes, one) for one in ends))
    assert sorted(reply.status_code for reply in said) == [201, 409, 409]
    kept = (await told(doors, changes))["items"]
    assert [one["change"] for one in kept] == ["new_due_day"] * 3 + ["withdrawn"]


async def hold_who_is_told(doors: Doors) -> None:
    """A body of the area has its own figures and actions, and may say what becomes of these."""
    force, region = reader_of("police/avon-and-somerset"), reader_of("probation/south-west")
    mine = await told(doors, PACK, force, quarter="2024-Q2")
    assert {one["organisation"]["id"] for one in mine["figures"]} == {"avon-and-somerset"}
    assert {one["nation"] is None for one in mine["figures"]} == {True}
    (crossed,) = [t for t in mine["thresholds"] if t["threshold"]["id"] == THRESHOLD]
    assert crossed["beside"] == "crossed"
    assert mine["breaches_unmanaged"]
    assert mine["left_out"]
    assert len((await told(doors, ACTIONS, force))["items"]) == 3
    theirs = await told(doors, PACK, region, quarter="2024-Q2")
    assert {one["organisation"]["agency"] for one in theirs["figures"]} == {"probation"}
    assert (theirs["breaches_unmanaged"], theirs["actions"]) == ([], [])
    assert {t["organisation"]["agency"] for t in theirs["thresholds"]} == {"probation"}
    assert (await told(doors, ACTIONS, region))["items"] == []
    own = action(
        due_on="2024-10-01",
        owner={"agency": "probation", "organisation": "south-west"},
        threshold=None,
    )
    assert (await post(doors, ACTIONS, own, region)).status_code == 201
    done = {"id": str(uuid4()), "change": "done"}
    changes = f"{ACTIONS}/{own['id']}/changes"
    assert (await post(doors, changes, done, force)).status_code == 404
    assert (await doors.gateway.get(changes, headers=force)).status_code == 404
    assert (await post(doors, changes, done, region)).status_code == 201
    refused = await post(doors, ACTIONS, action(), region)
    assert (refused.status_code, faults(refused)) == (403, ["owner.organisation"])
    # Nothing of another area, whoever asks; one whose organisation is of none of it is told so.
    stranger = reader_of("police/dorset")
    for address in (PACK, ACTIONS, f"{ACTIONS}/{own['id']}"):
        reply = await doors.gateway.get(address, params={"quarter": "2024-Q2"}, headers=stranger)
        assert reply.status_code == 403
    assert (await told(doors, "/v1/areas/dorset/actions", stranger))["items"] == []


async def hold_what_is_refused(doors: Doors) -> None:
    kept = (await told(doors, ACTIONS, state="open"))["items"][0]["id"]
    changes = f"{ACTIONS}/{kept}/changes"
    bodies: list[tuple[str, Any, list[str]]] = [
        (ACTIONS, action(due_on="2024-01-01"), ["due_on"]),
        (ACTIONS, action(threshold="referral-in-tim"), ["threshold"]),
        (ACTIONS, action(what="a\x00b"), ["what"]),
        (ACTIONS, action(what=" "), ["what"]),
        (ACTIONS, action(what="x" * 201), ["what"]),
        (ACTIONS, action(id="1"), ["id"]),
        (ACTIONS, action(whom="J Smith"), ["whom"]),
        (ACTIONS, action(due_on=None), ["due_on"]),
        (
            ACTIONS,
            action(owner={"agency": "police", "organisation": "dorset"}),
            ["owner.organisation"],
        ),
        (changes, {"id": str(uuid4()), "change": "new_due_day"}, ["due_on", "reason"]),
        (changes, {"id": str(uuid4()), "change": "withdrawn"}, ["reason"]),
        (changes, {"id": str(uuid4()), "change": "done", "due_on": "2030-01-01"}, ["due_on"]),
        (changes, {"id": str(uuid4()), "change": "closed"}, ["change"]),
        (
            changes,
            {
                "id": str(uuid4()),
                "change": "new_due_day",
                "due_on": "2020-01-01",
                "reason": "x",
            },
            ["due_on"],
        ),
    ]
    for address, body, fields in bodies:
        reply = await post(doors, address, body)
        assert (reply.status_code, faults(reply)) == (422, fields), body
    for address, status, field in (
        ("/v1/areas/avon/review-pack?quarter=2024-Q2", 404, "area"),
        ("/v1/areas/south-west/actions", 404, "area"),
        (f"{PACK}?quarter=2099-Q1", 422, "quarter"),
        (PACK, 422, "quarter"),
        (f"{ACTIONS}?state=late", 422, "state"),
        (f"{ACTIONS}?after=there", 422, "after"),
        (f"{ACTIONS}/{uuid4()}", 404, "action_id"),
    ):
        reply = await doors.gateway.get(address)
        assert (reply.status_code, faults(reply)) == (status, [field]), address
    assert len((await told(doors, ACTIONS, state="open"))["items"]) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "in-tim"}, "thresholds.0.metric: in-tim is no metric of the Code; did you"),
        ({"metric": "window-used"}, "thresholds.0.metric: window-used is no metric of the Code"),
        ({"rules": ["R4.REFR"]}, "thresholds.0.rules: R4.REFR is no rule"),
        ({"owner": "cps"}, "thresholds.0.owner: R4.REFER is never owed by cps"),
        ({"below": 80}, "thresholds.0.below"),
        ({"level": 0.8}, "thresholds.0.level"),
    ],
    ids=["metric", "window", "rule", "owner", "level", "misspelt"],
)
def test_thresholds_that_cannot_be_trusted_are_refused(
    tmp_path: Path, fields: Item, words: str
) -> None:
    good: Item = {
        "id": "one",
        "version": 1,
        "title": "One",
        "metric": "in-time",
        "rules": ["R4.REFER"],
        "owner": "police",
        "below": 0.8,
        "at_least": 10,
        "quarters": 1,
        "set_by": "a test",
        "reading": "agreed",
        "says": "So.",
    }
    file = tmp_path / "theirs.yaml"
    file.write_text(yaml.safe_dump({"thresholds": [good]}))
    assert [*load_thresholds(rulebook(), tmp_path)] == ["one"]
    file.write_text(yaml.safe_dump({"thresholds": [{**good, **fields}]}))
    with pytest.raises(ThresholdError, match=r"^theirs\.yaml: ") as refused:
        load_thresholds(rulebook(), tmp_path)
    assert words in str(refused.value)
    file.write_text(yaml.safe_dump({"thresholds": [good, good]}))
    with pytest.raises(ThresholdError, match="one is there twice"):
        load_thresholds(rulebook(), tmp_path)


def test_a_threshold_of_two_quarters_is_crossed_in_both_or_not_at_all() -> None:
    ours = load_thresholds(rulebook())
    twice, once = ours["acknowledged"], ours[THRESHOLD]

    def recorded(found: int, of: int) -> dict[str, int]:
        return {**NOTHING, "recorded": found, "nothing_recorded": of - found}

    def met(found: int, of: int) -> dict[str, int]:
        return {**NOTHING, "met": found, "overdue": of - found}

    assert beside_of(twice, recorded(7, 10), recorded(79, 100)) == "crossed"
    assert beside_of(twice, recorded(7, 10), recorded(8, 10)) == "not_crossed"
    assert beside_of(twice, recorded(8, 10), recorded(0, 10)) == "not_crossed"
    assert beside_of(twice, recorded(0, 100), recorded(0, 9)) == "too_few"
    assert beside_of(once, met(7, 10), NOTHING) == "crossed"
    assert beside_of(once, met(8, 10), met(0, 10)) == "not_crossed"
    assert beside_of(once, met(0, 9), met(0, 100)) == "too_few"
