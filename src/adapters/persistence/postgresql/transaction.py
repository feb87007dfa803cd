"""A unit of work's transaction on one connection to PostgreSQL."""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from modeldesk.adapters.deadline import waiting
from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.postgresql.bounded_calls import BoundedCalls
from modeldesk.adapters.persistence.statements import raise_generation
from modeldesk.domain.errors import Reason, StorageUnavailable
from modeldesk.domain.model.snapshot import Generation

T = TypeVar("T")


class PostgresTransaction:
    """Leaving it without a commit rolls back."""

    def __init__(self, connection: AsyncConnection, generation: Generation, calls: BoundedCalls, location: str) -> None:
        """`generation` is that of the transaction's beginning."""
        self._connection = connection
        self._generation = generation
        self._calls = calls
        self._place = location
        self._latest: asyncio.Task[Any] | None = None

    async def run(self, work: Callable[..., T], *given: Any, runs_inline: bool = False) -> T:
        return await self._call(self._connection.run_sync(work, *given))

    async def has_generation(self, part: Part, number: int) -> bool:
        return bool(getattr(self._generation, part) == number)

    async def commit(self, work: Callable[..., None], *given: Any, parts: Collection[Part], runs_inline: bool = False) -> None:
        async def working() -> None:
            await self._connection.run_sync(work, *given)
            await self._connection.run_sync(raise_generation, parts)
            await self._connection.commit()

        await self._call(working())

    async def leave(self) -> None:
        """Waits for the server no longer than the request may. What it says no more does not matter: without a commit it rolls back."""
        is_left_behind = self._latest is not None and not self._latest.done()
        closing = self._calls.start(self._closed())
        if not is_left_behind:
            with suppress(TimeoutError), translated(self._place):
                async with waiting():
                    # Shielded: also a task that was cancelled returns its connection.
                    await asyncio.shield(closing)

    async def _call(self, work: Coroutine[Any, Any, T]) -> T:
        task = self._calls.start(work)
        self._latest = task
        with translated(self._place):
            return await self._calls.result(task, StorageUnavailable(Reason("database-silent", place=self._place)))

    async def _closed(self) -> None:
        if self._latest is not None:
            await asyncio.wait([self._latest])  # one task at a time may use the connection
        await self._connection.close()
