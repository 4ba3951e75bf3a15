"""Whoever follows the client's README sees what it says."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.client.conftest import ROOT
from tests.services.processes import Service, running
from tests.shared.databases import Database

BLOCK = re.compile(r"```sh\n(.+?)\n```\n\n```\n(.+?)\n```", re.DOTALL)


@pytest.fixture
def doors(database: Database) -> Iterator[dict[str, Service]]:
    """Doors to which nothing was sent, by their addresses in the README."""
    with ExitStack() as stack:
        yield {
            address: stack.enter_context(running(agency, database.url(agency)))
            for agency, address in (
                ("police", "http://127.0.0.1:8001"),
                ("probation", "http://127.0.0.1:8003"),
            )
        }


def test_its_commands_say_what_it_says(doors: dict[str, Service], tmp_path: Path) -> None:
    shutil.copytree(ROOT / "client" / "examples", tmp_path / "examples")
    command = tmp_path / "bin" / "victim-journey"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m victim_journey "$@"\n')
    command.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "client"),
    }
    blocks = BLOCK.findall((ROOT / "client" / "README.md").read_text())
    assert len(blocks) == 6
    for commands, expected in blocks:
        for address, service in doors.items():
            commands = commands.replace(address, service.url)
        said = subprocess.run(
            ["sh", "-c", commands],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (said.stderr, said.stdout.rstrip()) == ("", expected)
