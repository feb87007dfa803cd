"""The connection that writes to the embedded database."""

import sqlite3
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import Connection

from modeldesk.adapters.deadline import counted, remaining
from modeldesk.adapters.persistence import statements
from modeldesk.adapters.persistence.failures import SQLITE_ERRORS, translated
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.prepared import SqliteDriverConnection, bare_connection
from modeldesk.adapters.persistence.schema import require_schema_version
from modeldesk.adapters.persistence.slot_heads import SlotHeads
from modeldesk.adapters.persistence.sqlite.connections import ConnectionThread, begin, connect, connected, enable_wal
from modeldesk.adapters.persistence.sqlite.database_file import DatabaseFile
from modeldesk.adapters.persistence.sqlite.generation import generation_of
from modeldesk.adapters.persistence.sqlite.wal_guard import WriteGuard
from modeldesk.domain.errors import Reason, StorageBusy, StorageUnavailable
from modeldesk.domain.model.snapshot import Generation

T = TypeVar("T")

BASE = "base"
"""The savepoint to which short work that fails is rolled back."""

IMMEDIATE = "BEGIN IMMEDIATE"


class SqliteWriter:
    """One connection in a thread of its own. `try_begin` runs on the event loop; what takes a `Connection` besides runs in the thread."""

    def __init__(self, file: DatabaseFile, *, busy_timeout: float, guarded: bool | None = None) -> None:
        self.file = file
        self.guard = WriteGuard(file.path, busy_timeout=busy_timeout, needed=guarded)
        self.thread = ConnectionThread(file.path, "writer", self._open)
        self._busy_timeout = busy_timeout
        self.generation: Generation | None = None
        """As of the beginning of the transaction that is open."""

        self.heads = SlotHeads()
        self._inline: tuple[Connection, SqliteDriverConnection] | None = None
        self._has_base = False
        self._done_since_base: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self._is_wal = False
        self._is_closed = False

    def require_open(self) -> None:
        """Raises StorageUnavailable."""
        if self._is_closed:
            raise StorageUnavailable(Reason("database-closed", place=self.file.location))

    async def close(self) -> None:
        self._is_closed = True
        await self.thread.close(self._close)

    def inline_connection(self, connection: Connection) -> SqliteDriverConnection:
        """The driver of the connection, for work on the event loop."""
        if self._inline is None or self._inline[0] is not connection:
            self._inline = connection, SqliteDriverConnection(connection.dialect, bare_connection(connection))
        return self._inline[1]

    def try_begin(self, connection: Connection) -> bool:
        """Begins a transaction if no other process is writing. Never waits."""
        self.file.require_unchanged()
        driver = bare_connection(connection)
        with translated(self.file.location):
            if not self._is_wal or not self.guard.try_acquire():
                return False
        with suppress(*SQLITE_ERRORS):  # the thread can wait, and reports what is wrong
            driver.execute("PRAGMA busy_timeout = 0")
            driver.execute(IMMEDIATE)
            if not self._has_our_schema(driver):
                driver.execute("ROLLBACK")
        if not driver.in_transaction:
            self.guard.release()
        return driver.in_transaction

    def write_with_others(self, connection: SqliteDriverConnection, work: Callable[..., None], *given: Any) -> None:
        """Calls short work in a transaction that others share. Where it fails, it is rolled back alone.

        What the others have done since the last point that was kept is done again then: the lock of all writers is held, so that it meets what
        it met before. A savepoint for each would copy most of its pages, and open a temporary file for them.
        """
        driver = connection.driver
        if not self._has_base:
            driver.execute(f"SAVEPOINT {BASE}")
            self._has_base = True
        try:
            work(connection, *given)
        except BaseException:
            if driver.in_transaction:  # else SQLite has rolled all of it back
                self._do_again(connection)
            raise
        self._done_since_base.append((work, given))

    def keep(self, driver: sqlite3.Connection) -> None:
        """Whatever fails later in this transaction, what was done so far stands."""
        if self._has_base:
            driver.execute(f"RELEASE {BASE}")
        self._forget_base()

    def begin_and(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        self._begin(connection)
        return work(connection, *given)

    def commit(self, connection: Connection, parts: Collection[Part], work: Callable[..., None], *given: Any) -> None:
        work(connection, *given)
        self.commit_now(connection, parts)

    def begin_and_commit(self, connection: Connection, parts: Collection[Part], work: Callable[..., None], *given: Any) -> None:
        self.begin_and(connection, work, *given)
        self.commit_now(connection, parts)

    def commit_now(self, connection: Connection, parts: Collection[Part]) -> None:
        driver = bare_connection(connection)
        statements.raise_generation(connection, parts)
        if connection.in_transaction():
            connection.commit()
        else:
            driver.commit()  # SQLAlchemy took no part in this transaction
        self._forget_base()
        self.guard.checkpoint_if_due(driver)
        self.guard.release()

    def commit_or_end(self, connection: Connection, parts: Collection[Part]) -> None:
        """Commits, or ends the transaction: nobody else would. Raises StorageUnavailable where SQLite has rolled it back already.

        SQLite does so at some failures, such as a full disk, and reports it to only one of the units of work in the transaction.
        """
        if not bare_connection(connection).in_transaction:
            self.end(connection)
            raise StorageUnavailable(Reason("changes-rolled-back", place=self.file.location))
        try:
            self.commit_now(connection, parts)
        except BaseException:
            self.end(connection)
            raise

    def end(self, connection: Connection) -> None:
        """Rolls back."""
        self._forget_base()
        try:
            connection.rollback()
            # For SQLAlchemy a failed commit ends the transaction; for SQLite it may not, and then everybody would wait for ever.
            bare_connection(connection).rollback()
        finally:
            self.guard.release()

    def change_schema(self, connection: Connection, work: Callable[[Connection], None]) -> None:
        self.file.require_unchanged()
        with self.guard.held():
            enable_wal(connection, self._busy_timeout)
            with connection.begin():
                work(connection)

    def run_alone(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(driver connection, *given)` outside any transaction, while no process writes."""
        self.file.require_unchanged()
        driver = bare_connection(connection)
        with self.guard.held():
            done = work(driver, *given)
            self.guard.checkpoint_if_due(driver)
            return done

    def _open(self) -> Connection:
        def opened() -> sqlite3.Connection:
            connection = connect(self.file.path, "rw", self._busy_timeout)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # The pages of a savepoint: a file for them would be made and written for each shared commit.
            connection.execute("PRAGMA temp_store = MEMORY")
            if self.guard.needed:
                connection.execute("PRAGMA wal_autocheckpoint = 0")
            return connection

        with self.guard.held():
            return connected(opened, IMMEDIATE)

    def _begin(self, connection: Connection) -> None:
        self.file.require_unchanged()
        driver = bare_connection(connection)
        with counted():
            self.guard.acquire()
            driver.execute(f"PRAGMA busy_timeout = {remaining(self._busy_timeout) * 1000:.0f}")
            if not self._is_wal:
                self._enable_wal(connection)
            begin(driver, IMMEDIATE)
        if not self._has_our_schema(driver):
            require_schema_version(statements.schema_version(connection))

    def _enable_wal(self, connection: Connection) -> None:
        if generation_of(bare_connection(connection)) is None:
            with connection.begin():
                require_schema_version(statements.schema_version(connection))
        # Only now: the file of another program, or of another version, stays as it is.
        enable_wal(connection, remaining(self._busy_timeout))
        self._is_wal = True

    def _close(self, connection: Connection) -> None:
        # The last connection to close checkpoints. Where the lock is taken, another process has the database open: this is not the last.
        with suppress(StorageBusy):
            self.guard.acquire()
        self._inline = None
        try:
            connection.close()
        finally:
            self.guard.release()

    def _do_again(self, connection: SqliteDriverConnection) -> None:
        connection.driver.execute(f"ROLLBACK TO {BASE}")
        try:
            for work, given in self._done_since_base:
                work(connection, *given)
        except SQLITE_ERRORS:
            connection.driver.rollback()  # all that share the commit fail

    def forget_wanted(self) -> None:
        """What webhooks want may be another thing from here on."""
        if self._inline is not None:
            self._inline[1].is_wanted.clear()

    def _forget_base(self) -> None:
        self._has_base, self._done_since_base = False, []

    def _has_our_schema(self, driver: sqlite3.Connection) -> bool:
        """Asked in each transaction, with its generation: another program may have migrated, restored or replaced what is in the file."""
        self.generation = generation_of(driver)
        if self.generation is not None:
            self.heads.begin(self.generation.choices)
            self.forget_wanted()
        return self.generation is not None
