"""When to try again: back-off with jitter, never before the door asked to, and not for ever."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from victim_journey.answers import Unreachable

# Too slow, too many, and whatever is the door's own fault: nothing was wrong with what was sent.
AGAIN = frozenset({408, 429, 500, 502, 503, 504})
FIRST_SECONDS, LONGEST_SECONDS = 0.5, 30.0
# Told that somebody waits: for how many seconds, and why.
OnWait = Callable[[float, str], None]


class Patience:
    """Counts the failures of one request, and says how long to wait after each."""

    def __init__(self, seconds: float, on_wait: OnWait) -> None:
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        self._on_wait = on_wait
        self._failures = 0

    def wait_after(self, why: str, retry_after: float = 0.0) -> float:
        """Return the seconds to wait before the next attempt; raises Unreachable at the end.

        Half of the back-off is left to chance, so that senders that failed together do not come
        back together.
        """
        longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0**self._failures)
        wait = retry_after + random.uniform(longest / 2, longest)  # noqa: S311 - no secret
        self._failures += 1
        if time.monotonic() + wait > self._until:
            raise Unreachable(
                f"{why} We tried for {self._seconds:g} seconds. "
                "Send the same again later: what was kept is not kept twice."
            )
        self._on_wait(wait, why)
        return wait


def seconds_asked(reply: httpx.Response) -> float:
    """Return for how many seconds a reply asks to wait (Retry-After, RFC 9110), else 0."""
    asked = reply.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
