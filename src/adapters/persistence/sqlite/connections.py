"""Connections to the embedded database, and the threads that own them."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import cache
from pathlib import Path
from threading import local
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Dialect, Engine, NullPool, create_engine, event

from modeldesk.adapters.persistence.failures import is_busy, translated
from modeldesk.adapters.persistence.prepared import bare_connection

T = TypeVar("T")

BETWEEN_ATTEMPTS = 0.01
"""Seconds."""

DEFERRED = "BEGIN"
"""Begins a transaction that reads: of what the first statement finds."""

_OF_THREAD = local()
"""`opened` opens the connection of the thread."""


class ConnectionThread:
    """A thread that owns one connection, opened at the first call. Calls run one after the other."""

    def __init__(self, file: Path, name: str, opening: Callable[[], Connection]) -> None:
        self._file = file
        self._opening = opening
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"modeldesk-{name}")
        self._connection: Connection | None = None
        self._calls: list[Future[Any]] = []
        self.visits = 0
        """How many calls were made: each costs more than a short piece of work on the event loop."""

    @property
    def idle(self) -> Connection | None:
        """The connection while no call is running or queued, including calls whose caller was cancelled; else None."""
        if self._calls:
            self._calls = [call for call in self._calls if not call.done()]
        return None if self._calls else self._connection

    def run(self, work: Callable[..., T], *given: Any) -> "asyncio.Future[T]":
        self.visits += 1
        # In the caller's context, which has the deadline of the request.
        call: Future[T] = self._executor.submit(copy_context().run, self._call, work, given)
        self._calls = [*(earlier for earlier in self._calls if not earlier.done()), call]
        return asyncio.wrap_future(call)

    async def close(self, closing: Callable[[Connection], None]) -> None:
        if self._connection is not None:
            await self.run(closing)
            self._connection = None
        self._executor.shutdown(wait=False)

    def _call(self, work: Callable[..., T], given: tuple[Any, ...]) -> T:
        with translated(str(self._file)):
            if self._connection is None:
                self._connection = self._opening()
            return work(self._connection, *given)


def connect(file: Path, mode: str, busy_timeout: float) -> sqlite3.Connection:
    """Opens a file that must exist; `mode` is `ro` or `rw`, `busy_timeout` in seconds. Raises sqlite3.Error."""
    uri = f"file:{quote(str(file))}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=busy_timeout)


def connected(opened: Callable[[], sqlite3.Connection], beginning: str) -> Connection:
    """A connection of this thread, whose transactions begin with the statement `beginning`."""
    _OF_THREAD.opened = opened
    return _engine().connect().execution_options(beginning=beginning)


@cache
def _engine() -> Engine:
    """One engine for all files: it caches compiled statements, and compiling one takes longer than executing most."""
    # With isolation_level None the driver begins no transactions by itself.
    made = create_engine("sqlite://", creator=_opened, poolclass=NullPool)
    event.listen(made, "begin", lambda connection: begin(bare_connection(connection), connection.get_execution_options()["beginning"]))
    return made


def dialect() -> Dialect:
    """The one of all connections."""
    return _engine().dialect


def _opened() -> sqlite3.Connection:
    driver: sqlite3.Connection = _OF_THREAD.opened()
    return driver


def begin(driver: sqlite3.Connection, beginning: str) -> None:
    """Begins a transaction, unless one was begun on the event loop, unknown to SQLAlchemy."""
    if not driver.in_transaction:
        driver.execute(beginning)


@contextmanager
def reading(connection: Connection) -> Iterator[sqlite3.Connection]:
    """A transaction that reads, and its driver. SQLAlchemy learns of it with the first statement that goes through it."""
    driver = bare_connection(connection)
    driver.execute(DEFERRED)
    try:
        yield driver
    finally:
        connection.rollback()
        driver.rollback()


def enable_wal(connection: Connection, busy_timeout: float) -> None:
    """Switches the database to WAL mode, permanently; waits up to `busy_timeout` seconds. Raises sqlite3.OperationalError.

    SQLite itself does not wait here: two connections that switch at the same moment hold a shared lock each, and then the busy handler is
    not called (https://www.sqlite.org/c3ref/busy_handler.html).
    """
    driver = bare_connection(connection)
    end = time.monotonic() + busy_timeout
    while True:
        try:
            driver.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
        time.sleep(BETWEEN_ATTEMPTS)
