"""Partners are told the fixed tables of their areas; who keeps every answer learns no more."""

import asyncio
import csv
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from demo.samples import samples
from gateway.figures.command import DONE, FAILED, WRONG_SETTINGS, run
from gateway.figures.disclosure.control import Publication
from gateway.figures.disclosure.layout import Cell, Table
from gateway.figures.disclosure.policy import Policy
from gateway.figures.disclosure.telling import Telling, Why
from gateway.figures.months import Month
from gateway.figures.periods import month_of
from gateway.partner_tables.fixed_set import ALL, NATION, Series
from gateway.partner_tables.kept import CellPlace, read_publications
from gateway.partner_tables.making import CannotPublish, PublishedStatus, Run, periods_of
from gateway.routes.paging import write_place
from shared.interrupts import Interrupts
from shared.store import Store
from tests.doors import Doors, doors_to
from tests.gateway.figures.attacker import LinearProgram, readings
from tests.gateway.partner_tables.countries import AREAS, RIGHTS, counted, put, set_of, small_set
from tests.shared.databases import Database
from tests.tokens import bearer, token

ADDRESS = "/v1/published"
# How many small countries are attacked; `make torture` asks for more.
TIMES = int(os.environ.get("TORTURE", "1"))
MONTHS = month_of("2024-04").of_quarter
QUARTER = MONTHS[0].quarter
# The solver counts in floating point.
LITTLE = 1e-6
Item = dict[str, Any]
Publish = Callable[..., Awaitable[int]]


class Never(Interrupts):
    """Nobody presses Ctrl-C, and the tests' own handling of it stays as it is."""

    def __init__(self) -> None:
        self.came = False


@pytest.fixture
async def doors(database: Database) -> AsyncIterator[Doors]:
    async with doors_to(database) as doors:
        yield doors


@pytest.fixture
def publish(database: Database, tmp_path: Path) -> Publish:
    """Run the command as an operator does."""
    file = small_set(tmp_path)

    async def publish(*arguments: str) -> int:
        settings = {"DATABASE_URL": database.url("gateway"), "PUBLISHED_TABLES": str(file)}
        with patch.dict(os.environ, settings):
            words = ("publish", "--month", *arguments)
            return await asyncio.to_thread(run, words, Never())

    return publish


def partner(*areas: str) -> dict[str, str]:
    return bearer(token("partner", areas=areas))


async def told(doors: Doors, headers: dict[str, str] | None = None, **query: Any) -> list[Item]:
    """Every row, page by page."""
    found: list[Item] = []
    reply = await doors.gateway.get(ADDRESS, params={"limit": 40, **query}, headers=headers)
    while True:
        body = reply.raise_for_status().json()
        found += body["items"]
        if body["next"] is None:
            return found
        assert reply.headers["link"] == f'<{body["next"]}>; rel="next"'
        reply = await doors.gateway.get(body["next"], headers=headers)


def heard(series: Series, rows: Sequence[Item], counts: dict[Cell, int]) -> Publication:
    """What was served, in the shape in which the attacker reads: nothing that was not served.

    `counts` are those from which the attacker knows how a revision changed each.
    """
    laid = series.layout(MONTHS[0])
    tables: list[Table] = []
    for period in dict.fromkeys(row["period"] for row in rows):
        whole = period == QUARTER
        make = series.quarter_tables if whole else series.month_tables
        tables += make(laid, period)
    exact: dict[Cell, int] = {}
    hidden: dict[Cell, Why] = {}
    for row in rows:
        right = ALL if row["right"] is None else str(row["right"])
        for outcome, word in ((ALL, "due"), ("met", "met"), ("not_met", "not_met")):
            cell = laid.cell((row["area"], right, outcome, row["period"]))
            exact[cell] = row[word] or 0
            if row[word] is None:
                hidden[cell] = Why.SMALL
    return Publication(
        Telling(laid, tuple(tables), Policy(), counts, exact, hidden), (), frozenset()
    )


@pytest.mark.parametrize("seed", range(TIMES))
async def test_no_hidden_count_follows_from_all_that_is_served(
    database: Database, doors: Doors, reader: Store, publish: Publish, tmp_path: Path, seed: int
) -> None:
    """Three months, their quarter, a revision and the final set, read by an inspector over HTTP."""
    (series,) = set_of(small_set(tmp_path)).series
    lot = random.Random(seed)
    counts: dict[Cell, int] = {}
    kept: list[Publication] = []

    async def listen(*periods: str) -> None:
        rows = [row for row in await told(doors) if row["period"] in periods]
        assert {row["period"] for row in rows} == {*periods}
        kept.append(heard(series, rows, dict(counts)))

    for month in MONTHS:
        counts |= counted(lot, month)
        await put(database, month, counts)
        assert await publish(month.name) == DONE
        await listen(month.name, *([QUARTER] if month == MONTHS[2] else []))
    before = len(kept)
    late = {cell: 1 for cell in counts if cell[3] == MONTHS[1].name and lot.random() < 0.2}
    for cell, more in late.items():
        counts[cell] += more
    await put(database, MONTHS[1], late)
    assert await publish(MONTHS[1].name, "--revise") == DONE
    await listen(MONTHS[1].name, QUARTER)
    assert await publish(MONTHS[2].name, "--final") == DONE
    await listen(*(month.name for month in MONTHS), QUARTER)

    found = await read_publications(reader, QUARTER)
    unproved = [cell for one in found["police"] for cell in one.unproved]
    assert [one.unproved for one in found["police"][:before]] == [frozenset()] * before
    attacker = LinearProgram(kept)
    shown = [readings(one) for one in kept]
    laid = kept[-1].telling.layout
    every = {cell for one in shown for cell, value in one.items() if value is None}
    hidden = {cell for cell in every if all(one.get(cell) is None for one in shown)}
    attacked = hidden - {*unproved}
    assert len(attacked) > 40
    assert recovered(series, counts) > 5, "else the attacker would prove nothing"
    for cell in sorted(attacked):
        least, most = attacker.bounds(cell)
        truth = sum(counts[part] for part in laid.parts(cell))
        assert least - LITTLE <= truth <= most + LITTLE, "the truth is possible"
        assert most - least >= 4 - LITTLE, cell


def recovered(series: Series, counts: dict[Cell, int]) -> int:
    """How many small counts the attacker works out where nothing is done but to hide them."""
    laid = series.layout(MONTHS[0])
    tables = tuple(series.quarter_tables(laid, QUARTER))
    exact = {
        laid.cell(cell): sum(counts[part] for part in laid.parts(cell))
        for table in tables
        for cell in table.cells()
    }
    hidden = {cell: Why.SMALL for cell, count in exact.items() if count < 5}
    telling = Telling(laid, tables, Policy(base=1), counts, exact, hidden)
    attacker = LinearProgram([Publication(telling, (), frozenset())])
    return sum(len({*map(round, attacker.bounds(cell))}) == 1 for cell in hidden)


async def test_partners_are_told_their_areas_and_the_nation_and_nothing_else(
    database: Database, doors: Doors, publish: Publish
) -> None:
    lot = random.Random(1)
    counts = {cell: 12 + n for month in MONTHS for n, cell in enumerate(counted(lot, month))}
    small = (AREAS[0], "6", "met", MONTHS[0].name)
    counts[small] = counts[AREAS[0], "4", "met", MONTHS[0].name] = 0
    counts[AREAS[0], "11", "met", MONTHS[0].name] = 3
    assert (await doors.gateway.get(ADDRESS)).json()["items"] == []
    for month in MONTHS[:1]:
        await put(database, month, counts)
    assert await publish(MONTHS[0].name) == DONE
    assert await publish(MONTHS[0].name) == FAILED, "it is published once"
    assert await publish("2024-13") == WRONG_SETTINGS
    assert await publish("2150-01") == FAILED, "it has not ended"

    mine = await told(doors, partner(AREAS[0], "E99999999"))
    assert {row["area"] for row in mine} == {AREAS[0], NATION}
    (row,) = [row for row in mine if row["area"] == AREAS[0]]
    assert (row["right"], row["status"], row["edition"]) == (None, "provisional", 1)
    assert (row["met"], row["rate"], row["low"]) == (None, None, None)
    assert "met" in row["hidden"]
    assert [one["right"] for one in mine if one["area"] == NATION] == [None, *sorted(RIGHTS)]
    whole = next(row for row in mine if row["area"] == NATION and row["right"] is None)
    assert whole["due"] % 5 == whole["met"] % 5 == 0
    assert whole["rate"] == whole["met"] / whole["due"]
    assert whole["low"] < whole["rate"] < whole["high"]
    await hold_refusals(doors)
    await hold_forms(doors)
    assert {one["area"] for one in await told(doors)} == {*AREAS, NATION}

    await put(database, MONTHS[0], {(AREAS[1], "6", "met", MONTHS[0].name): 40})
    assert await publish(MONTHS[0].name, "--revise") == DONE
    theirs = partner(AREAS[1])
    first, second = [
        (await told(doors, theirs, edition=edition, area=AREAS[1]))[0] for edition in (1, 2)
    ]
    assert (second["edition"], second["status"]) == (2, "provisional")
    assert second["due"] == first["due"] + 40
    assert await told(doors, theirs, area=AREAS[1]) == [second]
    await hold_final(database, doors, publish, counts)


async def hold_refusals(doors: Doors) -> None:
    """Another's area is as one that is not there; and nothing else is open to a partner."""
    mine = partner(AREAS[0])
    for area in (AREAS[1], "E99999999", "x"):
        reply = await doors.gateway.get(ADDRESS, params={"area": area}, headers=mine)
        assert reply.status_code == 404
    for address in ("/v1/statistics/compliance", "/v1/journeys", "/v1/breaches"):
        reply = await doors.gateway.get(address, headers=mine)
        assert reply.status_code == 403
    for query in ({"period": "2024-13"}, {"period": "2024-26 Q1"}, {"after": "x"}):
        reply = await doors.gateway.get(ADDRESS, params=query, headers=mine)
        assert reply.status_code == 422, query
    beyond = write_place(CellPlace("9999-12", "police", AREAS[0], 2**62))
    assert await told(doors, mine, after=beyond) == []


async def hold_forms(doors: Doors) -> None:
    """The policy is told with every answer; CSV says the same; who has it is told so."""
    mine = partner(AREAS[0])
    reply = await doors.gateway.get(ADDRESS, headers=mine)
    body = reply.json()
    (policy,) = body["policies"]
    assert (policy["threshold"], policy["base"]) == (5, 5)
    assert {(row["metric"], row["version"]) for row in body["items"]} == {("in-time", 1)}
    assert any("below 5" in word for word in policy["said"])
    again = await doors.gateway.get(
        ADDRESS, headers={**mine, "if-none-match": reply.headers["etag"]}
    )
    assert again.status_code == 304
    other = await doors.gateway.get(
        ADDRESS, headers={**partner(AREAS[1]), "if-none-match": reply.headers["etag"]}
    )
    assert other.status_code == 200
    log = await doors.gateway.get("/v1/access-log", params={"limit": 2})
    (noted, _) = log.json()["items"]
    assert (noted["role"], noted["what"], noted["victims"]) == ("partner", f"GET {ADDRESS}", 0)
    table = await doors.gateway.get(ADDRESS, params={"format": "csv"}, headers=mine)
    rows = list(csv.DictReader(StringIO(table.text)))
    assert [row["met"] for row in rows] == [
        "" if one["met"] is None else str(one["met"]) for one in body["items"]
    ]
    assert rows[0]["hidden"] == "; ".join(body["items"][0]["hidden"])


async def hold_final(
    database: Database, doors: Doors, publish: Publish, counts: dict[Cell, int]
) -> None:
    """A quarter comes with its last month, is final by a run of its own, and revised after that."""
    for month in MONTHS[1:]:
        await put(database, month, counts)
        assert await publish(month.name) == DONE
    quarter = await told(doors, period=QUARTER)
    assert {row["status"] for row in quarter} == {"provisional"}
    assert len(quarter) == len([*AREAS, NATION]) * len([*RIGHTS, ALL])
    assert await publish(MONTHS[2].name, "--final") == DONE
    assert {row["status"] for row in await told(doors)} == {"final"}
    assert await publish(MONTHS[0].name, "--revise") == DONE
    statuses = {row["period"]: (row["status"], row["edition"]) for row in await told(doors)}
    assert statuses == {
        MONTHS[0].name: ("revised", 4),
        MONTHS[1].name: ("final", 2),
        MONTHS[2].name: ("final", 2),
        QUARTER: ("revised", 3),
    }
    await doors.play(samples()[0].events)
    assert await publish(MONTHS[0].name, "--revise") == FAILED, "the register is behind"


def test_a_quarter_is_published_in_order_and_is_final_once_and_as_a_whole() -> None:
    first, second, third = MONTHS
    there: dict[str, PublishedStatus] = {}

    def run_(month: Month, how: Run) -> set[str]:
        made = periods_of(month, how, there)
        there.update(made)
        return {*made.values()}

    for month, how, why in (
        (second, Run.FIRST, "2024-04 comes first"),
        (first, Run.REVISE, "not published yet"),
        (first, Run.FINAL, "not published yet"),
    ):
        with pytest.raises(CannotPublish, match=why):
            run_(month, how)
    assert run_(first, Run.FIRST) == {PublishedStatus.PROVISIONAL}
    assert run_(first, Run.REVISE) == {PublishedStatus.PROVISIONAL}
    for month, how, why in (
        (first, Run.FIRST, "use --revise"),
        (third, Run.FIRST, "2024-05 comes first"),
        (first, Run.FINAL, "is final with its quarter"),
    ):
        with pytest.raises(CannotPublish, match=why):
            run_(month, how)
    run_(second, Run.FIRST)
    assert QUARTER not in there
    run_(third, Run.FIRST)
    assert there[QUARTER] is PublishedStatus.PROVISIONAL
    assert run_(second, Run.FINAL) == {PublishedStatus.FINAL}
    assert {*there} == {QUARTER, *(month.name for month in MONTHS)}
    assert {*there.values()} == {PublishedStatus.FINAL}
    with pytest.raises(CannotPublish, match="use --revise"):
        run_(second, Run.FINAL)
    assert run_(first, Run.REVISE) == {PublishedStatus.REVISED}
    assert there[second.name] is PublishedStatus.FINAL


def test_months_know_their_quarter_and_their_end() -> None:
    december = month_of("2024-12")
    assert [one.name for one in december.of_quarter] == ["2024-10", "2024-11", "2024-12"]
    assert (december.quarter, december.after(1).name) == ("2024-25 Q3", "2025-01")
    assert Month(december.first).end.isoformat() == "2025-01-01T00:00:00+00:00"
    assert month_of("2024-06").end.isoformat() == "2024-06-30T23:00:00+00:00"
