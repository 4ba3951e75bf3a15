"""Runs a projector until it is asked to end, or makes the whole register anew and ends."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from pydantic import ValidationError

from gateway.feeds.keeper import FeedKeeper
from gateway.feeds.standard import feed_standard
from gateway.journey.silences import Standard
from gateway.progress import progress
from gateway.register.crew import work_together
from gateway.register.lag import number_of, read_lag
from gateway.register.projector import Projector
from gateway.register.rows import Yardstick
from gateway.register.share import ALL_KEYS, EVERYTHING, leave_seat, share_for, take_seat
from gateway.register.tally import WAITING, Tallying, count_anew, waiting
from gateway.rulebook import RulebookError, england_and_wales, load_rulebook
from shared.interrupts import Interrupts
from shared.problems import NotReady
from shared.settings import SilenceSettings, StoreSettings
from shared.store import Store, database_for, utc_now
from shared.store.embedded import CannotStart
from shared.tracing import log, log_to_stderr
from shared.web import settle

DONE, FAILED, WRONG_SETTINGS = 0, 1, 2
# How long a projector that found nothing waits before it looks again: what lists may lag behind.
IDLE_SECONDS = 0.25
# How long it waits where the store cannot be reached.
AWAY_SECONDS = 1.0
# Events and rows that one writing has in hand, and another beside it: none of them are circles, and
# looking for some every 10,000 objects took a twelfth of the projector's time.
YOUNG = 200_000
# How often the projector in the first seat looks whether a feed has fallen silent, or speaks again.
LOOK_SECONDS = 600.0


def run(arguments: Sequence[str], interrupts: Interrupts) -> int:
    """Return 0 when done or asked to end, 1 where rules or store fail, 2 for wrong settings.

    Raises Interrupted where a rebuilding was.
    """
    asked = _parser().parse_args(arguments)
    log_to_stderr()
    try:
        yardstick = usual_yardstick()
        settle(young=YOUNG)
        with database_for("gateway", StoreSettings()) as url:
            if asked.verb == "rebuild":
                return _run(_rebuild(url, yardstick, interrupts))
            if asked.processes != 1:
                count = asked.processes or os.cpu_count() or 1
                return work_together(work_alone, url, count, interrupts)
            return _run(_keep(url, yardstick, interrupts))
    except ValidationError as error:
        names = "; ".join(f"{str(f['loc'][0]).upper()}: {f['msg']}" for f in error.errors())
        print(names, file=sys.stderr)
        return WRONG_SETTINGS
    except (RulebookError, NotReady, CannotStart) as error:
        print(error, file=sys.stderr)
        return FAILED


def work_alone(url: str) -> int:
    """Keep the register of a database up to date in this process until asked to end; return 0."""
    interrupts = Interrupts()
    log_to_stderr()
    yardstick = usual_yardstick()
    settle(young=YOUNG)
    return _run(_keep(url, yardstick, interrupts))


def usual_yardstick() -> Yardstick:
    """Return by what a projector judges: our rules and calendar, and the standard of the settings.

    Raises ValidationError and RulebookError.
    """
    calendar, silence = england_and_wales(), SilenceSettings()
    standard = Standard(silence.silence_days, silence.member_silence_days)
    return Yardstick(load_rulebook(calendar=calendar), calendar, standard)


def _run(work: Coroutine[Any, Any, int]) -> int:
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        return runner.run(work)


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop that uvicorn uses too, None where it is not there."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway.register", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    running = verbs.add_parser("run", help="keep it up to date until Ctrl-C; any number may run")
    running.add_argument(
        "--processes", type=count, default=1, help="how many processes do it; 0: a process a core"
    )
    verbs.add_parser("rebuild", help="make all of it anew from the events, whatever is kept")
    return parser


def count(text: str) -> int:
    """Read a number that is 0 at least; raises ValueError."""
    number = int(text)
    if number < 0:
        raise ValueError(f"{text} is less than 0")
    return number


async def _keep(url: str, yardstick: Yardstick, interrupts: Interrupts) -> int:
    """Keep the register up to date until interrupted; a store that is away is waited for."""
    store = await Store.open(url)
    try:
        while not interrupts.came:
            try:
                await _keep_seated(store, yardstick, interrupts)
            except NotReady:
                log.warning("the register waits for the store")
                await asyncio.sleep(AWAY_SECONDS)
        return DONE
    finally:
        await store.close()


async def _keep_seated(store: Store, yardstick: Yardstick, interrupts: Interrupts) -> None:
    """Work on the share of one seat, as long as its connection holds. Raises NotReady."""
    async with store.connection() as connection:
        seat = await take_seat(connection)
        projector = Projector(store, yardstick, await number_of(store, yardstick))
        keeper = FeedKeeper(store, yardstick.calendar, feed_standard(), utc_now)
        tallying = Tallying(store)
        look_at = 0.0
        log.info("projecting in seat %s", seat)
        try:
            while not interrupts.came:
                share = await share_for(connection, seat)
                if share.first == EVERYTHING.first and time.monotonic() >= look_at:
                    await _look(keeper)
                    look_at = time.monotonic() + LOOK_SECONDS
                found, _ = await asyncio.gather(projector.round(share), tallying.count(WAITING))
                if not found and not await tallying.count(1):
                    await asyncio.sleep(IDLE_SECONDS)
        finally:
            await leave_seat(connection, seat)


async def _look(keeper: FeedKeeper) -> None:
    """Notice what there is to notice of feeds; where that fails, projecting goes on."""
    try:
        noticed = await keeper.look()
    except NotReady:
        raise
    except Exception as error:
        log.error("feeds cannot be looked at, and stay as they were: %s", type(error).__name__)
    else:
        if noticed:
            log.info("%s words on silent feeds", noticed)


async def _rebuild(url: str, yardstick: Yardstick, interrupts: Interrupts) -> int:
    """Make the rows of every reference anew and tell how many journeys there are.

    Return FAILED where some could not be made anew.
    """
    store = await Store.open(url)
    try:
        projector = Projector(store, yardstick, await number_of(store, yardstick))
        total, last = 0, EVERYTHING.first
        with progress() as show:
            while last != EVERYTHING.last:
                interrupts.check()
                last, journeys = await projector.rebuild(last)
                total += journeys
                show(last.int / ALL_KEYS, total)
        while not await count_anew(store):  # another is counting, which does not take long
            interrupts.check()
            await asyncio.sleep(IDLE_SECONDS)
        tallying = Tallying(store)
        while await waiting(store, 1):
            interrupts.check()
            if not await tallying.count(1):  # another is counting, or it is tried again
                await asyncio.sleep(IDLE_SECONDS)
        lag = await read_lag(store, yardstick)
        print(f"{total:,} journeys made anew. Behind: {lag.behind:,} references.")
        if projector.set_aside:
            left = f"{projector.set_aside:,} references could not be projected; see the log."
            print(left, file=sys.stderr)
            return FAILED
        return DONE
    finally:
        await store.close()
