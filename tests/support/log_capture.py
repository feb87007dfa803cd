"""What is logged as `serve` logs it, line by line; and logging as it was afterwards."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from modeldesk.entrypoints.log_redaction import LogRedactor
from modeldesk.entrypoints.logs import QUIET, SERVER_LOGGERS, configure


class Lines(io.StringIO):
    """A stream that says whether it is a terminal."""

    is_terminal = False

    def isatty(self) -> bool:
        return self.is_terminal

    def getvalue(self) -> str:
        """All lines, those that are still gathered too."""
        write_gathered()
        return super().getvalue()

    @property
    def written(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


def write_gathered() -> None:
    """Writes the lines of requests that are still gathered."""
    for handler in logging.getLogger().handlers:
        handler.flush()


@contextmanager
def logging_as_it_was() -> Iterator[None]:
    """Whatever happens in between is undone: handlers and levels belong to the whole process."""
    root = logging.getLogger()
    others = {name: logging.getLogger(name) for name in (*QUIET, *SERVER_LOGGERS)}
    handlers, level = list(root.handlers), root.level
    kept = {name: (logger.level, list(logger.handlers), logger.propagate) for name, logger in others.items()}
    try:
        yield
    finally:
        write_gathered()
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, logger in others.items():
            logger.level, logger.handlers[:], logger.propagate = kept[name]
            logger.setLevel(kept[name][0])


@contextmanager
def logged(
    redactor: LogRedactor | None = None, *, debug: bool = False, is_terminal: bool = False, stream: Lines | None = None
) -> Iterator[Lines]:
    """Logs of this process, rendered as a server renders them."""
    lines = stream or Lines()
    lines.is_terminal = is_terminal
    with logging_as_it_was():
        configure(redactor or LogRedactor(), debug=debug, stream=lines)
        yield lines
