"""Asks a public database whether a pinned release has a known weakness, or says that nobody knows.

`.ci/audit.py LOCK…` ends with 1 where a weakness is known, 3 where the database did not answer for
every release, and 0 where it did and knows of none. `PIP_AUDIT` names another program to ask with.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

KNOWN, NOT_ASKED = 1, 3
SECONDS = "15"


def main() -> int:
    """Audit every lock and return the exit code."""
    weak: list[str] = []
    silent: list[str] = []
    for lock in sys.argv[1:]:
        told = ask(lock)
        if told is None:
            silent.append(f"{lock}: no answer")
            continue
        for one in told["dependencies"]:
            found = ", ".join(weakness["id"] for weakness in one.get("vulns", ()))
            if found:
                weak.append(f"{lock}: {one['name']} {one['version']}: {found}")
            elif "skip_reason" in one:
                silent.append(f"{lock}: {one['name']}")
    for line in weak:
        print(f"known weakness in {line}")
    if silent:
        # The program itself says "no known vulnerabilities" where it could ask about none.
        print(
            f"NOT AUDITED: the database of weaknesses did not answer for {len(silent)} pins, "
            f"the first of them {silent[0]}. Their hashes are checked when they are installed."
        )
    elif not weak:
        print("No pinned release has a known weakness.")
    return KNOWN if weak else NOT_ASKED if silent else 0


def ask(lock: str) -> dict[str, Any] | None:
    """Return what is known of a lock's pins, None where nobody answered."""
    program = os.environ.get("PIP_AUDIT", str(Path(sys.executable).with_name("pip-audit")))
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off"]
        subprocess.run(  # noqa: S603 - our own locks
            [program, *options, "--timeout", SECONDS, "--format", "json", "-o", answer, "-r", lock],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        told: dict[str, Any] | None = json.loads(answer.read_text()) if answer.exists() else None
        return told


if __name__ == "__main__":
    sys.exit(main())
