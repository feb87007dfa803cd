"""Serving below a path of a host that others share: `MODELDESK_PUBLIC_URL=https://h.example/desk`.

The application knows its own addresses alone, `/admin/` and `/api/…`. The path is taken off requests before it, and put before the addresses in
headers after it. A proxy may therefore pass the path on or cut it off. Pages do the same for their links (`panel.pages`), documents name it in
their bodies.
"""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

ADDRESSES = (b"location", b"content-location")


def served_below(path: str, app: ASGIApp) -> ASGIApp:
    """Wraps the application. `path` begins with a slash and does not end with one; an empty one wraps nothing."""
    if not path:
        return app

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return

        async def send_below(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(name, _below(path.encode(), name.lower(), value)) for name, value in message["headers"]]
            await send(message)

        if scope["path"] == path or scope["path"].startswith(f"{path}/"):
            shorter = {"path": scope["path"].removeprefix(path) or "/", "raw_path": scope["raw_path"].removeprefix(path.encode()) or b"/"}
            scope = {**scope, **shorter}  # type: ignore[assignment]
        await app(scope, receive, send_below)

    return handle


def _below(path: bytes, name: bytes, value: bytes) -> bytes:
    if name in ADDRESSES and value.startswith(b"/"):
        return path + value
    # Other programs of the host neither see our cookies nor take their place.
    return value.replace(b"Path=/", b"Path=" + path + b"/", 1) if name == b"set-cookie" else value
