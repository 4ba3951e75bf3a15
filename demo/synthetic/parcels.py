"""Makes synthetic journeys in parcels on several processors, in order and with flat memory."""

import contextlib
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process

from demo.synthetic.journey import World
from demo.synthetic.maker import line, make
from demo.synthetic.send import Sender

# Journeys made at a time: a batch of some 1,500 events, of which each door gets its own.
PARCEL = 100
# Parcels each process may be ahead of the one that is written next.
AHEAD = 3
AGENCIES = ("police", "cps", "probation")


@dataclass(slots=True)
class Parcel:
    """Some journeys in a row: the lines of each agency and of the truth, or the doors' answers."""

    journeys: int
    events: int
    truth: bytes
    lines: Mapping[str, bytes] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What every process has to know: the world, and where it sends the doors and a token."""

    world: World
    doors: Mapping[str, str] | None = None
    token: str = ""


def parcels(task: Task, journeys: int, jobs: int) -> Iterator[Parcel]:
    """Yield so many journeys in order, from number 0 on, made by so many processes.

    However many make them, they are the same. Raises send.CannotSend.
    """
    # Spawned, not forked: the same on every system.
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (task,)) as pool:
        waiting: deque[Future[Parcel]] = deque()
        try:
            for start in range(0, journeys, PARCEL):
                with _uninterrupted():  # the first one starts the processes
                    waiting.append(pool.submit(_parcel, start, min(start + PARCEL, journeys)))
                if len(waiting) > jobs * AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


_task: Task
_sender: Sender | None = None


def _begin(task: Task) -> None:
    """Prepare a process, which ends with the one that started it, however that ends."""
    global _task, _sender
    threading.Thread(target=_follow, daemon=True).start()
    _task = task
    _sender = None if task.doors is None else Sender(task.doors, task.token)


def _follow() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for a moment; processes started in it never hear of it themselves."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _parcel(start: int, end: int) -> Parcel:
    lines: dict[str, list[bytes]] = {agency: [] for agency in AGENCIES}
    truth = []
    for number in range(start, end):
        made = make(_task.world, number)
        for event in made.events:
            lines[event.agency].append(line(event.cloudevent()))
        truth.append(line(made.truth()))
    events = sum(map(len, lines.values()))
    parcel = Parcel(end - start, events, b"".join(truth))
    if _sender is None:
        parcel.lines = {agency: b"".join(said) for agency, said in lines.items()}
        return parcel
    for agency, said in lines.items():
        if said:
            answers, refusal = _sender.send(agency, said)
            parcel.answers += answers
            parcel.refusal = parcel.refusal or refusal
    return parcel
