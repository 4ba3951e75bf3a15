"""Every dependency says what it is for, and is pinned with hashes for every platform."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

LOCKS = ["runtime", "compiled", "dev", "client"]


@pytest.fixture
def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


@pytest.fixture
def client(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "client" / "pyproject.toml").read_text())


@pytest.fixture
def pins(root: Path) -> dict[str, dict[str, Version]]:
    """The release of every distribution, by lock and name."""
    return {lock: read_pins((root / "requirements" / f"{lock}.txt").read_text()) for lock in LOCKS}


def read_pins(text: str) -> dict[str, Version]:
    """The release of every distribution that a lock pins, each with one hash at least."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    entries = "\n".join(lines).replace("\\\n", " ").splitlines()
    found: dict[str, Version] = {}
    for entry in filter(str.strip, entries):
        requirement, *hashes = re.split(r"\s+--hash=sha256:", entry.strip())
        assert hashes, f"{requirement} has no hash"
        assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in hashes), requirement
        pinned = Requirement(requirement)
        (release,) = pinned.specifier
        assert release.operator == "==", requirement
        found[canonicalize_name(pinned.name)] = Version(release.version)
    return found


def asked_for(pyproject: dict[str, Any], lock: str) -> list[Requirement]:
    """What pyproject.toml asks for, as far as a lock has to answer it."""
    asked = list(pyproject["project"]["dependencies"])
    extras = pyproject["project"].get("optional-dependencies", {})
    for name, extra in extras.items():
        if lock in ("dev", name):
            asked += extra
    return [Requirement(line) for line in asked]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_all_that_is_asked_for(
    pyproject: dict[str, Any],
    client: dict[str, Any],
    pins: dict[str, dict[str, Version]],
    lock: str,
) -> None:
    unanswered = [
        str(wanted)
        for wanted in asked_for(client if lock == "client" else pyproject, lock)
        if (pin := pins[lock].get(canonicalize_name(wanted.name))) is None
        or pin not in wanted.specifier
    ]
    assert unanswered == [], "run `make lock`"


def test_all_locks_pin_the_same_releases(pins: dict[str, dict[str, Version]]) -> None:
    assert pins["runtime"].items() <= pins["dev"].items()
    assert pins["client"].items() <= pins["dev"].items()
    assert pins["runtime"].items() <= pins["compiled"].items() <= pins["dev"].items()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_download_from(root: Path, lock: str) -> None:
    text = (root / "requirements" / f"{lock}.txt").read_text()
    assert re.findall(r"\S*://\S*|.*\bfile:.*|^\s*--(?!hash=).*|.* @ .*", text, re.MULTILINE) == []


@pytest.mark.parametrize("folder", [".", "client"])
def test_every_dependency_says_what_it_is_for(root: Path, folder: str) -> None:
    text = (root / folder / "pyproject.toml").read_text()
    pyproject = tomllib.loads(text)
    lines = text.splitlines()
    asked = [str(line) for line in pyproject["build-system"]["requires"]]
    asked += pyproject["project"]["dependencies"]
    for extra in pyproject["project"].get("optional-dependencies", {}).values():
        asked += extra
    silent = [
        wanted
        for wanted in asked
        if not any(f'"{wanted}"' in line and "  # " in line for line in lines)
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("dependencies", "code", "says"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "No pinned release"),
        ([{"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]}], 1, "a 1: CVE-1"),
        ([{"name": "a", "skip_reason": "not found"}], 3, "NOT AUDITED"),
        (None, 3, "NOT AUDITED"),
    ],
    ids=["none", "known", "skipped", "unreachable"],
)
def test_an_audit_that_found_nothing_says_whether_anybody_answered(
    root: Path, tmp_path: Path, dependencies: list[Any] | None, code: int, says: str
) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"dependencies": dependencies}))
    program = tmp_path / "pip-audit"
    copies = f'while [ "$1" != -o ]; do shift; done; cp {answer} "$2"' if dependencies else "exit 1"
    program.write_text(f"#!/bin/sh\n{copies}\n")
    program.chmod(0o755)
    audit = subprocess.run(
        [sys.executable, root / ".ci" / "audit.py", "lock.txt"],
        env={**os.environ, "PIP_AUDIT": str(program)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (audit.returncode, says in audit.stdout) == (code, True), audit.stdout
