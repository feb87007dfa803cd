"""Bounds on the head of a request: address, query and headers are measured before anything reads them."""

from collections.abc import Iterable
from http import HTTPStatus

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from modeldesk.domain.errors import Problem, Reason, RequestInvalid
from modeldesk.entrypoints.api.conditional import Prepared
from modeldesk.entrypoints.api.headers import NOT_STORED, PROTECTION
from modeldesk.entrypoints.api.problems import PROBLEM_JSON, SENTENCES, ProblemAnswer, problem_answer
from modeldesk.entrypoints.api.remedies import REST

LONGEST_PATH = 4 * 1024
LONGEST_QUERY = 8 * 1024
MOST_PARAMETERS = 100
MOST_HEADERS = 100
LARGEST_HEADERS = 32 * 1024
"""Bytes of all names and values together. Cookies of other programs on the same host come along."""

QUERY_TOO_LONG = Problem("$.query", Reason("query-too-long", most=LONGEST_QUERY, parameters=MOST_PARAMETERS))
HEADERS_TOO_LARGE = f"a request has at most {MOST_HEADERS} headers of at most {LARGEST_HEADERS} bytes together"


def bounded(app: ASGIApp) -> ASGIApp:
    """Wraps the application: a head that is too large is refused with 404, 422 or 431, and nothing of it is sent back."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _refusal(scope) if scope["type"] == ScopeType.HTTP else None
        if refusal is None:
            await app(scope, receive, send)
            return
        body = msgspec.json.encode(refusal)
        described = ((b"content-type", PROBLEM_JSON.encode()), (b"content-length", str(len(body)).encode()))
        answer = Prepared(refusal["status"], (*described, *PROTECTION, NOT_STORED), b"" if scope.get("method") == "HEAD" else body)
        await answer(scope, receive, send)

    return handle


def _refusal(scope: Scope) -> ProblemAnswer | None:
    """The problem of a head that is too large."""
    path, query, headers = scope["raw_path"], scope["query_string"], scope["headers"]
    if len(path) > LONGEST_PATH:
        return problem_answer(HTTPStatus.NOT_FOUND, "not-found", SENTENCES[404])  # no address of ours is that long
    if len(query) > LONGEST_QUERY or query.count(b"&") >= MOST_PARAMETERS:
        return problem_answer(HTTPStatus.UNPROCESSABLE_ENTITY, RequestInvalid.code, REST.problem(QUERY_TOO_LONG), [QUERY_TOO_LONG])
    if are_too_large(headers):
        return problem_answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "request-header-fields-too-large", HEADERS_TOO_LARGE)
    return None


def are_too_large(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether they are too many, or too long."""
    count = size = 0
    for name, value in headers:
        count += 1
        size += len(name) + len(value)
    return count > MOST_HEADERS or size > LARGEST_HEADERS
