"""A Redis that is down, slow, read-only, flushed or out of its mind: the cache holds nothing then, says so once, and comes back by itself."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis

from modeldesk.adapters.cache.redis import RedisListCache
from tests.support.redis_faults import (
    COHERE,
    FAULT_ENDS_WITHIN,
    GROQ,
    HASTY,
    PATIENT,
    a_list,
    cache_at,
    raw,
    server,
    shared_server,
    warnings_of,
    works_again,
    works_alone,
)
from tests.support.servers import RedisServer, drip, nonsense

__all__ = ["raw", "server", "shared_server"]


async def test_a_server_that_is_not_there_holds_nothing_and_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One line in the log, however often it is asked."""
    caplog.set_level(logging.DEBUG)
    async with cache_at(f"unix://{tmp_path}/nobody") as cache:
        for _ in range(3):
            await works_alone(cache)
            await asyncio.sleep(0.06)
    (said,) = warnings_of(caplog)
    assert said.startswith("the shared cache of lists does not answer: ConnectionError")
    assert "\n" not in said


async def test_a_password_is_not_in_the_log(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """A server that refuses it may say why; what it was, nobody does."""
    caplog.set_level(logging.DEBUG)
    url = server.url.replace("unix://", "unix://desk:canary-password@")
    async with cache_at(url) as cache:
        await works_alone(cache)
    assert len(warnings_of(caplog)) == 1
    assert "invalid username-password pair" in caplog.text
    assert "canary" not in caplog.text


async def test_a_server_that_was_killed_is_missed_and_found_again(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """In the middle of its work; what it held is gone, what this process had read stays."""
    caplog.set_level(logging.INFO)
    async with cache_at(server.url) as cache:
        await cache.put(GROQ, a_list("kept"))
        async with cache.lock(COHERE):
            server.kill()
        assert await cache.get(GROQ) == a_list("kept")
        await works_alone(cache)
        server.start()
        await works_again(cache, server.url)
    assert len(warnings_of(caplog)) == 1
    assert "answers again" in caplog.text


async def test_a_restarted_server_is_not_even_noticed(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that has ended meanwhile is not a failure."""
    async with cache_at(server.url, PATIENT) as cache:
        await cache.put(GROQ, a_list("a"))
        server.kill()
        server.start()
        await works_again(cache, server.url)
    assert warnings_of(caplog) == []


async def test_a_server_that_stands_still_is_left_alone(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """It takes the question and never answers."""
    async with cache_at(server.url) as cache:
        await cache.put(GROQ, a_list("kept"))
        server.pause()
        try:
            await works_alone(cache)
            await asyncio.gather(*(works_alone(cache) for _ in range(1)), cache.get(COHERE), cache.entries(), cache.clear(None))
        finally:
            server.resume()
        await works_again(cache, server.url)
    (said,) = warnings_of(caplog)
    assert "TimeoutError" in said


async def test_a_replica_is_read_and_its_refusals_are_borne(server: RedisServer, raw: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """It says no to every writing; what was written before can be read."""
    async with cache_at(server.url, PATIENT) as cache:
        await cache.put(GROQ, a_list("before"))
        raw.replicaof("127.0.0.1", 1)
        other = RedisListCache(server.url, timeouts=PATIENT)
        assert await other.get(GROQ) == a_list("before")
        await other.close()
        await works_alone(cache)
        raw.replicaof("NO", "ONE")
        await works_again(cache, server.url)
    (said,) = warnings_of(caplog)
    assert said.startswith("the shared cache of lists refuses: ReadOnlyError")


@pytest.mark.parametrize(("setting", "value", "before"), [("min-replicas-to-write", "1", "0"), ("maxmemory", "1", "0")])
async def test_a_server_that_takes_nothing_is_borne(
    server: RedisServer, raw: Redis, caplog: pytest.LogCaptureFixture, setting: str, value: str, before: str
) -> None:
    """Too few replicas, or no memory left; writing works again as soon as it is taken again."""
    async with cache_at(server.url, PATIENT) as cache:
        raw.config_set(setting, value)
        await works_alone(cache)
        raw.config_set(setting, before)
        await works_again(cache, server.url)
    (said,) = warnings_of(caplog)
    assert "refuses" in said


async def test_a_lock_that_could_not_be_released_is_released_later(server: RedisServer, raw: Redis) -> None:
    """As soon as Redis answers again: the other instances would wait until it expires."""
    async with cache_at(server.url) as cache:
        names = list[bytes]()
        while not names:  # a server that was too slow for this hasty cache has no lock
            async with cache.lock(GROQ):
                if names := raw.keys("modeldesk:lock:*"):
                    server.pause()
        server.resume()
        (name,) = names
        for _ in range(300):  # less than the time in which the lock would expire
            if raw.get(name) is None:
                break
            await asyncio.sleep(0.03)
        assert raw.get(name) is None


async def test_a_lock_whose_release_was_refused_is_released_later(server: RedisServer, raw: Redis) -> None:
    """A server that takes no writing for a moment leaves no lock behind."""
    async with cache_at(server.url, PATIENT) as cache:
        async with cache.lock(GROQ):
            (name,) = raw.keys("modeldesk:lock:*")
            raw.config_set("min-replicas-to-write", "1")
        try:
            assert raw.get(name) is not None
        finally:
            raw.config_set("min-replicas-to-write", "0")
        for _ in range(300):  # less than the time in which the lock would expire
            if raw.get(name) is None:
                break
            await asyncio.sleep(0.03)
        assert raw.get(name) is None


async def test_a_flush_in_the_middle_takes_lists_and_turns(server: RedisServer, raw: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing fails, nobody waits for a turn that is gone, and who had it does not end another one's."""
    async with cache_at(server.url, PATIENT) as cache:
        other = RedisListCache(server.url, timeouts=PATIENT)
        await cache.put(GROQ, a_list("gone"))
        async with cache.lock(GROQ):
            raw.flushall()
            assert await other.get(GROQ) is None
            async with other.lock(GROQ):
                (name,) = raw.keys("modeldesk:lock:*")
                held = raw.get(name)
        # The first one ended while the second was over too: had it been inside still, its turn would stand.
        assert raw.keys("modeldesk:lock:*") == []
        async with cache.lock(GROQ):
            raw.set(name, held)
        assert raw.get(name) == held
        await other.close()
    assert warnings_of(caplog) == []


@pytest.mark.parametrize("step", [1, 7, 200])
async def test_a_server_that_drips_is_left_alone(server: RedisServer, step: int, caplog: pytest.LogCaptureFixture) -> None:
    """Some bytes now and then keep no reader waiting for ever: one deadline stands round all of them."""
    async with asyncio.timeout(FAULT_ENDS_WITHIN):
        whole = RedisListCache(server.url, timeouts=PATIENT)
        await whole.put(COHERE, a_list(*(f"model-{number}" for number in range(500))))
        await whole.close()
        async with drip(server.url, step) as url:
            cache = RedisListCache(url, timeouts=HASTY)
            await works_alone(cache)
            await cache.close()
    assert len(warnings_of(caplog)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html>",
        b"\x00\xff\x00\xff\r\n",
        b"+\r\n",
        b":not a number\r\n",
        b":5\r\n",
        b"$99999999999\r\nshort",
        b"$-7\r\n",
        b"*3\r\n:1\r\n",
        b"*1\r\n" * 5_000,
        b"-ERR \x1b[31mred\x1b[0m\r\n",
        b"-MOVED 3999 127.0.0.1:6381\r\n",
        b"-LOADING wait\r\n",
        b"%1\r\n+a\r\n+b\r\n",
        b"$5\r\nhello\r\n" * 50,
        b"",
    ],
    ids=range(15),
)
async def test_a_server_that_talks_nonsense_holds_nothing(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Another protocol, wrong kinds, wrong lengths, depths, more answers than questions: nothing is raised, and the log stays one clean line."""
    async with asyncio.timeout(FAULT_ENDS_WITHIN):
        async with nonsense(answer) as url:
            cache = RedisListCache(url, timeouts=HASTY)
            for _ in range(2):
                await works_alone(cache)
                await asyncio.sleep(0.06)
            await cache.close()
    for said in warnings_of(caplog):
        assert said.isprintable()
        assert len(said) < 400


async def test_many_who_ask_at_once_read_it_once(server: RedisServer, raw: Redis) -> None:
    """One question to the server and one list in memory for all; half of them go away in the middle, and the others do not notice."""
    async with cache_at(server.url, PATIENT) as cache:
        other = RedisListCache(server.url, timeouts=PATIENT)
        await other.put(GROQ, a_list("a"))
        await other.close()
        raw.config_resetstat()
        tasks = [asyncio.create_task(cache.get(GROQ)) for _ in range(500)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        found = await asyncio.gather(*tasks[1::2])
        assert found == [a_list("a")] * 250
        assert len({id(models) for models in found}) == 1
        assert await cache.get(GROQ) is found[0]
        assert raw.info("commandstats")["cmdstat_getrange"]["calls"] == 1
        await cache.clear(None)
        assert await cache.get(GROQ) is None  # the question from before answers nobody any more
        with suppress(asyncio.CancelledError):
            await tasks[0]
