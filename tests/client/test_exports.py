"""Exports as systems write them are read by a mapping; each bad cell is named with its remedy."""

import csv
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from victim_journey.cells import BadCell, Written

from tests.client.conftest import EXAMPLES, Command
from tests.services.processes import Service

LONDON = ZoneInfo("Europe/London")
MINUTES = "%d/%m/%Y %H:%M"


@pytest.fixture
def force(tmp_path: Path) -> Callable[..., Path]:
    """The force's export with other cells in one of its lines, under ids of its own."""

    def write(line: int, **cells: str) -> Path:
        with (EXAMPLES / "force.csv").open(newline="") as file:
            header, *rows = csv.reader(file)
        for row in rows:
            row[0] = f"{tmp_path.name}-{row[0]}"
        for column, cell in cells.items():
            rows[line - 2][header.index(column.replace("_", " "))] = cell
        path = tmp_path / "force.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


def mapping(name: str) -> tuple[str, Path]:
    return "--mapping", EXAMPLES / f"{name}.yaml"


def test_a_force_s_log_is_read_a_row_an_event(command: Command, police: Service) -> None:
    told = command("send", EXAMPLES / "force.csv", *mapping("force"), "--door", police.url)
    assert (told.code, "21 events: 21 created" in told.out) == (0, True), told


def test_a_region_s_cases_are_read_a_date_an_event(command: Command, probation: Service) -> None:
    told = command("send", EXAMPLES / "region.csv", *mapping("region"), "--door", probation.url)
    assert (told.code, "16 events: 16 created" in told.out) == (0, True), told


@pytest.mark.parametrize(
    ("line", "cells", "says"),
    [
        (6, {"Date": "31/02/2024"}, 'Date and Time holds "31/02/2024 17:45", which cannot be read: '
         "write it as 28/03/2024 17:45 or 28/03/2024"),
        (6, {"Date": "", "Time": ""}, "Date and Time is empty: fill it in"),
        (6, {"Date": "31/03/2024", "Time": "01:30"},
         'Date and Time holds "31/03/2024 01:30", which never was: the clocks went forward'),
        (6, {"Keyed_On": "2024-03-28"}, 'Keyed On holds "2024-03-28", which cannot be read: '
         "write it as 28/03/2024 17:45:00"),
        (6, {"Log_Ref": ""}, "Log Ref is empty: fill it in"),
        (6, {"Victim_No": ""}, "Victim No is empty: fill it in"),
        (6, {"Entry": "ARREEST"}, 'Entry holds "ARREEST", which the mapping does not know: '
         "did you mean ARREST? correct it, or add it to the mapping"),
        (6, {"Suspect": ""}, "Suspect is missing (sent as data.suspect): add it"),
        (8, {"Result": "BALE"}, 'Result holds "BALE", which is not in the codes of released: '
         "did you mean BAIL? use one of BAIL, RUI, NFA, or add it to the mapping"),
        (9, {"About": "ARR/FOO"}, 'About holds "FOO", which is not in the codes of told about'),
        (9, {"Method": ""}, "Method is missing (sent as data.channel): add it"),
        (6, {"Crime_No": "52 24"},
         "Crime No and Victim No is not a reference (sent as subject): write crime:<force>"),
        (6, {"Date": "28/03/2124"},
         "Date and Time is in the future (sent as time): send the event once it has happened"),
    ],
)  # fmt: skip
def test_each_bad_cell_is_named_by_line_column_and_remedy(
    command: Command,
    police: Service,
    force: Callable[..., Path],
    line: int,
    cells: dict[str, str],
    says: str,
) -> None:
    told = command("check", force(line, **cells), *mapping("force"), "--door", police.url)
    assert told.code == 1
    assert "20 created, 0 repeated, 1 refused" in told.out
    assert re.search(rf"^  line {line}: {re.escape(says)}", told.out, re.MULTILINE), told.out


def test_a_row_is_told_all_its_faults(
    command: Command, police: Service, force: Callable[..., Path]
) -> None:
    file = force(8, Date="x", Result="x", Log_Ref="")
    told = command("check", file, *mapping("force"), "--door", police.url)
    assert told.out.count("  line 8: ") == 3


def test_refused_rows_are_mended_in_their_report_and_sent_alike(
    command: Command, police: Service, force: Callable[..., Path], tmp_path: Path
) -> None:
    file = force(6, Entry="ARREEST")
    told = command("send", file, *mapping("force"), "--door", police.url)
    assert "20 created, 0 repeated, 1 refused" in told.out
    report = tmp_path / "force.refused.csv"
    with report.open(newline="", encoding="utf-8-sig") as refused:
        (row,) = csv.DictReader(refused)
    assert row["refused_line"] == "6"
    assert row["refused_because"].startswith('Entry holds "ARREEST", which the mapping')

    report.write_bytes(report.read_bytes().replace(b"ARREEST,28", b"ARREST,28"))
    again = command("send", report, *mapping("force"), "--door", police.url)
    assert "1 event: 1 created" in again.out
    report.write_bytes(report.read_bytes().replace(b"ARREST,28", b"AREST,28"))
    command("check", report, *mapping("force"), "--door", police.url)
    header = (tmp_path / "force.refused.refused.csv").read_text("utf-8-sig").split("\n")[0]
    assert header.count("refused_line") == 1


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("a,x,1", "row has 3 cells under 2 columns: put quotes around a cell"),
        ("a", "row has 1 cells under 2 columns"),
        ("caf\xe9,x", "row is not utf-8: say in the mapping what it is, such as `encoding"),
    ],
)
def test_a_row_that_is_no_row_loses_no_other(
    command: Command, police: Service, tmp_path: Path, rows: str, says: str
) -> None:
    file = tmp_path / "export.csv"
    run = tmp_path.name
    text = f'Id,When\n{run}-1,28/03/2024\n\n{rows}\n"{run}-2\n",28/03/2024\n'
    file.write_bytes(text.encode("latin-1"))
    told = command("send", file, "--mapping", small(tmp_path), "--door", police.url)
    assert (told.code, "2 created, 0 repeated, 1 refused" in told.out) == (1, True), told
    assert f"line 4: {says}" in told.out


SMALL = """\
# A mapping for the tests.
source: /police/avon-and-somerset/niche
id: "{Id}"
subject: "crime:avon-and-somerset/5224001234/V1"
time: {column: When, time: "%d/%m/%Y"}
events:
  - type: crime.recorded
"""


def small(folder: Path, *changes: tuple[str, str], text: str = SMALL) -> Path:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "small.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (SMALL, "", "small.yaml, line 1: is not a mapping: begin with source, id"),
        (SMALL, "[", "is not YAML"),
        (SMALL, "\x00", "is not YAML"),
        (SMALL, "&a [*a]", "is not YAML: see the examples"),
        ("id:", "idd:", "line 2: idd is not a word of a mapping: did you mean id? it may say"),
        ("id:", "source:", "line 3: source is said twice: say it once"),
        ("source: /police/avon-and-somerset/niche\n", "", "source is missing, or not text"),
        ("type: crime.recorded", "when: {Id: 1}", "line 7: type is missing, or not text"),
        ("time: {column: When", "time: {when: When", "line 5: when is not a word of time"),
        (", time: \"%d/%m/%Y\"", "", "line 5: time has no format: such as"),
        ("%d/%m/%Y", "dd/mm/yyyy", "dd/mm/yyyy is not the format of a date: write it as"),
        ("%d/%m/%Y", "%H:%M", "%H:%M is not the format of a date"),
        ("column: When", "column: Wen", "export.csv has no column Wen, which the mapping names: "
         "did you mean When? its columns are Id, When."),
        ("{Id}", "{Identity}", "has no column Identity"),
        ("crime.recorded\n", "crime.recorded\n    data: {reason: {}}\n",
         "line 8: reason does not say where it comes from, or says it twice: give one of column"),
        ("crime.recorded\n", "crime.recorded\n    data: {reason: {column: Id, codes: reasons}}\n",
         "there are no codes of reasons: add them"),
        ("crime.recorded\n", "crime.recorded\n    data: {reason: 1}\n", "not a set of words"),
        ("source: ", "zone: Europe/Londres\nsource: ", "Europe/Londres is not a time zone"),
        ("source: ", "encoding: utf-nine\nsource: ", "utf-nine is not an encoding"),
        ("source: ", "delimiter: '||'\nsource: ", "delimiter is not one character"),
        ("events:\n  - type: crime.recorded\n", "events: []\n", "events is not a list"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_followed_says_where_and_what_to_do(
    command: Command, tmp_path: Path, old: str, new: str, says: str
) -> None:
    export = tmp_path / "export.csv"
    export.write_text("Id,When\n1,28/03/2024\n")
    path = small(tmp_path, (old, new))
    told = command("send", export, "--mapping", path, "--door", "http://127.0.0.1:9")
    assert (told.code, says in told.err) == (2, True), told


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "export.csv is empty"), ("Id,Id,When\n", "several columns of one name: Id")],
)
def test_an_export_without_a_header_is_said_to_have_none(
    command: Command, tmp_path: Path, text: str, says: str
) -> None:
    export = tmp_path / "export.csv"
    export.write_text(text)
    asked = "send", export, "--mapping", small(tmp_path), "--door", "http://127.0.0.1:9"
    told = command(*asked)
    assert (told.code, says in told.err) == (2, True), told


def test_words_that_yaml_would_take_for_something_else_stay_codes(
    command: Command, police: Service, tmp_path: Path
) -> None:
    export = tmp_path / "export.csv"
    rows = [f"{tmp_path.name}-{code},28/03/2024,{code}\n" for code in ("No", "on", "007", "1.0")]
    export.write_text("Id,When,Code\n" + "".join(rows))
    codes = "{No: false, on: true, 007: true, 1.0: true}"
    data = f"    data: {{enhanced_rights: {{column: Code, codes: {codes}}}}}\n"
    path = small(tmp_path, ("crime.recorded\n", f"needs.assessed\n{data}"))
    told = command("send", export, "--mapping", path, "--door", police.url)
    assert "4 created" in told.out, told


def test_two_events_of_a_row_need_an_id_each(
    command: Command, police: Service, tmp_path: Path
) -> None:
    export = tmp_path / "export.csv"
    export.write_text(f"Id,When\n{tmp_path.name},28/03/2024\n")
    path = small(tmp_path, ("crime.recorded\n", "crime.recorded\n  - type: support.referred\n"))
    told = command("send", export, "--mapping", path, "--door", police.url)
    assert "1 created, 0 repeated, 1 refused" in told.out
    assert "Id gives two events of the row one id: give each event of the mapping" in told.out


@given(st.datetimes(datetime(1970, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001
def test_a_london_time_is_sent_as_the_instant_it_was(local: datetime) -> None:
    local = local.replace(second=0, microsecond=0, fold=0)
    written = Written([MINUTES], LONDON)
    try:
        sent, by_day = written.moment(local.strftime(MINUTES), "When")
    except BadCell:
        # In the hour after it the clocks had gone forward: it never was.
        assert (local + timedelta(hours=1)).replace(tzinfo=LONDON).dst()
        return
    assert not by_day
    told = datetime.fromisoformat(sent)
    assert told.utcoffset() is not None
    assert told.astimezone(LONDON).replace(tzinfo=None) == local


def test_the_hour_that_comes_twice_is_taken_as_the_first() -> None:
    sent, _ = Written([MINUTES], LONDON).moment("27/10/2024 01:30", "When")
    assert sent == "2024-10-27T00:30:00+00:00"


def test_a_day_is_sent_as_a_london_day() -> None:
    written = Written([MINUTES, "%d %b %y"], LONDON)
    assert written.moment("3 Jun 24", "When") == ("2024-06-02T23:00:00+00:00", True)
    assert written.day("3 Jun 24", "When") == "2024-06-03"
