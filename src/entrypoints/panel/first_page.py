"""The middleware before the first page of a process."""

import asyncio
from collections.abc import Callable

from litestar.types import ASGIApp, Middleware, Receive, Scope, Send


def loading_first(load: Callable[[], None]) -> Middleware:
    """Calls `load` before the first page, in a thread: others are answered meanwhile. All who come before it returns wait for it."""
    is_loaded = False

    def middleware(app: ASGIApp) -> ASGIApp:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal is_loaded
            if not is_loaded:
                await asyncio.to_thread(load)
                is_loaded = True
            await app(scope, receive, send)

        return handle

    return middleware
