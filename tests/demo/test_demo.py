"""The demo, run as a person runs it: it plays and tells everything, and leaves nothing behind."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml

from demo.samples import Sample, samples
from shared.ports import free_port

CHECKOUT = Path(__file__).parents[2]
APPS = ("gateway", "police", "cps", "probation")
EVENTS = sum(len(sample.events) for sample in samples())
UP = "Press Ctrl-C to stop."


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home for all runs, where the user whom root runs the server as may go."""
    home = Path(tempfile.mkdtemp(prefix="victim-journey-demo-"))
    home.chmod(0o711)
    yield home
    shutil.rmtree(home)


@dataclass
class Demo:
    """The demo of one home, on ports of its own."""

    home: Path
    ports: Mapping[str, int]
    said: list[str] = field(default_factory=list)

    def asked(self, path: str) -> dict[str, Any]:
        """Ask the gateway as an inspector with a token of this home's issuer."""
        token = subprocess.run(
            [sys.executable, "-m", "shared.access", "token", "inspector"],
            cwd=CHECKOUT,
            env={**os.environ, "VICTIM_JOURNEY_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        address = f"http://127.0.0.1:{self.ports['gateway']}{path}"
        reply = httpx.get(address, headers={"authorization": f"Bearer {token}"})
        answered: dict[str, Any] = reply.raise_for_status().json()
        return answered

    @contextlib.contextmanager
    def started(self, *options: str) -> Iterator["subprocess.Popen[str]"]:
        """Start it as the leader of its own group, as a terminal does, and end it at all events."""
        settings = {f"{app.upper()}_PORT": str(port) for app, port in self.ports.items()}
        # Sample journeys never go into a store that the environment names, nor through a proxy.
        settings["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/elsewhere"
        settings["HTTP_PROXY"] = "http://127.0.0.1:1"
        process = subprocess.Popen(
            [sys.executable, "-m", "demo", *options],
            cwd=CHECKOUT,
            env={**os.environ, **settings, "VICTIM_JOURNEY_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *options: str) -> tuple[int, str]:
        """Run it to its end and return its exit code and all it said."""
        with self.started(*options) as process:
            said, _ = process.communicate(timeout=60)
            return process.returncode, said

    def wait_for(self, process: "subprocess.Popen[str]", words: str) -> None:
        """Read what it says until it says these words."""
        assert process.stdout is not None
        for line in process.stdout:
            self.said.append(line)
            if words in line:
                return
        pytest.fail(f"it ended without saying {words!r}:\n{''.join(self.said)}")

    def left_behind(self) -> list[str]:
        """Return what is still there of a run that ought to be over."""
        found = [f"port {port}" for port in self.ports.values() if answers(port)]
        found += [str(path) for path in self.home.rglob("*.lock") if not is_free(path)]
        found += [str(path) for path in self.home.rglob("server.json")]
        for process in psutil.process_iter(["cmdline"]):
            said = " ".join(process.info["cmdline"] or [])
            ours = "demo.child" in said and any(str(port) in said for port in self.ports.values())
            if (ours or str(self.home) in said) and not gone([process]):
                found.append(said)
        return found


@pytest.fixture
def demo(home: Path) -> Demo:
    return on_free_ports(home)


@pytest.fixture(scope="module")
def said(home: Path) -> str:
    """What the demo said on its first run of all."""
    demo = on_free_ports(home)
    code, said = demo.run("--once")
    assert code == 0, said
    assert demo.left_behind() == []
    return said


def on_free_ports(home: Path) -> Demo:
    return Demo(home, {app: free_port() for app in APPS})


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def is_free(lock: Path) -> bool:
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def family(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Return every process that it started, and that those started."""
    return list(psutil.Process(process.pid).children(recursive=True))


def gone(processes: list[psutil.Process]) -> bool:
    def is_gone(process: psutil.Process) -> bool:
        # A container's first process may leave the dead of others unburied.
        with contextlib.suppress(psutil.NoSuchProcess):
            return bool(process.status() == psutil.STATUS_ZOMBIE)
        return True

    return all(is_gone(process) for process in processes)


def soon(is_so: Callable[[], bool], seconds: float = 15) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def test_it_plays_every_journey_and_again_repeats_nothing(said: str, demo: Demo) -> None:
    assert f"{EVENTS} events sent: {EVENTS} created, 0 repeated, 0 refused." in said

    code, again = demo.run("--once")
    assert code == 0, again
    assert f"{EVENTS} events sent: 0 created, {EVENTS} repeated, 0 refused." in again
    assert without_ports(summaries(again)) == without_ports(summaries(said))


def summaries(said: str) -> str:
    return said.partition("events sent")[2].partition("\n")[2]


def without_ports(said: str) -> str:
    return re.sub(r"127\.0\.0\.1:\d+", "here", said)


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.folder.name)
def test_it_tells_what_was_late_and_where_nobody_spoke(sample: Sample, said: str) -> None:
    (summary,) = (
        " ".join(part.split())
        for part in re.split("\n─+\n", summaries(said))
        if part.lstrip("─\n").startswith(sample.title)
    )
    expected = yaml.safe_load((sample.folder / "expected.yaml").read_text())

    assert " ".join(sample.about.split()) in summary
    assert f"/timeline?as_of={sample.as_of}" in summary
    late = [o for o in expected["obligations"] if o["standing"] in ("met_late", "overdue")]
    assert summary.count(", until the end of ") == len(late)
    for obligation in late:
        assert f", {obligation['rule']}: " in summary
        assert f"until the end of {long(obligation['due'])}." in summary
        if obligation["standing"] == "met_late":
            assert f"on {long(obligation['answered_on'])}." in summary
        else:
            assert f"Still overdue: nothing that counts was recorded by {long(sample.as_of)}." in (
                summary
            )
    assert ("Nothing was late or overdue." in summary) == (not late)
    silence = expected["longest_silence"]
    assert f"{silence['days']} days from {short(silence['since'])} " in summary
    assert ("No gap" in summary) == (not expected["gaps"])


def long(day: date) -> str:
    return f"{day:%a} {day.day} {day:%B %Y}"


def short(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_is_up_it_leaves_nothing_behind(
    demo: Demo, sign: signal.Signals
) -> None:
    with demo.started() as process:
        demo.wait_for(process, UP)
        for app in APPS:
            address = f"http://127.0.0.1:{demo.ports[app]}/docs"
            assert any(address in line for line in demo.said)
            assert httpx.get(address).is_success
        assert soon(lambda: bool(demo.asked("/v1/register")["up_to_date"]))
        assert demo.asked("/v1/register")["revision"] > 0
        started = family(process)
        # To the whole group, as the terminal does on Ctrl-C.
        os.killpg(process.pid, sign)
        assert process.wait(10) == 0
    assert gone(started)
    assert demo.left_behind() == []


@pytest.mark.parametrize(
    "words",
    ["Starting PostgreSQL.", "Starting the gateway", "Playing the sample journeys"],
)
def test_interrupted_on_its_way_up_it_leaves_nothing_behind(demo: Demo, words: str) -> None:
    with demo.started() as process:
        demo.wait_for(process, words)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=20)
        assert process.returncode == 130, said
    assert UP not in said
    assert "Traceback" not in said
    assert demo.left_behind() == []


def test_killed_it_takes_everything_with_it(demo: Demo) -> None:
    with demo.started() as process:
        demo.wait_for(process, UP)
        started = family(process)
        assert len(started) > len(APPS)
        process.kill()
        process.wait()
    assert soon(lambda: gone(started) and demo.left_behind() == []), demo.left_behind()


def test_it_says_which_application_ended_and_ends_too(demo: Demo) -> None:
    with demo.started() as process:
        demo.wait_for(process, UP)
        started = family(process)
        (cps,) = (p for p in started if "services.cps.app:app" in p.cmdline())
        cps.kill()
        said, _ = process.communicate(timeout=20)
        assert process.returncode == 1
    assert "The cps application ended by itself (exit code -9)." in said
    assert f"cps-{demo.ports['cps']}.log" in said
    assert gone(started)
    assert demo.left_behind() == []


def test_a_taken_port_is_named_with_its_setting_and_nothing_is_started(demo: Demo) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", demo.ports["cps"]))
        other.listen()
        code, said = demo.run("--once")
    assert code == 2
    assert f"Port {demo.ports['cps']}" in said
    assert "CPS_PORT" in said
    assert "POLICE_PORT" not in said
    assert "Starting" not in said


@pytest.mark.parametrize(
    ("name", "port", "words"),
    [
        ("POLICE_PORT", "here", "POLICE_PORT: Input should be a valid integer"),
        ("POLICE_PORT", "0", "POLICE_PORT: Input should be greater than 0"),
    ],
)
def test_a_port_that_is_none_is_named(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, name: str, port: str, words: str
) -> None:
    demo.ports = {app: number for app, number in demo.ports.items() if app != "police"}
    monkeypatch.setenv(name, port)
    code, said = demo.run("--once")
    assert code == 2
    assert words in said
    assert "Starting" not in said


def test_beside_a_real_issuer_nothing_is_started(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ISSUER", "https://issuer.example")
    code, said = demo.run("--once")
    assert code == 2
    assert "https://issuer.example" in said
    assert "Nothing was started." in said
    assert demo.left_behind() == []


def test_two_applications_on_one_port_are_named(demo: Demo) -> None:
    demo.ports = {**demo.ports, "cps": demo.ports["police"]}
    code, said = demo.run("--once")
    assert code == 2
    assert "POLICE_PORT and CPS_PORT are both" in said
