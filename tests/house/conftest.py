"""What the tests about the repository look at: its folder, its files and its README."""

import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def files(root: Path) -> tuple[Path, ...]:
    """Every file that is or could be committed."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (root / name for name in listing.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


@pytest.fixture(scope="session")
def readme(root: Path) -> str:
    return (root / "README.md").read_text()


@pytest.fixture(scope="session")
def can_run() -> Callable[[str], bool]:
    """Tell whether `python -m` can run a module."""

    def answer(module: str) -> bool:
        found = find_spec(module)
        if found is None or found.submodule_search_locations is None:
            return found is not None
        return find_spec(f"{module}.__main__") is not None

    return answer
