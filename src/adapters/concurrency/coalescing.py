"""Coalescing by tasks of the event loop."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from datetime import timedelta
from typing import Any, TypeVar

from attrs import field

from modeldesk.adapters.deadline import without_deadline
from modeldesk.domain.ports.coalescing import StillRunning
from modeldesk.domain.records import define

T = TypeVar("T")


@define
class AsyncioCoalescing:
    """Each run is a task of its own, so that neither a caller's cancellation nor its deadline ends it. One per event loop."""

    _running: dict[Hashable, asyncio.Task[Any]] = field(factory=dict, init=False)

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]], most: timedelta | None = None) -> T:
        task: asyncio.Task[T] | None = self._running.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(work(), context=without_deadline())
            self._running[key] = task
            task.add_done_callback(lambda done: self._on_done(key, done))
        done, _ = await asyncio.wait({task}, timeout=None if most is None else most.total_seconds())
        if not done:
            raise StillRunning
        return task.result()

    def is_running(self, key: Hashable) -> bool:
        return key in self._running

    async def close(self) -> None:
        """Cancels what is running; whoever waits for it is cancelled too."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _on_done(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        self._running.pop(key, None)
        if not done.cancelled():
            done.exception()  # retrieved here too, for the case that every caller has left
