"""A cache of vendors' lists in Redis, shared by all instances."""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from redis.asyncio import Redis

from modeldesk.adapters.cache.memory import InMemoryListCache
from modeldesk.adapters.cache.resilient_redis import RedisTimeouts, ResilientRedis
from modeldesk.adapters.shared_parts import with_shared_parts
from modeldesk.adapters.vendor_list_json import ListUnreadable, read_list, serialize_list
from modeldesk.domain.model.catalogue.list_state import STALE_FOR, ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.values.texts import Slug

T = TypeVar("T")

LISTS = "modeldesk:list:2"
LOCKS = "modeldesk:lock:1"
"""Prefixes of keys. The number is that of the value's format, so that different versions of Modeldesk do not read each other's values."""

LOCK_TTL = timedelta(seconds=15)
"""Most refreshes take less, and the holder of an older lock has died. Of a vendor with a longer timeout, another instance may read the list too."""
POLL_INTERVAL = 0.05
"""Seconds between two tries at a lock that another instance holds, with a jitter of 50 %."""
RELEASE_INTERVAL = 0.25
"""Seconds between two tries to release a lock while Redis does not answer."""
MAX_BYTES = 32 * 2**20
"""The longest value that is written or read; the longest possible list takes a quarter of it."""
CLEAR_TIMEOUT = 5.0
BATCH_SIZE = 500

# Deletes our own lock only: it may have expired, and another instance may hold it by now.
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class RedisListCache:
    """A value is two lines of JSON: the list's key, then the list. A value with another key in its first line counts as missing.

    Lists never change under their key, so this process keeps decoded copies of those it read or wrote. `clear` by another instance leaves the
    copies, which is harmless: an invalidated list is read anew under a new revision. One per event loop.
    """

    def __init__(
        self,
        url: str,
        *,
        keep_for: timedelta = STALE_FOR,
        lock_ttl: timedelta = LOCK_TTL,
        timeouts: RedisTimeouts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`url` is `redis://`, `rediss://` or `unix://`, with the number of a database of its own. Raises ValueError for any other URL."""
        self._redis = ResilientRedis(url, timeouts or RedisTimeouts(), clock)
        self._local = InMemoryListCache()
        self._keep_ms, self._lock_ms = (span // timedelta(milliseconds=1) for span in (keep_for, lock_ttl))
        self._clock = clock
        self._reads: dict[ListKey, asyncio.Task[VendorList | None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closing = False
        # Decoding a long list takes some 50 ms, too long for the event loop.
        self._executor = ThreadPoolExecutor(1, "modeldesk-lists")

    @property
    def backend(self) -> str:
        return "redis"

    async def get(self, key: ListKey) -> VendorList | None:
        if (models := self._local.peek(key)) is not None:
            return models
        if (reading := self._reads.get(key)) is None:
            reading = self._reads[key] = self._begin(self._read(key))
            reading.add_done_callback(lambda done: self._reads.pop(key) if self._reads.get(key) is done else None)
        # Concurrent callers share one read; a cancelled caller does not end it for the others.
        return await asyncio.shield(reading)

    async def put(self, key: ListKey, models: VendorList) -> None:
        shared, text = await self._in_thread(_shared_and_serialized, models)
        self._local.store(key, shared)
        value = _header(key) + text
        if len(value) <= MAX_BYTES:
            # The last put wins. Where an older list arrives late, the newer one is missing until its next reader puts it again.
            await self._redis.call(lambda redis: redis.set(_list_name(key), value, px=self._keep_ms), default=None)

    async def entries(self) -> int:
        async def count(redis: Redis) -> int:
            # A scan may return a key twice.
            return len({name async for name in redis.scan_iter(f"{LISTS}:*", BATCH_SIZE)})

        return await self._redis.call(count, default=await self._local.entries())

    async def clear(self, provider: Slug | None) -> int:
        async def drop(redis: Redis) -> int:
            pattern = f"{LISTS}:{provider}:*" if provider else f"{LISTS}:*"
            names = list({name async for name in redis.scan_iter(pattern, BATCH_SIZE)})
            return sum([await redis.unlink(*names[start : start + BATCH_SIZE]) for start in range(0, len(names), BATCH_SIZE)])

        return await self._redis.call(drop, default=self._local.drop(provider), deadline=CLEAR_TIMEOUT)

    async def is_reachable(self) -> bool:
        async def ping(redis: Redis) -> bool:
            return bool(await redis.ping())

        return await self._redis.call(ping, default=False)

    @asynccontextmanager
    async def lock(self, key: ListKey) -> AsyncIterator[None]:
        """Where Redis does not answer, the lock holds among the tasks of this process only."""
        async with self._local.lock(key):
            token = secrets.token_hex(16)
            try:
                await self._acquire(key, token)
                # A read that began before this lock was held may have missed what the previous holder put.
                self._reads.clear()
                yield
            finally:
                # Also where acquiring was cancelled, since Redis may have set the lock. Shielded, so that the release is completed.
                await asyncio.shield(self._begin(self._release(key, token)))

    async def close(self) -> None:
        """Waits for running calls, which are short."""
        self._is_closing = True
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.close()
        self._executor.shutdown(wait=False)

    async def _read(self, key: ListKey) -> VendorList | None:
        async def value_at(redis: Redis) -> object:
            # Bounded: another program may have stored anything there.
            return await redis.getrange(_list_name(key), 0, MAX_BYTES)

        value, header = await self._redis.call(value_at, default=None), _header(key)
        if not isinstance(value, bytes) or not value.startswith(header):
            return None
        try:
            models = await self._in_thread(read_list, value[len(header) :])
        except ListUnreadable:
            self._redis.warn("holds a list that cannot be read")
            return None
        self._local.store(key, models)
        return models

    async def _acquire(self, key: ListKey, token: str) -> None:
        async def try_acquire(redis: Redis) -> str:
            is_ours = await redis.set(_lock_name(key), token, nx=True, px=self._lock_ms)
            return token if is_ours else repr(await redis.get(_lock_name(key)))

        seen, since = None, self._clock()
        while (holder := await self._redis.call(try_acquire, default=token)) != token:
            now = self._clock()
            if holder != seen:
                seen, since = holder, now
            elif now - since > self._lock_ms / 1_000:
                # It should have expired by now: another program set it, or Redis does not expire keys.
                self._redis.warn("holds a lock that does not expire")
                return
            await asyncio.sleep(POLL_INTERVAL * random.uniform(0.5, 1.5))  # noqa: S311 - not a secret

    async def _release(self, key: ListKey, token: str) -> None:
        if not await self._try_release(key, token):
            self._begin(self._release_later(key, token))

    async def _release_later(self, key: ListKey, token: str) -> None:
        """Tries on until the lock would have expired: the other instances wait for it, though Redis may be back in a moment."""
        expires_at = self._clock() + self._lock_ms / 1_000
        while not self._is_closing and self._clock() < expires_at:
            await asyncio.sleep(RELEASE_INTERVAL)
            if await self._try_release(key, token):
                return

    async def _try_release(self, key: ListKey, token: str) -> bool:
        """Whether Redis answered; the lock is not ours any more then."""
        answer = await self._redis.call(lambda redis: redis.eval(RELEASE, 1, _lock_name(key), token), default=None)
        return answer is not None

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Runs `work` as a task that no caller's cancellation ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _in_thread(self, work: Callable[[Any], T], given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, given)


def _shared_and_serialized(models: VendorList) -> tuple[VendorList, bytes]:
    return with_shared_parts(models), serialize_list(models)


def _list_name(key: ListKey) -> str:
    return f"{LISTS}:{key.provider}:{key.digest}"


def _lock_name(key: ListKey) -> str:
    return f"{LOCKS}:{key.provider}:{key.digest}:{key.revision}"


def _header(key: ListKey) -> bytes:
    return msgspec.json.encode({"provider": key.provider, "owner": key.owner, "digest": key.digest, "revision": key.revision}) + b"\n"
