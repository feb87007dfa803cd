"""The embedded database: one writing connection in a thread of its own, one reading connection in another, one that only watches.

SQLAlchemy's asynchronous SQLite driver sends every cursor call through a thread by itself; here a whole port call is one visit to the thread
(measured in docs/adr/0003-storage.md). What is brief and cannot wait is not even that: see `SqliteTransaction`.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from modeldesk.adapters.persistence import statements
from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.prepared import bare_connection
from modeldesk.adapters.persistence.schema import must_fit
from modeldesk.adapters.persistence.sqlite_connections import ConnectionThread, begin, connect, engine, log_ahead
from modeldesk.adapters.persistence.sqlite_guard import WriteGuard
from modeldesk.domain.errors import StorageBusy, StorageUnavailable
from modeldesk.domain.snapshot import Generation

T = TypeVar("T")

IMMEDIATE = "BEGIN IMMEDIATE"
SHORT_WAITS = (0.0, 0.001, 0.002, 0.004, 0.004)
"""Seconds between tries: another process's turn seldom takes longer, and whoever has waited here need not come back from the thread."""


class SqliteDatabase:
    """The file must exist and stay the one that was opened: a database that went away is an error, never a new empty one.

    Nor is a file that took its place gone on with: what is open here would write into the old one, or mix the log of one with the other.
    """

    def __init__(self, file: Path, *, patience: float, guarded: bool | None = None) -> None:
        self.file = file
        self._path = str(file)
        self.guard = WriteGuard(file, patience=patience, needed=guarded)
        self._patience = patience
        self._turn = asyncio.Lock()
        self._writing = ConnectionThread(file, "writer", self._open_writer)
        self._reading = ConnectionThread(file, "reader", self._open_reader)
        self._watch: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._fits = False
        self._is_closed = False

    @property
    def place(self) -> str:
        return str(self.file)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["SqliteTransaction"]:
        """One at a time in this process; other processes are waited for in the thread, from the first statement on."""
        async with self._turn:
            if self._is_closed:
                raise StorageUnavailable(f"{self.place}: it is closed already")
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
        self._must_be_there()
        try:
            if self._watch is None:
                self._watch = connect(self.file, "ro", 0.0)
            return self._watch.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.OperationalError:
            return object()  # somebody holds the file this very moment: read it again, in the thread that can wait
        except sqlite3.Error as error:
            raise StorageUnavailable(f"{self.place}: {error}") from error

    async def numbers(self) -> Generation | None:
        """As they stand, asked as the pulse is; None where the thread must be asked, which can wait and tell what is wrong."""
        self._must_be_there()
        if self._watch is None:
            return None
        try:
            row = self._watch.execute("SELECT catalogue, choices, access FROM generations").fetchone()
        except sqlite3.Error:
            return None
        return Generation(*row) if row is not None else None

    async def read_any(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`, whatever schema the database has."""
        return await self._reading.run(self._read_any, work, *given)

    async def change_schema(self, work: Callable[[Connection], None]) -> None:
        """Calls `work(connection)` in a writing transaction, whatever schema the database has."""
        async with self._turn:
            await self._writing.run(self._change_schema, work)

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        await self._reading.close(Connection.close)
        # The transaction under way comes to its end first: closing would wait in vain for the lock that it holds.
        async with self._turn:
            self._is_closed = True
            await self._writing.close(self._close_writer)
        self._identity = None

    async def write_alone(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(driver connection, *given)` while nobody else may write, outside any transaction of ours."""
        async with self._turn:
            return await self._writing.run(self._alone, work, *given)

    def _must_be_there(self) -> None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - asked several times a request, and pathlib takes its time
        except OSError:
            with translated(self.place):
                raise
        identity = (found.st_dev, found.st_ino)
        if self._identity is None:
            self._identity = identity
        elif self._identity != identity:
            raise StorageUnavailable(f"{self.place}: the file was replaced while it was in use; start Modeldesk again")

    def _begun_at_once(self, connection: Connection) -> bool:
        """Whether the writer's turn could be had, among all processes, without waiting for it."""
        self._must_be_there()
        driver = bare_connection(connection)
        with translated(self.place):
            if not self._fits or not self.guard.acquired_at_once():
                return False
        with suppress(sqlite3.Error):  # the thread can wait, and tells what is wrong
            driver.execute("PRAGMA busy_timeout = 0")
            try:
                driver.execute(IMMEDIATE)
            finally:
                driver.execute(f"PRAGMA busy_timeout = {self._patience * 1000:.0f}")
        if not driver.in_transaction:
            self.guard.release()
        return driver.in_transaction

    # What follows runs in the writer's or the reader's thread.

    def _open_writer(self) -> Connection:
        def opened() -> sqlite3.Connection:
            connection = connect(self.file, "rw", self._patience)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if self.guard.needed:
                connection.execute("PRAGMA wal_autocheckpoint = 0")
            return connection

        with self.guard.held():
            return engine(opened, IMMEDIATE).connect()

    def _open_reader(self) -> Connection:
        return engine(lambda: connect(self.file, "ro", self._patience), "BEGIN").connect()

    def _begin(self, connection: Connection) -> None:
        self._must_be_there()
        self.guard.acquire()
        if not self._fits:
            self._must_be_ours(connection)
        begin(bare_connection(connection), IMMEDIATE)

    def _begin_and(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        self._begin(connection)
        return work(connection, *given)

    def _must_be_ours(self, connection: Connection) -> None:
        with connection.begin():
            must_fit(statements.schema_version(connection))
        # Only now: the file of another program, or of another version, stays as it is.
        log_ahead(connection)
        self._fits = True

    def _commit(self, connection: Connection, work: Callable[..., None], *given: Any) -> None:
        work(connection, *given)
        self._commit_now(connection)

    def _begin_and_commit(self, connection: Connection, work: Callable[..., None], *given: Any) -> None:
        self._begin_and(connection, work, *given)
        self._commit_now(connection)

    def _commit_now(self, connection: Connection) -> None:
        driver = bare_connection(connection)
        if connection.in_transaction():
            connection.commit()
        else:
            driver.commit()  # nothing in it was SQLAlchemy's business
        self.guard.checkpoint_if_due(driver)
        self.guard.release()

    def _end(self, connection: Connection) -> None:
        try:
            connection.rollback()
            # To SQLAlchemy a commit that failed is an end, too; to SQLite it need not be, and everybody would wait for it for ever.
            bare_connection(connection).rollback()
        finally:
            self.guard.release()

    def _read(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        self._must_be_there()
        with connection.begin():
            must_fit(statements.schema_version(connection))
            return work(connection, *given)

    def _read_any(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        self._must_be_there()
        with connection.begin():
            return work(connection, *given)

    def _change_schema(self, connection: Connection, work: Callable[[Connection], None]) -> None:
        self._must_be_there()
        with self.guard.held():
            log_ahead(connection)
            with connection.begin():
                work(connection)

    def _alone(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        self._must_be_there()
        driver = bare_connection(connection)
        with self.guard.held():
            done = work(driver, *given)
            self.guard.checkpoint_if_due(driver)
            return done

    def _close_writer(self, connection: Connection) -> None:
        # The last connection to close checkpoints. Where the lock is not to be had, somebody else has the database open: this is not the last.
        with suppress(StorageBusy):
            self.guard.acquire()
        try:
            connection.close()
        finally:
            self.guard.release()


class SqliteTransaction:
    """The transaction of the writer's connection. It begins with the first call, which saves a visit to the thread.

    A visit costs more than the few statements of a brief piece of work. So that is done on the event loop: in a transaction that may
    write, nothing waits any more until the commit, and its beginning is tried without waiting first. Whatever waits, for a lock or for the
    disk to have what was written, is the thread's.
    """

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self.begun = False

    async def run(self, work: Callable[..., T], *given: Any, brief: bool = False) -> T:
        database = self._database
        if brief and (connection := await self._at_hand()) is not None:
            with translated(database.place):
                return work(connection, *given)
        if self.begun:
            return await database._writing.run(work, *given)
        self.begun = True
        return await database._writing.run(database._begin_and, work, *given)

    async def commit(self, work: Callable[..., None], *given: Any, brief: bool = False) -> None:
        database = self._database
        if brief and (connection := await self._at_hand()) is not None:
            with translated(database.place):
                work(connection, *given)
            await database._writing.run(database._commit_now)
        else:
            ending = database._commit if self.begun else database._begin_and_commit
            self.begun = True
            await database._writing.run(ending, work, *given)
        self.begun = False

    async def _at_hand(self) -> Connection | None:
        """The connection, inside the transaction, where it may be used on the event loop; None where the thread must be asked."""
        for wait in SHORT_WAITS:
            if wait:
                await asyncio.sleep(wait)
            connection = self._database._writing.idle
            if connection is None or self.begun:
                return connection
            self.begun = self._database._begun_at_once(connection)
            if self.begun:
                return connection
        return None
