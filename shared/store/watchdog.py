"""Runs the embedded PostgreSQL for its owner, and stops it when the owner stops, dies or is killed.

It is started by its path, as a process and session of its own, so that Ctrl-C in a terminal
cannot reach the server before its owner has stopped it. Standard input is a pipe whose other end
only the owner holds: the kernel closes it however the owner ends, so the ordinary stop and the
stop after a SIGKILL are one and the same. Only the standard library is imported, to keep it small.

Arguments: the server lock's file descriptor, the user and group to run as (or "-"), the socket
folder, the state file, and then the server's command line.
"""

import contextlib
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PAUSE = 0.2
# A server that exits within STEADY seconds this often in a row will not come up.
STEADY = 1.0
ATTEMPTS = 10
# How long each way of stopping may take before the next, harsher one.
PATIENCE = 10.0


def owner_gone(within: float) -> bool:
    """Wait so many seconds for the owner to go and return whether it has."""
    return bool(select.select([sys.stdin], [], [], within)[0])


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server: fast (its clients are sent away), then immediately, then by force."""
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(PATIENCE)
            return


def keep_running(
    command: list[str], lock: int, user: int | None, group: int | None, state: Path
) -> None:
    """Keep the server running, through crashes of its own, until the owner has gone."""
    failures = 0
    while failures < ATTEMPTS:
        began = time.monotonic()
        server = subprocess.Popen(  # noqa: S603 - the owner's own command line
            command,
            stdin=subprocess.DEVNULL,
            pass_fds=(lock,),
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
        try:
            while server.poll() is None:
                if owner_gone(within=PAUSE):
                    return
        finally:
            if server.poll() is None:
                # First the state file, so that nobody joins a server that is going down.
                state.unlink(missing_ok=True)
                stop(server)
        failures = failures + 1 if time.monotonic() - began < STEADY else 0
        if owner_gone(within=PAUSE):
            return


def main() -> None:
    """Read the arguments, run the server, and leave nothing behind."""
    lock, user, group, sockets, state, *command = sys.argv[1:]
    # Whoever ends this process politely must not leave the server without a keeper.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        keep_running(
            command,
            int(lock),
            None if user == "-" else int(user),
            None if group == "-" else int(group),
            Path(state),
        )
    finally:
        Path(state).unlink(missing_ok=True)
        shutil.rmtree(sockets, ignore_errors=True)


if __name__ == "__main__":
    main()
