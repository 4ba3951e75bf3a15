"""How often one caller may ask: so many requests a minute, all at once or one by one."""

from collections.abc import Callable
from datetime import datetime
from math import ceil

from shared.problems import Fault, TooOften

MINUTE = 60.0
REMEMBERED = 10_000


class Pace:
    """Counts each caller's requests of one process; `clock` returns the present in UTC."""

    def __init__(self, per_minute: int, clock: Callable[[], datetime]) -> None:
        self._most = float(per_minute)
        self._clock = clock
        # What each caller has left, and when that was so, oldest caller first.
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, caller: str) -> None:
        """Count one request of a caller; raises TooOften where it has none left."""
        now = self._clock().timestamp()
        left, at = self._left.get(caller, (self._most, now))
        left = min(self._most, left + max(0.0, now - at) * self._most / MINUTE)
        if left < 1:
            wait = ceil((1 - left) * MINUTE / self._most)
            raise TooOften(
                f"More than {self._most:g} requests came within a minute; nothing was done.",
                Fault("authorization", "asks too often", "wait, or ask for more at once"),
                headers={"Retry-After": str(wait)},
            )
        if caller not in self._left and len(self._left) >= REMEMBERED:
            del self._left[next(iter(self._left))]
        self._left[caller] = (left - 1, now)
