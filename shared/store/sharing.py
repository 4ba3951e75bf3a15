"""Shared commits: single events that wait while a commit runs are kept together by the next one."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import asyncpg

from shared.journey_event import JourneyEvent, Receipt
from shared.problems import ChangedStory, Fault, TooBusy, TooMany
from shared.store.access import Access

Answer = Receipt | ChangedStory

# Events that may be without an answer, in all and of one organisation: a second's work of a small
# machine. More would only wait longer than a sender does.
UNANSWERED = 2_000
UNANSWERED_OF_ONE = 1_000
TOGETHER = 500
# One commit at a time keeps the most events. One that takes longer than this, many times the
# usual, may be waiting for a lock, and those behind it go on without it.
SLOW_SECONDS = 0.05
LANES = 3
# How many parts of a failed commit are sent again at once. With the lanes, fewer than the store
# has connections: batches need some too.
APART = 2
# After so long a sender is asked to come again and nothing more is tried for it: a lock is waited
# for once in company (3 s, see the migrations) and once apart.
PATIENCE_SECONDS = 5.0

# Of these every event of a shared commit would hear again, however it is sent.
_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)


@dataclass(slots=True)
class _Waiting:
    event: JourneyEvent
    access: Access | None
    answer: asyncio.Future[Answer]
    until: float


class SharedCommits:
    """Keeps single events, as many to a commit as have come; each is answered after its commit.

    Where a shared commit fails, its events are sent again apart, in the end each alone, so that
    none is refused for another's fault. Raises TooMany or TooBusy where too many wait.
    """

    def __init__(
        self,
        publish: Callable[[Sequence[JourneyEvent], Sequence[Access]], Awaitable[list[Answer]]],
    ) -> None:
        self._publish = publish
        self._waiting: deque[_Waiting] = deque()
        self._unanswered: Counter[tuple[str, str]] = Counter()
        self._lanes: dict[object, asyncio.Task[None]] = {}
        self._slow: set[object] = set()
        # The references of commits under way: who waits for one of them waits in its lane, so
        # that one that is locked holds up one lane and not all.
        self._under_way: set[str] = set()

    async def publish(self, event: JourneyEvent, access: Access | None) -> Answer:
        """Return the answer to one event, after the commit that settled and noted it."""
        sender = event.agency, event.organisation
        if self._unanswered[sender] >= UNANSWERED_OF_ONE:
            raise too_many(event.organisation)
        if self._unanswered.total() >= UNANSWERED:
            raise too_busy()
        loop = asyncio.get_running_loop()
        one = _Waiting(event, access, loop.create_future(), loop.time() + PATIENCE_SECONDS)
        self._waiting.append(one)
        if len(self._slow) == len(self._lanes):
            self._open_lane()
        self._unanswered[sender] += 1
        try:
            return await one.answer
        finally:
            self._unanswered[sender] -= 1

    async def close(self) -> None:
        """Return when all that waited is answered."""
        while self._lanes:
            await asyncio.wait(self._lanes.values())

    def _go_on_without(self, lane: object) -> None:
        self._slow.add(lane)
        self._open_lane()

    def _open_lane(self) -> None:
        if self._waiting and len(self._lanes) < LANES:
            lane = object()
            self._lanes[lane] = asyncio.create_task(self._run(lane))

    async def _run(self, lane: object) -> None:
        loop = asyncio.get_running_loop()
        try:
            while together := self._take():
                references = {one.event.reference for one in together}
                self._under_way |= references
                slow = loop.call_later(SLOW_SECONDS, self._go_on_without, lane)
                try:
                    await self._commit(together)
                finally:
                    slow.cancel()
                    self._slow.discard(lane)
                    self._under_way -= references
        finally:
            # Now, not when the task is done: who came in between would wait for nobody.
            del self._lanes[lane]

    def _take(self) -> list[_Waiting]:
        """Take the next events to commit together, without those of references under way."""
        together: list[_Waiting] = []
        held: list[_Waiting] = []
        while self._waiting and len(together) < TOGETHER:
            one = self._waiting.popleft()
            (held if one.event.reference in self._under_way else together).append(one)
        self._waiting.extendleft(reversed(held))
        return together

    async def _commit(self, together: Sequence[_Waiting]) -> None:
        now = asyncio.get_running_loop().time()
        late = [one for one in together if one.until < now]
        if late:
            _refuse(late, too_busy())
            together = [one for one in together if one.until >= now]
        try:
            entries = [one.access for one in together if one.access is not None]
            answers = await self._publish([one.event for one in together], entries)
        except Exception as error:
            if len(together) > 1 and _may_do_apart(error):
                await self._commit_apart(together)
            else:
                _refuse(together, error)
        else:
            for one, answer in zip(together, answers, strict=True):
                if not one.answer.done():  # its sender went away
                    one.answer.set_result(answer)

    async def _commit_apart(self, together: Sequence[_Waiting]) -> None:
        """Commit events by reference, or each alone where there is only one reference."""
        by_reference: dict[str, list[_Waiting]] = {}
        for one in together:
            by_reference.setdefault(one.event.reference, []).append(one)
        alone = len(by_reference) == 1
        parts = iter([[one] for one in together] if alone else by_reference.values())

        async def commit_some() -> None:
            for part in parts:
                await self._commit(part)

        await asyncio.gather(*(commit_some() for _ in range(APART)))


def _refuse(those: Sequence[_Waiting], error: Exception) -> None:
    for one in those:
        if not one.answer.done():
            one.answer.set_exception(error)


def _may_do_apart(error: Exception) -> bool:
    return isinstance(error, asyncpg.PostgresError) and not isinstance(error, _GONE)


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
