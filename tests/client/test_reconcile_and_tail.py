"""A supplier holds its own counts against what is kept, and follows what the door has received."""

import json
import time
from pathlib import Path
from uuid import uuid4

import pytest

from tests.client.conftest import Command, started
from tests.client.events import arrest, write_lines
from tests.services.processes import Service


@pytest.fixture
def feed(command: Command, police: Service, tmp_path: Path) -> str:
    """A feed of three arrests: two on one London day, one after midnight in London."""
    source = f"/police/avon-and-somerset/s{uuid4().hex[:8]}"
    times = ["2024-06-01T10:00:00Z", "2024-06-01T22:59:00Z", "2024-06-01T23:01:00Z"]
    file = write_lines(tmp_path / "sent", [arrest(source=source, time=time) for time in times])
    assert command("send", file, "--door", police.url).code == 0
    return source


def counts(folder: Path, *lines: str, header: str = "type,day,events") -> Path:
    path = folder / "counts.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_equal_counts_are_said_to_be_equal(
    command: Command, police: Service, feed: str, tmp_path: Path
) -> None:
    file = counts(
        tmp_path,
        "1,suspect.arrested,2024-06-01,a",
        "1,suspect.arrested,01/06/2024,b",
        "1,suspect.arrested,02/06/2024,c",
        header="events,type,day,office",
    )
    told = command("reconcile", file, "--feed", feed, "--door", police.url)
    assert (told.code, told.out) == (0, "All 3 events are kept, each on its day.\n")


def test_what_differs_is_told_by_day_and_type(
    command: Command, police: Service, feed: str, tmp_path: Path
) -> None:
    lines = "suspect.arrested,2024-06-01,3", "victim.told,2024-06-02,1"
    told = command("reconcile", counts(tmp_path, *lines), "--feed", feed, "--door", police.url)
    assert told.code == 1
    assert told.out.splitlines() == [
        "2024-06-01 suspect.arrested: you count 3, kept are 2",
        "2024-06-02 suspect.arrested: you count 0, kept are 1",
        "2024-06-02 victim.told: you count 1, kept are 0",
        "3 differ.",
    ]


@pytest.mark.parametrize(
    ("lines", "header", "says"),
    [
        (["a,28.3.2024,1"], "type,day,events", 'line 2: "28.3.2024" is no day: write it as'),
        (["a,2024-03-28,one"], "type,day,events", 'line 2: "one" is no number of events'),
        (["a"], "type,day,events", 'line 2: "" is no day'),
        (["1,2"], "day,events", "lacks a column: it needs type, day, events"),
        ([], "type,day,events", "counts nothing"),
    ],
)
def test_counts_that_cannot_be_read_are_named(
    command: Command, tmp_path: Path, lines: list[str], header: str, says: str
) -> None:
    file = counts(tmp_path, *lines, header=header)
    told = command("reconcile", file, "--feed", "/police/a/b", "--door", "http://127.0.0.1:9")
    assert (told.code, says in told.err) == (2, True), told


@pytest.mark.parametrize("feed", ["niche", "/police/a", "police/a/b"])
def test_a_feed_is_named_as_a_source(command: Command, tmp_path: Path, feed: str) -> None:
    told = command("reconcile", tmp_path, "--feed", feed, "--door", "http://127.0.0.1:9")
    assert (told.code, "write it as /agency/organisation/system" in told.err) == (2, True)


def test_tail_tells_how_a_feed_stands_and_again_when_something_came(
    police: Service, feed: str, command: Command, tmp_path: Path
) -> None:
    once = command("tail", "--feed", feed, "--once", "--door", police.url)
    assert once.out.startswith(f"{feed}: last told 20")
    assert "of 2024-06-01T23:01:00Z; 0 on 20" in once.out

    process = started("tail", "--feed", feed, "--every", "0.1", "--door", police.url)
    assert process.stdout is not None
    assert process.stdout.readline() == once.out
    time.sleep(0.3)
    later = arrest(source=feed, time="2024-06-03T10:00:00Z")
    file = tmp_path / "later.json"
    file.write_text(json.dumps(later))
    command("send", file, "--door", police.url)
    assert "of 2024-06-03T10:00:00Z" in process.stdout.readline()
    process.kill()
    process.communicate()
