"""Tests cannot leave this machine, whichever way they try."""

import asyncio
import socket

import httpx
import pytest

# Connecting to it fails inside the kernel, so even a broken guard would let no packet out.
BEYOND = "255.255.255.255"


def test_a_socket_cannot_leave() -> None:
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        socket.create_connection((BEYOND, 9), timeout=1)


def test_a_datagram_cannot_leave() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as sender,
        pytest.raises(RuntimeError, match="tests stay on this machine"),
    ):
        sender.sendto(b"", (BEYOND, 9))


def test_a_name_cannot_be_asked_for() -> None:
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        socket.getaddrinfo("beyond.invalid", 443)


async def test_an_event_loop_cannot_leave() -> None:
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        await asyncio.open_connection(BEYOND, 9)


def test_an_http_client_cannot_leave() -> None:
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        httpx.get(f"http://{BEYOND}/")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_can_be_reached(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()
