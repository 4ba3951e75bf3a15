"""Follows every stored journey under a draft, pages of them at once on all cores."""

import asyncio
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context, parent_process
from pathlib import Path
from uuid import UUID

from gateway.journey.calendar import Calendar
from gateway.journey.difference import DraftRulebook, Totals, difference_of
from gateway.journey.duty import Rulebook
from gateway.journey.membership import journeys_of
from gateway.rulebook import england_and_wales, load_draft, load_drafts, load_rulebook
from gateway.what_if.rows import Row, rows_of
from shared.interrupts import Interrupts
from shared.store import Store

# References a page: some 8,000 events, a quarter of a second's work and a few megabytes.
PAGE = 500
ALL_KEYS = 2**128


class UnknownDraft(LookupError):
    """No draft has the name asked for; the message names those that there are."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Where the rules of a draft stand: under a name among the drafts, or in these files."""

    name: str
    files: tuple[Path, ...] = ()

    def load(self, in_force: Rulebook, calendar: Calendar) -> DraftRulebook:
        """Return the draft. Raises UnknownDraft, RulebookError, and OSError for a file."""
        if self.files:
            return load_draft(self.name, self.files, in_force, calendar)
        drafts = load_drafts(in_force, calendar)
        if self.name not in drafts:
            raise UnknownDraft(f"'{self.name}' is no draft: use one of {', '.join(drafts)}")
        return drafts[self.name]


@dataclass(frozen=True, slots=True)
class Question:
    """What every worker is told: store, draft and moments (UTC), and if rows are wanted.

    `judged_by` are the hashes of the draft and the calendar, which every worker must come to.
    """

    database_url: str
    rules: Rules
    judged_by: tuple[str, str]
    as_of: datetime
    known_at: datetime
    rows: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What a page of references came to, and the share of the whole store gone through with it."""

    share: float
    totals: Totals
    rows: list[Row]


def follow_stored(question: Question, interrupts: Interrupts) -> Generator[Page, None, None]:
    """Yield what all journeys come to, page by page, in the order of their references' keys.

    Only a few pages are under way at any time, however large the store is. Closing the iterator
    lets these end and does no more. Raises Interrupted, NotReady, and BrokenProcessPool where a
    worker died.
    """
    workers = os.cpu_count() or 1
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(question,)
    )
    with asyncio.Runner() as runner:
        store = runner.run(Store.open(question.database_url, pool_size=1))
        under_way: deque[tuple[UUID, Future[tuple[Totals, list[Row]]]]] = deque()
        after, more = UUID(int=0), True
        try:
            while more or under_way:
                while more and len(under_way) < 2 * workers:
                    keys = runner.run(
                        store.read_keys(after=after, limit=PAGE, known_at=question.known_at)
                    )
                    more = len(keys) == PAGE
                    if keys:
                        after = keys[-1]
                        with _ctrl_c_is_ours():
                            under_way.append((after, pool.submit(_follow, keys)))
                if under_way:
                    last, page = under_way.popleft()
                    while not page.done():
                        interrupts.check()
                        wait((page,), timeout=0.1)
                    totals, rows = page.result()
                    # Keys are hashes, so that the last one says how far we are.
                    yield Page(last.int / ALL_KEYS, totals, rows)
        finally:
            pool.shutdown(cancel_futures=True)
            runner.run(store.close())


@contextmanager
def _ctrl_c_is_ours() -> Iterator[None]:
    """Start processes that never hear of Ctrl-C, which a terminal sends to all of them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """What a worker process holds: the law, made ready once, and its own way to the store."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.calendar = england_and_wales()
        in_force = load_rulebook(calendar=self.calendar, check_examples=False)
        self.draft = question.rules.load(in_force, self.calendar)
        if (self.draft.hash, self.calendar.hash) != question.judged_by:
            raise RuntimeError("the rules were changed while they were followed")
        self.runner = asyncio.Runner()
        self.store = self.runner.run(Store.open(question.database_url, pool_size=1))

    def follow(self, keys: Sequence[UUID]) -> tuple[Totals, list[Row]]:
        """Return what the journeys of some references come to, each with its smallest key."""
        question = self.question
        reading = self.store.read_records(keys, known_at=question.known_at)
        found = [
            difference_of(
                journey,
                self.draft,
                self.calendar,
                as_of=question.as_of,
                known_at=question.known_at,
            )
            for record in self.runner.run(reading)
            for journey in journeys_of(record, known_at=question.known_at)
        ]
        rows = [row for one in found for row in rows_of(one, self.draft)] if question.rows else []
        return Totals.of(found), rows


_worker: _Worker


def _begin(question: Question) -> None:
    """Make a new process a worker, which ends with the process that started it."""
    global _worker
    started_by = parent_process()
    assert started_by is not None  # noqa: S101 - only a started process begins

    def follow_to_the_end() -> None:
        started_by.join()
        os._exit(1)  # the pipe it waits on is held open by the other workers

    threading.Thread(target=follow_to_the_end, daemon=True).start()
    _worker = _Worker(question)


def _follow(keys: Sequence[UUID]) -> tuple[Totals, list[Row]]:
    return _worker.follow(keys)
