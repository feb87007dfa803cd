"""What is refused, as `application/problem+json` (RFC 9457), and the table of statuses."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypedDict

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from modeldesk.domain import errors
from modeldesk.domain.errors import ModeldeskError, Problem

LOGGER = logging.getLogger(__name__)
PROBLEM_JSON = "application/problem+json"
TYPE = "urn:modeldesk:problem:"
RETRY_AFTER = "1"
"""Seconds; what is unavailable is mostly so for a moment."""

STATUSES: Mapping[type[ModeldeskError], HTTPStatus] = {
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.SignInRefused: HTTPStatus.UNAUTHORIZED,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""By the families of errors that are known; a member of a family has its family's status unless it stands here itself."""


class ProblemEntry(TypedDict):
    path: str
    message: str


class ProblemAnswer(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemEntry]


class NotSignedIn(HTTPException):
    """No session, or none that lives."""

    status_code = HTTPStatus.UNAUTHORIZED


class WriteRefused(HTTPException):
    """A write from a page that is not ours, or without the session's token."""

    status_code = HTTPStatus.FORBIDDEN


def status_of(error: ModeldeskError) -> HTTPStatus:
    """The status of the nearest family that the table knows."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def refused(_: Request[Any, Any, Any], error: ModeldeskError) -> Response[Any]:
    """An error of ours: its sentence is meant to be read."""
    status = status_of(error)
    headers = {"Retry-After": RETRY_AFTER} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    return problem(status, error.code, str(error), _problems(error), headers)


def not_served(_: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An error of the framework's, or of HTTP itself: unknown paths, methods, sizes."""
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "-")
    # A detail of the framework's may quote what was sent, or its own insides; only our own sentences are handed on.
    detail = error.detail if isinstance(error, NotSignedIn | WriteRefused) else status.description or status.phrase
    return problem(status, code, detail, (), dict(error.headers or {}))


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A mistake of ours: the log has all of it, the answer none."""
    LOGGER.error("unexpected error at %s %s", request.method, request.url.path, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected", "something went wrong here; it was logged")


def problem(
    status: HTTPStatus, code: str, detail: str, entries: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
) -> Response[Any]:
    body = ProblemAnswer(
        type=f"{TYPE}{code}",
        title=status.phrase,
        status=status,
        detail=detail,
        errors=[ProblemEntry(path=entry.path, message=entry.message) for entry in entries],
    )
    return Response(body, status_code=status, media_type=PROBLEM_JSON, headers={"Cache-Control": "no-store", **(headers or {})})


def _problems(error: ModeldeskError) -> Sequence[Problem]:
    match error:
        case errors.RequestInvalid() | errors.DeclarationInvalid():
            return error.problems
        case errors.Malformed():
            return [error.problem]
        case _:
            return ()


HANDLERS: ExceptionHandlersMap = {ModeldeskError: refused, HTTPException: not_served, Exception: unexpected}
