"""Speaks to one agency's door: sends, checks, counts, and tries again when it may.

Everything is written once, for asyncio; `Door` runs it for those who do not use asyncio.
"""

import asyncio
import json
from collections import deque
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from victim_journey.answers import (
    Answer,
    NotTaken,
    Problem,
    Receipt,
    Refused,
    Status,
    Tally,
)
from victim_journey.retrying import AGAIN, OnWait, Patience, seconds_asked
from victim_journey.tokens import ReadToken, Token, check_private, from_environment, say_refused

PUBLISH, CHECK = "/v1/events", "/v1/events/check"
LINES = "application/x-ndjson"
# A door keeps so many lines, or so many bytes of them, in one transaction: sending more at once
# wins nothing, and loses more where it breaks off.
LINES_AT_ONCE = 500
BYTES_AT_ONCE = 1024 * 1024
CONNECTIONS = 4
PATIENCE_SECONDS = 300.0
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
# A door counts at most a year at a time.
DAYS_AT_ONCE = 366
Event = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a door answered to lines: how many of each kind, and each answer as it was written."""

    tally: Tally
    lines: Sequence[bytes]

    def answers(self) -> Iterator[Answer]:
        """Read each answer; most senders only want those of refused events."""
        return (Answer.of(json.loads(line)) for line in self.lines)


class AsyncDoor:
    """One agency's door at an address, such as `http://127.0.0.1:8001`.

    It tries again after what a second attempt can mend, for `patience` seconds a request, and
    never before the door asked to. That is safe: an event that was kept is answered with its first
    receipt. `on_wait` is told of each wait. `token` returns the token to send, and is asked again
    when the door refuses it; left out, the environment says where it is. Use it in an `async with`.
    """

    def __init__(
        self,
        address: str,
        *,
        token: ReadToken | None = None,
        patience: float = PATIENCE_SECONDS,
        connections: int = CONNECTIONS,
        on_wait: OnWait = lambda seconds, why: None,
    ) -> None:
        self.address = address.rstrip("/")
        self._read_token = token or from_environment()
        self._patience = patience
        self._connections = connections
        self._on_wait = on_wait
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        limits = httpx.Limits(max_connections=self._connections)
        self._client = httpx.AsyncClient(limits=limits, timeout=TIMEOUT)
        self._token = Token(self._read_token)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def send(self, event: Event) -> Receipt:
        """Send one event and return its receipt, the first one where it was sent before.

        Raises Refused, NotTaken and Unreachable.
        """
        reply = await self.exchange(PUBLISH, [line_of(event)])
        (answer,) = reply.answers()
        if answer.receipt is None:
            raise Refused(answer.problem or Problem(500, "The door gave no reason.", ()))
        return answer.receipt

    async def send_all(
        self, events: Iterable[Event], *, backfill: bool = False
    ) -> AsyncGenerator[Answer]:
        """Send any number of events and yield the answer to each, in order.

        Only some of them are in hand at a time. `backfill` says that they are history loaded late.
        Raises NotTaken and Unreachable.
        """
        path = PUBLISH + "?backfill=true" if backfill else PUBLISH
        async with aclosing(self._answers(path, events)) as answers:
            async for answer in answers:
                yield answer

    async def check_all(self, events: Iterable[Event]) -> AsyncGenerator[Answer]:
        """Yield what sending each event would be answered now; nothing is kept."""
        async with aclosing(self._answers(CHECK, events)) as answers:
            async for answer in answers:
                yield answer

    async def counts(self, source: str, first: date, last: date) -> dict[tuple[str, date], int]:
        """Return how many events of a source are kept, by type and London day, first to last.

        A type and day without any is left out.
        """
        _, _, organisation, system = source.split("/")
        found: dict[tuple[str, date], int] = {}
        while first <= last:
            to = min(last, first + timedelta(days=DAYS_AT_ONCE - 1))
            asked = {"by": "type,day", "from": first.isoformat(), "to": to.isoformat()}
            body = await self._get(f"/v1/feeds/{organisation}/{system}/counts", asked)
            for one in body["items"]:
                found[one["type"], date.fromisoformat(one["day"])] = one["events"]
            first = to + timedelta(days=1)
        return found

    async def feeds(self) -> list[dict[str, Any]]:
        """Return how each feed of the agency is doing, as the door tells it."""
        items: list[dict[str, Any]] = (await self._get("/v1/feeds", {}))["items"]
        return items

    async def vocabulary(self) -> dict[str, Any]:
        """Return the agency and every type that it may send, as the door tells them."""
        return await self._get("/v1/vocabulary", {})

    async def exchange(self, path: str, lines: Sequence[bytes]) -> Reply:
        """Post at most LINES_AT_ONCE lines and return what each was answered, in order.

        Raises NotTaken and Unreachable.
        """
        tally, told = Tally(), list[bytes]()
        patience = Patience(self._patience, self._on_wait)
        while len(told) < len(lines):
            reply = await self._request(
                patience,
                "POST",
                path,
                content=b"\n".join(lines[len(told) :]),
                headers={"content-type": LINES},
            )
            *answers, last = reply.content.rstrip(b"\n").split(b"\n")
            totals = _totals(last)
            if totals is None:
                await asyncio.sleep(patience.wait_after("The door's answer broke off."))
                continue
            told += answers
            tally.add(Tally(*(totals[status] for status in _STATUSES)))
            if len(told) < len(lines):
                problem = totals.get("problem")
                if problem is None:
                    raise NotTaken(f"{self.address} did not answer every event: is it a door?")
                if problem["status"] not in AGAIN:
                    raise NotTaken(str(Problem.of(problem)))
                await asyncio.sleep(patience.wait_after(problem["detail"]))
        return Reply(tally, told)

    async def in_turn(
        self, requests: AsyncGenerator[tuple[T, str, Sequence[bytes]]]
    ) -> AsyncGenerator[tuple[T, Reply]]:
        """Exchange what each request holds, several at once, and yield the replies in order."""
        waiting = deque[tuple[T, asyncio.Task[Reply]]]()
        try:
            async with aclosing(requests):
                async for what, path, lines in requests:
                    waiting.append((what, asyncio.create_task(self.exchange(path, lines))))
                    if len(waiting) == self._connections:
                        done, task = waiting.popleft()
                        yield done, await task
            while waiting:
                done, task = waiting.popleft()
                yield done, await task
        finally:
            for _, task in waiting:
                task.cancel()
            await asyncio.gather(*(task for _, task in waiting), return_exceptions=True)

    async def _answers(self, path: str, events: Iterable[Event]) -> AsyncGenerator[Answer]:
        async def requests() -> AsyncGenerator[tuple[None, str, list[bytes]]]:
            lines = (line_of(event) for event in events)
            while some := list(islice(lines, LINES_AT_ONCE)):
                yield None, path, some

        async with aclosing(self.in_turn(requests())) as replies:
            async for _, reply in replies:
                for answer in reply.answers():
                    yield answer

    async def _get(self, path: str, asked: Mapping[str, str]) -> dict[str, Any]:
        patience = Patience(self._patience, self._on_wait)
        reply = await self._request(patience, "GET", path, params=asked)
        try:
            body: dict[str, Any] = reply.json()
        except ValueError as error:
            raise NotTaken(f"{reply.url} answered no JSON: is it a door?") from error
        return body

    async def _request(
        self, patience: Patience, method: str, path: str, **more: Any
    ) -> httpx.Response:
        """Return a reply of success, after as many attempts as it takes and patience allows.

        Raises NotTaken, Unreachable, and Unreadable where the token cannot be read.
        """
        token = await self._token.text()
        while True:
            try:
                reply = await self._ask(token, method, path, **more)
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                example = "write it as http://127.0.0.1:8001"
                raise NotTaken(f"{self.address} is not an address: {example}.") from error
            except httpx.TransportError as error:
                why = f"{self.address} cannot be reached ({type(error).__name__})."
                await asyncio.sleep(patience.wait_after(why))
                continue
            if reply.is_success:
                return reply
            if reply.status_code == httpx.codes.UNAUTHORIZED:
                refused, token = token, await self._token.after(token)
                if token == refused:
                    raise NotTaken(say_refused(token, _refusal(reply)))
                continue
            if reply.status_code not in AGAIN:
                raise NotTaken(_refusal(reply))
            wait = patience.wait_after(_refusal(reply), seconds_asked(reply))
            await asyncio.sleep(wait)

    async def _ask(self, token: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        assert self._client is not None, "use it in a with"  # noqa: S101 - a mistake in the code
        headers = dict(more.pop("headers", {}))
        if token is not None:
            check_private(self.address)
            headers["authorization"] = f"Bearer {token}"
        return await self._client.request(method, self.address + path, headers=headers, **more)


class Door:
    """The same as AsyncDoor for those who do not use asyncio. Use it in a `with`."""

    def __init__(
        self,
        address: str,
        *,
        token: ReadToken | None = None,
        patience: float = PATIENCE_SECONDS,
        connections: int = CONNECTIONS,
        on_wait: OnWait = lambda seconds, why: None,
    ) -> None:
        self._door = AsyncDoor(
            address, token=token, patience=patience, connections=connections, on_wait=on_wait
        )
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._run(self._door.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._run(self._door.__aexit__(kind, error, trace))
        finally:
            self._runner.close()

    def send(self, event: Event) -> Receipt:
        """See AsyncDoor.send."""
        return self._run(self._door.send(event))

    def send_all(self, events: Iterable[Event], *, backfill: bool = False) -> Iterator[Answer]:
        """See AsyncDoor.send_all."""
        return self._each(self._door.send_all(events, backfill=backfill))

    def check_all(self, events: Iterable[Event]) -> Iterator[Answer]:
        """See AsyncDoor.check_all."""
        return self._each(self._door.check_all(events))

    def counts(self, source: str, first: date, last: date) -> dict[tuple[str, date], int]:
        """See AsyncDoor.counts."""
        return self._run(self._door.counts(source, first, last))

    def feeds(self) -> list[dict[str, Any]]:
        """See AsyncDoor.feeds."""
        return self._run(self._door.feeds())

    def vocabulary(self) -> dict[str, Any]:
        """See AsyncDoor.vocabulary."""
        return self._run(self._door.vocabulary())

    def _run(self, work: Awaitable[T]) -> T:
        async def waited() -> T:
            return await work

        return self._runner.run(waited())

    def _each(self, answers: AsyncGenerator[Answer]) -> Iterator[Answer]:
        try:
            while (answer := self._run(anext(answers, None))) is not None:
                yield answer
        finally:
            self._run(answers.aclose())


_STATUSES: tuple[Status, ...] = ("created", "repeated", "refused")


def line_of(event: Event) -> bytes:
    """Return an event as a line of JSON."""
    return json.dumps(event, separators=(",", ":")).encode()


def _totals(line: bytes) -> dict[str, Any] | None:
    """Return what ends a door's answer to lines, or None where the answer broke off before it."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and said.keys() >= set(_STATUSES) else None


def _refusal(reply: httpx.Response) -> str:
    """Return in words why a request was refused."""
    try:
        return str(Problem.of(reply.json()))
    except (ValueError, KeyError, TypeError):
        return f"{reply.url} answered {reply.status_code} and no problem: is it a door?"
