"""Threads for one kind of work each, so that no kind waits for another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from modeldesk.adapters.deadline import waiting
from modeldesk.domain.errors import ImportBusy

T = TypeVar("T")


class WorkerThread:
    """One thread. Calls run one after the other: they compute, and the interpreter runs one of them at a time anyway."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, f"modeldesk-{name}")

    async def run(self, work: Callable[..., T], *given: Any, **named: Any) -> T:
        """Calls `work(*given, **named)` in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, partial(work, *given, **named))

    async def close(self) -> None:
        """Lets the call that is running end by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class ImportWorker(WorkerThread):
    """Imports, one at a time: each holds a whole declaration in memory, in several forms."""

    def __init__(self) -> None:
        super().__init__("import")
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def exclusive(self) -> AsyncIterator[None]:
        """For one import from its text to its answer. Raises ImportBusy where earlier ones leave no time until the deadline of the request."""
        try:
            async with waiting():
                await self._lock.acquire()
        except TimeoutError:
            raise ImportBusy from None
        try:
            yield
        finally:
            self._lock.release()
