"""Keeps every test on this machine: whoever connects or asks for a name beyond loopback is refused.

It stands on Python's audit events, so it holds for every library and needs no patching; a program
that a test starts is a process of its own and outside it.
"""

import sys
from ipaddress import ip_address


class NetworkRefusedError(RuntimeError):
    """A test tried to leave this machine. No OSError, so that no retry swallows it."""


def stays_here(host: object) -> bool:
    """Tell whether a host, as given to the socket library, is this machine."""
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


def refuse_to_leave(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse what Python is about to do when it would reach beyond loopback (an audit hook)."""
    match event, arguments:
        case (("socket.connect" | "socket.sendto" | "socket.sendmsg"), (_, (host, *_))):
            pass
        case (("socket.getaddrinfo" | "socket.gethostbyname" | "socket.gethostbyaddr"), (host, *_)):
            pass
        case _:  # other events, and sockets that are files
            return
    if not stays_here(host):
        raise NetworkRefusedError(f"a test reached for {host!r}; tests stay on this machine")


sys.addaudithook(refuse_to_leave)
