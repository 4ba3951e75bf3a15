"""Ports for servers: a free one is nobody's, and is lent to no connection before it starts."""

import socket
from contextlib import ExitStack

import pytest

from shared import ports
from shared.ports import HOST, free_port, is_free, lent_from


def test_a_port_is_free_until_somebody_listens() -> None:
    port = free_port()
    assert is_free(port)
    with socket.create_server((HOST, port)):
        assert not is_free(port)


@pytest.mark.skipif(lent_from() < 11_000, reason="this system lends nearly every port")
def test_no_connection_is_lent_a_free_port() -> None:
    with ExitStack() as stack, socket.create_server((HOST, 0)) as server:
        lent = []
        for _ in range(50):
            caller = stack.enter_context(socket.create_connection(server.getsockname()))
            lent.append(caller.getsockname()[1])
        assert max(free_port() for _ in range(50)) < min(lent)


def test_no_port_is_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {free_port() for _ in range(3)}
    monkeypatch.setattr(ports, "_LOWEST", min(given))
    monkeypatch.setattr(ports, "lent_from", lambda: min(given) + 101)
    assert len({free_port() for _ in range(50)} - given) == 50


def test_where_everything_is_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _port: False)
    with pytest.raises(OSError, match="none of 100 ports"):
        free_port()
