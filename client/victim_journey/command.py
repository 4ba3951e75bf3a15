"""The command `victim-journey`: send, check, conform, reconcile and tail."""

import argparse
import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from victim_journey.answers import ClientError, NotTaken, Tally, Unreachable, Unreadable
from victim_journey.conforming import look_at, report_on
from victim_journey.door import CONNECTIONS, PATIENCE_SECONDS, AsyncDoor
from victim_journey.mapping import read_mapping
from victim_journey.reconciling import differences, read_counts
from victim_journey.sending import STDIN, TOLD, Job, Outcome, send_file

DONE, REFUSED, WRONG, LATER, INTERRUPTED = 0, 1, 2, 3, 130
SOURCE = re.compile(r"/[a-z]+/[a-z0-9-]+/[a-z0-9-]+")
CODES = """\
the token:
  VICTIM_JOURNEY_TOKEN          holds it,
  VICTIM_JOURNEY_TOKEN_FILE     names a file that does, or
  VICTIM_JOURNEY_TOKEN_COMMAND  a command that prints it; both are read again when it has expired

exit codes:
  0    everything is kept, understood or equal
  1    something was refused, or differs; the rest is done
  2    it cannot be done as it was asked
  3    the door could not be reached for long enough: do the same again later
  130  interrupted: do the same again, and a sending goes on where it was
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments ask and return the exit code."""
    asked = parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], Coroutine[Any, Any, int]] = asked.run
    try:
        return asyncio.run(run(asked))
    except KeyboardInterrupt:
        say("Interrupted. Do the same again: a sending goes on where it was.")
        return INTERRUPTED
    except Unreachable as error:
        say(str(error))
        return LATER
    except ClientError as error:
        say(str(error))
        return WRONG


def parser() -> argparse.ArgumentParser:
    """Return what reads the arguments."""
    of_all = argparse.ArgumentParser(add_help=False)
    of_all.add_argument(
        "--door", required=True, metavar="URL", help="the door, such as http://127.0.0.1:8001"
    )
    of_all.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="how long to try again for a door that cannot be reached (%(default)g)",
    )
    of_file = argparse.ArgumentParser(add_help=False, parents=[of_all])
    of_file.add_argument(
        "--mapping", type=Path, metavar="FILE", help="how a CSV file is read as events (YAML)"
    )
    of_file.add_argument(
        "--connections",
        type=at_least_one,
        default=CONNECTIONS,
        metavar="NUMBER",
        help="how many requests at once (%(default)d)",
    )
    of_report = argparse.ArgumentParser(add_help=False, parents=[of_file])
    of_report.add_argument(
        "--refused", type=Path, metavar="FILE", help="where refused lines go (beside the file)"
    )

    whole = argparse.ArgumentParser(
        prog="victim-journey",
        description="Sends an agency's victim-contact events to its door.",
        epilog=CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = whole.add_subparsers(required=True, metavar="VERB")
    file_help = "lines of JSON (NDJSON), JSON, or CSV with a mapping; - is standard input"

    send = verbs.add_parser("send", parents=[of_report], help="send a file")
    send.add_argument("file", type=Path, metavar="FILE", help=file_help)
    send.add_argument(
        "--backfill", action="store_true", help="it is history loaded late, not late keying"
    )
    send.set_defaults(run=run_send, keep=True)

    check = verbs.add_parser("check", parents=[of_report], help="check a file and keep nothing")
    check.add_argument("file", type=Path, metavar="FILE", help=file_help)
    check.set_defaults(run=run_send, keep=False, backfill=False)

    conform = verbs.add_parser(
        "conform",
        parents=[of_file],
        help="tell what of an export is understood, and what it lacks; keep nothing",
    )
    where = conform.add_mutually_exclusive_group(required=True)
    where.add_argument("file", type=Path, nargs="?", metavar="FILE", help=file_help)
    where.add_argument("--url", help="the address of your own that gives the export")
    conform.set_defaults(run=run_conform)

    reconcile = verbs.add_parser(
        "reconcile", parents=[of_all], help="hold your own counts against what is kept"
    )
    reconcile.add_argument(
        "file", type=Path, metavar="FILE", help="CSV with the columns type, day and events"
    )
    reconcile.add_argument(
        "--feed", required=True, type=source, help="such as /police/dorset/niche"
    )
    reconcile.set_defaults(run=run_reconcile)

    tail = verbs.add_parser("tail", parents=[of_all], help="follow what the door has received")
    tail.add_argument("--feed", type=source, help="this feed only, such as /police/dorset/niche")
    tail.add_argument(
        "--every", type=float, default=10.0, metavar="SECONDS", help="how often (%(default)g)"
    )
    tail.add_argument("--once", action="store_true", help="say how it stands, and end")
    tail.set_defaults(run=run_tail)
    return whole


def source(text: str) -> str:
    """Read a feed's name."""
    if SOURCE.fullmatch(text) is None:
        raise argparse.ArgumentTypeError("write it as /agency/organisation/system")
    return text


def at_least_one(text: str) -> int:
    """Read a number of at least one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("write 1 or more")
    return number


async def run_send(asked: argparse.Namespace) -> int:
    """Send or check a file, and say what became of it."""
    job = job_of(asked, asked.file, keep=asked.keep, backfill=asked.backfill)
    bar = Bar(asked.file)
    with bar.progress:
        async with opened_door(asked, bar) as door:
            outcome = await send_file(door, job, bar.move)
    for line in told(job, outcome):
        print(line)
    return REFUSED if outcome.tally.refused else DONE


async def run_conform(asked: argparse.Namespace) -> int:
    """Print the report on an export, from a file or from an address."""
    with tempfile.TemporaryDirectory() as folder:
        file = asked.file
        if asked.url is not None:
            file = Path(folder) / "export"
            await fetch(asked.url, file)
        bar = Bar(file)
        async with opened_door(asked, bar) as door:
            seen = await look_at(door, job_of(asked, file, keep=False))
            vocabulary = await door.vocabulary()
    for line in report_on(seen, vocabulary):
        print(line)
    return REFUSED if seen.tally.refused else DONE


async def run_reconcile(asked: argparse.Namespace) -> int:
    """Print where the source's own counts differ from what is kept."""
    counted = read_counts(asked.file)
    async with opened_door(asked, Bar(asked.file)) as door:
        found = await differences(door, asked.feed, counted)
    for one in found:
        print(one)
    if found:
        print("1 differs." if len(found) == 1 else f"{len(found):,} differ.")
        return REFUSED
    print(f"All {sum(counted.values()):,} events are kept, each on its day.")
    return DONE


async def run_tail(asked: argparse.Namespace) -> int:
    """Print how each feed stands, and again whenever something came, until interrupted."""
    stood: dict[str, str] = {}
    async with opened_door(asked, Bar(STDIN)) as door:
        while True:
            for feed in await door.feeds():
                says = standing_of(feed)
                if asked.feed in (None, feed["source"]) and stood.get(feed["source"]) != says:
                    stood[feed["source"]] = says
                    print(says, flush=True)
            if asked.once:
                return DONE
            await asyncio.sleep(asked.every)


def standing_of(feed: dict[str, Any]) -> str:
    """Say how a feed stands."""
    volume = feed["volume"]
    says = (
        f"{feed['source']}: last told {feed['last_received_at'] or 'never'}, "
        f"of {feed['last_event_at'] or 'nothing'}; {volume['received']:,} on {volume['day']}"
    )
    if volume["usual"] is not None:
        says += f", usually {volume['usual']['events']:g}"
    return says + ("; SILENT" if feed["silence"]["alarm"] else "")


def job_of(asked: argparse.Namespace, file: Path, *, keep: bool, backfill: bool = False) -> Job:
    """Return what is to be sent; raises Unreadable and BadMapping."""
    mapping = None
    if asked.mapping is not None:
        try:
            mapping = read_mapping(asked.mapping)
        except OSError as error:
            raise Unreadable(f"{asked.mapping} cannot be read: {error.strerror}.") from error
    elif file.suffix.lower() == ".csv":
        raise Unreadable(f"{file} is CSV: say with --mapping how it is read as events.")
    name = "stdin" if file == STDIN else file.stem
    suffix = ".refused.ndjson" if mapping is None else ".refused.csv"
    refused = getattr(asked, "refused", None) or file.with_name(f"{name}{suffix}")
    return Job(file, refused, mapping, keep=keep, backfill=backfill)


@asynccontextmanager
async def opened_door(asked: argparse.Namespace, bar: "Bar") -> AsyncIterator[AsyncDoor]:
    """Open the door that was asked for."""
    connections = getattr(asked, "connections", CONNECTIONS)
    async with AsyncDoor(
        asked.door, patience=asked.patience, connections=connections, on_wait=bar.wait
    ) as door:
        yield door


async def fetch(url: str, file: Path) -> None:
    """Keep what an address gives in a file; raises NotTaken."""
    try:
        async with (
            httpx.AsyncClient(follow_redirects=True) as client,
            client.stream("GET", url) as reply,
        ):
            reply.raise_for_status()
            with file.open("wb") as kept:
                async for piece in reply.aiter_bytes():
                    kept.write(piece)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotTaken(f"{url} gave no export: {error}.") from error


def told(job: Job, outcome: Outcome) -> list[str]:
    """Say what became of a file, and where the refused lines are."""
    tally = outcome.tally
    checked = "" if job.keep else " would be (nothing was kept)"
    events = "1 event" if tally.events == 1 else f"{tally.events:,} events"
    lines = [f"{job.file}: {events}{checked}: {tally}"]
    for entry, faults in outcome.refusals:
        lines += [f"  line {entry.line}: {fault}" for fault in faults]
    if tally.refused > TOLD:
        lines.append(f"  and {tally.refused - len(outcome.refusals):,} more")
    if tally.refused:
        lines.append(
            f"The refused lines are in {job.refused}. Mend them there and send that file alike."
        )
    return lines


@dataclass
class Bar:
    """The progress bar, on standard error, where that is a terminal."""

    file: Path

    def __post_init__(self) -> None:
        """Make the bar, as long as the file."""
        self.progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        total = self.file.stat().st_size if self.file.is_file() else None
        self._task: TaskID = self.progress.add_task(str(self.file), total=total)

    def move(self, bytes_read: int, tally: Tally) -> None:
        """Show how far it is."""
        self.progress.update(self._task, completed=bytes_read, description=str(tally))

    def wait(self, seconds: float, why: str) -> None:
        """Say why it waits."""
        words = f"{why} Trying again in {seconds:.0f} s."
        self.progress.console.print(words, markup=False, highlight=False, soft_wrap=True)


def say(words: str) -> None:
    """Say something that is no result."""
    print(words, file=sys.stderr, flush=True)
