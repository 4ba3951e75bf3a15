"""Serves one application for the demo's player, and stops when the player lets go of it or dies.

Standard input is a pipe whose other end only the player holds: the kernel closes it however the
player ends, so the ordinary stop and the stop after a SIGKILL are one and the same.

Arguments: the application, such as `gateway.app:app`, and its port.
"""

import os
import sys
import threading
import time

import uvicorn

HOST = "127.0.0.1"
# How long requests and connections may take to end before the process is left anyway.
PATIENCE = 5.0


def follow(server: uvicorn.Server) -> None:
    """Wait for the player to let go, and stop the server."""
    # Not sys.stdin.read(): its lock would be held while the interpreter comes down.
    os.read(sys.stdin.fileno(), 1)
    server.should_exit = True
    time.sleep(PATIENCE)
    os._exit(1)


def main() -> None:
    """Serve until the player lets go."""
    app, port = sys.argv[1:]
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=int(port), access_log=False))
    threading.Thread(target=follow, args=(server,), daemon=True).start()
    server.run()
    raise SystemExit(not server.started)


if __name__ == "__main__":
    main()
