"""One query for all that ask at the same time, and never an answer that is older than the question."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class SharedQuery(Generic[T]):
    """Readers that come while a query is under way share the next one, which is sent when that one ends.

    The one that is under way was sent before they began: it may miss what was committed in between (docs/adr/0040-postgresql-reads.md).
    """

    def __init__(self, query: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._query = query
        self._waiting = list[asyncio.Future[T]]()
        self._task: asyncio.Task[None] | None = None

    async def result(self) -> T:
        """The result of a query that is sent after this call began. Raises what that query raises."""
        # A future of each reader's own: one that leaves cancels nobody else's, and a shield would cost more than the future.
        mine: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        if self._task is None:
            # A task in nobody's context, without a deadline: it goes on for the others when a reader leaves.
            self._task = asyncio.get_running_loop().create_task(self._serve(), context=Context())
        return await mine

    async def close(self) -> None:
        """Waits for the query that is under way."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _serve(self) -> None:
        """Sends queries for as long as somebody waits."""
        try:
            while self._waiting:
                served, self._waiting = self._waiting, []
                # From here on it may be too old for whoever comes.
                await self._answer(served)
        finally:
            self._task = None

    async def _answer(self, readers: "list[asyncio.Future[T]]") -> None:
        try:
            result = await self._query()
        except Exception as error:  # noqa: BLE001 - each reader raises it
            for reader in readers:
                if not reader.done():
                    reader.set_exception(error)
        except BaseException:
            for reader in (*readers, *self._waiting):
                reader.cancel()
            raise
        else:
            for reader in readers:
                if not reader.done():
                    reader.set_result(result)
