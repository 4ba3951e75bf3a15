"""The verbs of the Makefile have help, are told in the README, and run modules that exist."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def makefile(root: Path) -> str:
    return (root / "Makefile").read_text()


@pytest.fixture
def verbs(makefile: str) -> set[str]:
    found = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert found
    return set(found[1].split())


def test_every_verb_is_declared(makefile: str, verbs: set[str]) -> None:
    assert set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) == verbs


def test_make_help_tells_every_verb(root: Path, verbs: set[str]) -> None:
    # Without what an outer make hands down.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    told = subprocess.run(
        ["make", "help"], cwd=root, env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"^make ([a-z]+) +\S", told, re.MULTILINE)) == verbs


def test_the_readme_tells_the_verbs(verbs: set[str], readme: str) -> None:
    assert {verb for verb in verbs if f"make {verb}" not in readme} == set()


@pytest.mark.parametrize("script", ["Makefile", ".ci/run"])
def test_every_module_that_is_run_exists(
    root: Path, can_run: Callable[[str], bool], script: str
) -> None:
    modules = re.findall(r"python -m ([\w.]+)", (root / script).read_text())
    assert modules
    assert [module for module in modules if not can_run(module)] == []
