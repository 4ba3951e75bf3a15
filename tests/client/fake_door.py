"""A door that answers as a test tells it, for what no real door does when it is asked to."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic


@dataclass(frozen=True)
class Says:
    """One answer: status, body and headers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class FakeDoor:
    """Where it is found, and when it was asked."""

    url: str
    asked: list[float] = field(default_factory=list)


@contextmanager
def answering(answers: Sequence[Says]) -> Iterator[FakeDoor]:
    """Serve these answers, one after the other, the last one for ever."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.do_GET()

        def do_GET(self) -> None:
            door.asked.append(monotonic())
            says = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(says.status)
            for name, value in says.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(says.body)))
            self.end_headers()
            self.wfile.write(says.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        door = FakeDoor(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield door
        finally:
            server.shutdown()
            thread.join()
