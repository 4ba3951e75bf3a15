"""The command `python -m gateway.what_if`: all stored journeys under a draft, beside the law."""

import sys

from shared.interrupts import Interrupted, Interrupts

INTERRUPTED = 130


def main() -> int:
    """Run the command and return its exit code; Ctrl-C and SIGTERM end it cleanly."""
    interrupts = Interrupts()
    # Only now: loading it takes long enough for somebody to press Ctrl-C.
    from gateway.what_if.command import run

    try:
        return run(sys.argv[1:], interrupts)
    except Interrupted:
        print("Interrupted. Nothing was told or written.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
