"""What somebody else wrote into Redis where lists are: garbage, other lists, other kinds. None of it is taken for the list that was asked for."""

import pytest
from redis import Redis

from modeldesk.adapters.cache.redis import RedisListCache
from tests.support.redis_faults import COHERE, GROQ, LISTS, PATIENT, a_list, cache_at, raw, server, shared_server, works_again, works_alone
from tests.support.servers import RedisServer

__all__ = ["raw", "server", "shared_server"]

GOOD = b'{"provider":"groq","owner":null,"digest":"d1","revision":1}\n'


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x80\x04\x95\x00garbage",
        b"null",
        GOOD,
        GOOD[:-1],
        GOOD + b'{"models":[{"id":"a"',
        GOOD + b"[]",
        GOOD + b'{"models":[{"id":1}]}',
        GOOD + b"[" * 200_000,
        GOOD.replace(b"groq", b"cohere") + b'{"models":[{"id":"theirs"}]}',
        GOOD.replace(b"d1", b"d2") + b'{"models":[{"id":"theirs"}]}',
        GOOD.replace(b":1}", b":2}") + b'{"models":[{"id":"later"}]}',
        b'{"models":[{"id":"nobody\'s"}]}',
    ],
    ids=range(13),
)
async def test_a_planted_or_broken_value_is_a_miss(server: RedisServer, raw: Redis, value: bytes) -> None:
    """Garbage, pickles, lists cut off, lists of another provider, key or revision; the next list put takes its place."""
    async with cache_at(server.url, PATIENT) as cache:
        raw.set(f"{LISTS}:groq:d1", value)
        assert await cache.get(GROQ) is None
        await works_alone(cache)
        await works_again(cache, server.url)


async def test_no_more_is_read_than_a_list_may_have(server: RedisServer, raw: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes into Redis cannot fill the memory of the workers that read it. A list of just that length is read."""
    monkeypatch.setattr("modeldesk.adapters.cache.redis.MAX_BYTES", 500)
    for length, is_read in ((500, True), (10_000, False)):
        async with cache_at(server.url, PATIENT) as cache:
            start, end = GOOD + b'{"models":[{"id":"a"}', b"]}"
            raw.set(f"{LISTS}:groq:d1", start + b" " * (length - len(start) - len(end)) + end)
            assert (await cache.get(GROQ) is not None) == is_read


async def test_a_place_of_another_kind_is_a_miss_and_is_put_right(server: RedisServer, raw: Redis) -> None:
    """Somebody keeps a list of Redis's own there."""
    async with cache_at(server.url, PATIENT) as cache:
        raw.rpush(f"{LISTS}:groq:d1", "a", "b")
        assert await cache.get(GROQ) is None
        await cache.put(GROQ, a_list("mine"))
        assert raw.type(f"{LISTS}:groq:d1") == b"string"


async def test_values_that_changed_places_are_misses(server: RedisServer, raw: Redis) -> None:
    """What one provider's list says is never shown as another one's."""
    async with cache_at(server.url, PATIENT) as cache:
        await cache.put(GROQ, a_list("groq's"))
        await cache.put(COHERE, a_list("cohere's"))
        raw.rename(f"{LISTS}:groq:d1", "aside")
        raw.rename(f"{LISTS}:cohere:d2", f"{LISTS}:groq:d1")
        raw.rename("aside", f"{LISTS}:cohere:d2")
        other = RedisListCache(server.url, timeouts=PATIENT)
        assert [await other.get(key) for key in (GROQ, COHERE)] == [None, None]
        await other.close()


async def test_lists_run_out_and_stand_where_the_page_says(server: RedisServer, raw: Redis) -> None:
    """After seven days, under names that say whose they are; plain JSON, without anything that runs when it is read."""
    async with cache_at(server.url, PATIENT) as cache:
        await cache.put(GROQ, a_list("a"))
        (name,) = raw.keys("*")
        assert name == b"modeldesk:list:2:groq:d1"
        assert 7 * 86_400_000 - 600_000 < raw.pttl(name) <= 7 * 86_400_000
        assert raw.get(name).startswith(GOOD + b'{"models":[{"id":"a"')
