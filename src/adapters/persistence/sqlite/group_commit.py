"""Turns at the embedded database: one unit of work at a time, and one commit for all that were waiting for theirs.

A commit is on the disk only after a sync, which takes many times as long as the few statements of a selection. So whoever is done while others
wait does not have it made for itself alone: it gives its turn away, inside the same transaction of the database, and waits for the commit that
all of them share. Each is answered after that commit, and not before; if it fails, all of them fail (docs/adr/0003-storage.md).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.prepared import bare_connection
from modeldesk.domain.errors import StorageBusy

if TYPE_CHECKING:  # each is drawn in terms of the other
    from modeldesk.adapters.persistence.sqlite.store import SqliteDatabase

T = TypeVar("T")

SHORT_WAITS = (0.0, 0.001, 0.002, 0.004, 0.004)
"""Seconds between tries: another process's turn seldom takes longer, and whoever has waited here need not come back from the thread."""


class GroupCommit:
    """Who writes now, who waits, and what is done but not committed yet."""

    def __init__(self, database: "SqliteDatabase") -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._shared: asyncio.Future[None] | None = None
        self._flushing: asyncio.Task[None] | None = None

    @property
    def are_awaited(self) -> bool:
        return self._waiting > 0

    @property
    def is_shared(self) -> bool:
        """Whether the database stands in a transaction in which others are done already."""
        return self._shared is not None

    async def take(self) -> None:
        self._waiting += 1
        try:
            await self._lock.acquire()
        finally:
            self._waiting -= 1

    def give(self) -> None:
        self._lock.release()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """A turn outside any transaction."""
        async with self._lock:
            await self.commit_shared()
            yield

    def share(self) -> "asyncio.Future[None]":
        """Whoever has the turn and is done joins those whose commit is yet to be made, and is told by what this gives when it was."""
        if self._shared is None:
            self._shared = asyncio.get_running_loop().create_future()
            # Behind those who wait by now. Not the business of any of them: each may be cancelled.
            self._flushing = asyncio.create_task(self._commit_in_turn())
        return self._shared

    async def _commit_in_turn(self) -> None:
        async with self._lock:
            await self.commit_shared()

    async def commit_shared(self) -> None:
        """Whoever has the turn commits what others have done; they are told of a failure, who commits is not."""
        if (shared := self._shared) is None:
            return
        self._shared = None
        commit = self._database.writer.run(self._database.commit_or_end)
        commit.add_done_callback(lambda done: _tell(shared, done))
        with suppress(Exception):
            await asyncio.shield(commit)


def _tell(shared: "asyncio.Future[None]", done: "asyncio.Future[None]") -> None:
    error = StorageBusy() if done.cancelled() else done.exception()
    if error is None:
        shared.set_result(None)
    else:
        shared.set_exception(error)
        shared.exception()  # whoever waited may have been cancelled, all of them


class SqliteTransaction:
    """A unit of work's part of the writer's connection. It begins with the first call, which saves a visit to the thread.

    A visit costs more than the few statements of a brief piece of work. So that is done on the event loop: in a transaction that may
    write, nothing waits any more until the commit, and its beginning is tried without waiting first. Whatever waits, for a lock or for the
    disk to have what was written, is the thread's.
    """

    def __init__(self, database: "SqliteDatabase", turns: GroupCommit) -> None:
        self._database = database
        self._turns = turns
        self._has_turn = False
        self._begun = False
        self._is_member = False

    async def take_turn(self) -> None:
        """Raises StorageUnavailable where the database was closed meanwhile."""
        await self._turns.take()
        self._has_turn = True
        try:
            self._database.must_be_open()
        except BaseException:
            self._give_turn()
            raise

    async def leave(self) -> None:
        """Rolls back what was not committed; whatever happened to the task, before anybody else has a turn."""
        if not self._has_turn:
            return
        try:
            if self._is_member:
                await asyncio.shield(self._database.writer.run(_take_back))
            elif self._begun:
                await asyncio.shield(self._database.writer.run(self._database.end))
        finally:
            self._give_turn()

    async def run(self, work: Callable[..., T], *given: Any, brief: bool = False) -> T:
        """Calls `work(connection, *given)` inside the transaction."""
        if not self._has_turn:
            await self.take_turn()
        database = self._database
        if brief and (connection := await self._at_hand()) is not None:
            with translated(database.place):
                return work(connection, *given)
        if self._begun:
            return await database.writer.run(work, *given)
        await self._turns.commit_shared()  # nobody waits for a long piece of work to be told of a short one
        self._begun = True
        return await database.writer.run(database.begin_and, work, *given)

    async def commit(self, work: Callable[..., None], *given: Any, brief: bool = False) -> None:
        """Calls `work(connection, *given)` and commits; alone, or with others."""
        if not self._has_turn:
            await self.take_turn()
        database = self._database
        if brief and (connection := await self._at_hand()) is not None:
            with translated(database.place):
                work(connection, *given)
                if self._is_member:
                    _released(connection)
            if self._is_member or self._turns.are_awaited:
                await self._share()
            else:
                await database.writer.run(database.commit_now)
        elif self._is_member:
            await database.writer.run(_done, work, *given)
            await self._share()
        else:
            if not self._begun:
                await self._turns.commit_shared()
            ending = database.commit if self._begun else database.begin_and_commit
            self._begun = True
            await database.writer.run(ending, work, *given)
        self._begun = False

    async def _share(self) -> None:
        """Gives the turn away, and waits for the commit that is everybody's."""
        self._is_member = self._begun = False
        shared = self._turns.share()
        self._give_turn()
        await asyncio.shield(shared)

    def _give_turn(self) -> None:
        self._has_turn = False
        self._turns.give()

    async def _at_hand(self) -> Connection | None:
        """The connection, inside the transaction, where it may be used on the event loop; None where the thread must be asked."""
        for wait in SHORT_WAITS:
            if wait:
                await asyncio.sleep(wait)
            connection = self._database.writer.idle
            if connection is None or self._begun:
                return connection
            if self._turns.is_shared and not bare_connection(connection).in_transaction:
                await self._turns.commit_shared()  # it was taken back: those who were done are told, and nobody joins them
            self._begun = self._joins(connection) or self._database.try_begin(connection)
            if self._begun:
                return connection
        return None

    def _joins(self, connection: Connection) -> bool:
        """Goes on in the transaction of those who are done, if there are any, so that it can be taken back by itself."""
        if self._turns.is_shared:
            with translated(self._database.place):
                bare_connection(connection).execute("SAVEPOINT member")
            self._is_member = True
        return self._is_member


def _done(connection: Connection, work: Callable[..., None], *given: Any) -> None:
    work(connection, *given)
    _released(connection)


def _released(connection: Connection) -> None:
    bare_connection(connection).execute("RELEASE member")


def _take_back(connection: Connection) -> None:
    driver = bare_connection(connection)
    if driver.in_transaction:  # else SQLite took all of it back by itself
        driver.execute("ROLLBACK TO member")
        driver.execute("RELEASE member")
