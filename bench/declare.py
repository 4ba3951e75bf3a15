"""Asks Declare4Py the little that it can say, in an environment and a process of its own.

Declare knows a response within so many calendar days. It stands on pm4py, whose licence is the
AGPL, so it is never a dependency: the bench installs it under `build/` and talks to it over a pipe.
"""

import json
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "build" / "bench-agpl"
PACKAGE = "declare4py==2.2.0"
INSTALL_SECONDS = 240


class NoDeclare(RuntimeError):
    """Declare4Py cannot be installed or run on this machine; the message says why."""


@contextmanager
def declare(
    types: Sequence[str], days: int, log: Sequence[Sequence[tuple[str, str]]]
) -> Iterator["Declare"]:
    """Yield a Declare4Py that holds these journeys, each a list of activities with times (UTC).

    It checks that each of these types is followed, within so many days of 24 hours, by an activity
    of the same name that begins with `told`. Raises NoDeclare.
    """
    process = subprocess.Popen(  # noqa: S603 - our own file
        [_python(), str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        running = Declare(process)
        running.say({"types": list(types), "days": days, "log": log})
        yield running
    finally:
        process.kill()
        process.communicate()


class Declare:
    """A running Declare4Py."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def say(self, message: Any) -> Any:
        """Send one message and return the answer."""
        assert self._process.stdin is not None  # noqa: S101 - we asked for pipes
        assert self._process.stdout is not None  # noqa: S101
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said before it ended is below
        answer = self._process.stdout.readline()
        if not answer:
            _, wrong = self._process.communicate()
            raise NoDeclare(wrong.strip().rpartition("\n")[2] or "it ended without a word")
        return json.loads(answer)

    def round(self) -> tuple[float, int]:
        """Return the seconds that one evaluation of all the journeys took, and its violations."""
        seconds, violations = self.say("again")
        return float(seconds), int(violations)


def _python() -> str:
    """Return the interpreter of the throwaway environment, installed on first use."""
    python = FOLDER / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    ready = FOLDER / "ready"
    if not ready.exists():
        venv.create(FOLDER, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            subprocess.run(  # noqa: S603 - a name and a version of our own choosing
                [*command, PACKAGE],
                check=True,
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
            )
        except subprocess.CalledProcessError as error:
            lines = [line for line in error.stderr.splitlines() if line.startswith("ERROR")]
            raise NoDeclare(lines[-1] if lines else "pip did not say why") from error
        except subprocess.TimeoutExpired as error:
            raise NoDeclare(f"pip took more than {INSTALL_SECONDS} s") from error
        ready.touch()
    return str(python)


def _answer() -> None:
    """Read the journeys, then time one evaluation for every line; only the other side runs this."""
    from Declare4Py.D4PyEventLog import D4PyEventLog  # type: ignore[import-not-found]
    from Declare4Py.ProcessMiningTasks.ConformanceChecking.MPDeclareAnalyzer import (  # type: ignore[import-not-found]
        MPDeclareAnalyzer,
    )
    from Declare4Py.ProcessModels.DeclareModel import (  # type: ignore[import-not-found]
        DeclareModel,
    )
    from pm4py.objects.log.obj import Event, EventLog, Trace  # type: ignore[import-not-found]

    asked = json.loads(sys.stdin.readline())
    log = EventLog()
    log._properties["pm4py:param:timestamp_key"] = "time:timestamp"
    log._properties["pm4py:param:activity_key"] = "concept:name"
    for number, journey in enumerate(asked["log"]):
        events = [
            Event({"concept:name": name, "time:timestamp": datetime.fromisoformat(at)})
            for name, at in journey
        ]
        log.append(Trace(events, attributes={"concept:name": str(number)}))
    lines = [f"activity {name}\nactivity told {name}" for name in asked["types"]]
    lines += [f"Response[{name}, told {name}] | | |0,{asked['days']},d" for name in asked["types"]]
    model = DeclareModel().parse_from_string("\n".join(lines))
    analyzer = MPDeclareAnalyzer(D4PyEventLog(log=log), model, consider_vacuity=True)
    print(json.dumps(len(log)), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        results = analyzer.run()
        took = time.perf_counter() - began
        violations = sum(
            result.num_violations or 0 for of_one in results.model_check_res for result in of_one
        )
        print(json.dumps([took, violations]), flush=True)


if __name__ == "__main__":
    _answer()
