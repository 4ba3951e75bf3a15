"""The command `python -m gateway.sampling`: draws a sample again from its frame, anywhere."""

import sys

from gateway.sampling.command import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
