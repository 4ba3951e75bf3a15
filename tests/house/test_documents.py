"""The documents keep to the code: its words, messages, problems and tables; no link is broken."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from inspect import getdoc
from pathlib import Path
from typing import get_args

import pytest

from gateway.journey.difference import Way
from gateway.journey.duty import Clock, Counts, Kind
from gateway.journey.findings.finding import FindingKind
from gateway.journey.order import Outcome
from gateway.journey.stages import Stage
from gateway.journey.standing import Standing
from gateway.journey.timeline import Entry
from gateway.rulebook.load import read_files
from gateway.rulebook.rendering import render
from services.cps.app import ROOM as CPS
from services.door.app import Room
from services.door.envelope import Message
from services.police.app import ROOM as POLICE
from services.probation.app import ROOM as PROBATION
from shared.access.development import local_issuer
from shared.problems import Problem
from shared.store import Verb
from shared.store.schema import metadata
from tests.services.processes import Service, running
from tests.shared.databases import Database

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ROOMS = (POLICE, CPS, PROBATION)


@pytest.fixture(scope="session")
def documents(files: tuple[Path, ...]) -> dict[Path, str]:
    return {path: path.read_text() for path in files if path.suffix == ".md"}


@pytest.fixture(scope="session")
def glossary(root: Path) -> str:
    return (root / "docs" / "glossary.md").read_text()


@pytest.fixture(scope="session")
def architecture(root: Path) -> str:
    return (root / "docs" / "architecture.md").read_text()


def anchors_of(text: str) -> set[str]:
    """The anchors of a document's headings, as they are written in links."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def broken_links(path: Path, text: str) -> Iterator[str]:
    for link in LINK.findall(text):
        if "://" in link:
            continue
        place, _, anchor = link.partition("#")
        target = path.parent / place if place else path
        if not target.exists():
            yield f"{path.name}: {link} leads nowhere"
        elif anchor and anchor not in anchors_of(target.read_text()):
            yield f"{path.name}: {link} names no heading"


def test_links_between_documents_resolve(documents: dict[Path, str]) -> None:
    assert any(LINK.search(text) for text in documents.values())
    assert [broken for path, text in documents.items() for broken in broken_links(path, text)] == []


def test_every_verb_in_the_documents_exists(root: Path, documents: dict[Path, str]) -> None:
    verbs = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), re.MULTILINE))
    # Only what is marked as code is a verb; "make sure" is English.
    named = {
        verb
        for text in documents.values()
        for verb in re.findall(r"(?:`|^)make (?:[A-Z]+=\S+ )?([a-z]+)", text, re.MULTILINE)
    }
    assert {"demo", "test", "check", "help"} <= named
    assert named <= verbs


@pytest.mark.parametrize(
    "words",
    [
        [standing.value for standing in Standing],
        [stage.word for stage in Stage],
        [entry.value for entry in Entry],
        [kind.value for kind in Kind],
        [clock.value for clock in Clock],
        [counts.value for counts in Counts],
        [outcome.value for outcome in Outcome],
        [way.value for way in Way],
        [kind.value for kind in FindingKind],
        get_args(Verb),
    ],
    ids=[
        "standings",
        "stages",
        "entries",
        "kinds",
        "clocks",
        "counts",
        "outcomes",
        "ways",
        "finding kinds",
        "verbs",
    ],
)
def test_the_glossary_has_the_words_of_the_code(words: list[str], glossary: str) -> None:
    assert [word for word in words if f"`{word}`" not in glossary] == []


def test_architecture_draws_every_problem(architecture: str) -> None:
    def tree(problem: type[Problem]) -> Iterator[type[Problem]]:
        for child in problem.__subclasses__():
            yield child
            yield from tree(child)

    drawn = re.findall(r"^[│├└─ ]+(\w+) +(\d{3}) ", architecture, re.MULTILINE)
    assert sorted(drawn) == sorted((one.__name__, str(one.status.value)) for one in tree(Problem))


def test_architecture_tells_every_table(architecture: str) -> None:
    assert [table for table in metadata.tables if f"`{table}`" not in architecture] == []


def test_every_threat_names_a_test_that_there_is(root: Path, files: tuple[Path, ...]) -> None:
    text = (root / "docs" / "security.md").read_text()
    written = "\n".join(path.read_text() for path in files if path.name.startswith("test_"))
    rows = [line for line in text.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) > 20
    for row in rows:
        shown = row.rstrip(" |").rpartition(" | ")[2]
        named = re.findall(r"`(?:(tests/[\w/]+\.py)|(test_\w+))`", shown)
        assert named or shown.startswith("the same"), row
        for path, name in named:
            assert (root / path).is_file() if path else f"def {name}(" in written, row


def test_the_register_of_the_rulebook_is_what_the_rules_say(root: Path) -> None:
    # Mend it with `python -m gateway.rulebook render docs/rulebook.md`.
    assert (root / "docs" / "rulebook.md").read_text() == render(read_files())


def test_decisions_are_numbered_without_a_gap(root: Path) -> None:
    names = sorted(path.name for path in (root / "docs" / "adr").glob("*.md"))
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]


def row_of(message: type[Message]) -> str:
    """The row that a service's README has for a message."""
    (type_,) = message.model_fields["type"].annotation.__args__  # type: ignore[union-attr]
    fields = message.model_fields["data"].annotation.model_fields.items()  # type: ignore[union-attr]
    required = [f"`{field.alias or name}`" for name, field in fields if field.is_required()]
    example = f"[example](examples/{type_}.json)"
    return f"| `{type_}` | {getdoc(message)} | {', '.join(required) or 'none'} | {example} |"


@pytest.mark.parametrize("room", ROOMS, ids=[room.agency for room in ROOMS])
def test_a_service_s_readme_tells_its_messages(root: Path, room: Room) -> None:
    readme = (root / "services" / room.agency / "README.md").read_text()
    rows = [line for line in readme.splitlines() if "](examples/" in line and line[0] == "|"]
    assert rows == [row_of(message) for message in room.messages]


def test_the_services_readmes_have_one_structure(root: Path) -> None:
    headings = {
        tuple(
            re.findall(
                r"^## .+$",
                (root / "services" / room.agency / "README.md").read_text(),
                re.MULTILINE,
            )
        )
        for room in ROOMS
    }
    assert len(headings) == 1


def test_the_readme_s_first_requests_answer_as_it_says(
    root: Path, readme: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (section,) = re.findall(r"^## First requests\n(.+?)^## ", readme, re.DOTALL | re.MULTILINE)
    commands = re.findall(r"^```sh\n(.+?)^```$", section, re.DOTALL | re.MULTILINE)
    (lines,) = re.findall(r"\['says'\]\)\"\n```\n\n```\n(.+?)\n```", section, re.DOTALL)
    monkeypatch.setenv("VICTIM_JOURNEY_HOME", str(tmp_path))
    settings = local_issuer().environment()
    # The verbs of the Makefile, in the environment that runs this test.
    make = tmp_path / "bin" / "make"
    make.parent.mkdir()
    make.write_text(
        f"#!/bin/sh\nexec {shutil.which('make')} -o .venv/ready "
        f'BIN={Path(sys.executable).parent} "$@"\n'
    )
    make.chmod(0o755)
    path = f"{make.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}"
    # Without what an outer make hands down: its ARGS are not the token's.
    bare = {n: value for n, value in os.environ.items() if "MAKE" not in n and n != "ARGS"}
    environment = {**bare, "PATH": path + os.environ["PATH"]}

    def pasted(script: str, services: Iterable[Service]) -> str:
        for service, port in zip(services, (8001, 8000), strict=True):
            script = script.replace(f"http://127.0.0.1:{port}/", f"{service.url}/")
        return subprocess.run(
            ["sh", "-eu", "-c", script], cwd=root, env=environment, text=True, check=True,
            capture_output=True,
        ).stdout  # fmt: skip

    post, find, timeline, told = commands
    with (
        running("police", database.url("police"), processes=1, **settings) as police,
        running("gateway", database.url("gateway"), processes=1, **settings) as gateway,
    ):
        services = (police, gateway)
        for status in ("created", "repeated"):
            receipts = [json.loads(line) for line in pasted(post, services).splitlines()]
            assert [one["status"] for one in receipts] == [status] * 4
        said = pasted(f"{find}echo\n{timeline}echo\n{told}", services).splitlines()
        found, at_the_end = json.loads(said[0]), json.loads(said[1])
        (journey,) = found["items"]
        assert journey["id"] == at_the_end["journey"]["id"]
        assert said[2:] == lines.splitlines()
        (reader,) = re.findall(r"`(make -s token ROLE=agency_reader \S+)`", section)
        seen = pasted(f"TOKEN=$({reader})\n{timeline}", services)
        assert json.loads(seen)["left_out"] != []
        before = pasted(
            find.splitlines()[0] + "\n" + timeline.replace("2024-03-20", "2024-03-08T09:00:00Z"),
            services,
        )
    standings = {one["rule"]: one["standing"] for one in json.loads(before)["obligations"]}
    assert standings["R6.ARREST"] == "pending"
