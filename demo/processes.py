"""Starts applications and workers as processes of their own, watches them, and stops them."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from demo.child import PATIENCE as CHILD_PATIENCE
from shared.ports import HOST, is_free
from shared.settings import DemoSettings

START_SECONDS = 60.0
PAUSE = 0.1
LAST_LINES = 15
ROOT = Path(__file__).parents[1]


class CannotPlay(Exception):
    """The demo cannot start, or cannot go on; the message says why and what to do."""


class PortTaken(CannotPlay):
    """A port that an application needs is in use, or is given to two of them."""


@dataclass(frozen=True, slots=True)
class App:
    """One application: its name (and database role), its place in the code, and its port.

    `also` are the other roles that it signs in as.
    """

    name: str
    module: str
    port: int
    also: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        """The database role that it signs in as."""
        return self.name

    @property
    def address(self) -> str:
        """Where it is found on this machine."""
        return f"http://{HOST}:{self.port}"

    @property
    def setting(self) -> str:
        """The environment name that gives it another port."""
        return f"{self.name.upper()}_PORT"

    @property
    def title(self) -> str:
        """What it is called where something is said of it."""
        return f"{self.name} application"

    @property
    def words(self) -> tuple[str, str]:
        """What its process is told."""
        return self.module, str(self.port)

    @property
    def log(self) -> str:
        """What the file that holds what it says is called."""
        return f"{self.name}-{self.port}.log"


@dataclass(frozen=True, slots=True)
class Worker:
    """A process without a door: its name, the role it signs in as, its module and its verb."""

    name: str
    role: str
    module: str
    verb: str
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called where something is said of it."""
        return self.name

    @property
    def words(self) -> tuple[str, str]:
        """What its process is told."""
        return self.module, self.verb

    @property
    def log(self) -> str:
        """What the file that holds what it says is called."""
        return f"{self.name}.log"


PROJECTOR = Worker("projector", "gateway", "gateway.register", "run")


def apps(settings: DemoSettings) -> tuple[App, ...]:
    """Return the four applications with their ports."""
    return (
        App("gateway", "gateway.app:app", settings.gateway_port, ("data_protection",)),
        App("police", "services.police.app:app", settings.police_port),
        App("cps", "services.cps.app:app", settings.cps_port),
        App("probation", "services.probation.app:app", settings.probation_port),
    )


def check_ports(wanted: Sequence[App]) -> None:
    """Raise PortTaken unless every application can have its port."""
    wrong = []
    given: dict[int, App] = {}
    for app in wanted:
        first = given.setdefault(app.port, app)
        if first is not app:
            wrong.append(
                f"{first.setting} and {app.setting} are both {app.port}: give each its own port."
            )
        elif not is_free(app.port):
            wrong.append(
                f"Port {app.port}, where the {app.name} application is to be, is taken. "
                f"Stop what listens there, or set {app.setting} to a free port."
            )
    if wrong:
        raise PortTaken("\n".join(wrong))


@dataclass(frozen=True, slots=True)
class Child:
    """One process, and the file that holds what it says."""

    runs: App | Worker
    process: "subprocess.Popen[bytes]"
    log: Path

    def last_words(self) -> str:
        """Return the end of what it said, and where the rest is."""
        lines = self.log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:]
        return "\n".join([*lines, f"(all of it: {self.log})"])


@contextlib.contextmanager
def running(
    wanted: Sequence[App | Worker],
    databases: Mapping[str, str],
    settings: Mapping[str, str],
    logs: Path,
) -> Iterator[tuple[Child, ...]]:
    """Run all of these, each with its own logins to the store, and stop them all at the end.

    `databases` has the address of the store for each role. The settings are those that all of them
    have, such as whose tokens they take.
    """
    logs.mkdir(exist_ok=True)
    children: list[Child] = []
    try:
        for one in wanted:
            own = {**settings, **logins(one, databases)}
            children.append(start(one, own, logs / one.log))
        yield tuple(children)
    finally:
        stop(children)


def logins(one: App | Worker, databases: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that tell a process where the store is, for each of its roles."""
    return {"DATABASE_URL": databases[one.role]} | {
        f"DATABASE_URL_{role.upper()}": databases[role] for role in one.also
    }


def start(one: App | Worker, settings: Mapping[str, str], log: Path) -> Child:
    """Start one process, in a session of its own so that Ctrl-C reaches the player alone.

    The settings are added to those of the environment.
    """
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "demo.child", *one.words],
            cwd=ROOT,
            env={**os.environ, **settings, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    return Child(one, process, log)


def stop(children: Sequence[Child]) -> None:
    """Let go of every process, wait until each has ended, and end by force what stays."""
    for child in children:
        assert child.process.stdin is not None  # noqa: S101 - it was started with a pipe
        child.process.stdin.close()
    for child in children:
        try:
            child.process.wait(2 * CHILD_PATIENCE)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def check_alive(children: Sequence[Child]) -> None:
    """Raise CannotPlay, with its last words, if a process has ended."""
    for child in children:
        code = child.process.poll()
        if code is not None:
            raise CannotPlay(
                f"The {child.runs.title} ended by itself (exit code {code}). "
                f"Its last words:\n{child.last_words()}"
            )


def wait_until_healthy(
    children: Sequence[Child], client: httpx.Client, pause: Callable[[float], None]
) -> None:
    """Return when every application says that it and its store can work.

    `pause` sleeps so many seconds, and may raise to give up. Raises CannotPlay where an application
    ends, or is not ready after START_SECONDS.
    """
    give_up = time.monotonic() + START_SECONDS
    for child in children:
        while isinstance(child.runs, App) and not is_healthy(child.runs, client):
            check_alive(children)
            if time.monotonic() > give_up:
                raise CannotPlay(
                    f"The {child.runs.title} was not ready within {START_SECONDS:.0f} "
                    f"seconds. Its last words:\n{child.last_words()}"
                )
            pause(PAUSE)


def is_healthy(app: App, client: httpx.Client) -> bool:
    """Ask an application whether it can work."""
    try:
        return client.get(f"{app.address}/health").status_code == HTTPStatus.OK
    except httpx.TransportError:
        return False
