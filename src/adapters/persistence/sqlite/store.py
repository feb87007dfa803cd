"""The embedded database: one connection that writes, in a thread of its own; one that reads, in another; one that only watches.

SQLAlchemy's asynchronous SQLite driver sends every cursor call through a thread by itself; here a whole port call is one visit to the thread
(measured in docs/adr/0003-storage.md). Short work is not even that: see `SqliteTransaction`.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection

from modeldesk.adapters.deadline import waiting
from modeldesk.adapters.persistence import statements
from modeldesk.adapters.persistence.failures import SQLITE_ERRORS, storage_error
from modeldesk.adapters.persistence.group_commit import GroupCommit, succeeded, with_lock
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.prepared import Prepared
from modeldesk.adapters.persistence.schema import require_schema_version
from modeldesk.adapters.persistence.sqlite.connections import ConnectionThread, ReadingConnection, connect, dialect
from modeldesk.adapters.persistence.sqlite.database_file import DatabaseFile, FileStamp
from modeldesk.adapters.persistence.sqlite.generation import generation_of
from modeldesk.adapters.persistence.sqlite.transaction import SqliteTransaction
from modeldesk.adapters.persistence.sqlite.wal_guard import WriteGuard
from modeldesk.adapters.persistence.sqlite.wal_index import WalIndex
from modeldesk.adapters.persistence.sqlite.writer import SqliteWriter
from modeldesk.domain.errors import StorageBusy
from modeldesk.domain.model.snapshot import Generation

T = TypeVar("T")


Present: TypeAlias = tuple[FileStamp, bytes]
"""The file as it was written last, and the header of its index: a commit changes the header, whatever else writes to the file its stamp."""


class SqliteDatabase:
    """One file, shared with other processes."""

    def __init__(self, file: Path, *, busy_timeout: float, guarded: bool | None = None) -> None:
        """`busy_timeout` in seconds. `guarded`: see `wal_guard`."""
        self._file = DatabaseFile(file)
        self.writer = SqliteWriter(self._file, busy_timeout=busy_timeout, guarded=guarded)
        self._busy_timeout = busy_timeout
        self._group = GroupCommit(self._commit_group)
        self._reader = ConnectionThread(file, "reader", self._open_reader)
        self._watch: sqlite3.Connection | None = None
        self._index = WalIndex(self._file.location)
        self._seen: tuple[Present, object] | None = None
        """What was present, and the change token while it is so."""

        self._known: tuple[Present, Generation] | None = None
        """What was present, and the generation while it is so."""

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def location(self) -> str:
        return self._file.location

    @property
    def guard(self) -> WriteGuard:
        return self.writer.guard

    def transaction(self) -> AbstractAsyncContextManager[SqliteTransaction]:
        """One at a time in this process; other processes are waited for in the thread, from the first statement on."""
        return with_lock(SqliteTransaction(self.writer, self._group))

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(connection, *given)` inside one read transaction: all that it reads is of one moment."""
        return await self._in_reader(self._read, work, *given)

    async def read_prepared(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`, for work that only executes prepared statements."""
        return await self._in_reader(self._read_prepared, work, *given)

    async def read_any(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`, whatever schema the database has."""
        return await self._in_reader(self._read_any, work, *given)

    async def change_token(self) -> object:
        """Differs from its last value whenever anybody has committed to the file. Runs on the event loop, in microseconds."""
        before = self._present()
        if self._seen is not None and before == self._seen[0]:
            return self._seen[1]
        try:
            if self._watch is None:
                self._watch = connect(self.path, "ro", 0.0)
            token: object = self._watch.execute("PRAGMA data_version").fetchone()[0]
            # Only a header that stood before and after the pragma is known to be the one of this token.
            self._seen = (before, token) if before is not None and before == self._present() else None
            self._index.find()
            return token
        except sqlite3.OperationalError:
            return object()  # the file is locked at this moment: the caller reads anew, in the thread that can wait
        except SQLITE_ERRORS as error:
            raise storage_error(error, self.location) from error

    async def generation(self) -> Generation | None:
        """The present one, read as the change token is; None where only the thread can read it, or say what is wrong."""
        before = self._present()
        if self._watch is None:
            return None
        if self._known is not None and before == self._known[0]:
            return self._known[1]
        try:
            generation = generation_of(self._watch)
        except SQLITE_ERRORS:
            return None
        self._known = (before, generation) if before is not None and generation is not None and before == self._present() else None
        return generation

    async def change_schema(self, work: Callable[[Connection], None]) -> None:
        """Calls `work(connection)` in a writing transaction, whatever schema the database has."""
        async with self._group.outside_transactions():
            await self.writer.thread.run(self.writer.change_schema, work)

    async def write_alone(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(driver connection, *given)` while nobody else may write, outside any transaction of ours."""
        async with self._group.outside_transactions():
            return await self.writer.thread.run(self.writer.run_alone, work, *given)

    def connections(self) -> Mapping[str, int]:
        """One process has its own few connections, and no pool."""
        return {}

    def listen(self, listener: Callable[[], None]) -> None:
        """Announces nothing: looking at the file costs microseconds."""

    def compile(self, statements: Iterable[Prepared]) -> None:
        """For all processes that part from this one."""
        for statement in statements:
            statement.compile(dialect())

    async def close(self) -> None:
        """Lets the transaction that is open end first: it holds the lock that closing needs."""
        if self._watch is not None:
            self._index.forget()
            self._seen = self._known = None
            self._watch.close()
            self._watch = None
        await self._reader.close(ReadingConnection.close)
        async with self._group.outside_transactions():
            await self.writer.close()
        self._file.closed()

    def _commit_group(self, parts: Collection[Part]) -> "asyncio.Future[None]":
        committing = self.writer.heads.committing()
        commit = self.writer.thread.run(self.writer.commit_or_end, parts)
        commit.add_done_callback(lambda done: committing.done(parts) if succeeded(done) else None)
        return commit

    def _present(self) -> Present | None:
        """None where only a query can tell. Raises as `DatabaseFile.require_unchanged`."""
        stamp, header = self._file.require_unchanged(), self._index.header()
        return (stamp, header) if header is not None else None

    async def _in_reader(self, read: Callable[..., T], *given: Any) -> T:
        try:
            async with waiting():
                return await self._reader.run(read, *given)
        except TimeoutError:
            raise StorageBusy from None

    def _open_reader(self) -> ReadingConnection:
        return ReadingConnection(lambda: connect(self.path, "ro", self._busy_timeout))

    def _read(self, reader: ReadingConnection, work: Callable[..., T], *given: Any) -> T:
        self._file.require_unchanged()
        connection = reader.around
        with reader.reading() as prepared:
            if generation_of(prepared.driver) is None:
                require_schema_version(statements.schema_version(connection))
            return work(connection, *given)

    def _read_prepared(self, reader: ReadingConnection, work: Callable[..., T], *given: Any) -> T:
        self._file.require_unchanged()
        with reader.reading() as prepared:
            if generation_of(prepared.driver) is not None:
                return work(prepared, *given)
        return self._read(reader, work, *given)  # which finds out what is wrong

    def _read_any(self, reader: ReadingConnection, work: Callable[..., T], *given: Any) -> T:
        self._file.require_unchanged()
        with reader.around.begin():
            return work(reader.around, *given)
