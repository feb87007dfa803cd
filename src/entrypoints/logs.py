"""Logs: one line of JSON for each event, readable lines at a terminal; times in UTC, the request's id in each line, secrets hidden by value."""

import json
import logging
import sys
from typing import TextIO

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

from modeldesk.entrypoints.log_redaction import SecretNet

QUIET = ("httpx", "httpcore", "aiosqlite", "sqlalchemy", "asyncio")
"""What these tell below WARNING are addresses with their queries, headers, rows."""

OF_THE_SERVER = ("_granian", "granian.access")
FACTS = ("timestamp", "level", "logger", "status", "duration_ms", "peer", "admin")
"""Members that we write, and callers cannot: no word that they send as a password or a key takes anything out of these."""


def configure(net: SecretNet, *, debug: bool = False, stream: TextIO | None = None) -> None:
    """Everything that this process logs goes to `stream`, standard error unless told otherwise. Called again it replaces what was before."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(net, is_terminal=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in OF_THE_SERVER:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def formatter(net: SecretNet, *, is_terminal: bool) -> logging.Formatter:
    """Hides after tracebacks were written out and before anything is escaped: nothing of a line comes after it."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if is_terminal else structlog.processors.JSONRenderer(json.dumps, ensure_ascii=False)
    )
    return ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            add_logger_name,
            add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            ExtraAdder(),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _hiding(net),
            renderer,
        ],
    )


def _hiding(net: SecretNet) -> Processor:
    def hide(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: value if name in FACTS else _hidden(net, value) for name, value in event.items()}

    return hide


def _hidden(net: SecretNet, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    # What is no text would become one only behind this, and could then say anything.
    return net.redact(value if isinstance(value, str) else repr(value))
