"""The command over all stored journeys: what it tells, writes, refuses, and how it is stopped."""

import csv
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from demo.samples import samples
from gateway.what_if.answers import NOT_THE_LAW
from gateway.what_if.rows import HEADINGS
from tests.doors import doors_to
from tests.shared.databases import Database

ROOT = Path(__file__).parents[3]
DRAFT = "sentence-review"
RULE = ROOT / "gateway" / "rulebook" / "victims_code" / "r06_arrest.yaml"

# A draft of one's own: three working days for news of an arrest.
ARREST = (
    RULE.read_text().partition("examples:")[0].replace("5 working days", "3 working days")
    + """examples:
  - name: Kept
    events: [2024-03-04 suspect.arrested, 2024-03-07 told]
    as_of: 2024-04-15
    due: 2024-03-07
    standing: met

  - name: Broken
    events: [2024-03-04 suspect.arrested, 2024-03-08 told]
    as_of: 2024-04-15
    due: 2024-03-07
    standing: met_late
"""
)


@pytest.fixture
async def stored(database: Database) -> Database:
    """A store with the sample journeys in it."""
    async with doors_to(database) as doors:
        for sample in samples():
            assert set(await doors.play(sample.events)) == {"created"}
    return database


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "gateway.what_if", *map(str, arguments)]


def environment(database: Database) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database.url("gateway")}


def run(database: Database, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=ROOT, env=environment(database), capture_output=True, text=True
    )


async def test_it_tells_what_the_api_tells_and_that_it_is_not_the_law(stored: Database) -> None:
    told = run(stored, "--draft", DRAFT, "--as-of", "2026-11-01")
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert lines[0] == NOT_THE_LAW
    async with doors_to(stored) as doors:
        params = {"draft": DRAFT, "as_of": "2026-11-01"}
        page = (await doors.gateway.get("/v1/what-if", params=params)).json()
        log = (await doors.gateway.get("/v1/access-log", params={"verb": "consultation"})).json()
    noted = {entry["role"]: (entry["what"], entry["victims"]) for entry in log["items"]}
    asked = f"python -m gateway.what_if --draft {DRAFT} --as-of 2026-11-01"
    assert noted["operator"] == (asked, page["totals"]["journeys"])
    totals, judged_by = page["totals"], page["judged_by"]
    assert f"Draft       {DRAFT}: ULS.REQ" in lines
    assert f"Rulebooks   {judged_by['rulebook']} in force" in lines
    assert f"            {judged_by['draft_rulebook']} under the draft" in lines
    assert f"Calendar    {judged_by['calendar']}" in lines
    journeys = f"{totals['journeys']}: {totals['touched']} touched, {totals['unchanged']} unchanged"
    assert f"Journeys    {journeys}" in lines
    table = [line.split() for line in lines if line.startswith("ULS.REQ")]
    assert [int(row[-1]) for row in table] == [o["obligations"] for o in totals["counts"]]
    assert {row[2] for row in table} == {o["before"]["standing"] for o in totals["counts"]}


def test_a_rule_file_of_one_s_own_and_a_table_of_all_that_differs(
    stored: Database, tmp_path: Path
) -> None:
    mine, table = tmp_path / "mine.yaml", tmp_path / "differs.csv"
    mine.write_text(ARREST)
    told = run(stored, "--rules", mine, "--as-of", "2026-11-01", "--csv", table)
    assert (told.returncode, told.stderr) == (0, "")
    assert "Draft       mine.yaml: R6.ARREST" in told.stdout
    with table.open(newline="") as file:
        headings, *rows = csv.reader(file)
    assert tuple(headings) == HEADINGS
    found = [dict(zip(headings, row, strict=True)) for row in rows]
    assert {row["not_the_law_draft"] for row in found} == {"mine.yaml"}
    assert {row["handling"] for row in found} == {"OFFICIAL-SENSITIVE"}
    assert {row["rule"] for row in found} == {"R6.ARREST"}
    assert all(row["ways"] for row in found)
    assert any(row["before_due_on"] > row["after_due_on"] for row in found)
    # Of the table's rows as many gain a breach as the text says.
    gained = sum((row["before_breach"], row["after_breach"]) == ("false", "true") for row in found)
    lost = sum((row["before_breach"], row["after_breach"]) == ("true", "false") for row in found)
    assert f"{gained} gained, {lost} lost" in told.stdout
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_what_cannot_be_asked_or_done_says_why_and_how_to_go_on(
    stored: Database, tmp_path: Path
) -> None:
    bad, text = tmp_path / "bad.yaml", tmp_path / "table.csv"
    bad.write_text(
        ARREST.replace("2024-03-07\n    standing: met_late", "2024-03-08\n    standing: met_late")
    )
    missing = tmp_path / "missing.yaml"
    unreachable = {**os.environ, "DATABASE_URL": "postgresql://nobody:none@127.0.0.1:1/none"}
    refused: list[tuple[list[object], int, str]] = [
        (["--draft", "sentence-reviews"], 2, "use one of code-2026, sentence-review"),
        (["--rules", missing], 2, "is no file"),
        (["--draft", DRAFT, "--rules", bad], 2, "not allowed with"),
        ([], 2, "is required"),
        (["--draft", DRAFT, "--as-of", "soon"], 2, "as_of is not a date and time: write"),
        (["--rules", bad, "--csv", text], 1, "bad.yaml:"),
        (["--draft", DRAFT, "--csv", tmp_path / "no" / "where.csv"], 1, "No such file"),
    ]
    for arguments, code, words in refused:
        told = run(stored, *arguments)
        assert (told.returncode, told.stdout) == (code, ""), arguments
        assert words in told.stderr
        assert "Traceback" not in told.stderr
    told = subprocess.run(
        command("--draft", DRAFT), cwd=ROOT, env=unreachable, capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (1, "")
    assert "store cannot be reached" in told.stderr
    assert "Traceback" not in told.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.yaml"]


@contextmanager
def under_way(database: Database, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The command in a session of its own, once it has started a worker."""
    with subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=environment(database),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None and not children(process):
            time.sleep(0.01)
        yield process
        process.kill()


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_it_and_leaves_nothing(
    stored: Database, tmp_path: Path, sign: signal.Signals
) -> None:
    with under_way(stored, "--draft", DRAFT, "--csv", tmp_path / "table.csv") as process:
        workers = children(process)
        assert workers
        if sign is signal.SIGINT:
            os.killpg(process.pid, sign)  # a terminal sends it to all of them
        else:
            process.send_signal(sign)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "Interrupted" in err
    assert "Traceback" not in err
    assert psutil.wait_procs(workers, timeout=10)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_workers_end_with_a_command_that_is_killed(stored: Database) -> None:
    with under_way(stored, "--draft", DRAFT) as process:
        workers = children(process)
        process.kill()
    assert workers
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def test_progress_is_shown_on_a_terminal_only(stored: Database) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command("--draft", DRAFT),
        cwd=ROOT,
        env=environment(stored),
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        out, _ = process.communicate(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert process.returncode == 0
    assert NOT_THE_LAW in out
    assert f"{len(samples())} journeys" in shown
    assert "%" in shown
