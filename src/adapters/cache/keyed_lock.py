"""Locks by key inside one process."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from attrs import field

from modeldesk.domain.records import define


@define
class _Waiting:
    """The lock of one key, and how many tasks hold it or wait for it."""

    lock: asyncio.Lock = field(factory=asyncio.Lock)
    count: int = 0


@define
class KeyedLock:
    """One task at a time for each key, first come, first served. Keys without a holder or a waiter take no memory."""

    _waiting: dict[Hashable, _Waiting] = field(factory=dict)

    def __len__(self) -> int:
        return len(self._waiting)

    @asynccontextmanager
    async def lock(self, key: Hashable) -> AsyncIterator[None]:
        waiting = self._waiting.setdefault(key, _Waiting())
        waiting.count += 1
        try:
            async with waiting.lock:
                yield
        finally:
            waiting.count -= 1
            if not waiting.count:
                del self._waiting[key]
