"""The handler of all logs of a server: lines of requests are gathered for a moment, so that one write takes many of them."""

import asyncio
import logging
import select
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

GATHERED_FOR = 0.02
"""Seconds. A process that is killed loses the request lines of so long."""

LARGEST_WRITE = select.PIPE_BUF
"""Bytes. The system writes so many to a pipe in one piece, whoever else writes to it."""


class GatheringHandler(logging.StreamHandler[TextIO]):
    """Writes records at once, after the lines that were gathered before them. `redact` removes secrets from a text."""

    def __init__(self, stream: TextIO, redact: Callable[[str], str]) -> None:
        super().__init__(stream)
        self.redact = redact
        self._lines = deque[str]()
        self._size = 0
        self._timer: asyncio.AbstractEventLoop | None = None
        """The event loop that will write the gathered lines."""

    def gather(self, line: str) -> None:
        """Writes a complete line within `GATHERED_FOR` where an event loop runs, else at once. Threads other than the loop's must not call it."""
        size = len(line) if line.isascii() else len(line.encode("utf-8", "replace"))
        if self._size + size > LARGEST_WRITE:
            self.flush()
        self._lines.append(line)
        self._size += size
        if self._timer is None or not self._timer.is_running():
            self._start_timer()

    def emit(self, record: logging.LogRecord) -> None:
        self._write_gathered()
        super().emit(record)

    def flush(self) -> None:
        with suppress(OSError, ValueError):  # nobody reads them any more, and no request fails for its line
            self._write_gathered()
            super().flush()

    def _start_timer(self) -> None:
        try:
            self._timer = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            self._timer.call_later(GATHERED_FOR, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self.flush()

    def _write_gathered(self) -> None:
        if not self._lines:
            return
        self.acquire()
        try:
            self._size = 0
            lines = list[str]()
            while self._lines:  # the event loop may add one meanwhile
                lines.append(self._lines.popleft())
            self.stream.write("".join(lines))
        finally:
            self.release()
