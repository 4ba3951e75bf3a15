"""The command `python -m gateway.what_if`: all stored journeys under a draft, beside the law."""

import sys

from shared.interrupts import run_command

if __name__ == "__main__":
    sys.exit(run_command("gateway.what_if.command", last_words="Nothing was told or written."))
