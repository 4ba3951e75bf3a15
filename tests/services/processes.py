"""A service as a process of its own behind a real socket, to be killed and started again."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from shared.ports import HOST, free_port
from tests.tokens import bearer, issuer, usual

ROOT = Path(__file__).parents[2]


@dataclass
class Service:
    """One agency's service, or the gateway; `processes` of it share its port."""

    agency: str
    database_url: str
    processes: int = 1
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(init=False)
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.port = free_port()

    @property
    def url(self) -> str:
        """Where it is found."""
        return f"http://{HOST}:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """The header of who usually asks it."""
        return bearer(usual(self.agency))

    def start(self) -> Self:
        """Start it, and return once it answers."""
        room = "gateway" if self.agency == "gateway" else f"services.{self.agency}"
        quiet = ["--no-access-log", "--log-level", "critical"]
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "uvicorn",
                f"{room}.app:app",
                "--host",
                HOST,
                "--port",
                str(self.port),
                *quiet,
            ],
            cwd=ROOT,
            env=self.environment,
            stderr=subprocess.DEVNULL,
        )
        self.wait()
        return self

    @property
    def environment(self) -> dict[str, str]:
        """What it is started with."""
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "WEB_CONCURRENCY": str(self.processes),
            **issuer().environment(),
            **self.settings,
        }

    def wait(self) -> None:
        """Return once it answers."""
        for _ in range(600):
            try:
                urlopen(f"{self.url}/health/ping", timeout=5).close()  # noqa: S310 - our own
                return
            except (URLError, OSError):
                assert self.process.poll() is None, f"the {self.agency} service does not start"
                time.sleep(0.05)
        raise AssertionError(f"the {self.agency} service does not answer")

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as an orchestrator would."""
        self.process.terminate()
        self.process.wait(30)


@contextmanager
def running(
    agency: str, database_url: str, *, processes: int = 1, **settings: str
) -> Iterator[Service]:
    """Run a service until the end of the block."""
    service = Service(agency, database_url, processes, settings).start()
    try:
        yield service
    finally:
        service.stop()
