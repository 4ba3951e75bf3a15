"""The image's steps, run by hand in a clean virtual environment, give five containers that work.

No container engine is needed: the Dockerfile is followed step by step in a folder, and the commands
and health checks are those of docker-compose.yml, on another port and against the tests' database.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest
import yaml

from shared.ports import free_port

APPS = ["police", "cps", "probation", "gateway"]
PATIENCE = 60.0  # seconds until an app is given up


class Database(Protocol):
    """What this test needs of the fixture `database`."""

    @property
    def owner_url(self) -> str: ...

    def url(self, role: str) -> str: ...


Steps = list[tuple[str, str]]


@pytest.fixture
def every_step(root: Path) -> Steps:
    """The instructions of the Dockerfile, each with its arguments."""
    lines = (root / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    split = (line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return [(word, arguments) for word, arguments in split]


@pytest.fixture
def steps(every_step: Steps) -> Steps:
    """Those of the image itself, the last that is begun."""
    return every_step[begun(every_step)[-1] :]


@pytest.fixture
def compiling(every_step: Steps) -> Steps:
    """Those of the one in which the heart is compiled."""
    first, second = begun(every_step)
    return every_step[first:second]


def begun(every_step: Steps) -> list[int]:
    return [at for at, (word, _) in enumerate(every_step) if word == "FROM"]


def arguments_of(steps: Steps, word: str) -> list[str]:
    return [arguments for instruction, arguments in steps if instruction == word]


def test_it_runs_on_the_python_that_its_heart_is_compiled_for(
    compiling: Steps, steps: Steps
) -> None:
    (full,) = arguments_of(compiling, "FROM")
    (slim,) = arguments_of(steps, "FROM")
    found = re.fullmatch(r"python:3\.(\d+)-slim", slim)
    assert found
    assert int(found[1]) >= 11
    assert full == f"python:3.{found[1]} AS compiled"


def test_it_takes_only_what_exists(root: Path, every_step: Steps) -> None:
    let_in = re.findall(r"^!(.+)$", (root / ".dockerignore").read_text(), re.MULTILINE)
    taken = [copy.split()[0] for copy in arguments_of(every_step, "COPY")]
    assert [path for path in taken if not path.startswith("--from=")] == let_in
    assert [path for path in let_in if not (root / path).exists()] == []


def test_it_installs_the_locked_releases(compiling: Steps, steps: Steps) -> None:
    for lock, those in (("compiled", compiling), ("runtime", steps)):
        (install,) = [run for run in arguments_of(those, "RUN") if "pip" in run]
        assert "--require-hashes" in install
        assert install.endswith(f"-r requirements/{lock}.txt")


def test_its_heart_is_compiled(root: Path, compiling: Steps, steps: Steps) -> None:
    assert "python compile_heart.py" in arguments_of(compiling, "RUN")
    (place,) = arguments_of(compiling, "WORKDIR")
    assert f"--from=compiled {place} ." in arguments_of(steps, "COPY")
    assert (root / "compile_heart.py").is_file()


def test_it_is_not_root(steps: Steps) -> None:
    (user,) = arguments_of(steps, "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    # After everything that writes, so that the running user owns none of it.
    words = [word for word, _ in steps]
    assert words.index("USER") > max(at for at, word in enumerate(words) if word in ("COPY", "RUN"))


@pytest.fixture
def image(
    root: Path, compiling: Steps, steps: Steps, tmp_path: Path
) -> tuple[Path, dict[str, str]]:
    """The folder and the environment that the Dockerfile leaves behind, made by hand.

    Compiling takes minutes and is left out, unless it was done to the code that this is a test of
    (`make test COMPILED=1`).
    """
    before, home = tmp_path / "compiled", tmp_path / "image"
    before.mkdir()
    for source, target in (copy.split() for copy in arguments_of(compiling, "COPY")):
        take(root / source, before / target)
    for library in root.glob("heart__mypyc.*"):
        take(library, before)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    bare = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    environment = bare | {"PATH": f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for word, arguments in steps:
        match word:
            case "WORKDIR":
                home.mkdir()
            case "ENV":
                environment |= dict(pair.split("=", 1) for pair in shlex.split(arguments))
            case "COPY" if arguments.startswith("--from="):
                shutil.copytree(before, home, dirs_exist_ok=True)
            case "COPY":
                source, target = arguments.split()
                take(root / source, home / target)
            case "RUN":
                subprocess.run(arguments, shell=True, cwd=home, env=environment, check=True)  # noqa: S602
            case "FROM" | "USER" | "EXPOSE" | "CMD":
                pass
            case _:
                pytest.fail(f"this test does not know how to follow {word}")
    return home, environment


def take(source: Path, target: Path) -> None:
    """Copy a folder as another, or a file into a folder."""
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


@pytest.mark.slow
def test_the_steps_give_containers_that_work(
    root: Path, image: tuple[Path, dict[str, str]], database: Database
) -> None:
    home, environment = image
    services = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]

    subprocess.run(
        services["migrate"]["command"],
        cwd=home,
        env=environment
        | {"DATABASE_URL": database.owner_url}
        | {
            f"DATABASE_PASSWORD_{role.upper()}": password_of(database.url(role))
            for role in [*APPS, "retention", "data_protection"]
        },
        check=True,
    )
    with ExitStack() as stack:
        asking = []
        for app in APPS:
            port = str(free_port())
            serve = [word.replace("8000", port) for word in services[app]["command"]]
            address = {"DATABASE_URL": database.url(app)}
            stack.enter_context(running(serve, home, environment | address))
            asking.append(
                [
                    word.replace(":8000", f":{port}")
                    for word in services[app]["healthcheck"]["test"][1:]
                ]
            )
        for ask in asking:
            wait_for(ask, environment)


@contextmanager
def running(command: list[str], home: Path, environment: dict[str, str]) -> Iterator[None]:
    """Run a container's command until the test is done with it."""
    with subprocess.Popen(command, cwd=home, env=environment) as process:
        try:
            yield
            assert process.poll() is None, f"{command} ended by itself"
        finally:
            process.terminate()


def wait_for(ask: list[str], environment: dict[str, str]) -> None:
    """Repeat a health check until it succeeds."""
    give_up = time.monotonic() + PATIENCE
    while (
        asked := subprocess.run(ask, env=environment, capture_output=True, text=True, check=False)
    ).returncode:
        assert time.monotonic() < give_up, asked.stderr
        time.sleep(0.2)


def password_of(address: str) -> str:
    password = urlsplit(address).password
    assert password
    return password
