"""The embedded database: one writing connection in a thread of its own, one reading connection in another, one that only watches.

SQLAlchemy's asynchronous SQLite driver sends every cursor call through a thread by itself; here a whole port call is one visit to the thread
(measured in docs/adr/0003-storage.md).
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from modeldesk.adapters.persistence import statements
from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.schema import must_fit
from modeldesk.adapters.persistence.sqlite_guard import WriteGuard
from modeldesk.domain.errors import StorageUnavailable

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that a writer waits for another process before it gives up."""


class SqliteDatabase:
    """The file must exist: a database that went away is an error, never a new empty one."""

    def __init__(self, file: Path, *, patience: float = PATIENCE, guarded: bool | None = None) -> None:
        self.file = file
        self.guard = WriteGuard(file, patience=patience, needed=guarded)
        self._patience = patience
        self._turn = asyncio.Lock()
        self._writing = _Thread(file, "writer", self._open_writer)
        self._reading = _Thread(file, "reader", self._open_reader)
        self._watch: tuple[sqlite3.Connection, tuple[int, int]] | None = None
        self._fits = False

    @property
    def place(self) -> str:
        return str(self.file)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["SqliteTransaction"]:
        """One at a time in this process; other processes are waited for in the thread, from the first statement on."""
        async with self._turn:
            transaction = SqliteTransaction(self)
            try:
                yield transaction
            finally:
                if transaction.begun:
                    # Whatever happened to the task, the thread rolls back before it takes another call.
                    await asyncio.shield(self._writing.run(self._end))

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(connection, *given)` inside one read transaction: what it sees is of one moment."""
        return await self._reading.run(self._read, work, *given)

    async def pulse(self) -> object:
        """Differs from its last value whenever something was committed to the file by anybody; asked on the event loop, in microseconds."""
        try:
            found = os.stat(self.file)
        except OSError as error:
            raise StorageUnavailable(f"{self.place}: {error.strerror}") from error
        identity = (found.st_dev, found.st_ino)
        try:
            if self._watch is None or self._watch[1] != identity:
                await self._forget()
                self._watch = (_connect(self.file, "ro", 0.0), identity)
            return (identity, self._watch[0].execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.OperationalError:
            return object()  # somebody holds the file this very moment: read it again, in the thread that can wait
        except sqlite3.Error as error:
            raise StorageUnavailable(f"{self.place}: {error}") from error

    async def read_any(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`, whatever schema the database has."""
        return await self._reading.run(_in_transaction, work, *given)

    async def change_schema(self, work: Callable[[Connection], None]) -> None:
        """Calls `work(connection)` in a writing transaction, whatever schema the database has."""
        async with self._turn:
            await self._writing.run(self._change_schema, work)

    async def close(self) -> None:
        if self._watch is not None:
            self._watch[0].close()
            self._watch = None
        await self._reading.close()
        await self._writing.run_if_open(self._close_writer)
        await self._writing.close()

    async def write_alone(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(driver connection, *given)` while nobody else may write, outside any transaction of ours."""
        async with self._turn:
            return await self._writing.run(self._alone, work, *given)

    async def _forget(self) -> None:
        """The file is another one than before: nothing that was open belongs to it."""
        if self._watch is not None:
            self._watch[0].close()
            self._watch = None
            await self._reading.reopen()

    # What follows runs in the writer's or the reader's thread.

    def _open_writer(self) -> Connection:
        def connect() -> sqlite3.Connection:
            connection = _connect(self.file, "rw", self._patience)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if self.guard.needed:
                connection.execute("PRAGMA wal_autocheckpoint = 0")
            return connection

        with self.guard.held():
            return _engine(connect, "BEGIN IMMEDIATE").connect()

    def _open_reader(self) -> Connection:
        return _engine(lambda: _connect(self.file, "ro", self._patience), "BEGIN").connect()

    def _begin_and(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        self.guard.acquire()
        connection.begin()
        if not self._fits:
            must_fit(statements.schema_version(connection))
            self._fits = True
        return work(connection, *given)

    def _commit(self, connection: Connection, raised: Iterable[str]) -> None:
        statements.raise_numbers(connection, raised)
        connection.commit()
        self.guard.checkpoint_if_due(bare_connection(connection))
        self.guard.release()

    def _end(self, connection: Connection) -> None:
        try:
            connection.rollback()
        finally:
            self.guard.release()

    def _read(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        with connection.begin():
            must_fit(statements.schema_version(connection))
            return work(connection, *given)

    def _change_schema(self, connection: Connection, work: Callable[[Connection], None]) -> None:
        with self.guard.held(), connection.begin():
            work(connection)

    def _alone(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        with self.guard.held():
            return work(bare_connection(connection), *given)

    def _close_writer(self, connection: Connection) -> None:
        # The last connection to close checkpoints.
        with self.guard.held():
            connection.close()
            connection.engine.dispose()


class SqliteTransaction:
    """The transaction of the writer's thread. It begins with the first call, which saves a visit to the thread."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self.begun = False

    async def run(self, work: Callable[..., T], *given: Any) -> T:
        if self.begun:
            return await self._database._writing.run(work, *given)
        self.begun = True
        return await self._database._writing.run(self._database._begin_and, work, *given)

    async def commit(self, raised: Iterable[str]) -> None:
        if not self.begun:
            await self.run(statements.nothing)
        await self._database._writing.run(self._database._commit, raised)
        self.begun = False


class _Thread:
    """A thread that owns a connection, opened at the first call. Calls are taken one after the other."""

    def __init__(self, file: Path, name: str, opening: Callable[[], Connection]) -> None:
        self._file = file
        self._opening = opening
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"modeldesk-{name}")
        self._connection: Connection | None = None

    def run(self, work: Callable[..., T], *given: Any) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._executor, self._call, work, given)

    async def run_if_open(self, work: Callable[..., None]) -> None:
        if self._connection is not None:
            await self.run(work)
            self._connection = None

    async def reopen(self) -> None:
        await self.run_if_open(Connection.close)

    async def close(self) -> None:
        await self.run_if_open(Connection.close)
        self._executor.shutdown(wait=False)

    def _call(self, work: Callable[..., T], given: tuple[Any, ...]) -> T:
        with translated(str(self._file)):
            if self._connection is None:
                self._connection = self._opening()
            return work(self._connection, *given)


def _connect(file: Path, mode: str, patience: float) -> sqlite3.Connection:
    uri = f"file:{quote(str(file))}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=patience)


def _engine(connect: Callable[[], sqlite3.Connection], begin: str) -> Engine:
    # The driver is told to begin nothing by itself (isolation_level None): a transaction begins with the statement that is meant.
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _in_transaction(connection: Connection, work: Callable[..., T], *given: Any) -> T:
    with connection.begin():
        return work(connection, *given)


def bare_connection(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for what SQL has no words for."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver
