"""One query for all that ask at the same time, and never an answer that is older than the question."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from modeldesk.adapters.deadline import without_deadline

T = TypeVar("T")


class SharedQuery(Generic[T]):
    """Readers that come while a query is under way share the next one, which is sent when that one ends.

    The one that is under way was sent before they began: it may miss what was committed in between (docs/adr/0040-postgresql-reads.md).
    """

    def __init__(self, query: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._query = query
        self._next: asyncio.Task[T] | None = None
        self._sent: asyncio.Task[T] | None = None

    async def result(self) -> T:
        """The result of a query that is sent after this call began. Raises what that query raises."""
        if self._next is None:
            # A task of its own, without anybody's deadline: each reader may leave, and the others still wait.
            self._next = asyncio.get_running_loop().create_task(self._sent_after(self._sent), context=without_deadline())
            self._next.add_done_callback(_retrieve)
        return await asyncio.shield(self._next)

    async def close(self) -> None:
        """Waits for the query that is under way."""
        if running := [task for task in (self._sent, self._next) if task is not None]:
            await asyncio.wait(running)

    async def _sent_after(self, previous: "asyncio.Task[T] | None") -> T:
        if previous is not None and not previous.done():
            await asyncio.wait([previous])
        # From here on it may be too old for whoever comes.
        self._sent, self._next = self._next, None
        return await self._query()


def _retrieve(done: "asyncio.Task[Any]") -> None:
    """Everybody who waited may have left."""
    if not done.cancelled():
        done.exception()
