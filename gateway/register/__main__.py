"""The command `python -m gateway.register`: keeps the register up to date, or makes it anew."""

import sys

from shared.interrupts import run_command

if __name__ == "__main__":
    sys.exit(run_command("gateway.register.command", last_words="What was done stays done."))
