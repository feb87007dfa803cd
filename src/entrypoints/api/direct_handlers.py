"""Handlers that need nothing of the framework's injection: they are called with the request and the services.

Router, exception handlers, authentication and rights come before, as for every route, and the document describes the handler in the same way. What
is left out are the plan of arguments, the exit stack for dependencies with an end, and the conversion of the answer: for a selection a fifteenth of
the whole request (docs/adr/0041-selections-read-the-snapshot.md).
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from litestar import Request
from litestar.types import ASGIApp, Receive, Scope, Send

from modeldesk.entrypoints.api.services import Services

DIRECT = "direct"
"""The option of a handler `(request, services)` whose answer is an ASGI application."""

DirectHandler: TypeAlias = Callable[[Request[Any, Any, Any], Services], Awaitable[ASGIApp]]


def calling_directly(services: Services) -> Callable[[ASGIApp], ASGIApp]:
    """The last middleware, which calls the handlers that say so."""

    # Functions, because Litestar deep-copies every other middleware with all that it holds.
    def wrapped(app: ASGIApp) -> ASGIApp:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            handler = scope["route_handler"]
            if DIRECT not in handler.opt:
                await app(scope, receive, send)
                return
            call: DirectHandler = handler.fn
            answer = await call(Request(scope, receive, send), services)
            await answer(scope, receive, send)

        return handle

    return wrapped
