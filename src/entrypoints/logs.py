"""Logging: one line of JSON per event, or readable lines on a terminal. Times are in UTC, lines have the request's id, secrets are redacted."""

import json
import logging
import sys
from typing import TextIO

from modeldesk.entrypoints.log_library import EventDict, Processor, WrappedLogger, structlog
from modeldesk.entrypoints.log_redaction import LogRedactor
from modeldesk.entrypoints.log_stream import GatheringHandler
from modeldesk.entrypoints.request_id import add_request_id
from modeldesk.entrypoints.words.visible import visible

ProcessorFormatter = structlog.stdlib.ProcessorFormatter
QUIET = ("httpx", "httpcore", "httpx2", "httpcore2", "aiosqlite", "sqlalchemy", "asyncio")
"""Loggers whose lines below WARNING contain URLs with queries, headers and rows."""

SERVER_LOGGERS = ("_granian", "granian.access")
FACTS = ("timestamp", "level", "logger", "status", "duration_ms", "peer", "admin")
"""Fields that callers cannot write. They are never redacted, so a caller cannot remove them by sending them as a password."""


def configure(redactor: LogRedactor, *, debug: bool = False, stream: TextIO | None = None) -> None:
    """Sends all logs of the process to `stream`, by default standard error. A further call replaces the configuration."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream) if stream.isatty() else GatheringHandler(stream, redactor.redact)
    handler.setFormatter(formatter(redactor, is_terminal=stream.isatty()))
    root = logging.getLogger()
    for earlier in root.handlers:
        earlier.flush()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SERVER_LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def formatter(redactor: LogRedactor, *, is_terminal: bool) -> logging.Formatter:
    """The formatter. It redacts after formatting tracebacks and before escaping, so that no part of a line is added later."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if is_terminal else structlog.processors.JSONRenderer(json.dumps, ensure_ascii=False)
    )
    return ProcessorFormatter(
        foreign_pre_chain=[
            add_request_id,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ExtraAdder(),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _redacting(redactor),
            renderer,
        ],
    )


def _redacting(redactor: LogRedactor) -> Processor:
    def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: _fact(value) if name in FACTS else _redacted(redactor, value) for name, value in event.items()}

    return redact


def _redacted(redactor: LogRedactor, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    # Converts other values to text now, because the renderer would do so after the redaction.
    return visible(redactor.redact(value if isinstance(value, str) else repr(value)))


def _fact(value: object) -> object:
    return visible(value) if isinstance(value, str) else value
