"""Asks what all stored journeys would come to under a draft, and tells it as text and CSV."""

import argparse
import asyncio
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from gateway.answers import Moments
from gateway.journey.difference import DraftRulebook, Held, Totals
from gateway.progress import progress
from gateway.routes.moments import read_moments
from gateway.rulebook import RulebookError, england_and_wales, load_rulebook
from gateway.what_if.answers import NOT_THE_LAW, in_order
from gateway.what_if.pages import Question, Rules, UnknownDraft, follow_stored
from gateway.what_if.rows import HEADINGS, Row
from shared.interrupts import Interrupts
from shared.problems import BadQuestion, NotReady
from shared.settings import StoreSettings
from shared.store import Store, database_for, utc_now
from shared.store.access import operator
from shared.store.embedded import CannotStart

DONE, FAILED, WRONG_QUESTION = 0, 1, 2
PROGRAM = "python -m gateway.what_if"


class CannotAnswer(Exception):
    """Why there is no answer, in words, and the exit code that goes with it."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code


def run(arguments: Sequence[str], interrupts: Interrupts) -> int:
    """Return 0 when told, 1 for rules that are refused or a store that fails, 2 for the question.

    What comes out goes to standard output; progress, and what is wrong, to standard error. Raises
    Interrupted.
    """
    asked = _parser().parse_args(arguments)
    try:
        _tell(asked, " ".join(arguments), interrupts)
    except CannotAnswer as error:
        print(error, file=sys.stderr)
        return error.code
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Tell how all stored journeys would stand under a draft. Not the law.",
    )
    rules = parser.add_mutually_exclusive_group(required=True)
    rules.add_argument("--draft", metavar="NAME", help="a draft by its name")
    rules.add_argument(
        "--rules", metavar="FILE", type=_file, nargs="+", help="rule files of your own"
    )
    parser.add_argument("--as-of", metavar="DAY", help="seen from its end, or from an instant")
    parser.add_argument("--known-at", metavar="DAY", help="as known then; left out, now")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="a row for each that differs")
    return parser


def _tell(asked: argparse.Namespace, arguments: str, interrupts: Interrupts) -> None:
    now = utc_now()
    files: tuple[Path, ...] = tuple(asked.rules or ())
    rules = Rules(asked.draft or ", ".join(path.name for path in files), files)
    with ExitStack() as stack:
        with _said():
            moments = read_moments(asked.as_of, asked.known_at or now.isoformat(), now=now)
            calendar = england_and_wales()
            draft = rules.load(load_rulebook(calendar=calendar), calendar)
            write = _nothing if asked.csv is None else stack.enter_context(_table(asked.csv))
            url = stack.enter_context(database_for("gateway", StoreSettings()))
        question = Question(
            database_url=url,
            rules=rules,
            judged_by=(draft.hash, calendar.hash),
            as_of=moments.as_of,
            known_at=moments.known_at or now,
            rows=asked.csv is not None,
        )
        totals = Totals()
        with _said(), closing(follow_stored(question, interrupts)) as pages, progress() as show:
            for page in pages:
                totals.add(page.totals)
                write(page.rows)
                show(page.share, totals.journeys)
        with _said():
            asyncio.run(_note(url, arguments, totals.journeys))
    print(*told(draft, calendar.hash, moments, totals), sep="\n")


async def _note(url: str, arguments: str, journeys: int) -> None:
    """Write into the access log that somebody is about to be told of all journeys."""
    store = await Store.open(url, pool_size=1)
    try:
        by = operator(f"{PROGRAM} {arguments}")
        await store.note_access(by.access("consultation", victims=journeys))
    finally:
        await store.close()


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"'{text}' is no file")
    return path


@contextmanager
def _said() -> Iterator[None]:
    """Say what went wrong in words, with its exit code."""
    try:
        yield
    except BadQuestion as error:
        faults = "; ".join(f"{f.field} {f.wrong}: {f.remedy}" for f in error.faults)
        raise CannotAnswer(faults, WRONG_QUESTION) from error
    except ValidationError as error:
        names = "; ".join(f"{str(f['loc'][0]).upper()}: {f['msg']}" for f in error.errors())
        raise CannotAnswer(names, WRONG_QUESTION) from error
    except UnknownDraft as error:
        raise CannotAnswer(error.args[0], WRONG_QUESTION) from error
    except (RulebookError, NotReady, CannotStart, OSError) as error:
        raise CannotAnswer(str(error), FAILED) from error
    except BrokenProcessPool as error:
        raise CannotAnswer("A worker ended before its work was done.", FAILED) from error


def _nothing(rows: Sequence[Row]) -> None:
    """Write no rows."""


@contextmanager
def _table(path: Path) -> Iterator[Callable[[Sequence[Row]], None]]:
    """Write rows to a file that has its name only once all of them are in it."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            yield writer.writerows
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def told(
    draft: DraftRulebook, calendar_hash: str, moments: Moments, totals: Totals
) -> Iterator[str]:
    """Yield the lines that tell what all journeys come to."""
    yield NOT_THE_LAW
    yield ""
    yield f"Draft       {draft.name}: {', '.join(draft.duties) or 'changes nothing'}"
    yield f"Rulebooks   {draft.in_force.hash} in force"
    yield f"            {draft.hash} under the draft"
    yield f"Calendar    {calendar_hash}"
    yield f"Seen from   {_moment(moments.as_of)}"
    yield f"Known at    {_moment(moments.known_at)}{'' if moments.settled else ', not settled'}"
    yield ""
    breaches = totals.breaches
    yield (
        f"Journeys    {totals.journeys:,}: {totals.touched:,} touched, "
        f"{totals.journeys - totals.touched:,} unchanged"
    )
    yield (
        f"Breaches    {breaches.before:,} in force, {breaches.after:,} under the draft: "
        f"{breaches.gained:,} gained, {breaches.lost:,} lost"
    )
    yield ""
    table = [("Rule", "In force", "Under the draft", "Differs in", "Obligations")]
    table += [
        (
            sides.rule,
            _held(sides.before),
            _held(sides.after),
            ", ".join(sides.ways) or "nothing",
            f"{number:,}",
        )
        for sides, number in in_order(totals)
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        *cells, number = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join((*cells, number.strip().rjust(widths[-1])))


def _moment(moment: datetime | None) -> str:
    return "now" if moment is None else moment.isoformat()


def _held(held: Held | None) -> str:
    if held is None:
        return "none"
    return f"{held.owner} {held.standing}{' (breach)' if held.breach else ''}"
