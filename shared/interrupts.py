"""Turns Ctrl-C and SIGTERM into an exception that comes only where it is asked for."""

import signal
import time
from types import FrameType


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
