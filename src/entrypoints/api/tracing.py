"""Request ids, and one log line per request."""

import logging
import re
import secrets
from collections.abc import Callable
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from modeldesk.entrypoints.log_redaction import redacting_request
from modeldesk.entrypoints.session_cookie import header_values, session_cookie

LOGGER = logging.getLogger("modeldesk.access")
HEADER = b"x-request-id"
LONGEST_PATH = 1_000

_GOOD_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def traced(app: ASGIApp, peer: Callable[[Scope], str]) -> ASGIApp:
    """Wraps the application, so that every outcome is traced. `peer` returns the client address of a request."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id, statuses, started = id_of(scope), list[int](), perf_counter()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                message["headers"] = [*message["headers"], (HEADER, request_id)]
            await send(message)

        with bound_contextvars(request_id=request_id.decode()), redacting_request(_secrets(scope)):
            try:
                await app(scope, receive, send_with_id)
            finally:
                LOGGER.info("request", extra=_facts(scope, peer, statuses, perf_counter() - started))

    return handle


def id_of(scope: Scope) -> bytes:
    """The caller's request id if it is valid, else a new one."""
    given = header_values(scope, HEADER)
    return given[0] if len(given) == 1 and _GOOD_ID.fullmatch(given[0]) else secrets.token_hex(16).encode()


def _facts(scope: Scope, peer: Callable[[Scope], str], statuses: list[int], seconds: float) -> dict[str, object]:
    admin = getattr(getattr(scope.get("user"), "admin", None), "name", None)
    return {
        "method": _line(str(scope.get("method"))),
        "path": _line(scope["path"]),
        "status": statuses[0] if statuses else None,  # None if the client disconnected
        "duration_ms": round(seconds * 1_000, 1),
        "peer": peer(scope),
        **({"admin": admin} if admin is not None else {}),
    }


def _line(text: str) -> str:
    """The text without control characters, so that nobody can forge a log line."""
    start = text[:LONGEST_PATH]
    return start if start.isprintable() else "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in start)


def _secrets(scope: Scope) -> list[str]:
    """The secrets among the headers."""
    authorization = [value.decode("latin-1") for value in header_values(scope, b"authorization")]
    tokens = [value.decode("latin-1") for value in header_values(scope, b"x-csrf-token")]
    cookie = session_cookie(scope)
    return [*(value.partition(" ")[2].strip() or value for value in authorization), *tokens, *([cookie] if cookie else [])]
