"""The id of the request that a log line or a problem belongs to."""

import os
import secrets
from contextvars import ContextVar

from modeldesk.entrypoints.log_library import EventDict, WrappedLogger

MADE_AT_ONCE = 256
"""Ids for which the system is asked once: each question lets another thread run first."""

ID_BYTES = 16
_READY = list[str]()
os.register_at_fork(after_in_child=_READY.clear)  # no two workers have the same ones

REQUEST_ID: ContextVar[str | None] = ContextVar("id of the request", default=None)


def new_request_id() -> str:
    """Random: 32 hexadecimal digits."""
    if not _READY:
        digits = secrets.token_hex(ID_BYTES * MADE_AT_ONCE)
        _READY.extend(digits[start : start + 2 * ID_BYTES] for start in range(0, len(digits), 2 * ID_BYTES))
    return _READY.pop()


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
