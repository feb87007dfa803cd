"""The deadline of every request."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from litestar.types import ASGIApp, Receive, Scope, Send

StartDeadline: TypeAlias = Callable[[float], AbstractContextManager[None]]
"""Starts a deadline of so many seconds."""

REQUEST_SECONDS = 5.0
"""How long a request waits in all for the lock of the writer, the pool, the database or a thread; then it is refused with 503."""

READINESS_SECONDS = 2.0
"""Shorter than probes usually wait."""


def with_deadline(app: ASGIApp, deadline: Callable[[], StartDeadline]) -> ASGIApp:
    """Wraps the application. `deadline` gives what starts one: tests override it."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        with deadline()(REQUEST_SECONDS):
            await app(scope, receive, send)

    return handle
