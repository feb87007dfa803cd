"""Requests to an application by ASGI itself, so that a request may be as odd as the wire allows."""

import asyncio
import json
from typing import Any
from urllib.parse import unquote

from attrs import frozen
from litestar import Litestar


@frozen
class Answer:
    """What came back, header by header as it was sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str | None:
        """The value of a header that must not stand there twice."""
        found = self.all(name)
        assert len(found) <= 1, found
        return found[0] if found else None

    @property
    def tag(self) -> str:
        tag = self.one("etag")
        assert tag is not None
        return tag


def given_header(name: str, value: str) -> tuple[bytes, bytes]:
    return name.encode("latin-1"), value.encode("latin-1")


async def asked(
    application: Litestar,
    method: str,
    target: str,
    headers: list[tuple[bytes, bytes]],
    coming: list[dict[str, Any]],
    after: asyncio.Event | None = None,
    peer: str = "127.0.0.1",
) -> Answer:
    """Calls the application as a server would, and collects what it sends."""
    raw_path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
        "client": (peer, 50_000),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    sent = list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        if after is not None:
            await after.wait()
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await application(scope, receive, send)  # type: ignore[arg-type] # a scope is a dict with many keys to Litestar
    start, *rest = sent
    assert start["type"] == "http.response.start"
    decoded = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"])
    return Answer(start["status"], decoded, b"".join(part.get("body", b"") for part in rest))
