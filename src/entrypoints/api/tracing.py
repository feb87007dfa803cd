"""Request ids, and one log line per request."""

import re
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, TypeAlias

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from modeldesk.entrypoints.access_log import CallerText, HandledRequest, log_request
from modeldesk.entrypoints.api.conditional import ANSWERED, GIVEN
from modeldesk.entrypoints.api.headers import CompleteHeaders
from modeldesk.entrypoints.log_redaction import redacting_request
from modeldesk.entrypoints.metrics.measurements import METHODS
from modeldesk.entrypoints.request_id import new_request_id, with_request_id
from modeldesk.entrypoints.session_cookie import header_values, session_cookie

HEADER = b"x-request-id"
LONGEST_PATH = 1_000
PROBES = "/health/"
OK = 200

Measure: TypeAlias = Callable[[Mapping[str, Any], int | None, float], None]
"""Called after each request with its scope, the status of its answer (None if the client disconnected), and its seconds."""

_GOOD_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

PeerOf: TypeAlias = Callable[[Scope], str]


def traced(app: ASGIApp, peer: PeerOf, complete: CompleteHeaders, measure: Measure) -> ASGIApp:
    """Wraps the application: every outcome is traced, and every response has the headers that it must have, and its id. `peer` returns the
    client address of a request.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        given, status, started = given_id(scope), None, perf_counter()
        name = given.decode() if given else new_request_id()
        request_id = given or name.encode()

        async def send_completed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])  # a handler may give an enum, which a log would show by its name
                message["headers"] = [*complete(message["headers"], scope), (HEADER, request_id)]
            elif message["type"] == "http.response.body" and scope["method"] == "HEAD":
                message["body"] = b""
            await send(message)

        with with_request_id(name), redacting_request(lambda: _secrets(scope)):
            try:
                await app(scope, receive, send_completed)
            finally:
                seconds = perf_counter() - started
                measure(scope, status, seconds)
                if not _is_quiet(scope["path"], status):
                    log_request(_handled(scope, CallerText(name) if given else name, status, seconds, peer(scope)))

    return handle


def _is_quiet(path: str, status: int | None) -> bool:
    """Whether this is a health check that was answered with 200: orchestrators ask thousands of times a day."""
    return status == OK and path.startswith(PROBES)


def given_id(scope: Scope) -> bytes | None:
    """The caller's request id, if it is valid."""
    given = header_values(scope, HEADER)
    return given[0] if len(given) == 1 and _GOOD_ID.fullmatch(given[0]) else None


def _handled(scope: Scope, request_id: str, status: int | None, seconds: float, peer: str) -> HandledRequest:
    method, path = str(scope.get("method")), _line(scope["path"])
    admin = getattr(getattr(scope.get("user"), "admin", None), "name", None)
    # The path of a route without parameters is a text of ours, and one that was answered names what is stored.
    is_path_ours = path == scope.get("path_template") or (status in GIVEN and ANSWERED in scope)
    return HandledRequest(
        request_id,
        method if method in METHODS else CallerText(_line(method)),
        path if is_path_ours else CallerText(path),
        status,
        seconds,
        peer,
        admin,
    )


def _line(text: str) -> str:
    """The text without control characters, so that nobody can forge a log line."""
    start = text[:LONGEST_PATH]
    return start if start.isprintable() else "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in start)


def _secrets(scope: Scope) -> Sequence[str]:
    """The secrets among the headers."""
    authorization = [value.decode("latin-1") for value in header_values(scope, b"authorization")]
    tokens = [value.decode("latin-1") for value in header_values(scope, b"x-csrf-token")]
    cookie = session_cookie(scope)
    return [*(value.partition(" ")[2].strip() or value for value in authorization), *tokens, *([cookie] if cookie else [])]
