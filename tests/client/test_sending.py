"""A supplier sends files: again, in any form, with mistakes, through failures and interruptions."""

import asyncio
import json
import signal
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from victim_journey.retrying import seconds_asked

from tests.client.conftest import Command, started
from tests.client.events import arrest, arrests, write_lines
from tests.client.fake_door import Says, answering
from tests.services.processes import Service, running
from tests.shared.databases import Database

CREATED = b'{"created":1,"repeated":0,"refused":0}\n'
ITEM = b'{"status":"created","source":"/police/x/y","id":"1"}\n'


def kept(database: Database) -> list[str]:
    async def ask() -> list[str]:
        owner = await asyncpg.connect(database.owner_url)
        rows = await owner.fetch("SELECT source_event_id FROM event")
        await owner.close()
        return sorted(row["source_event_id"] for row in rows)

    return asyncio.run(ask())


def test_a_file_is_kept_once_however_often_it_is_sent(
    command: Command, police: Service, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "events.ndjson", arrests(1200))
    first = command("send", file, "--door", police.url)
    assert first.out == f"{file}: 1,200 events: 1,200 created, 0 repeated, 0 refused\n"
    again = command("send", file, "--door", police.url)
    assert again.out == f"{file}: 1,200 events: 0 created, 1,200 repeated, 0 refused\n"
    assert (first.code, again.code) == (0, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["events.ndjson"]


def test_a_check_keeps_nothing(command: Command, police: Service, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "events.ndjson", arrests(3))
    for _ in range(2):
        told = command("check", file, "--door", police.url)
        assert (told.code, "3 created, 0 repeated" in told.out) == (0, True), told


@pytest.mark.parametrize("indent", [None, 2])
def test_json_of_any_layout_is_read(
    command: Command, police: Service, tmp_path: Path, indent: int | None
) -> None:
    array, single = tmp_path / "events.txt", tmp_path / "event.json"
    array.write_text("\ufeff" + json.dumps(arrests(700), indent=indent))
    single.write_text(json.dumps(arrest(), indent=indent))
    assert "700 created" in command("send", array, "--door", police.url).out
    assert "1 created" in command("send", single, "--door", police.url).out


def test_standard_input_is_read(police: Service, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "events", ["", *arrests(2), "  "])
    with file.open() as events:
        process = started("send", "-", "--door", police.url, stdin=events)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out == "-: 2 events: 2 created, 0 repeated, 0 refused\n"


def test_refused_lines_are_mended_in_their_report_and_sent(
    command: Command, police: Service, tmp_path: Path
) -> None:
    bad: list[Any] = arrests(6)
    bad[1]["type"] = "suspect.arested"
    bad[3] = json.dumps(bad[3]).replace("}", "", 1)
    bad[4] = json.dumps(bad[4]).replace('"S1"', '"S1", "suspect": "S2"')
    told = command("send", write_lines(tmp_path / "events", bad), "--door", police.url)
    assert told.code == 1
    assert "6 events: 3 created, 0 repeated, 3 refused" in told.out
    assert "line 2: type is not a type this service takes: did you mean" in told.out
    assert "line 4: body is not JSON at line 1, column" in told.out
    assert "line 5: data.suspect stands twice in one object: send it once" in told.out

    report = tmp_path / "events.refused.ndjson"
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [line["line"] for line in lines] == [2, 4, 5]
    assert lines[0]["faults"][0]["remedy"] == "did you mean suspect.arrested?"

    lines[0]["event"]["type"] = "suspect.arrested"
    lines[1]["text"] = lines[1]["text"].replace('"S1"', '"S1"}')
    lines[2]["text"] = lines[2]["text"].replace(', "suspect": "S2"', "")
    mended = command("send", write_lines(report, lines), "--door", police.url)
    assert "3 events: 3 created, 0 repeated, 0 refused" in mended.out


def test_a_report_that_is_being_mended_is_put_aside_and_not_lost(
    command: Command, police: Service, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "events.ndjson", ["{}"])
    report = tmp_path / "events.refused.ndjson"
    report.write_text("half mended")
    assert command("check", file, "--door", police.url).code == 1
    assert (tmp_path / "events.refused.ndjson.old").read_text() == "half mended"
    assert report.read_text().startswith('{"line": 1')


def test_a_report_that_was_mended_too_early_is_put_aside_too(
    command: Command, tmp_path: Path
) -> None:
    """The door is left for later once it has refused an event; then somebody mends that one."""
    item = b'{"status":"refused","problem":{"status":422,"detail":"No.","errors":[]}}\n'
    refused = Says(200, item * 500 + b'{"created":0,"repeated":0,"refused":500}\n')
    file = write_lines(tmp_path / "events.ndjson", arrests(501))
    report, asked = tmp_path / "events.refused.ndjson", ("--patience", 0.5, "--connections", 1)
    with answering([refused, Says(503)]) as door:
        assert command("send", file, "--door", door.url, *asked).code == 3
        told = report.read_bytes()
        report.write_bytes(told + b"and more")
        assert command("send", file, "--door", door.url, *asked).code == 3
    assert told.count(b"\n") == 500
    assert report.read_bytes() == told
    assert (tmp_path / "events.refused.ndjson.old").read_bytes() == told + b"and more"


def test_what_follows_broken_json_is_said_to_be_unread(
    command: Command, police: Service, tmp_path: Path
) -> None:
    file = tmp_path / "events.json"
    file.write_text(json.dumps(arrests(2))[:-1] + ', {"id": ]')
    told = command("send", file, "--door", police.url)
    assert told.code == 1
    assert "2 created, 0 repeated, 1 refused" in told.out
    assert "line 3: file is not JSON, or has no end; what follows it was not read" in told.out


def test_an_interrupted_sending_goes_on_where_it_was(police: Service, tmp_path: Path) -> None:
    events: list[Any] = arrests(20_000)
    events[10]["type"] = events[19_990]["type"] = "suspect.arested"
    file, bookmark = write_lines(tmp_path / "events", events), tmp_path / "events.resume"
    # As soon as it knows where it was, but two of them in a row, so that it goes on from later.
    reached = 0
    for sign in (signal.SIGKILL, signal.SIGINT):
        process = started("send", file, "--door", police.url)
        while place(bookmark) <= reached:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(sign)
        _, err = process.communicate(timeout=60)
        assert process.returncode == (130 if sign is signal.SIGINT else -signal.SIGKILL), err
        assert 0 < place(bookmark) < 20_000
        reached = place(bookmark)

    process = started("send", file, "--door", police.url)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    created, repeated = (int(word.replace(",", "")) for word in (out.split()[3], out.split()[5]))
    # Only what was on its way when it was interrupted is sent again.
    assert created + repeated == 19_998
    assert repeated <= 2 * 5 * 500
    assert not bookmark.exists()
    report = (tmp_path / "events.refused.ndjson").read_text().splitlines()
    assert [json.loads(line)["line"] for line in report] == [11, 19_991]


def place(bookmark: Path) -> int:
    return int(json.loads(bookmark.read_text())["line"]) if bookmark.exists() else 0


def test_another_file_of_the_same_name_is_sent_from_its_beginning(
    command: Command, police: Service, tmp_path: Path
) -> None:
    file = write_lines(tmp_path / "events", arrests(3))
    for said in ("{}", "[1]", '{"of": {}}', '{"of": {}, "line": 2, "tally": {}}'):
        (tmp_path / "events.resume").write_text(said)
        assert "3 events" in command("send", file, "--door", police.url).out


def test_a_door_that_is_killed_in_the_middle_keeps_everything_once(
    database: Database, tmp_path: Path
) -> None:
    events = arrests(12_000)
    file, bookmark = write_lines(tmp_path / "events", events), tmp_path / "events.resume"
    with running("police", database.url("police")) as service:
        process = started("send", file, "--door", service.url)
        for reached in (1, 4_000):
            while place(bookmark) < reached:
                assert process.poll() is None
                time.sleep(0.01)
            service.kill()
            time.sleep(1)
            service.start()
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "12,000 events" in out
    assert "cannot be reached" in err
    assert "Trying again in" in err
    assert kept(database) == sorted(event["id"] for event in events)


def test_a_door_that_cannot_be_reached_is_left_for_later(command: Command, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "events", arrests(1))
    told = command("send", file, "--door", "http://127.0.0.1:9", "--patience", 0.5)
    assert told.code == 3
    assert "http://127.0.0.1:9 cannot be reached (ConnectError)." in told.err
    assert "Send the same again later: what was kept is not kept twice." in told.err


@pytest.mark.parametrize(
    ("asks", "least"),
    [
        ("2", 2.0),
        ("in a minute", 30.0),
        ("Tue, 01 Jan 2019 00:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after_is_read_in_both_forms(asks: str, least: float) -> None:
    if asks == "in a minute":
        asks = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    asked = seconds_asked(httpx.Response(503, headers={"retry-after": asks}))
    assert least <= asked <= least * 2


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_a_second_attempt_can_mend_is_tried_again_when_the_door_asks(
    command: Command, tmp_path: Path, status: int
) -> None:
    file = write_lines(tmp_path / "events", arrests(1))
    busy = Says(status, b"<html>busy</html>", {"retry-after": "1"})
    with answering([busy, Says(200, ITEM + CREATED)]) as door:
        told = command("send", file, "--door", door.url)
    assert (told.code, "1 created" in told.out) == (0, True), told
    first, second = door.asked
    assert second - first >= 1


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        ITEM,
        ITEM + CREATED[:10],
        b'{"created":0,"repeated":0,"refused":0,"problem":{"type":"t","title":"T","status":503,'
        b'"detail":"The store cannot be reached.","errors":[]}}\n',
    ],
    ids=["nothing", "without the last line", "half a line", "stopped by the store"],
)
def test_an_answer_that_breaks_off_is_no_answer(
    command: Command, tmp_path: Path, broken: bytes
) -> None:
    file = write_lines(tmp_path / "events", arrests(1))
    with answering([Says(200, broken), Says(200, ITEM + CREATED)]) as door:
        told = command("send", file, "--door", door.url)
    assert (told.code, "1 event: 1 created" in told.out) == (0, True), told
    assert len(door.asked) == 2


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Says(404, b"<html>"), "answered 404 and no problem: is it a door?"),
        (Says(302, headers={"location": "/elsewhere"}), "answered 302 and no problem"),
        (Says(200, CREATED), "did not answer every event: is it a door?"),
    ],
)
def test_what_is_no_door_is_said_to_be_none(
    command: Command, tmp_path: Path, answer: Says, says: str
) -> None:
    file = write_lines(tmp_path / "events", arrests(1))
    with answering([answer]) as door:
        told = command("send", file, "--door", door.url)
    assert (told.code, says in told.err) == (2, True), told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["events", "--door", "127.0.0.1:8001"], "is not an address: write it as http://"),
        (["events", "--door", "http://127.0.0.1:port"], "is not an address: write it as http://"),
        (["absent", "--door", "http://127.0.0.1:9"], "cannot be read: No such file"),
        (["export.csv", "--door", "http://127.0.0.1:9"], "say with --mapping how it is read"),
        (
            ["events", "--door", "http://127.0.0.1:9", "--mapping", "absent"],
            "cannot be read: No such file",
        ),
        (["events"], "the following arguments are required: --door"),
        (["events", "--door", "http://127.0.0.1:9", "--connections", "0"], "write 1 or more"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "events", arrests(1))
    (tmp_path / "export.csv").write_text("A\n1\n")
    told = command("send", *words)
    assert (told.code, says in told.err) == (2, True), told
