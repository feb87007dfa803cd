"""What the tests of a Redis in trouble share: a server to spoil, and what a cache does without one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from redis import Redis, RedisError

from modeldesk.adapters.cache.redis import RedisListCache
from modeldesk.adapters.cache.resilient_redis import RedisTimeouts
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, Slug
from tests.support.servers import RedisServer, redis_server

HASTY = RedisTimeouts(call=0.2, cooldown=0.05)
PATIENT = RedisTimeouts(call=30, cooldown=0.05)
FAULT_ENDS_WITHIN = 60
"""Seconds after which a test that hangs is given up; what is tested takes far less."""

GROQ, COHERE = ListKey(Slug("groq"), "d1", 1), ListKey(Slug("cohere"), "d2", 1)
LISTS = "modeldesk:list:2"


@pytest.fixture(scope="module")
def shared_server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def server(shared_server: RedisServer) -> RedisServer:
    """A server of our own, running and empty. Who spoils it puts it right again; where a test failed before that, it is a new one."""
    try:
        with Redis.from_url(shared_server.url, socket_timeout=2) as client:
            client.flushall()
    except RedisError:
        shared_server.kill()
        shared_server.start()
    return shared_server


@pytest.fixture
def raw(server: RedisServer) -> Iterator[Redis]:
    """What anybody could do to the server."""
    with Redis.from_url(server.url) as client:
        yield client


def a_list(*ids: str) -> VendorList:
    return VendorList(tuple(VendorModel(ModelId(text), pricing=Pricing(amounts={"prompt": Decimal("0.15")})) for text in ids))


@asynccontextmanager
async def cache_at(url: str, timeouts: RedisTimeouts = HASTY) -> AsyncIterator[RedisListCache]:
    cache = RedisListCache(url, timeouts=timeouts)
    try:
        async with asyncio.timeout(FAULT_ENDS_WITHIN):
            yield cache
    finally:
        await cache.close()


async def works_alone(cache: RedisListCache) -> None:
    """What a cache without its Redis still does: hold nothing that others put, keep its own, take turns among its tasks, never fail."""
    assert await cache.get(COHERE) is None
    await cache.put(GROQ, a_list("mine"))
    assert await cache.get(GROQ) == a_list("mine")
    assert await cache.entries() in (0, 1)
    inside = 0

    async def one() -> None:
        nonlocal inside
        async with cache.lock(COHERE):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(5)))
    assert await cache.clear(Slug("groq")) in (0, 1)


async def works_again(cache: RedisListCache, url: str) -> None:
    """What one puts, another finds: sooner or later, and without anybody's doing."""
    for revision in range(1_000):
        key = ListKey(Slug("again"), "d", revision)
        await cache.put(key, a_list(str(revision)))
        other = RedisListCache(url, timeouts=PATIENT)
        found = await other.get(key)
        await other.close()
        if found == a_list(str(revision)):
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come back")


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]
