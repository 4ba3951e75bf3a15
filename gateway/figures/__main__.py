"""The command `python -m gateway.figures`: publishes for partners, reproduces figures."""

import sys

from shared.interrupts import run_command

if __name__ == "__main__":
    sys.exit(run_command("gateway.figures.command", last_words="Nothing was kept."))
