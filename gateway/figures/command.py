"""Publishes the fixed tables of a month for partners, or counts a frozen figure again."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from gateway.figures.periods import month_of
from gateway.journey.silences import Standard
from gateway.partner_tables.fixed_set import FixedSetError, read_fixed_set
from gateway.partner_tables.making import CannotPublish, Run
from gateway.partner_tables.run import Wanted, publish_month
from gateway.progress import progress
from gateway.publications.answers import Reproduction, ReproductionOutcome
from gateway.publications.kept import add_reproduction, read_publication
from gateway.publications.reproducing import reproduce
from gateway.register.rows import Yardstick
from gateway.rulebook import RulebookError, england_and_wales, load_rulebook
from shared.interrupts import Interrupts
from shared.problems import BadQuestion, NotReady
from shared.settings import PublishingSettings, SilenceSettings, StoreSettings
from shared.store import Store, database_for, utc_now
from shared.store.embedded import CannotStart

DONE, FAILED, WRONG_SETTINGS, CANNOT = 0, 1, 2, 3
Work = Callable[[Store, Yardstick], Coroutine[Any, Any, int]]


def run(arguments: Sequence[str], interrupts: Interrupts) -> int:
    """Return 0 when done, 1 where it is refused, fails or comes out otherwise, 2 for wrong words.

    And 3 where it cannot be counted again, because it was judged otherwise. Raises Interrupted.
    """
    asked = _parser().parse_args(arguments)
    try:
        verb = _publishing if asked.verb == "publish" else _reproducing
        work = verb(asked, interrupts)
        calendar, silence = england_and_wales(), SilenceSettings()
        standard = Standard(silence.silence_days, silence.member_silence_days)
        # Nothing is published but what was judged by these very rules, and who judged checked them.
        rulebook = load_rulebook(calendar=calendar, check_examples=False)
        yardstick = Yardstick(rulebook, calendar, standard)
        with database_for("gateway", StoreSettings()) as url, asyncio.Runner() as runner:
            return runner.run(_with_store(url, yardstick, work))
    except ValidationError as error:
        names = "; ".join(f"{str(f['loc'][0]).upper()}: {f['msg']}" for f in error.errors())
        print(names, file=sys.stderr)
        return WRONG_SETTINGS
    except FixedSetError as error:
        print(error, file=sys.stderr)
        return WRONG_SETTINGS
    except (BadQuestion, NotReady) as error:
        faults = "".join(f" The {f.field} {f.wrong}: {f.remedy}." for f in error.faults)
        print(f"{error}{faults}", file=sys.stderr)
        return WRONG_SETTINGS if isinstance(error, BadQuestion) else FAILED
    except (CannotPublish, RulebookError, CannotStart) as error:
        print(error, file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway.figures", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    publish = verbs.add_parser("publish", help="publish a month's tables, and its quarter's last")
    publish.add_argument("--month", required=True, help="the London month, such as 2026-10")
    how = publish.add_mutually_exclusive_group()
    how.add_argument("--revise", action="store_true", help="publish it anew, as now known")
    how.add_argument("--final", action="store_true", help="publish its whole quarter for good")
    publish.add_argument(
        "--accept-unproved",
        action="store_true",
        help="publish though it is not proved of every hidden cell that it stays hidden",
    )
    again = verbs.add_parser(
        "reproduce", help="count a publication again from the events known when it was frozen"
    )
    again.add_argument("publication", type=UUID, help="its id, from /v1/publications")
    again.add_argument("--edition", type=int, help="left out: the newest")
    return parser


async def _with_store(url: str, yardstick: Yardstick, work: Work) -> int:
    store = await Store.open(url)
    try:
        return await work(store, yardstick)
    finally:
        await store.close()


def _publishing(asked: argparse.Namespace, interrupts: Interrupts) -> Work:
    """Return the work of publishing. Raises BadQuestion and FixedSetError."""
    month = month_of(asked.month)
    run_ = Run.REVISE if asked.revise else Run.FINAL if asked.final else Run.FIRST
    fixed_set = read_fixed_set(PublishingSettings().published_tables)

    async def work(store: Store, yardstick: Yardstick) -> int:
        wanted = Wanted(month, run_, fixed_set, utc_now(), asked.accept_unproved)

        def say(what: str) -> None:
            interrupts.check()
            _say(what)

        made = await publish_month(store, yardstick, wanted, say)
        _say("")
        for period, (edition, status) in made.periods.items():
            rows = [row for row in made.rows if row.period == period]
            hidden = sum(None in (row.due, row.met, row.not_met) for row in rows)
            print(
                f"{period}, edition {edition}, {status}: {len(rows):,} rows, {hidden:,} of them "
                "with something hidden."
            )
        unproved = sum(len(one.unproved) for one in made.publications.values())
        if unproved:
            print(f"Of {unproved} cells it is not proved that they stay hidden.", file=sys.stderr)
        return DONE

    return work


def _reproducing(asked: argparse.Namespace, interrupts: Interrupts) -> Work:
    """Return the work of counting an edition again, which is kept with it."""

    async def work(store: Store, yardstick: Yardstick) -> int:
        found = await read_publication(store, asked.publication, asked.edition, None)
        if found is None:
            print("No publication has this id, or this edition.", file=sys.stderr)
            return FAILED
        with progress() as bar:

            def show(share: float, journeys: int) -> None:
                interrupts.check()
                bar(share, journeys)

            answer = await reproduce(store, yardstick, found.edition, utc_now(), show)
        await add_reproduction(
            store, found.id, answer.edition, answer.run_at, answer.model_dump_json()
        )
        for line in _words_of(answer):
            print(line)
        return {
            ReproductionOutcome.EQUAL: DONE,
            ReproductionOutcome.DIFFERENT: FAILED,
            ReproductionOutcome.CANNOT: CANNOT,
        }[answer.outcome]

    return work


def _words_of(answer: Reproduction) -> Iterator[str]:
    if answer.outcome is ReproductionOutcome.CANNOT:
        yield f"Edition {answer.edition} cannot be counted again."
    elif answer.outcome is ReproductionOutcome.EQUAL:
        yield f"Edition {answer.edition} is equal: {answer.journeys:,} journeys counted again."
    else:
        yield f"Edition {answer.edition} differs in {len(answer.differing):,} cells:"
    for cell in answer.differing:
        name = ", ".join(word or "none" for word in cell.key) or "all"
        for class_, then in cell.frozen.items():
            yield f"  {name}: {class_} was {then:,} and is {cell.again[class_]:,}"
    yield from answer.why


def _say(what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{what[:78]:<79}", end="", file=sys.stderr, flush=True)
