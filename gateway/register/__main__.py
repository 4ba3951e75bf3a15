"""The command `python -m gateway.register`: keeps the register up to date, or makes it anew."""

import sys

from shared.interrupts import Interrupted, Interrupts

INTERRUPTED = 130


def main() -> int:
    """Run the command and return its exit code; Ctrl-C and SIGTERM end it between two writings."""
    interrupts = Interrupts()
    # Only now: loading it takes long enough for somebody to press Ctrl-C.
    from gateway.register.command import run

    try:
        return run(sys.argv[1:], interrupts)
    except Interrupted:
        print("Interrupted. What was done stays done.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
