"""The command that makes synthetic journeys: as files, or straight through the agencies' doors."""

import argparse
import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import IO

from pydantic import ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from demo.synthetic.maker import BadSpan, world_of
from demo.synthetic.parcels import AGENCIES, Task, parcels
from demo.synthetic.practice import FILE, BadPractice, read_practice
from demo.synthetic.send import CannotSend, greet
from shared.access.development import ALL_SENDERS, RealIssuer, local_issuer
from shared.interrupts import INTERRUPTED
from shared.london import read_day
from shared.settings import DemoSettings

# A million journeys take less than an hour.
LONGEST = timedelta(hours=12)
FAILED, WRONG_OPTIONS = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the journeys asked for and return the exit code."""
    options = read_options(arguments)
    console = Console(stderr=True, highlight=False)
    try:
        practice = read_practice(options.practice)
        world = world_of(options.seed, options.since, options.until, practice)
        task = Task(world, addresses(options), sending_token()) if options.send else Task(world)
        run(task, options, console)
    except (BadPractice, BadSpan, RealIssuer, ValidationError, OSError) as error:
        console.print(str(error), style="red", markup=False)
        return WRONG_OPTIONS
    except (CannotSend, Refused) as error:
        console.print(str(error), style="red", markup=False)
        return FAILED
    except KeyboardInterrupt:
        console.print("Interrupted. The same command makes the same journeys from the start.")
        return INTERRUPTED
    return 0


class Refused(Exception):
    """A door refused events; the message names how many, and the first with its problem."""


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m demo.synthetic", description=__doc__)
    parser.add_argument("--journeys", type=whole, default=1000, help="how many (default 1000)")
    parser.add_argument("--seed", type=whole, default=1, help="the same seed makes the same ones")
    parser.add_argument(
        "--since",
        type=read_day,
        default=date(2022, 1, 1),
        help="first day of a report, such as 2022-01-01",
    )
    parser.add_argument(
        "--until",
        type=read_day,
        default=date(2025, 12, 31),
        help="the stated moment is the end of this day, and nothing is sent of what came later",
    )
    parser.add_argument("--practice", type=Path, default=FILE, help="a practice file of your own")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build/synthetic"),
        help="folder of police.ndjson, cps.ndjson, probation.ndjson and truth.ndjson",
    )
    parser.add_argument("--jobs", type=whole, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--send", action="store_true", help="through the doors; only truth.ndjson is written"
    )
    for agency in AGENCIES:
        parser.add_argument(f"--{agency}", help=f"address of the {agency} door, with --send")
    return parser.parse_args(arguments)


def whole(text: str) -> int:
    """Read a whole number that is at least 1; raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError(f"{text} is less than 1")
    return number


def addresses(options: argparse.Namespace) -> dict[str, str]:
    """Return the doors' addresses: those given, else where the demo serves them."""
    settings = DemoSettings()
    return {
        agency: getattr(options, agency)
        or f"http://127.0.0.1:{getattr(settings, f'{agency}_port')}"
        for agency in AGENCIES
    }


def sending_token() -> str:
    """Return a token of the development issuer for every sender, good for the longest sending.

    Raises RealIssuer.
    """
    return local_issuer().token("sender", organisations=ALL_SENDERS, good_for=LONGEST)


def run(task: Task, options: argparse.Namespace, console: Console) -> None:
    """Make all journeys, show how far they are, and say how many there were.

    Raises CannotSend, Refused, and OSError where the files cannot be written.
    """
    names = ("truth",) if task.doors else (*AGENCIES, "truth")
    columns = (TextColumn("Journeys"), BarColumn(), MofNCompleteColumn())
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    answers: Counter[str] = Counter()
    events, refusal, began = 0, None, time.monotonic()
    if task.doors:
        greet(task.doors)
    with written(options.out, names) as files, Progress(*columns, *times, console=console) as bar:
        shown = bar.add_task("", total=options.journeys)
        for parcel in parcels(task, options.journeys, options.jobs):
            for agency, lines in parcel.lines.items():
                files[agency].write(lines)
            files["truth"].write(parcel.truth)
            events += parcel.events
            answers += parcel.answers
            refusal = refusal or parcel.refusal
            bar.advance(shown, parcel.journeys)
    took = time.monotonic() - began
    console.print(
        f"{options.journeys:,} journeys, {events:,} events in {took:.1f} s "
        f"({events / took:,.0f} a second)."
    )
    if task.doors:
        told = ", ".join(f"{answers[name]:,} {name}" for name in ("created", "repeated", "refused"))
        console.print(f"The doors answered: {told}.")
    console.print(f"In {options.out}: {', '.join(f'{name}.ndjson' for name in names)}.")
    if refusal is not None:
        raise Refused(f"{answers['refused']} events were refused, the first of them {refusal}")


@contextlib.contextmanager
def written(folder: Path, names: Sequence[str]) -> Iterator[dict[str, IO[bytes]]]:
    """Open files that get their names once all of them are whole, and leave none otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = {name: folder / f"{name}.ndjson.part" for name in names}
    try:
        with contextlib.ExitStack() as stack:
            yield {name: stack.enter_context(part.open("wb")) for name, part in parts.items()}
        for name, part in parts.items():
            part.replace(folder / f"{name}.ndjson")
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
