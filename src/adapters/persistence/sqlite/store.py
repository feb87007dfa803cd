"""The embedded database: one writing connection in a thread of its own, one reading connection in another, one that only watches.

SQLAlchemy's asynchronous SQLite driver sends every cursor call through a thread by itself; here a whole port call is one visit to the thread
(measured in docs/adr/0003-storage.md). What is brief and cannot wait is not even that: see `SqliteTransaction`.
"""

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
from modeldesk.adapters.persistence.sqlite.connections import ConnectionThread, begin, connect, engine, log_ahead
from modeldesk.adapters.persistence.sqlite.group_commit import GroupCommit, SqliteTransaction
from modeldesk.adapters.persistence.sqlite.wal_guard import WriteGuard
from modeldesk.domain.errors import StorageBusy, StorageUnavailable
from modeldesk.domain.model.snapshot import Generation

T = TypeVar("T")

IMMEDIATE = "BEGIN IMMEDIATE"


class SqliteDatabase:
    """The file must exist and stay the one that was opened: a database that went away is an error, never a new empty one.

    Nor is a file that took its place gone on with: what is open here would write into the old one, or mix the log of one with the other.
    """

    def __init__(self, file: Path, *, patience: float, guarded: bool | None = None) -> None:
        self.file = file
        self._path = str(file)
        self.guard = WriteGuard(file, patience=patience, needed=guarded)
        self._patience = patience
        self._turns = GroupCommit(self)
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
    async def transaction(self) -> AsyncIterator[SqliteTransaction]:
        """One at a time in this process; other processes are waited for in the thread, from the first statement on."""
        transaction = SqliteTransaction(self, self._turns)
        await transaction.take_turn()
        try:
            yield transaction
        finally:
            await transaction.leave()

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(connection, *given)` inside one read transaction: what it sees is of one moment."""
        return await self._reading.run(self._read, work, *given)

    async def change_token(self) -> object:
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

    async def generation(self) -> Generation | None:
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
        async with self._turns.alone():
            await self._writing.run(self._change_schema, work)

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        await self._reading.close(Connection.close)
        # The transaction under way comes to its end first: closing would wait in vain for the lock that it holds.
        async with self._turns.alone():
            self._is_closed = True
            await self._writing.close(self._close_writer)
        self._identity = None

    async def write_alone(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(driver connection, *given)` while nobody else may write, outside any transaction of ours."""
        async with self._turns.alone():
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

    @property
    def writer(self) -> ConnectionThread:
        return self._writing

    def must_be_open(self) -> None:
        """Raises StorageUnavailable."""
        if self._is_closed:
            raise StorageUnavailable(f"{self.place}: it is closed already")

    def try_begin(self, connection: Connection) -> bool:
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

    def begin_and(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        self._begin(connection)
        return work(connection, *given)

    def _must_be_ours(self, connection: Connection) -> None:
        with connection.begin():
            must_fit(statements.schema_version(connection))
        # Only now: the file of another program, or of another version, stays as it is.
        log_ahead(connection, self._patience)
        self._fits = True

    def commit(self, connection: Connection, work: Callable[..., None], *given: Any) -> None:
        work(connection, *given)
        self.commit_now(connection)

    def begin_and_commit(self, connection: Connection, work: Callable[..., None], *given: Any) -> None:
        self.begin_and(connection, work, *given)
        self.commit_now(connection)

    def commit_now(self, connection: Connection) -> None:
        driver = bare_connection(connection)
        if connection.in_transaction():
            connection.commit()
        else:
            driver.commit()  # nothing in it was SQLAlchemy's business
        self.guard.checkpoint_if_due(driver)
        self.guard.release()

    def commit_or_end(self, connection: Connection) -> None:
        """What could not be committed is not left open: nobody comes back for it. Raises StorageUnavailable where there is nothing to commit any
        more: SQLite takes a whole transaction back at some failures, such as a full disk, of which only one of those in it has heard.
        """
        if not bare_connection(connection).in_transaction:
            self.end(connection)
            raise StorageUnavailable(f"{self.place}: the changes were taken back before they were on the disk; try again")
        try:
            self.commit_now(connection)
        except BaseException:
            self.end(connection)
            raise

    def end(self, connection: Connection) -> None:
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
            log_ahead(connection, self._patience)
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
