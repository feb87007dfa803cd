"""Group commit: one unit of work at a time, and one commit for all that were waiting.

A commit is durable only after a sync, which takes many times as long as the few statements of a selection. A unit of work that is done while
others wait therefore does not commit for itself: it releases the lock inside the same database transaction and waits for the commit that all
of them share. Each is answered after that commit, and not before; if it fails, all of them fail (docs/adr/0003-storage.md). That holds for
those that changed nothing, too: they read what the others had written and not yet committed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from math import inf
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from modeldesk.adapters.deadline import counted, remaining
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.timed_lock import TimedLock
from modeldesk.domain.errors import StorageBusy


class GroupMember(Protocol):
    """A transaction of one unit of work."""

    async def acquire(self) -> None:
        """Waits for the lock. Raises StorageBusy at the deadline of the request."""
        ...

    async def leave(self) -> None:
        """Rolls back what was not committed, and releases the lock. Does nothing without the lock."""
        ...

    async def durable(self) -> None:
        """Waits until what was read is committed, after `leave`: units of work that joined the group earlier may have written it.

        Raises what their commit raises: an answer must not speak of a version that does not exist.
        """
        ...


M = TypeVar("M", bound=GroupMember)


class with_lock(Generic[M]):  # noqa: N801 - used as a function; a generator would take three times as long, for each selection
    """Holds the lock for the transaction, and waits in the end until what it read is durable. Raises StorageBusy."""

    __slots__ = ("_transaction",)

    def __init__(self, transaction: M) -> None:
        self._transaction = transaction

    async def __aenter__(self) -> M:
        await self._transaction.acquire()
        return self._transaction

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        await self._transaction.leave()
        if error is None or isinstance(error, Exception):  # whoever was cancelled tells nobody anything
            await self._transaction.durable()


class GroupCommit:
    """The lock of the writing connection, and the commit that is pending."""

    def __init__(self, commit: Callable[[Collection[Part]], "asyncio.Future[None]"]) -> None:
        """`commit` raises the generation of the parts and commits, or ends the transaction and raises."""
        self._commit = commit
        self._lock = TimedLock()
        self._waiting = 0
        self._pending: list[asyncio.Future[None]] | None = None
        """A future for each waiter of the pending commit; None if no commit is pending."""

        self._refused: dict[asyncio.Future[None], Exception] = {}
        self._parts = set[Part]()
        self._flushing: asyncio.Task[None] | None = None

    @property
    def has_waiting(self) -> bool:
        """Whether somebody waits for the lock."""
        return self._waiting > 0

    @property
    def is_pending(self) -> bool:
        """Whether the connection is in a transaction with units of work that are done and not committed."""
        return self._pending is not None

    async def acquire(self) -> None:
        """Raises StorageBusy at the deadline of the request."""
        # A free lock with a commit pending may be promised to the commit.
        if not self._waiting and not self.is_pending and not self._lock.is_held:
            await self._lock.acquire()
            return
        self._waiting += 1
        try:
            with counted():
                await self._lock.acquire(remaining(inf))
        except TimeoutError:
            raise StorageBusy from None
        finally:
            self._waiting -= 1

    def release(self) -> None:
        self._lock.release()

    @asynccontextmanager
    async def outside_transactions(self) -> AsyncIterator[None]:
        """Holds the lock with nothing pending."""
        async with self._lock:
            await self.flush()
            yield

    def has_written(self, part: Part) -> bool:
        """Whether a unit of work that is done and not committed has written the part. The caller holds the lock."""
        return part in self._parts

    def will_write(self, parts: Collection[Part]) -> None:
        """A member is about to write the parts: if it is cancelled in the middle, the group commits what it wrote, with its generation."""
        self._parts.update(parts)

    def join(self, parts: Collection[Part]) -> "asyncio.Future[None]":
        """Joins the pending group commit with what was written; the future ends with it. The caller holds the lock."""
        self._parts.update(parts)
        if self._pending is None:
            self._pending = []
            # It queues behind those who wait now. A task of its own, since each of them may be cancelled.
            self._flushing = asyncio.create_task(self._flush_in_turn())
        return self._added_to(self._pending)

    def refuse(self, member: "asyncio.Future[None]", error: Exception) -> None:
        """What this member wrote is not part of the commit: its future raises the error, after the commit that it may have read from."""
        self._refused[member] = error

    def end_of_pending(self) -> "asyncio.Future[None] | None":
        """A future that ends with the pending group commit, for a reader of its uncommitted data; None if no commit is pending."""
        return None if self._pending is None else self._added_to(self._pending)

    def _added_to(self, pending: "list[asyncio.Future[None]]") -> "asyncio.Future[None]":
        """A future for this caller alone: if the caller is cancelled, no other waiter is."""
        pending.append(asyncio.get_running_loop().create_future())
        return pending[-1]

    async def flush(self) -> None:
        """Commits what is pending. A failure reaches the units of work that joined, not the caller, who holds the lock."""
        if (pending := self._pending) is None:
            return
        parts, self._parts, self._pending = self._parts, set(), None
        commit = self._commit(parts)
        commit.add_done_callback(lambda done: self._resolve(pending, done))
        with suppress(Exception):
            await asyncio.shield(commit)

    async def _flush_in_turn(self) -> None:
        async with self._lock:
            await self.flush()

    def _resolve(self, pending: "Iterable[asyncio.Future[None]]", done: "asyncio.Future[None]") -> None:
        failure = StorageBusy() if done.cancelled() else done.exception()
        for waiting in pending:
            refused = self._refused.pop(waiting, None)
            if waiting.done():
                continue  # its caller was cancelled
            if (error := failure or refused) is None:
                waiting.set_result(None)
            else:
                waiting.set_exception(error)
                waiting.exception()  # marks it as retrieved, since its caller may still be cancelled


def succeeded(done: "asyncio.Future[None]") -> bool:
    return not done.cancelled() and done.exception() is None
