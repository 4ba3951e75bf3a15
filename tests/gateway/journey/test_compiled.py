"""A compiled heart says of every journey what it says in Python."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROOMS = ("shared", "services", "gateway", "demo", "tests")
JOURNEYS = 400


@pytest.mark.skipif(
    not list(ROOT.glob("heart__mypyc.*")), reason="no compiled heart here: `make test COMPILED=1`"
)
@pytest.mark.slow
def test_it_says_what_it_says_in_python(tmp_path: Path) -> None:
    for room in ROOMS:
        libraries = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=libraries)
    compiled, in_python = said_in(ROOT), said_in(tmp_path)
    assert len(in_python) == len(set(in_python)) == JOURNEYS
    assert compiled == in_python


def said_in(place: Path) -> list[str]:
    """Have the code in a folder say what it makes of the journeys."""
    command = [sys.executable, "-m", "tests.gateway.journey.hashes", str(JOURNEYS)]
    return subprocess.run(
        command, cwd=place, capture_output=True, text=True, check=True
    ).stdout.splitlines()
