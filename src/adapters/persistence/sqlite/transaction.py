"""A unit of work's part of the writing connection."""

import asyncio
import sqlite3
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sqlalchemy import Connection

from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.group_commit import GroupCommit
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.prepared import AnyConnection, SqliteDriverConnection, bare_connection
from modeldesk.adapters.persistence.slot_heads import SlotHeads
from modeldesk.adapters.persistence.sqlite.writer import SqliteWriter
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange

T = TypeVar("T")

SHORT_WAITS = (0.0, 0.001, 0.002, 0.004, 0.004)
"""Seconds before each attempt. Another process seldom writes for longer, and a wait here saves a visit to the thread.

The first wait yields to the event loop once, so that requests which are already queued share the commit.
"""


class SqliteTransaction:
    """Begins with the first call, which saves a visit to the thread.

    A visit costs more than the few statements of a short piece of work. So that runs inline, on the event loop: in a transaction that may
    write, nothing waits any more until the commit, and its beginning is tried without waiting. Whatever waits, for a lock or for the disk,
    runs in the thread.
    """

    def __init__(self, writer: SqliteWriter, group: GroupCommit) -> None:
        self._writer = writer
        self._group = group
        self._has_lock = False
        self._has_begun = False
        self._is_member = False
        self._has_savepoint = False
        self._read_from: asyncio.Future[None] | None = None
        self._driver_connection: SqliteDriverConnection | None = None

    async def acquire(self) -> None:
        """Waits for the lock. Raises StorageBusy at the deadline of the request, StorageUnavailable where the database was closed meanwhile."""
        await self._group.acquire()
        self._has_lock = True
        try:
            self._writer.require_open()
        except BaseException:
            self._release()
            raise

    async def leave(self) -> None:
        """Rolls back what was not committed, also in a task that was cancelled, before anybody else has the lock."""
        if not self._has_lock:
            return
        try:
            if self._is_member:
                self._read_from = self._group.end_of_pending()
                if self._has_savepoint:
                    await asyncio.shield(self._writer.thread.run(self._roll_back_member))
            elif self._has_begun:
                await asyncio.shield(self._writer.thread.run(self._writer.end))
        finally:
            self._release()

    async def durable(self) -> None:
        """Waits until what was read is committed, after `leave`: units of work that joined the group earlier may have written it.

        Raises what their commit raises: an answer must not speak of a version that does not exist.
        """
        if self._read_from is not None:
            await self._read_from

    async def run(self, work: Callable[..., T], *given: Any, runs_inline: bool = False) -> T:
        """Calls `work(connection, *given)` inside the transaction."""
        if not self._has_lock:
            await self.acquire()
        writer = self._writer
        if runs_inline and (connection := await self._inline_connection()) is not None:
            with translated(writer.file.location):
                return work(connection, *given)
        if self._has_begun:
            return await writer.thread.run(self._alone, work, *given)
        await self._group.flush()  # what is done need not wait for long work
        self._has_begun = True
        return await writer.thread.run(writer.begin_and, work, *given)

    async def has_generation(self, part: Part, number: int) -> bool:
        if not self._has_begun:
            await self._begin()
        generation = self._writer.generation
        return generation is not None and getattr(generation, part) == number and not self._group.has_written(part)

    async def heads(self, slot: Slot | None = None) -> SlotHeads:
        """What is remembered of slots, for use inside the transaction."""
        if not self._has_begun:
            await self._begin()
        return self._writer.heads

    async def commit(
        self,
        work: Callable[..., None],
        *given: Any,
        parts: Collection[Part],
        runs_inline: bool = False,
        changes: Collection[SlotChange] | None = None,
    ) -> None:
        if not self._has_lock:
            await self.acquire()
        writer = self._writer
        if runs_inline and (connection := await self._inline_connection()) is not None:
            with translated(writer.file.location):
                if self._is_member and not self._has_savepoint:
                    writer.write_with_others(connection, work, *given)
                else:
                    work(connection, *given)
                    self._keep(connection.driver)
            self._remember(parts, changes)
            if self._is_member or self._group.has_waiting:
                await self._join_group(parts)
            else:
                committing = writer.heads.committing()
                await writer.thread.run(writer.commit_now, parts)
                committing.done(parts)
        elif self._is_member:
            writer.heads.forget()
            self._group.will_write(parts)
            await writer.thread.run(self._end_member, work, *given)
            await self._join_group(parts)
        else:
            if not self._has_begun:
                await self._group.flush()
            writer.heads.forget()
            ending = writer.commit if self._has_begun else writer.begin_and_commit
            self._has_begun = True
            await writer.thread.run(ending, parts, work, *given)
        self._has_begun = False

    async def _begin(self) -> None:
        if not self._has_lock:
            await self.acquire()
        if await self._inline_connection() is None:
            await self.run(_only_begin)

    def _remember(self, parts: Collection[Part], changes: Collection[SlotChange] | None) -> None:
        if changes is not None:
            self._writer.heads.written(changes)
        elif "choices" in parts:
            self._writer.heads.forget()

    async def _join_group(self, parts: Collection[Part]) -> None:
        """Releases the lock, and waits for the shared commit."""
        self._is_member = self._has_begun = False
        pending = self._group.join(parts)
        self._release()
        await pending

    def _release(self) -> None:
        self._has_lock = False
        self._group.release()

    async def _inline_connection(self) -> SqliteDriverConnection | None:
        """The connection, inside the transaction, where it may be used on the event loop; None where the thread must be used."""
        if self._has_begun and self._driver_connection is not None:
            return self._driver_connection if self._writer.thread.idle is not None else None
        for wait in SHORT_WAITS:
            if not self._has_begun and not self._group.is_pending:
                await asyncio.sleep(wait)
            connection = self._writer.thread.idle
            if connection is None:
                return None
            if self._driver_connection is None:
                self._driver_connection = self._writer.inline_connection(connection)
            if self._has_begun:
                return self._driver_connection
            if self._group.is_pending and not self._driver_connection.driver.in_transaction:
                await self._group.flush()  # SQLite rolled it back: its members get the error, and no other may join
            self._is_member = self._group.is_pending
            self._has_begun = self._is_member or self._writer.try_begin(connection)
            if self._has_begun:
                return self._driver_connection
        return None

    def _alone(self, connection: Connection, work: Callable[..., T], *given: Any) -> T:
        """Calls long work, which may write before it commits. Among others it has a savepoint, to which it is rolled back alone."""
        self._writer.forget_wanted()
        if self._is_member and not self._has_savepoint:
            bare_connection(connection).execute("SAVEPOINT member")
            self._has_savepoint = True
        return work(connection, *given)

    def _end_member(self, connection: Connection, work: Callable[..., None], *given: Any) -> None:
        self._alone(connection, work, *given)
        self._keep(bare_connection(connection))

    def _keep(self, driver: sqlite3.Connection) -> None:
        """From here on long work is part of the group, whatever becomes of its caller."""
        if self._has_savepoint:
            driver.execute("RELEASE member")
            self._writer.keep(driver)
            self._has_savepoint = False

    def _roll_back_member(self, connection: Connection) -> None:
        """Not where its caller was cancelled while it ended: then it is part of the group."""
        driver = bare_connection(connection)
        if driver.in_transaction and self._has_savepoint:  # else SQLite has rolled all of it back
            driver.execute("ROLLBACK TO member")
            driver.execute("RELEASE member")


def _only_begin(_: AnyConnection) -> None:
    """Work that is nothing but the beginning of its transaction."""
