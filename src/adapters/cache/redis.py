"""The cache of vendors' lists that all instances share, in Redis."""

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
from modeldesk.adapters.vendor_list_json import ListUnreadable, read_list, serialize_list, with_shared_parts
from modeldesk.domain.model.catalogue.list_state import STALE_FOR, ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.values.texts import Slug

T = TypeVar("T")

LISTS = "modeldesk:list:2"
TURNS = "modeldesk:turn:1"
"""Where things stand; the number changes with the form of what stands there, so that versions beside each other do not read one another."""

LONGEST_TURN = timedelta(seconds=15)
"""A list is read within ten seconds and then written to the database; who holds a turn for longer than this has died."""
PAUSE = 0.05
"""Seconds between two looks at a turn that another instance has, half as long to one and a half times as long."""
MOST_BYTES = 32 * 2**20
"""The longest value written or read; the longest list there can be takes a quarter of it."""
LONGEST_CLEARING = 5.0
AT_ONCE = 500

# Ours alone is dropped: ours may have run out, and be another one's by now.
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class RedisListCache:
    """Values are two lines of JSON: whose list it is, then the list. What does not begin with the very key that was asked for is not it.

    A list never changes under its key, so those that were read or written here are kept decoded, in this process, and found without asking
    Redis; `clear` by another instance does not reach them, and need not: a cleared list is read anew under a new stamp.
    One per event loop.
    """

    def __init__(
        self,
        url: str,
        *,
        keep_for: timedelta = STALE_FOR,
        longest_turn: timedelta = LONGEST_TURN,
        manners: RedisTimeouts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`url` is `redis://`, `rediss://` or `unix://`, with the number of a database of its own. Raises ValueError where it is none of these."""
        self._line = ResilientRedis(url, manners or RedisTimeouts(), clock)
        self._near = InMemoryListCache()
        self._keep_ms, self._turn_ms = (span // timedelta(milliseconds=1) for span in (keep_for, longest_turn))
        self._clock = clock
        self._reads: dict[ListKey, asyncio.Task[VendorList | None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        # Reading a long list takes some 50 ms, which nobody else should have to wait for.
        self._beside = ThreadPoolExecutor(1, "modeldesk-lists")

    @property
    def backend(self) -> str:
        return "redis"

    async def get(self, key: ListKey) -> VendorList | None:
        if (models := self._near.held(key)) is not None:
            return models
        if (reading := self._reads.get(key)) is None:
            reading = self._reads[key] = self._begin(self._read(key))
            reading.add_done_callback(lambda done: self._reads.pop(key) if self._reads.get(key) is done else None)
        # However many ask, it is read once; who is cancelled does not take it from the others.
        return await asyncio.shield(reading)

    async def put(self, key: ListKey, models: VendorList) -> None:
        shared, text = await self._aside(_kept_and_written, models)
        self._near.hold(key, shared)
        value = _whose(key) + text
        if len(value) <= MOST_BYTES:
            # Whoever puts last is kept: where an older list came late, the newer one is not found, and is put again by who read it elsewhere.
            await self._line.ask(lambda redis: redis.set(_place(key), value, px=self._keep_ms), otherwise=None)

    async def entries(self) -> int:
        async def count(redis: Redis) -> int:
            # A scan may name a key twice.
            return len({name async for name in redis.scan_iter(f"{LISTS}:*", AT_ONCE)})

        return await self._line.ask(count, otherwise=await self._near.entries())

    async def clear(self, provider: Slug | None) -> int:
        async def drop(redis: Redis) -> int:
            pattern = f"{LISTS}:{provider}:*" if provider else f"{LISTS}:*"
            names = list({name async for name in redis.scan_iter(pattern, AT_ONCE)})
            return sum([await redis.unlink(*names[start : start + AT_ONCE]) for start in range(0, len(names), AT_ONCE)])

        return await self._line.ask(drop, otherwise=self._near.drop(provider), patience=LONGEST_CLEARING)

    async def is_reachable(self) -> bool:
        async def ping(redis: Redis) -> bool:
            return bool(await redis.ping())

        return await self._line.ask(ping, otherwise=False)

    @asynccontextmanager
    async def lock(self, key: ListKey) -> AsyncIterator[None]:
        """Without an answer from Redis it is a turn among the tasks of this process."""
        async with self._near.lock(key):
            token = secrets.token_hex(16)
            try:
                await self._take_turn(key, token)
                # A read that began before this turn may have missed what the one before put.
                self._reads.clear()
                yield
            finally:
                # Also where it was never taken: who was cancelled in the middle cannot know. And it is done to its end.
                await asyncio.shield(self._begin(self._give_back(key, token)))

    async def close(self) -> None:
        """Waits for what is under way, which is not long."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._line.close()
        self._beside.shutdown(wait=False)

    async def _read(self, key: ListKey) -> VendorList | None:
        async def value_at(redis: Redis) -> object:
            # Only so much of it, whatever has been put there.
            return await redis.getrange(_place(key), 0, MOST_BYTES)

        value, whose = await self._line.ask(value_at, otherwise=None), _whose(key)
        if not isinstance(value, bytes) or not value.startswith(whose):
            return None
        try:
            models = await self._aside(read_list, value[len(whose) :])
        except ListUnreadable:
            self._line.warn("holds a list that cannot be read")
            return None
        self._near.hold(key, models)
        return models

    async def _take_turn(self, key: ListKey, token: str) -> None:
        async def holder(redis: Redis) -> str:
            is_ours = await redis.set(_turn(key), token, nx=True, px=self._turn_ms)
            return token if is_ours else repr(await redis.get(_turn(key)))

        seen, since = None, self._clock()
        while (holding := await self._line.ask(holder, otherwise=token)) != token:
            now = self._clock()
            if holding != seen:
                seen, since = holding, now
            elif now - since > self._turn_ms / 1_000:
                # It should have run out by now: planted, or a Redis that forgets to let it.
                self._line.warn("holds a turn that does not end")
                return
            await asyncio.sleep(PAUSE * random.uniform(0.5, 1.5))  # noqa: S311 - not a secret

    async def _give_back(self, key: ListKey, token: str) -> None:
        await self._line.ask(lambda redis: redis.eval(RELEASE, 1, _turn(key), token), otherwise=None)

    def _begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """As a task of its own, which nobody's cancellation ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _aside(self, work: Callable[[Any], T], given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._beside, work, given)


def _kept_and_written(models: VendorList) -> tuple[VendorList, bytes]:
    return with_shared_parts(models), serialize_list(models)


def _place(key: ListKey) -> str:
    return f"{LISTS}:{key.provider}:{key.digest}"


def _turn(key: ListKey) -> str:
    return f"{TURNS}:{key.provider}:{key.digest}:{key.revision}"


def _whose(key: ListKey) -> bytes:
    return msgspec.json.encode({"provider": key.provider, "owner": key.owner, "digest": key.digest, "revision": key.revision}) + b"\n"
