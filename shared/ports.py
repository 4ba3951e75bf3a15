"""Ports of this machine for the servers that are started on it."""

import re
import socket
from pathlib import Path
from secrets import SystemRandom

HOST = "127.0.0.1"

_LOWEST = 10_000
"""Below it are the ports that well-known servers have."""

_LENT = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUALLY_LENT = 32_768
"""The first port that Linux lends to callers where nobody says otherwise; others begin higher."""

_TRIES = 100

_given: set[int] = set()
"""What this process was given, and may not have begun to listen at yet."""


def free_port() -> int:
    """Return a port where nobody listens, and which the system lends to no caller meanwhile.

    A port that the system picks (port 0) is one of those it also lends to whoever connects, so
    that a connection can have it by the time the server starts. None is given to a process twice.
    Raises OSError where none is free.
    """
    ports = range(_LOWEST, max(lent_from(), _LOWEST + _TRIES))
    for port in SystemRandom().sample(ports, _TRIES):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise OSError(f"none of {_TRIES} ports from {ports.start} to {ports.stop - 1} is free")


def is_free(port: int) -> bool:
    """Tell whether a server could listen on a port of this machine."""
    with socket.socket() as attempt:
        # As servers do: connections of the run before, which linger, take no port away.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
            attempt.listen()
        except OSError:
            return False
    return True


def lent_from() -> int:
    """Return the first port that the system lends to whoever connects."""
    try:
        (first, _last) = re.findall(r"\d+", _LENT.read_text("ascii"))
    except (OSError, ValueError):  # not Linux
        return _USUALLY_LENT
    return int(first)
