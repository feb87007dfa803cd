"""Error pages: for domain errors, for HTTP errors, and for unexpected errors, which show no details."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from modeldesk.domain.errors import ModeldeskError, StorageUnavailable, TooManyAttempts, TooSoon, Unavailable
from modeldesk.entrypoints.error_status import status_of
from modeldesk.entrypoints.panel.forms import CsrfFailed, SessionEnded
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.services import RETRY_AFTER, Panel

LOGGER = logging.getLogger(__name__)

SENTENCES: Mapping[int, str] = {
    400: N_("The form could not be read. Please send it again."),
    403: N_("You are not allowed to do this."),
    404: N_("Page not found."),
    408: N_("The form did not arrive in time. Please send it again."),
    413: N_("The form is too large."),
    422: N_("The data is invalid."),
}
HEADINGS: Mapping[int, str] = {
    403: N_("Not allowed"),
    404: N_("Not found"),
    409: N_("Nothing was changed"),
    412: N_("Nothing was changed"),
    429: N_("Too many attempts"),
    503: N_("Not available now"),
}
CSRF_FAILED_MESSAGE = N_(
    "This form was not sent from a page of this panel, or the page was open for too long. Go back, reload the page and send the form again. "
    "If this keeps happening, the panel is open at an address other than its public one; the operator of the server can correct that."
)
ERROR = N_("Error")
UNEXPECTED = N_("An unexpected error occurred. The server log has the details.")


def handlers(panel: Panel) -> ExceptionHandlersMap:
    """The exception handlers of the panel's router."""

    def refused(request: Request[Any, Any, Any], error: ModeldeskError) -> Response[bytes]:
        if isinstance(error, StorageUnavailable):
            LOGGER.warning("%s", error)
        return _page(panel, request, status_of(error), panel.said(request, error), _when_to_retry(error))

    def session_ended(request: Request[Any, Any, Any], error: SessionEnded) -> Response[bytes]:
        return panel.page(
            request,
            "sign_in.html",
            status=401,
            username="",
            url=_without_slash(request),
            kept=error.form.kept,
            has_ended=True,
            has_no_admin=False,
            ways=panel.ways_to_sign_in(),
        )

    def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
        status = error.status_code
        if status not in SENTENCES:
            return unexpected(request, error)
        sentence = CSRF_FAILED_MESSAGE if isinstance(error, CsrfFailed) else SENTENCES[status]
        return _page(panel, request, status, panel.language(request).gettext(sentence))

    def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        LOGGER.error("unexpected error at %r %r", request.method, request.scope["path"], exc_info=error)
        return _page(panel, request, HTTPStatus.INTERNAL_SERVER_ERROR, panel.language(request).gettext(UNEXPECTED))

    return {ModeldeskError: refused, SessionEnded: session_ended, HTTPException: http_error, Exception: unexpected}


def _page(
    panel: Panel, request: Request[Any, Any, Any], status: int, sentence: object, headers: dict[str, str] | None = None
) -> Response[bytes]:
    heading = panel.language(request).gettext(HEADINGS.get(int(status), ERROR))
    return panel.page(request, "problem.html", status=int(status), headers=headers, heading=heading, sentence=sentence)


def _when_to_retry(error: ModeldeskError) -> dict[str, str]:
    match error:
        case TooManyAttempts() | TooSoon():
            return {"Retry-After": str(error.seconds)}
        case Unavailable():
            return {"Retry-After": RETRY_AFTER}
        case _:
            return {}


def _without_slash(request: Request[Any, Any, Any]) -> str:
    return str(request.scope["path"]).rstrip("/")
