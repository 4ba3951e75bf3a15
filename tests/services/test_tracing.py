"""A request's trace reaches the log, and a reference never does."""

import re

import asyncpg
import pytest

from tests.doors import Doors, doors_to
from tests.services.events import CRIME, arrest
from tests.shared.databases import Database

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
LINE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO trace=([0-9a-f]{32}) (.+) in \d+\.\d ms"


def told(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """Return the trace and what was answered of each line of the log."""
    lines = capsys.readouterr().err.splitlines()
    matches = [re.fullmatch(LINE, line) for line in lines]
    assert all(matches), lines
    return [(match[1], match[2]) for match in matches if match]


async def test_the_trace_that_is_given_is_in_the_log(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async with doors_to(database) as doors:
        headers = {"traceparent": PARENT}
        await doors.police.post("/v1/events", json=arrest(), headers=headers)
        await doors.police.post("/v1/events", json=arrest(time="now"), headers=headers)
        await doors.gateway.get("/v1/journeys", params={"reference": CRIME}, headers=headers)
        await doors.police.get(f"/{CRIME}", headers=headers)
    assert told(capsys) == [
        (TRACE, "POST /v1/events 201"),
        (TRACE, "POST /v1/events 422"),
        (TRACE, "GET /v1/journeys 200"),
        (TRACE, "GET no route 404"),
    ]


@pytest.mark.parametrize(
    "given",
    ["", "nonsense", PARENT.upper(), f"00-{'0' * 32}-00f067aa0ba902b7-01", f"ff-{PARENT[3:]}"],
)
async def test_a_request_without_a_trace_is_given_one(
    doors: Doors, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    for _ in range(2):
        await doors.police.post("/v1/events", json=arrest(), headers={"traceparent": given})
    (one, _), (two, _) = told(capsys)
    assert one != two
    assert TRACE not in (one, two)


async def test_what_goes_wrong_is_logged_with_its_trace(
    doors: Doors, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("ALTER TABLE victim_key RENAME COLUMN victim_key TO key")
    await owner.close()
    failed = await doors.police.post("/v1/events", json=arrest(), headers={"traceparent": PARENT})
    assert failed.status_code == 500
    line = capsys.readouterr().err
    assert f"ERROR trace={TRACE} unexpected UndefinedColumnError on POST" in line
    assert CRIME not in line
