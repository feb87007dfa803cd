"""The port `ListCache`: what every cache of lists keeps, in this process or in Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from decimal import Decimal

import pytest

from modeldesk.adapters.cache.memory import InMemoryListCache
from modeldesk.adapters.cache.redis import RedisListCache
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.ports.list_cache import ListCache

OpenCaches = Callable[[], AbstractAsyncContextManager[tuple[ListCache, ListCache]]]

GROQ = ListKey(Slug("groq"), "d1", 3)


def a_list(*ids: str) -> VendorList:
    return VendorList(tuple(VendorModel(ModelId(text), pricing=Pricing(amounts={"prompt": Decimal("0.15")})) for text in ids), 1, 2)


@pytest.fixture(params=["memory", "redis"])
def caches(request: pytest.FixtureRequest) -> OpenCaches:
    """A cache and another one that shares it: with Redis as another instance would have it."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[ListCache, ListCache]]:
        if url is None:
            cache = InMemoryListCache()
            yield cache, cache
            return
        first, second = RedisListCache(url), RedisListCache(url)
        try:
            yield first, second
        finally:
            await first.close()
            await second.close()

    return opened


async def test_what_was_put_is_found(caches: OpenCaches) -> None:
    """Here and wherever the cache is shared, as often as it is asked for."""
    async with caches() as (cache, other):
        assert await cache.get(GROQ) is None
        assert await cache.entries() == 0
        await cache.put(GROQ, a_list("a", "b"))
        for _ in range(2):
            assert await cache.get(GROQ) == await other.get(GROQ) == a_list("a", "b")
        assert await cache.entries() == await other.entries() == 1


@pytest.mark.parametrize(
    "asked",
    [
        ListKey(Slug("groq"), "d1", 2),
        ListKey(Slug("groq"), "d1", 4),
        ListKey(Slug("groq"), "d2", 3),
        ListKey(Slug("groq"), "d1", 3, "nima"),
    ],
)
async def test_another_stamp_or_digest_finds_nothing(caches: OpenCaches, asked: ListKey) -> None:
    """Another key of a vendor's is another digest: what one admin may see, another is not shown."""
    async with caches() as (cache, other):
        await cache.put(GROQ, a_list("a"))
        assert await cache.get(asked) is None
        assert await other.get(asked) is None
        assert await other.get(ListKey(Slug("groq-2"), "d1", 3)) is None


async def test_a_newer_list_takes_the_place_of_an_older_one(caches: OpenCaches) -> None:
    """Of one provider and digest one list is kept; of another digest another."""
    async with caches() as (cache, other):
        await cache.put(GROQ, a_list("old"))
        newer, beside = ListKey(Slug("groq"), "d1", 4), ListKey(Slug("groq"), "d2", 1)
        await other.put(newer, a_list("new"))
        await cache.put(beside, a_list("beside"))
        assert await cache.entries() == 2
        assert (await cache.get(newer), await other.get(beside)) == (a_list("new"), a_list("beside"))


@pytest.mark.parametrize(("provider", "dropped", "left"), [(None, 3, 0), ("groq", 2, 1), ("groq-2", 1, 2), ("gro", 0, 3)])
async def test_clearing_drops_one_providers_lists_or_all(caches: OpenCaches, provider: str | None, dropped: int, left: int) -> None:
    """Tells how many they were; a provider whose name begins alike keeps its own."""
    async with caches() as (cache, other):
        keys = [GROQ, ListKey(Slug("groq"), "d2"), ListKey(Slug("groq-2"), "d1")]
        for key in keys:
            await other.put(key, a_list(key.digest))
        assert await other.clear(Slug(provider) if provider else None) == dropped
        assert await cache.entries() == left
        assert len([key for key in keys if await other.get(key)]) == left
        assert len([key for key in keys if await cache.get(key)]) == left


async def test_two_hundred_tasks_take_their_turns(caches: OpenCaches) -> None:
    """One at a time for one key, on both that share the cache; what the first one put, the others find."""
    async with caches() as (cache, other):
        inside, most, fetched = 0, 0, 0

        async def one(mine: ListCache) -> None:
            nonlocal inside, most, fetched
            async with mine.lock(GROQ):
                inside += 1
                most = max(most, inside)
                if await mine.get(GROQ) is None:
                    fetched += 1
                    await mine.put(GROQ, a_list("a"))
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one((cache, other)[number % 2]) for number in range(200)))
        assert (inside, most, fetched) == (0, 1, 1)


async def test_turns_of_different_keys_do_not_wait_for_each_other(caches: OpenCaches) -> None:
    """A slow vendor holds up nobody but its own."""
    async with (
        caches() as (cache, other),
        cache.lock(GROQ),
        cache.lock(ListKey(Slug("groq"), "d2")),
        other.lock(ListKey(Slug("cohere"), "d1")),
    ):
        pass


@pytest.mark.parametrize("broken", [ValueError, asyncio.CancelledError])
async def test_a_turn_that_breaks_off_is_over(caches: OpenCaches, broken: type[BaseException]) -> None:
    """The next one does not wait for what failed or was cancelled inside."""
    async with caches() as (cache, other):
        with suppress(broken):
            async with cache.lock(GROQ):
                raise broken
        async with asyncio.timeout(5), other.lock(GROQ):
            pass


async def test_who_is_cancelled_while_waiting_holds_nobody_up(caches: OpenCaches) -> None:
    """Neither who is inside nor who comes later, at whatever moment it happens."""
    async with caches() as (cache, other):

        async def wait(mine: ListCache) -> None:
            async with mine.lock(GROQ):
                pass

        for steps in range(12):
            async with cache.lock(GROQ):
                tasks = [asyncio.create_task(wait(mine)) for mine in (cache, other, other)]
                for _ in range(steps):
                    await asyncio.sleep(0)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(5), other.lock(GROQ):
            pass
