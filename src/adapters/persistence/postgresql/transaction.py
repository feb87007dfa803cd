"""A unit of work's part of the connection that writes to PostgreSQL."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from modeldesk.adapters.deadline import has_deadline, waiting
from modeldesk.adapters.persistence.group_commit import GroupCommit
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.postgresql.bounded_calls import BoundedCalls
from modeldesk.adapters.persistence.postgresql.driver_connection import Sent
from modeldesk.adapters.persistence.postgresql.driver_errors import driver_translated
from modeldesk.adapters.persistence.postgresql.group_writes import Unsent
from modeldesk.adapters.persistence.postgresql.writer import PostgresWriter, commit_unknown
from modeldesk.adapters.persistence.slot_heads import SlotHeads
from modeldesk.domain.errors import Reason, StorageBusy, StorageUnavailable
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange

T = TypeVar("T")

UNHURRIED_IDLE_TIMEOUT = 30.0
"""Seconds, without a request: planning the import of the longest declaration takes seconds, in the middle of its transaction."""


class PostgresTransaction:
    """Begins with the first call. Short work goes on in the transaction of those whose commit is pending; long work has its own.

    Short work that the server refuses is rolled back alone: what the others have done is sent again.

    At the deadline of the request a call is left behind, and its connection ended: a server that is frozen does not answer a cancellation either.
    """

    def __init__(self, writer: PostgresWriter, group: GroupCommit, calls: BoundedCalls, location: str) -> None:
        self._writer = writer
        self._group = group
        self._calls = calls
        self._location = location
        self._has_lock = False
        self._has_begun = False
        self._is_member = False
        self._has_savepoint = False
        self._latest: asyncio.Task[Any] | None = None
        self._read_from: asyncio.Future[None] | None = None

    async def acquire(self) -> None:
        """Waits for the lock. Raises StorageBusy at the deadline of the request."""
        await self._group.acquire()
        self._has_lock = True

    async def run(self, work: Callable[..., T], *given: Any, runs_inline: bool = False) -> T:
        """Calls `work(connection, *given)` inside the transaction."""
        await self._begin(runs_inline)
        return await self._call(self._work(runs_inline, work, *given))

    async def has_generation(self, part: Part, number: int) -> bool:
        await self._begin(joins=True)
        return bool(getattr(self._writer.generation, part) == number) and not self._group.has_written(part)

    async def heads(self, slot: Slot | None = None) -> SlotHeads:
        """What is remembered of slots, for use inside the transaction. What others have changed of `slot` has been executed."""
        await self._begin(joins=True)
        if slot is not None and self._writer.writes.has_unsent(slot):
            await self._call(self._writer.send())
        return self._writer.heads

    async def commit(
        self,
        work: Callable[..., None],
        *given: Any,
        parts: Collection[Part],
        runs_inline: bool = False,
        changes: Collection[SlotChange] | None = None,
    ) -> None:
        """Calls `work(connection, *given)` and commits, alone or with others."""
        await self._begin(runs_inline)
        if runs_inline and not self._has_savepoint and (self._is_member or self._group.has_waiting):
            statements = self._writer.collected(work, *given)
            if statements is not None:
                if self._writer.has_run_long_work:  # it is not sent again: nobody who is refused may undo it
                    await self._call(self._writer.keep())
                await self._join_group_with(statements, parts, changes)
                return
        if self._is_member:
            self._group.will_write(parts)
            self._remember(parts, None)  # if the caller is cancelled in the middle, nobody else knows what was written
        await self._call(self._work(runs_inline, work, *given))
        if self._is_member or (runs_inline and self._group.has_waiting):
            self._has_savepoint = False  # from here on the group commits it, whether or not the caller still waits
            await self._call(self._writer.keep())
            self._remember(parts, changes if runs_inline else None)
            await self._join_group(parts)
        else:
            self._remember(parts, changes if runs_inline else None)
            await self._call(self._writer.commit(parts), commit_unknown(self._location))
        self._has_begun = False

    async def leave(self) -> None:
        """Rolls back what was not committed, before anybody else has the lock. Waits for that no longer than the request may."""
        if not self._has_lock:
            return
        self._read_from = self._group.end_of_pending() if self._is_member else None
        is_left_behind = self._latest is not None and not self._latest.done()
        ending = self._calls.start(self._end())
        if not is_left_behind:
            with suppress(TimeoutError):
                async with waiting():
                    # The answer does not matter: without a commit the server rolls back.
                    await asyncio.wait([ending])

    async def durable(self) -> None:
        """Waits until what was read is committed, after `leave`: units of work that joined the group earlier may have written it."""
        if self._read_from is not None:
            await self._committed(self._read_from)

    async def _begin(self, joins: bool) -> None:
        if not self._has_lock:
            await self.acquire()
        if self._has_begun:
            return
        if self._group.is_pending and not (joins and self._writer.is_usable):
            await self._group.flush()  # what is done need not wait for long work
        self._has_begun = True
        self._is_member = self._group.is_pending
        if not self._is_member:
            await self._call(self._writer.begin(None if has_deadline() else UNHURRIED_IDLE_TIMEOUT), StorageBusy())
        elif not has_deadline():
            await self._call(self._writer.set_idle_timeout(UNHURRIED_IDLE_TIMEOUT))

    async def _work(self, is_short: bool, work: Callable[..., T], *given: Any) -> T:
        if is_short:
            return await self._writer.run_short_work(work, *given)
        if self._is_member and not self._has_savepoint:
            await self._writer.set_savepoint()
            self._has_savepoint = True
        return await self._writer.run(work, *given)

    async def _call(self, work: Coroutine[Any, Any, T], late: Exception | None = None) -> T:
        """The result. A caller that is cancelled leaves the call running; at the deadline of the request the call is cancelled."""
        task = self._latest = self._calls.start(work)
        with driver_translated(self._location):
            try:
                async with waiting():
                    return await asyncio.shield(task)
            except TimeoutError:
                self._writer.drop()
                task.cancel()
                raise late or self._silent() from None

    async def _end(self) -> None:
        try:
            if self._latest is not None:
                await asyncio.wait([self._latest])  # a call that was left behind may be about to set the savepoint, and to go on
            if self._has_savepoint:
                await self._writer.roll_back_to_savepoint()
            elif self._is_member and not self._writer.is_usable:
                await self._writer.recover()
            elif self._has_begun and not self._is_member:
                await self._writer.roll_back()
        finally:
            self._release()

    async def _join_group_with(self, statements: Sequence[Sent], parts: Collection[Part], changes: Collection[SlotChange] | None) -> None:
        """Joins the group with what is sent later. Nothing waits until then, so that no cancellation comes in between."""
        self._is_member = self._has_begun = False
        pending = self._group.join(parts)
        self._writer.writes.send_later(Unsent(statements, changes or (), partial(self._group.refuse, pending)))
        self._remember(parts, changes)
        self._release()
        await self._committed(pending)

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
        await self._committed(pending)

    async def _committed(self, pending: "asyncio.Future[None]") -> None:
        try:
            async with waiting():
                with driver_translated(self._location):
                    await pending
        except TimeoutError:
            raise commit_unknown(self._location) from None

    def _release(self) -> None:
        self._has_lock = False
        self._group.release()

    def _silent(self) -> StorageUnavailable:
        return StorageUnavailable(Reason("database-silent", place=self._location))
