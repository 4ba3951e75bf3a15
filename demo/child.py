"""Runs one process for the demo's player, and stops when the player lets go of it or dies.

Standard input is a pipe whose other end only the player holds: the kernel closes it however the
player ends, so the ordinary stop and the stop after a SIGKILL are one and the same.

Arguments: an application, such as `gateway.app:app`, and its port; or a module and its verb.
"""

import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable

import uvicorn

from shared.ports import HOST

# How long requests and connections may take to end before the process is left anyway.
PATIENCE = 5.0


def follow(stop: Callable[[], None]) -> None:
    """Wait for the player to let go, and stop what runs here."""
    # Not sys.stdin.read(): its lock would be held while the interpreter comes down.
    os.read(sys.stdin.fileno(), 1)
    stop()
    time.sleep(PATIENCE)
    os._exit(1)


def serve(app: str, port: int) -> None:
    """Serve an application until the player lets go."""
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, access_log=False))

    def stop() -> None:
        server.should_exit = True

    begin_to_follow(stop)
    server.run()
    raise SystemExit(not server.started)


def work(module: str, verb: str) -> None:
    """Run a module's command until it is done or the player lets go."""
    begin_to_follow(lambda: os.kill(os.getpid(), signal.SIGTERM))
    sys.argv = [module, verb]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def begin_to_follow(stop: Callable[[], None]) -> None:
    """Let a thread stop what runs here as soon as the player lets go."""
    threading.Thread(target=follow, args=(stop,), daemon=True).start()


def main() -> None:
    """Run what is asked for."""
    what, how = sys.argv[1:]
    if ":" in what:
        serve(what, int(how))
    else:
        work(what, how)


if __name__ == "__main__":
    main()
