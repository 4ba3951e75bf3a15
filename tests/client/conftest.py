"""Doors as processes of their own, shared by tests that each send under references of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from victim_journey.command import main

from shared.access.development import ALL_SENDERS
from shared.store.embedded import EmbeddedPostgres
from tests.services.processes import Service, running
from tests.shared.databases import Database
from tests.tokens import issuer

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "client" / "examples"


@dataclass(frozen=True)
class Told:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Command = Callable[..., Told]


@pytest.fixture(scope="session")
def shared_database(server: EmbeddedPostgres, template: str) -> Iterator[Database]:
    name = f"client_{uuid4().hex}"
    server.create_database(name, template)
    yield Database(server, name)
    server.drop_database(name)


@pytest.fixture(scope="session")
def police(shared_database: Database) -> Iterator[Service]:
    with running("police", shared_database.url("police")) as service:
        yield service


@pytest.fixture(scope="session")
def probation(shared_database: Database) -> Iterator[Service]:
    with running("probation", shared_database.url("probation")) as service:
        yield service


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    """The token of a sender of every organisation, where the client looks for it."""
    token = issuer().token("sender", organisations=ALL_SENDERS)
    monkeypatch.setenv("VICTIM_JOURNEY_TOKEN", token)
    return token


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command in this process."""

    def run(*words: object) -> Told:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        said = capsys.readouterr()
        return Told(code, said.out, said.err)

    return run


def started(*words: object, **more: object) -> "subprocess.Popen[str]":
    """Start the command as a process of its own."""
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "victim_journey", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "client")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )
