"""The id of the request that a log line or a problem belongs to."""

from contextvars import ContextVar

from modeldesk.entrypoints.log_library import EventDict, WrappedLogger

REQUEST_ID: ContextVar[str | None] = ContextVar("id of the request", default=None)


class with_request_id:  # noqa: N801 - used as a function; a generator would take three times as long, for each request
    """What runs inside, with its tasks and threads, works for this request."""

    __slots__ = ("_request_id", "_token")

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id

    def __enter__(self) -> None:
        self._token = REQUEST_ID.set(self._request_id)

    def __exit__(self, *_: object) -> None:
        REQUEST_ID.reset(self._token)


def add_request_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Adds the id to a log line that is written for a request, also by work that goes on behind its answer."""
    if (request_id := REQUEST_ID.get()) is not None:
        event["request_id"] = request_id
    return event
