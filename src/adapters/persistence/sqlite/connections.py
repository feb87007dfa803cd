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
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Dialect, Engine, NullPool, create_engine, event

from modeldesk.adapters.persistence.failures import is_busy, translated
from modeldesk.adapters.persistence.prepared import SqliteDriverConnection, bare_connection

C = TypeVar("C")
T = TypeVar("T")

BETWEEN_ATTEMPTS = 0.01
"""Seconds."""

DEFERRED = "BEGIN"
"""Begins a transaction that reads: of what the first statement finds."""

_OF_THREAD = local()
"""`opened` opens the connection of the thread."""


class ConnectionThread(Generic[C]):
    """A thread that owns one connection, opened at the first call. Calls run one after the other."""

    def __init__(self, file: Path, name: str, opening: Callable[[], C]) -> None:
        self._file = file
        self._opening = opening
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"modeldesk-{name}")
        self._connection: C | None = None
        self._calls: list[Future[Any]] = []
        self.visits = 0
        """How many calls were made: each costs more than a short piece of work on the event loop."""

    @property
    def idle(self) -> C | None:
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

    async def close(self, closing: Callable[[C], None]) -> None:
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


class ReadingConnection:
    """A connection for transactions that read.

    SQLAlchemy's own, around it, is made when it is used first. Prepared statements need none, and each worker would have its own copy of a megabyte
    of what SQLAlchemy's pool and its events are.

    A read that fails may leave a statement that has not ended, and whoever holds the error holds it: later reads would find what it found. So
    the next one has another connection.
    """

    def __init__(self, opened: Callable[[], sqlite3.Connection]) -> None:
        self._opened = opened
        self._alone: sqlite3.Connection | None = opened()
        self._around: Connection | None = None

    @property
    def around(self) -> Connection:
        """SQLAlchemy's. It opens another connection where it lost the first."""
        if self._around is None:
            self._around = connected(self._first_or_another, DEFERRED)
        return self._around

    @contextmanager
    def reading(self) -> Iterator[SqliteDriverConnection]:
        """A transaction. SQLAlchemy learns of it with the first statement that goes through it."""
        driver = self._driver()
        try:
            driver.execute(DEFERRED)
            yield SqliteDriverConnection(dialect(), driver)
            if self._around is not None:
                self._around.rollback()
            driver.rollback()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        alone, around = self._alone, self._around
        self._alone = self._around = None
        for opened in (alone, around):
            if opened is not None:
                opened.close()

    def _driver(self) -> sqlite3.Connection:
        if self._around is not None:
            return bare_connection(self._around)
        self._alone = self._alone or self._opened()
        return self._alone

    def _first_or_another(self) -> sqlite3.Connection:
        first, self._alone = self._alone, None
        return first or self._opened()


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
