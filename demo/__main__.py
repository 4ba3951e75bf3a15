"""The demo's command: starts everything, plays the sample journeys, and stays up until Ctrl-C."""

import argparse
import sys

from shared.interrupts import INTERRUPTED, Interrupted, Interrupts

# Where the output is no terminal, it is as wide as its widest table.
WIDTH = 120
FAILED, WRONG_SETTINGS = 1, 2


def main() -> int:
    """Run the demo and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the summaries")
    once: bool = parser.parse_args().once
    interrupts = Interrupts()

    # Only now: loading them takes long enough for somebody to press Ctrl-C.
    from pydantic import ValidationError
    from rich.console import Console
    from rich.text import Text

    from demo.processes import CannotPlay, PortTaken
    from demo.show import show
    from shared.access.development import RealIssuer
    from shared.store.embedded import CannotStart

    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    try:
        show(console, interrupts, once=once)
    except Interrupted:
        return INTERRUPTED
    except ValidationError as error:
        for fault in error.errors():
            console.print(Text(f"{str(fault['loc'][0]).upper()}: {fault['msg']}.", style="red"))
        return WRONG_SETTINGS
    except (PortTaken, RealIssuer) as problem:
        console.print(Text(f"{problem}\nNothing was started.", style="red"))
        return WRONG_SETTINGS
    except (CannotPlay, CannotStart) as problem:
        if interrupts.came:  # and what could not start, or ended, had heard of it too
            return INTERRUPTED
        console.print(Text(str(problem), style="red"))
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
