"""Calls to a server that may never answer: at the deadline of the request they are left behind."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from modeldesk.adapters.deadline import waiting

T = TypeVar("T")


class BoundedCalls:
    """Each call is a task of its own. A call that is cancelled still asks the server to cancel it, and the caller must not wait for that."""

    def __init__(self) -> None:
        self._tasks = set[asyncio.Task[Any]]()

    def start(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    async def result(self, task: "asyncio.Task[T]", late: Exception) -> T:
        """Raises `late` at the deadline, and where the driver's own time limit is over. A task that nobody waits for any more is cancelled."""
        try:
            async with waiting():
                return await asyncio.shield(task)
        except TimeoutError:
            raise late from None
        finally:
            task.cancel()

    async def close(self) -> None:
        """Waits for what was left behind, which ends by the driver's time limits."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved here too: its caller may have left
