"""A line in the log for each request, with the trace that its sender or a proxy gave it."""

import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.settings import LogSettings

log = logging.getLogger("victim_journey")

# W3C Trace Context: version, trace, parent, flags. A trace or a parent of zeros is none.
_TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
_trace: ContextVar[str] = ContextVar("trace", default="-")


class Traced:
    """Remembers the trace of each request and logs what was answered, and how soon.

    A request without a `traceparent`, or with one that cannot be read, is given a trace of its
    own. Lines name the route and never the address, which may hold a reference.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = next((value for name, value in scope["headers"] if name == b"traceparent"), b"")
        given = _TRACEPARENT.fullmatch(said)
        _trace.set(given[1].decode() if given else new_trace())
        began = time.perf_counter()

        async def send_and_log(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start":
                status = message["status"]
                level = logging.WARNING if status >= 500 else logging.INFO
                if log.isEnabledFor(level):
                    took = (time.perf_counter() - began) * 1000
                    log.log(
                        level,
                        "%s %s %s in %.1f ms",
                        scope["method"],
                        route_of(scope),
                        status,
                        took,
                    )

        await self._app(scope, receive, send_and_log)


def new_trace() -> str:
    """Return a trace for what nobody gave one: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def trace() -> str:
    """Return the trace of the request that is being answered."""
    return _trace.get()


def route_of(scope: Scope) -> str:
    """Return the path of a request's route, with the names of its parameters in their place."""
    return getattr(scope.get("route"), "path", "no route")


class _Lines(logging.Handler):
    """Writes lines to whatever standard error is now."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")


def _with_trace(record: logging.LogRecord) -> bool:
    record.trace = _trace.get()
    return True


def log_to_stderr() -> None:
    """Let our log write its lines, with the moment in UTC and the trace. Once is enough."""
    if any(isinstance(handler, _Lines) for handler in log.handlers):
        return
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s trace=%(trace)s %(message)s")
    formatter.converter = time.gmtime
    formatter.default_time_format = "%Y-%m-%dT%H:%M:%S"
    formatter.default_msec_format = "%s.%03d"
    lines = _Lines()
    lines.setFormatter(formatter)
    log.addHandler(lines)
    log.addFilter(_with_trace)
    log.setLevel(LogSettings().log_level)
