"""Sends or checks a whole file: slice by slice, several at once, answered in order."""

import asyncio
import threading
from codecs import BOM_UTF8
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import NoReturn, TypeVar

from victim_journey.answers import Answer, Fault, Problem, Tally, Unreadable
from victim_journey.bookmark import Bookmark, Place
from victim_journey.door import BYTES_AT_ONCE, CHECK, LINES_AT_ONCE, PUBLISH, AsyncDoor
from victim_journey.entries import AnyJson, Entries, Entry, LinesOfJson
from victim_journey.mapping import RowMapping
from victim_journey.report import Refusal, Report, report_of_json, report_of_rows
from victim_journey.rows import Rows, in_columns

STDIN = Path("-")
# Slices that are read ahead of the door.
AHEAD = 2
# Refusals that are told at once; the report has them all.
TOLD = 10
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be sent: a file, or `-` for standard input, with a mapping where it is CSV.

    `refused` is where the report goes. `keep` is false where it is only checked.
    """

    file: Path
    refused: Path
    mapping: RowMapping | None = None
    keep: bool = True
    backfill: bool = False

    @property
    def path(self) -> str:
        """The address at the door."""
        if not self.keep:
            return CHECK
        return PUBLISH + "?backfill=true" if self.backfill else PUBLISH


@dataclass(slots=True)
class Outcome:
    """What became of a file: how many of each kind, and the first of the refusals."""

    tally: Tally
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slice:
    """Entries that go together, and how many bytes of the file had been read for them."""

    entries: Sequence[Entry]
    bytes_read: int

    @property
    def events(self) -> list[bytes]:
        """The events among the entries."""
        return [entry.event for entry in self.entries if not entry.faults]


@contextmanager
def opened(job: Job) -> Iterator[tuple[Entries, Report]]:
    """Open a job's file and yield its entries, and the report that fits them.

    Raises Unreadable and BadMapping.
    """
    with ExitStack() as stack:
        if job.file == STDIN:
            # Not sys.stdin, and never closed: a reading thread may still hold its lock at the end.
            file = open(0, "rb", closefd=False)  # noqa: SIM115
        else:
            try:
                file = stack.enter_context(job.file.open("rb"))
            except OSError as error:
                raise Unreadable(f"{job.file} cannot be read: {error.strerror}.") from error
        mapping = job.mapping
        if mapping is not None:
            rows = Rows(file, mapping, job.file.name)
            form = {"delimiter": mapping.delimiter, "encoding": mapping.encoding}
            yield rows, report_of_rows(job.refused, rows.header, **form)
        else:
            yield json_in(file, job.file), report_of_json(job.refused)


def json_in(file: BufferedReader, name: Path) -> Entries:
    """Return the entries of a file of JSON: a line each unless its name or beginning say more."""
    array = file.peek(1).lstrip(BOM_UTF8)[:1] == b"["
    return AnyJson(file) if array or name.suffix == ".json" else LinesOfJson(file)


async def send_file(
    door: AsyncDoor, job: Job, on_progress: Callable[[int, Tally], None]
) -> Outcome:
    """Send or check a file and return what became of it; refused lines go into the report.

    It goes on where it was interrupted before. `on_progress` is told how many bytes of the file
    are answered. Raises Unreadable, BadMapping, NotTaken and Unreachable.
    """
    with opened(job) as (entries, report):
        bookmark = bookmark_of(job, door)
        place = Place() if bookmark is None else bookmark.read()
        report.go_on(place.report_bytes)
        outcome = Outcome(place.tally)
        async with aclosing(answered(door, job, entries, place.line)) as slices:
            async for slice_, refusals, tally in slices:
                outcome.tally.add(tally)
                outcome.refusals += refusals[: TOLD - len(outcome.refusals)]
                report.add(refusals)
                if bookmark is not None:
                    last = slice_.entries[-1].line
                    bookmark.put(Place(last, outcome.tally, report.size))
                on_progress(slice_.bytes_read, outcome.tally)
        if bookmark is not None:
            bookmark.remove()
    return outcome


def bookmark_of(job: Job, door: AsyncDoor) -> Bookmark | None:
    """Return the bookmark of a file that is sent; standard input and a check have none."""
    if job.file == STDIN or not job.keep:
        return None
    digest = None if job.mapping is None else job.mapping.digest
    return Bookmark(job.file, door=door.address, mapping=digest, backfill=job.backfill)


async def answered(
    door: AsyncDoor, job: Job, entries: Entries, after: int
) -> AsyncGenerator[tuple[Slice, list[Refusal], Tally]]:
    """Yield the slices of a file after a line, in order, each with its refusals and counts."""

    async def requests() -> AsyncGenerator[tuple[Slice, str, list[bytes]]]:
        async with aclosing(read_ahead(slices_of(entries, after))) as slices:
            async for slice_ in slices:
                yield slice_, job.path, slice_.events

    async with aclosing(door.in_turn(requests())) as replies:
        async for slice_, reply in replies:
            tally = reply.tally
            refused = len(slice_.entries) - len(reply.lines)
            if not tally.refused + refused:
                yield slice_, [], tally
                continue
            refusals = list(refusals_of(slice_, reply.answers()))
            yield slice_, refusals, Tally(tally.created, tally.repeated, tally.refused + refused)


def refusals_of(slice_: Slice, answers: Iterator[Answer]) -> Iterator[Refusal]:
    """Yield the entries that could not be read, or that the door refused, in order."""
    for entry in slice_.entries:
        if entry.faults:
            yield entry, entry.faults
        elif (problem := next(answers).problem) is not None:
            yield entry, in_columns(faults_of(problem), entry.columns)


def faults_of(problem: Problem) -> tuple[Fault, ...]:
    """Return the faults of a problem; one where it names none."""
    return problem.faults or (Fault("event", f"was refused ({problem.detail})", "correct it"),)


def slices_of(entries: Entries, after: int) -> Iterator[Slice]:
    """Yield the entries after a line in slices; what one line tells is never parted."""
    held: list[Entry] = []
    size = 0
    for entry in entries.after(after):
        if entry.line != (held[-1].line if held else 0) and (
            len(held) >= LINES_AT_ONCE or size + len(entry.event) > BYTES_AT_ONCE
        ):
            if held:
                yield Slice(held, entries.bytes_read)
            held, size = [], 0
        held.append(entry)
        size += len(entry.event)
    if held:
        yield Slice(held, entries.bytes_read)


async def read_ahead(things: Iterable[T]) -> AsyncGenerator[T]:
    """Yield what a thread of its own reads, a little ahead.

    Waiting for a slow file, or for standard input, then keeps nobody from hearing the door; and
    the thread is a daemon, so that it keeps no interrupted command from ending.
    """
    loop = asyncio.get_running_loop()
    read = asyncio.Queue[Callable[[], T]]()
    room = threading.Semaphore(AHEAD)
    stopped = threading.Event()

    def reading() -> None:
        try:
            for thing in things:
                room.acquire()
                if stopped.is_set():
                    return
                tell(partial(_given, thing))
            tell(partial(_raised, _End()))
        except Exception as error:  # raised where somebody hears it
            tell(partial(_raised, error))

    def tell(result: Callable[[], T]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(read.put_nowait, result)

    threading.Thread(target=reading, daemon=True).start()
    try:
        while True:
            result = await read.get()
            room.release()
            yield result()
    except _End:
        return
    finally:
        stopped.set()
        room.release()


class _End(Exception):
    """There is nothing more to read."""


def _given(thing: T) -> T:
    return thing


def _raised(error: Exception) -> NoReturn:
    raise error
