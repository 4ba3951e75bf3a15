"""Shared commits: single events that wait while a commit runs are kept together by the next one."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence

import asyncpg

from shared.journey_event import JourneyEvent, Receipt
from shared.problems import ChangedStory, Fault, TooBusy, TooMany

Answer = Receipt | ChangedStory

# Events that wait at most, in all and for one organisation: a second's work of a small machine.
# More would only wait longer than a sender does.
WAITING = 2_000
WAITING_OF_ONE = 1_000
TOGETHER = 500
# One commit at a time keeps the most events. One that takes longer than this, many times the
# usual, may be waiting for a lock, and those behind it go on without it.
SLOW_SECONDS = 0.05
LANES = 5

# Of these every event of a shared commit would hear again, however it is sent.
_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)

_Waiting = tuple[JourneyEvent, asyncio.Future[Answer]]


class SharedCommits:
    """Keeps single events, as many to a commit as have come; each is answered after its commit.

    Where a shared commit fails, each of its events is sent again alone, so that none is refused
    for another's fault. Raises TooMany or TooBusy, keeping nothing, where too many wait.
    """

    def __init__(
        self, publish: Callable[[Sequence[JourneyEvent]], Awaitable[list[Answer]]]
    ) -> None:
        self._publish = publish
        self._waiting: deque[_Waiting] = deque()
        self._waiting_of: Counter[tuple[str, str]] = Counter()
        self._lanes: dict[object, asyncio.Task[None]] = {}

    async def publish(self, event: JourneyEvent) -> Answer:
        """Return the answer to one event, after the commit that settled it."""
        sender = event.agency, event.organisation
        if self._waiting_of[sender] >= WAITING_OF_ONE:
            raise too_many(event.organisation)
        if len(self._waiting) >= WAITING:
            raise too_busy()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, answer))
        self._waiting_of[sender] += 1
        if not self._lanes:
            self._open_lane()
        return await answer

    async def close(self) -> None:
        """Return when all that waited is answered."""
        while self._lanes:
            await asyncio.wait(self._lanes.values())

    def _open_lane(self) -> None:
        if self._waiting and len(self._lanes) < LANES:
            lane = object()
            self._lanes[lane] = asyncio.create_task(self._run(lane))

    async def _run(self, lane: object) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                together = [
                    self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))
                ]
                for event, _ in together:
                    self._waiting_of[event.agency, event.organisation] -= 1
                slow = loop.call_later(SLOW_SECONDS, self._open_lane)
                await self._commit(together)
                slow.cancel()
        finally:
            # Now, not when the task is done: who came in between would wait for nobody.
            del self._lanes[lane]

    async def _commit(self, together: list[_Waiting]) -> None:
        try:
            answers = await self._publish([event for event, _ in together])
        except Exception as error:
            if (
                len(together) > 1
                and isinstance(error, asyncpg.PostgresError)
                and not isinstance(error, _GONE)
            ):
                await asyncio.gather(*(self._commit([one]) for one in together))
                return
            for _, waiting in together:
                if not waiting.done():  # its sender went away
                    waiting.set_exception(error)
            return
        for (_, waiting), answer in zip(together, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)


def too_busy() -> TooBusy:
    """Return the problem for what comes when the hands are full."""
    return TooBusy(
        "Too much is under way here. Nothing was lost: send the same again.",
        headers={"Retry-After": "1"},
    )


def too_many(organisation: str) -> TooMany:
    """Return the problem for an organisation that sends faster than it is answered."""
    fault = Fault("source", "has too many events waiting", "wait for answers, or send batches")
    return TooMany(
        f"Events of {organisation} come faster than they can be kept. "
        "Nothing was lost: send the same again.",
        fault,
        headers={"Retry-After": "1"},
    )
