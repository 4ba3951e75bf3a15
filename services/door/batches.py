"""From what was sent to its answers: one event, a batch, or lines without end, slice by slice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.door.bodies import SLICE_LINES
from services.door.checks import check
from services.door.content import as_corrected
from services.door.envelope import Message
from services.door.replies import Item, LastLine, kept_item, problem_body, refused_item, written
from services.door.wire import Reader, Sent, read_json
from shared.journey_event import Agency, JourneyEvent, Receipt
from shared.problems import Problem
from shared.store.sharing import Answer

# What is done with events that can be kept: they are, or it is only told what would be answered.
Keep = Callable[[Sequence[JourneyEvent]], Awaitable[list[Answer]]]


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads what one agency sends as events of the journey, and has them kept."""

    agency: Agency
    reader: Reader
    translate: Callable[[Message], JourneyEvent]
    clock: Callable[[], datetime]

    def event(self, item: Any, *, doubtful: bool, backfill: bool, now: datetime) -> JourneyEvent:
        """Return the journey's event that an item says; raises the Problem that refuses it.

        `now` is in UTC.
        """
        message = self.reader.read(item, doubtful=doubtful)
        check(message, self.agency, now=now)
        event = as_corrected(message, self.reader, self.translate, now=now)
        return replace(event, backfill=True) if backfill else event

    async def answer(
        self, sent: Sequence[Sent | Problem], keep: Keep, backfill: bool
    ) -> list[Item]:
        """Answer each item, in order, once those that can be kept are, in one transaction."""
        now = self.clock()
        refused: list[Problem | None] = []
        events: list[JourneyEvent] = []
        for one in sent:
            try:
                if isinstance(one, Problem):
                    raise one
                events.append(
                    self.event(one.value, doubtful=one.doubtful, backfill=backfill, now=now)
                )
                refused.append(None)
            except Problem as problem:
                refused.append(problem)
        kept = iter(await keep(events))
        return [
            _item(one, next(kept) if problem is None else problem)
            for one, problem in zip(sent, refused, strict=True)
        ]

    async def answer_batch(self, batch: Sent, keep: Keep, backfill: bool) -> list[Item]:
        """Answer each item of an array, slice by slice; every slice is kept whole or not at all."""
        sent = [Sent(item, batch.doubtful) for item in batch.value]
        return [
            item
            for first in range(0, len(sent), SLICE_LINES)
            for item in await self.answer(sent[first : first + SLICE_LINES], keep, backfill)
        ]

    async def answer_lines(
        self, slices: AsyncIterator[Sequence[bytes | Problem]], keep: Keep, backfill: bool
    ) -> AsyncIterator[bytes]:
        """Yield the answers to lines, a line each, in slices that are kept whole or not at all.

        Once anything has been answered a problem ends the lines; before, it is raised.
        """
        counts = dict.fromkeys(("created", "repeated", "refused"), 0)
        problem: Problem | None = None
        try:
            async for lines in slices:
                sent = [_read(line) if isinstance(line, bytes) else line for line in lines]
                items = await self.answer(sent, keep, backfill)
                for item in items:
                    counts[item.status] += 1
                yield b"".join(written(item) + b"\n" for item in items)
        except Problem as stopped:
            if not any(counts.values()):
                raise
            problem = stopped
        last = LastLine(**counts, problem=None if problem is None else problem_body(problem))
        yield written(last) + b"\n"


def _read(line: bytes) -> Sent | Problem:
    try:
        return read_json(line)
    except Problem as problem:
        return problem


def _item(sent: Sent | Problem, answer: Receipt | Problem) -> Item:
    if isinstance(answer, Receipt):
        return kept_item(answer)
    if isinstance(sent, Sent) and isinstance(sent.value, dict):
        return refused_item(answer, sent.value.get("source"), sent.value.get("id"))
    return refused_item(answer, None, None)
