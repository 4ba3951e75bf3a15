"""Turns Ctrl-C and SIGTERM into an exception that comes only where it is asked for."""

import signal
import sys
import time
from importlib import import_module
from types import FrameType

INTERRUPTED = 130


class Interrupted(Exception):
    """Somebody pressed Ctrl-C, or asked this process to end."""


class Interrupts:
    """Remembers Ctrl-C and SIGTERM until it is asked.

    Thrown as an exception at any instant, as Python does, they could come between the start of a
    process and the note that it has to be stopped.
    """

    def __init__(self) -> None:
        self.came = False
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._remember)

    def _remember(self, sign: int, frame: FrameType | None) -> None:
        self.came = True

    def check(self) -> None:
        """Raise Interrupted if one has come."""
        if self.came:
            raise Interrupted

    def pause(self, seconds: float) -> None:
        """Sleep, and raise Interrupted if one has come."""
        time.sleep(seconds)
        self.check()


def run_command(module: str, *, last_words: str) -> int:
    """Run a module's `run` on the command line and return its exit code.

    Ctrl-C and SIGTERM, which `run` checks for, end it with `last_words`. The module is loaded only
    once they are listened for: that takes long enough for somebody to press Ctrl-C.
    """
    interrupts = Interrupts()
    try:
        code: int = import_module(module).run(sys.argv[1:], interrupts)
    except Interrupted:
        print(f"Interrupted. {last_words}", file=sys.stderr)
        return INTERRUPTED
    return code
