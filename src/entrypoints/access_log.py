"""The one line of each request. It is written without log records: they take longer than answering a small read."""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from modeldesk.entrypoints.log_stream import GatheringHandler
from modeldesk.entrypoints.words.visible import visible

LOGGER = logging.getLogger("modeldesk.access")
ROOT = logging.getLogger()
EVENT = "request"

MOST_QUOTED = 1024
"""Lines that are kept as JSON, but for their id, moment and duration."""

_SOURCE = f'"logger": "{LOGGER.name}", "level": "info"'
_encode = json.JSONEncoder(ensure_ascii=False).encode


class CallerText(str):
    """A text that the caller wrote. A secret may stand in it."""

    __slots__ = ()


class HandledRequest(NamedTuple):
    """What the line says of a request. `status` is None if the client disconnected, `admin` where nobody was identified."""

    request_id: str
    method: str
    path: str
    status: int | None
    seconds: float
    peer: str
    admin: str | None


def log_request(request: HandledRequest) -> None:
    """Logs it at INFO. Handlers other than that of `logs.configure` get a record, as from every logger."""
    if not LOGGER.isEnabledFor(logging.INFO):
        return
    handlers = ROOT.handlers
    if len(handlers) == 1 and isinstance(handler := handlers[0], GatheringHandler):
        handler.gather(access_line(request, time.time(), handler.redact))
        return
    who = {} if request.admin is None else {"admin": request.admin}
    facts = {"method": request.method, "path": request.path, "status": request.status, "duration_ms": _milliseconds(request)}
    LOGGER.info(EVENT, extra={**facts, "peer": request.peer, **who})


def access_line(request: HandledRequest, at: float, redact: Callable[[str], str]) -> str:
    """The line in JSON, as the formatter renders every other one. `at` is in seconds since 1970; `redact` removes secrets from texts of the caller."""
    request_id, method, path = [redact(text) if isinstance(text, CallerText) else text for text in request[:3]]
    before, behind = _facts(method, path, request.status, request.peer, request.admin)
    second = int(at)
    return (
        f'{{"event": "{EVENT}", "request_id": "{request_id}", {_SOURCE}, "timestamp": "{_second(second)}.{int((at - second) * 1_000_000):06}Z", '
        f"{before}{_milliseconds(request)}{behind}"
    )


@lru_cache(maxsize=MOST_QUOTED)
def _facts(method: str, path: str, status: int | None, peer: str, admin: str | None) -> tuple[str, str]:
    """What stands before and behind the duration: the same for most requests of a caller."""
    who = "" if admin is None else f', "admin": {_quoted(admin)}'
    said = "null" if status is None else status
    before = f'"method": {_quoted(method)}, "path": {_quoted(path)}, "status": {said}, "duration_ms": '
    return before, f', "peer": {_quoted(peer)}{who}}}\n'


@lru_cache(maxsize=1)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat()


def _milliseconds(request: HandledRequest) -> float:
    return round(request.seconds * 1_000, 1)


def _quoted(text: str) -> str:
    return _encode(visible(text))
