"""Errors as `application/problem+json` (RFC 9457)."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from modeldesk.domain import errors
from modeldesk.domain.errors import ModeldeskError, Problem, Reason
from modeldesk.entrypoints.api.remedies import REST
from modeldesk.entrypoints.error_status import status_of
from modeldesk.entrypoints.request_id import REQUEST_ID

LOGGER = logging.getLogger(__name__)
PROBLEM_JSON = "application/problem+json"
TYPE = "urn:modeldesk:problem:"
RETRY_AFTER = "1"
"""Seconds, because most outages are short."""

CHALLENGE = {"WWW-Authenticate": "Bearer"}
"""Of every 401 (RFC 9110, section 15.5.2). Browsers ask nobody for a token, so no dialog opens."""

LOGGED = (500, 503)
"""Statuses with details in the log; the response contains the request id to find them."""

MOST_LISTED = 100
"""The limit of problems per response; a hostile body can have thousands."""

MOST_LISTED_TO_STRANGERS = 20
"""The same for who is not signed in: their bodies have four members at most."""

TITLES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}
"""The phrases of RFC 9110. Those of Python differ between versions, and clients compare codes made from them."""

SENTENCES: Mapping[int, str] = {
    400: "the request is broken",
    404: "there is nothing at this address",
    405: "this address does not take this method; the header Allow lists those that it takes",
    408: "the body did not arrive in time; send it again, faster",
    413: "the body is too large",
    415: "a body is application/json, and says so in Content-Type",
}
"""Details of HTTP errors. The framework's own details are not used, because they may quote the request or internals."""


PLACES: Mapping[type[ModeldeskError], str] = {
    errors.IdempotencyKeyReused: "$.headers.idempotency-key",
    errors.UnknownProviders: "$.query.slug",
    errors.WebhookAddressRefused: "$.url",
}
"""The place in a request of each error that is always about the same place. `$` is the whole request."""


class ProblemEntry(TypedDict):
    """`line` and `column` are present for declarations only, and null if a problem has no location."""

    path: str
    message: str
    line: NotRequired[int | None]
    column: NotRequired[int | None]


class ProblemAnswer(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemEntry]
    request_id: NotRequired[str]


class RequestRefused(HTTPException):
    """Refused before a service was asked. `reason` is a code and facts, as of every refusal."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__()
        self.reason = Reason(code, **facts)


class NotSignedIn(RequestRefused):
    """No valid session or token."""

    status_code = 401


class WriteRefused(RequestRefused):
    """A write from a foreign origin, or without the CSRF token."""

    status_code = 403


class BodyBroken(HTTPException):
    """The client disconnected before the end of the body."""

    status_code = 400


class NotJson(HTTPException):
    """A body that is not declared as JSON."""

    status_code = 415


@contextmanager
def at(path: str) -> Iterator[None]:
    """A value that is refused inside stands here: `$.password`, or `$.path.name` for a part of the address. Raises RequestInvalid."""
    try:
        yield
    except errors.InvalidValue as error:
        raise errors.RequestInvalid([Problem(path, error.reason)]) from None


def refused(request: Request[Any, Any, Any], error: ModeldeskError) -> Response[ProblemAnswer]:
    """An error of ours, in the words of REST."""
    if isinstance(error, errors.DeclarationInvalid):
        return declaration_refused(error)
    status, entries = status_of(error), _problems(error)
    most = MOST_LISTED_TO_STRANGERS if request.scope.get("user") is None else MOST_LISTED
    many = f"{len(entries)} problems; errors lists the first {most}"
    return problem(status, error.code, _detail(error) if len(entries) <= most else many, entries[:most], _when_to_retry(error))


def declaration_refused(error: errors.DeclarationInvalid) -> Response[ProblemAnswer]:
    """Everything that is wrong with it, at once: who wrote it mends it in one go. Thousands of problems take long to put into words."""
    refusal = problem(status_of(error), error.code, REST.refusal(error), error.problems)
    for entry, found in zip(refusal.content["errors"], error.problems, strict=True):
        entry["line"], entry["column"] = found.line, found.column
    return refusal


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[ProblemAnswer]:
    """An HTTP error: unknown path, method, size."""
    status = error.status_code
    if status not in TITLES or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return unexpected(request, error)
    detail = REST.reason(error.reason) if isinstance(error, RequestRefused) else SENTENCES.get(status, TITLES[status])
    return problem(status, TITLES[status].lower().replace(" ", "-"), detail, (), error.headers)


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemAnswer]:
    """An unexpected error: logged in full, without details in the response."""
    LOGGER.error("unexpected error at %r %r", request.method, request.scope["path"], exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", "something went wrong here; it was logged")


def problem(
    status: int, code: str, detail: str, entries: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
) -> Response[ProblemAnswer]:
    body = problem_answer(status, code, detail, entries)
    if status in LOGGED and (request_id := REQUEST_ID.get()):
        body["request_id"] = request_id
    challenge = CHALLENGE if status == HTTPStatus.UNAUTHORIZED else {}
    return Response(body, status_code=int(status), media_type=PROBLEM_JSON, headers={**challenge, **(headers or {})})


def problem_answer(status: int, code: str, detail: str, entries: Sequence[Problem] = ()) -> ProblemAnswer:
    """The body of a problem."""
    return ProblemAnswer(
        type=f"{TYPE}{code}",
        title=TITLES[status],
        status=int(status),
        detail=detail,
        errors=[ProblemEntry(path=entry.path, message=REST.reason(entry.reason)) for entry in entries],
    )


def _when_to_retry(error: ModeldeskError) -> Mapping[str, str]:
    match error:
        case errors.TooManyAttempts() | errors.TooSoon() | errors.TooManyEvaluations() | errors.TooManyStreams():
            return {"Retry-After": str(error.seconds)}
        case errors.VendorFailed(retry_at=datetime() as until):
            return {"Retry-After": format_datetime(until, usegmt=True)}
        case errors.VendorSlow() | errors.Unavailable():
            return {"Retry-After": RETRY_AFTER}
        case _:
            return {}


def _detail(error: ModeldeskError) -> str:
    if isinstance(error, errors.StorageUnavailable):
        # Where the database is and what its driver said is for the operator's log alone: anybody may ask while it cannot be used.
        LOGGER.warning("%s", error)
    if isinstance(error, errors.RequestInvalid | errors.Malformed):
        return "; ".join(map(REST.problem, _problems(error)))
    return REST.refusal(error)


def _problems(error: ModeldeskError) -> Sequence[Problem]:
    match error:
        case errors.RequestInvalid():
            return error.problems
        case errors.Malformed():
            return [error.problem]
        case errors.Invalid():
            reason = error.reason if isinstance(error, errors.InvalidValue) else error.as_reason()
            return [Problem(PLACES.get(type(error), "$"), reason)]
        case _:
            return ()


HANDLERS: ExceptionHandlersMap = {ModeldeskError: refused, HTTPException: http_error, Exception: unexpected}
