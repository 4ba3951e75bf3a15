"""Lists are told as CSV too, and as unchanged to whoever has them already, never wrongly."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import httpx
import pytest

from demo.samples import samples
from gateway.register.answers import BreachBody
from gateway.routes.lists import LISTS
from gateway.tables import FORMULA, columns_of, csv_of
from shared.store import Store
from tests.doors import Doors, SetClock
from tests.gateway.register.registers import catch_up, projector_of
from tests.gateway.routes.test_figures import the_story
from tests.tokens import bearer, token

LATER = "2025-07-01T00:00:00+01:00"
POLLED = (
    "/v1/breaches",
    "/v1/breaches?limit=2&at_least_severity=2",
    "/v1/due?within_days=30",
    "/v1/journeys",
    "/v1/journeys?open=true",
    "/v1/statistics/silence",
    "/v1/statistics/findings",
    "/v1/statistics/compliance?by=right,month&limit=2",
    "/v1/statistics/comparison?of=force",
    "/v1/statistics/trend?right=6",
    "/v1/statistics/funnels?chain=support_referral&by=police",
    "/v1/statistics/handovers",
    "/v1/statistics/delays",
    "/v1/statistics/satisfaction",
    "/v1/statistics/accounts",
    "/v1/statistics/noticing?by=month",
    "/v1/changes",
)
# What some lists cannot be asked without, or have nothing to tell of otherwise.
ASKED = {
    "accounts": {"by": "organisation", "as_of": LATER},
    "comparison": {"of": "force", "as_of": LATER},
    "compliance": {"by": "force,month,right", "as_of": LATER, "limit": "3"},
    "delays": {"by": "organisation", "as_of": LATER},
    "funnels": {"chain": "personal_statement", "by": "police", "as_of": LATER},
    "handovers": {"by": "organisation", "as_of": LATER},
    "noticing": {"by": "month", "as_of": LATER},
    "returns": {"quarter": "2024-Q1", "as_of": "2024-03-31"},
    "satisfaction": {"by": "organisation", "as_of": LATER},
    "trend": {"baseline_from": "2024-03", "baseline_to": "2024-06", "as_of": LATER},
}


async def ask(doors: Doors, address: str, tag: str = "", **headers: str) -> httpx.Response:
    told = {"if-none-match": tag} if tag else {}
    return await doors.gateway.get(address, headers=told | headers)


async def test_a_list_is_unchanged_exactly_while_its_answer_would_be_the_same(
    doors: Doors, reader: Store, clock: SetClock
) -> None:
    first, second, *_ = samples()
    await doors.play(first.events)
    await catch_up(await projector_of(reader))
    for address in POLLED:
        await hold_that_it_follows_the_register(doors, reader, address, clock)
    await hold_that_nothing_is_noted(doors)
    await hold_that_it_follows_the_moment(doors, clock)
    await hold_that_it_is_of_the_caller_and_the_question(doors)
    tag = (await ask(doors, POLLED[0])).headers["etag"]
    assert (await ask(doors, POLLED[0], tag)).status_code == 304
    with pytest.MonkeyPatch.context() as patch:  # a release that names organisations otherwise
        patch.setattr("gateway.routes.telling._data_hash", lambda: "another")
        assert (await ask(doors, POLLED[0], tag)).status_code == 200
    for address in POLLED[:1]:
        tag = (await ask(doors, address)).headers["etag"]
        # Waiting is told in the answer, and so is that it ended.
        await doors.play(second.events)
        behind = await ask(doors, address, tag)
        assert (behind.status_code, behind.json()["register"]["up_to_date"]) == (200, False)
        await catch_up(await projector_of(reader))
        assert (await ask(doors, address, behind.headers["etag"])).status_code == 200
        assert (await ask(doors, address, tag)).status_code == 200


async def hold_that_it_follows_the_register(
    doors: Doors, reader: Store, address: str, clock: SetClock
) -> None:
    told = await ask(doors, address)
    tag = told.headers["etag"]
    assert tag.startswith('W/"')
    same = await ask(doors, address)
    assert (same.headers["etag"], same.text) == (tag, told.text)
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        unchanged = await ask(doors, address, known)
        assert (unchanged.status_code, unchanged.content) == (304, b""), (address, known)
        assert unchanged.headers["etag"] == tag
    assert (await ask(doors, address, '"other"')).status_code == 200
    # What tells of victims is kept by nobody on the way.
    assert told.headers["cache-control"] == "no-store"
    # The calendar, the rules or the local standard being others, so is the tag.
    await reader.ask("UPDATE register_state SET revision = revision + 1")
    assert (await ask(doors, address, tag)).status_code == 200
    await reader.ask("UPDATE register_state SET revision = revision - 1")
    await reader.ask("UPDATE register_yardstick SET rulebook = rulebook || '-'")
    otherwise = await ask(doors, address, tag)
    assert otherwise.json()["register"]["judged_otherwise"] > 0
    await reader.ask("UPDATE register_yardstick SET rulebook = trim(rulebook, '-')")
    assert (await ask(doors, address, tag)).status_code == 304


async def hold_that_nothing_is_noted(doors: Doors) -> None:
    address = "/v1/breaches?limit=77"
    tag = (await ask(doors, address)).headers["etag"]
    for _ in range(3):
        assert (await ask(doors, address, tag)).status_code == 304
    log = (await doors.gateway.get("/v1/access-log")).json()["items"]
    assert sum(entry["what"] == f"GET {address}" for entry in log) == 1


async def hold_that_it_follows_the_moment(doors: Doors, clock: SetClock) -> None:
    """Limits in hours end within a day: what is seen from now is of one minute, and says so."""
    now = clock.now
    tag = (await ask(doors, "/v1/due")).headers["etag"]
    fixed = (await ask(doors, "/v1/due?as_of=2024-04-02")).headers["etag"]
    clock.now = now + timedelta(seconds=59)
    assert (await ask(doors, "/v1/due", tag)).status_code == 304
    clock.now = now + timedelta(seconds=60)
    later = await ask(doors, "/v1/due", tag)
    assert (later.status_code, later.json()["as_of"]) == (200, "2026-11-20T12:01:00Z")
    clock.now = now + timedelta(days=3)
    assert (await ask(doors, "/v1/due?as_of=2024-04-02", fixed)).status_code == 304
    clock.now = now


async def hold_that_it_is_of_the_caller_and_the_question(doors: Doors) -> None:
    tag = (await ask(doors, "/v1/breaches")).headers["etag"]
    plain = bearer(token("inspector", organisations=("*",)))
    assert (await ask(doors, "/v1/breaches", tag, **plain)).status_code == 200
    assert (await ask(doors, "/v1/breaches?limit=9", tag)).status_code == 200
    assert (await ask(doors, "/v1/breaches", tag, accept="text/csv")).status_code == 200
    some = bearer(token("inspector", organisations=("police/dorset",)))
    assert (await ask(doors, "/v1/breaches", tag, **some)).status_code == 200
    assert (await ask(doors, "/v1/breaches", tag, authorization="")).status_code == 401


async def test_a_table_says_what_the_list_says(doors: Doors, reader: Store) -> None:
    for sample in samples():
        await doors.play(sample.events)
    await doors.play(the_story())
    await catch_up(await projector_of(reader))
    served = (await ask(doors, "/v1/metrics")).json()["items"]
    versions, named = {one["id"]: one["version"] for one in served}, set()
    for name, (address, _) in LISTS.items():
        query = ASKED.get(name, {"limit": "3", "as_of": "2024-04-02"})
        listed = await doors.gateway.get(address, params=query)
        table = await doors.gateway.get(address, params=query | {"format": "csv"})
        assert table.headers["content-type"] == "text/csv; header=present; charset=utf-8"
        assert table.headers["x-handling"] == "OFFICIAL-SENSITIVE"
        assert table.headers.get("link", "").replace("&format=csv", "") == listed.headers.get(
            "link", ""
        )
        header, *rows = csv.reader(StringIO(table.text))
        described = (await doors.gateway.get(f"/v1/lists/{name}/dictionary")).json()
        assert header == [column["name"] for column in described["tableSchema"]["columns"]]
        told = listed.json()["items"]
        # What is published for partners is tested where something is.
        assert len(rows) == len(told), name
        assert told or name == "published"
        for row, item in zip(rows, told, strict=True):
            assert row == [cell(found(item, name)) for name in header]
        for metric, version in metrics_in(listed.json()):
            assert versions[metric] == version, name
            named.add(metric)
    # Of each kind of duty and each chain there is one, asked for one at a time.
    assert {one for one in versions if not one.startswith("funnel-")} - named == {"window-used"}
    liked = {"accept": "text/html, text/csv;q=0.9, */*;q=0.1"}
    assert (
        (await ask(doors, "/v1/breaches", **liked)).headers["content-type"].startswith("text/csv")
    )
    for accept in ("*/*", "application/json, text/csv;q=0.5", "text/csv;q=0", "text/csv;q=x"):
        told = (await ask(doors, "/v1/breaches", accept=accept)).json()
        assert told["items"], accept
    assert (await ask(doors, "/v1/breaches?format=json", accept="text/csv")).json()["items"]
    assert (await ask(doors, "/v1/breaches?format=xml")).status_code == 422
    assert (await ask(doors, "/v1/lists/nothing/dictionary")).status_code == 422


def metrics_in(told: Any) -> Iterator[tuple[str, int]]:
    """The metrics that figures name anywhere in an answer, with their versions."""
    for one in told.values() if isinstance(told, dict) else told:
        if isinstance(one, dict | list):
            yield from metrics_in(one)
    if isinstance(told, dict) and isinstance(told.get("metric"), str):
        yield told["metric"], told["version"]
    assert not isinstance(told, dict) or "rate" not in told or "metric" in told


def found(item: Any, name: str) -> Any:
    """What an item says under the flat name of a column."""
    if not isinstance(item, dict) or name in item:
        return item[name] if isinstance(item, dict) else item
    for word, value in item.items():
        if name.startswith(f"{word}_") and (isinstance(value, dict) or value is None):
            return value and found(value, name.removeprefix(f"{word}_"))
    raise AssertionError(f"no {name} in {item}")


def cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value)


@pytest.mark.parametrize("name", LISTS)
def test_every_column_is_told_in_the_dictionary(name: str) -> None:
    """A column without a meaning, or two of one name, would be of no use to anybody."""
    columns = columns_of(LISTS[name][1])  # type: ignore[index]
    assert len({column.name for column in columns}) == len(columns) > 5
    for column in columns:
        assert column.description.endswith("."), column.name


def test_no_cell_becomes_a_formula() -> None:
    words: dict[str, Any] = {**dict.fromkeys(BreachBody.model_fields), "days_late": -3}
    for beginning in FORMULA:
        item = BreachBody.model_construct(**words | {"organisation": f"{beginning}1+1"})
        (row,) = csv.DictReader(StringIO(csv_of(BreachBody, [item]), newline=""))
        assert row["organisation"] == f"'{beginning}1+1"
        # A number is a number.
        assert row["days_late"] == "-3"
        assert row["severity_level"] == ""
