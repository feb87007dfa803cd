"""Calls applications in this process, by ASGI scopes made by hand, and counts the CPU time of this process."""

import os
import pathlib
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

LIMIT_SESSION = "k" * 32
SHAPES_OF_THE_LIMIT = {
    "overview": b'{"total_providers":0,"active_providers":0,"active_models":0,"providers":[]}',
    **dict.fromkeys(("browse400", "browse5000"), b'{"provider":"","capability":"","count":0,"models":[]}'),
}
"""What the limit decodes when it starts, for ways that are not compared here."""

Header = tuple[bytes, bytes]
App = Callable[..., Awaitable[None]]


async def cost(call: Callable[[], Awaitable[None]], calls: int) -> float:
    """CPU µs of this process for each call."""
    started = time.process_time()
    for _ in range(calls):
        await call()
    return (time.process_time() - started) / calls * 1e6


def caller(app: App, target: str, headers: Sequence[Header], expected: int) -> Callable[[], Awaitable[None]]:
    async def call() -> None:
        status = await status_of(app, target, headers)
        if status != expected:
            sys.exit(f"{target}: {status} instead of {expected}")

    return call


def scope_of(target: str, headers: Sequence[Header], method: str = "GET") -> dict[str, Any]:
    """What granian gives for a request of the load test."""
    path, _, query = target.partition("?")
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8000), "state": {}, "extensions": {},
    }  # fmt: skip


async def receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def status_of(app: App, target: str, headers: Sequence[Header], body: bytes | None = None) -> int:
    """Of a GET, or of a POST where there is a body."""
    status = 0

    async def sent_body() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    if body is None:
        await app(scope_of(target, headers), receive, send)
    else:
        given = [*headers, (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await app(scope_of(target, given, "POST"), sent_body, send)
    return status


async def answered(app: App, target: str, headers: Sequence[Header]) -> tuple[int, list[Header], bytes]:
    sent = list[dict[str, Any]]()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope_of(target, headers), receive, send)
    return sent[0]["status"], list(sent[0]["headers"]), b"".join(part.get("body", b"") for part in sent[1:])


def limit_app(peer: pathlib.Path, home: pathlib.Path, bodies: dict[str, bytes]) -> App:
    """The limit of the peer folder, with these bodies as `ours-NAME` and a database of its own."""
    payloads, database = home / "payloads", home / "limit.sqlite3"
    payloads.mkdir()
    for name, body in {**SHAPES_OF_THE_LIMIT, **{f"ours-{name}": body for name, body in bodies.items()}}.items():
        (payloads / f"{name}.json").write_bytes(body)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE session(key TEXT PRIMARY KEY, user_id INT, expires INT) WITHOUT ROWID")
    connection.execute("INSERT INTO session VALUES(?, 1, ?)", (LIMIT_SESSION, 1 << 40))
    connection.commit()
    connection.close()
    os.environ.update(BENCH_PAYLOADS=str(payloads), BENCH_DB=str(database))
    sys.path.insert(0, str(peer / "limits"))
    import litestar_app

    app: Callable[..., Awaitable[None]] = litestar_app.app
    return app
