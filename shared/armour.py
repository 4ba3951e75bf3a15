"""The headers that every answer goes out with, so that no browser makes more of it than it is."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    # Answers tell of victims: nothing on the way keeps one, unless the address says otherwise.
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


class Armoured:
    """Adds to each answer those of the headers that it does not have yet."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_armoured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                said = {name for name, _ in headers}
                more = [header for header in HEADERS if header[0] not in said]
                message = {**message, "headers": [*headers, *more]}
            await send(message)

        await self._app(scope, receive, send_armoured)
