"""Background work as tasks of the event loop."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from attrs import field

from modeldesk.adapters.deadline import without_deadline
from modeldesk.domain.records import define

LOGGER = logging.getLogger(__name__)


@define
class AsyncioBackgroundTasks:
    """Holds each task until it ends: the event loop itself keeps only weak references. One per event loop."""

    _tasks: set[asyncio.Task[None]] = field(factory=set, init=False)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_logged(work), context=without_deadline())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Waits until everything that was started has ended, also what such work started in its turn."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        LOGGER.exception("background work failed")
