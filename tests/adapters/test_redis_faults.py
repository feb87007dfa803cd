"""A Redis that is down, slow, read-only, flushed or out of its mind: the cache holds nothing then, says so once, and comes back by itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from redis import Redis, RedisError
from tests.servers import RedisServer, drip, nonsense, redis_server

from modeldesk.adapters.cache.lists_redis import RedisListCache
from modeldesk.adapters.cache.redis_line import Manners
from modeldesk.domain.live_lists import ListKey
from modeldesk.domain.prices import Pricing
from modeldesk.domain.texts import ModelId, Slug
from modeldesk.domain.vendor_models import VendorList, VendorModel

HASTY = Manners(patience=0.2, rest=0.05)
PATIENT = Manners(patience=30, rest=0.05)
FAULT_ENDS_WITHIN = 20
"""Seconds after which a test that hangs is given up; what is tested takes a hundredth of it."""

GROQ, COHERE = ListKey(Slug("groq"), "d1", 1), ListKey(Slug("cohere"), "d2", 1)
LISTS = "modeldesk:list:1"


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


def tell(url: str, story: Callable[[RedisListCache], Awaitable[None]], manners: Manners = HASTY) -> None:
    async def whole() -> None:
        cache = RedisListCache(url, manners=manners)
        try:
            async with asyncio.timeout(FAULT_ENDS_WITHIN):
                await story(cache)
        finally:
            await cache.close()

    asyncio.run(whole())


async def works_alone(cache: RedisListCache) -> None:
    """What a cache without its Redis still does: hold nothing that others put, keep its own, take turns among its tasks, never fail."""
    assert await cache.get(COHERE) is None
    await cache.put(GROQ, a_list("mine"))
    assert await cache.get(GROQ) == a_list("mine")
    assert await cache.entries() in (0, 1)
    inside = 0

    async def one() -> None:
        nonlocal inside
        async with cache.turn(COHERE):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(5)))
    assert await cache.clear(Slug("groq")) in (0, 1)


async def works_again(cache: RedisListCache, url: str) -> None:
    """What one puts, another finds: sooner or later, and without anybody's doing."""
    for stamp in range(1_000):
        key = ListKey(Slug("again"), "d", stamp)
        await cache.put(key, a_list(str(stamp)))
        other = RedisListCache(url, manners=PATIENT)
        found = await other.get(key)
        await other.close()
        if found == a_list(str(stamp)):
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come back")


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_server_that_is_not_there_holds_nothing_and_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One line in the log, however often it is asked."""
    caplog.set_level(logging.DEBUG)

    async def story(cache: RedisListCache) -> None:
        for _ in range(3):
            await works_alone(cache)
            await asyncio.sleep(0.06)

    tell(f"unix://{tmp_path}/nobody", story)
    (said,) = warnings_of(caplog)
    assert said.startswith("the shared cache of lists does not answer: ConnectionError")
    assert "\n" not in said


def test_a_password_is_not_in_the_log(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """A server that refuses it may say why; what it was, nobody does."""
    caplog.set_level(logging.DEBUG)
    url = server.url.replace("unix://", "unix://desk:canary-password@")
    tell(url, works_alone)
    assert len(warnings_of(caplog)) == 1
    assert "invalid username-password pair" in caplog.text
    assert "canary" not in caplog.text


def test_a_server_that_was_killed_is_missed_and_found_again(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """In the middle of its work; what it held is gone, what this process had read stays."""
    caplog.set_level(logging.INFO)

    async def story(cache: RedisListCache) -> None:
        await cache.put(GROQ, a_list("kept"))
        async with cache.turn(COHERE):
            server.kill()
        assert await cache.get(GROQ) == a_list("kept")
        await works_alone(cache)
        server.start()
        await works_again(cache, server.url)

    tell(server.url, story)
    assert len(warnings_of(caplog)) == 1
    assert "answers again" in caplog.text


def test_a_restarted_server_is_not_even_noticed(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that has ended meanwhile is not a failure."""

    async def story(cache: RedisListCache) -> None:
        await cache.put(GROQ, a_list("a"))
        server.kill()
        server.start()
        await works_again(cache, server.url)

    tell(server.url, story, PATIENT)
    assert warnings_of(caplog) == []


def test_a_server_that_stands_still_is_left_alone(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """It takes the question and never answers."""

    async def story(cache: RedisListCache) -> None:
        await cache.put(GROQ, a_list("kept"))
        server.pause()
        try:
            await works_alone(cache)
            await asyncio.gather(*(works_alone(cache) for _ in range(1)), cache.get(COHERE), cache.entries(), cache.clear(None))
        finally:
            server.resume()
        await works_again(cache, server.url)

    tell(server.url, story)
    (said,) = warnings_of(caplog)
    assert "TimeoutError" in said


def test_a_replica_is_read_and_its_refusals_are_borne(server: RedisServer, raw: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """It says no to every writing; what was written before can be read."""

    async def story(cache: RedisListCache) -> None:
        await cache.put(GROQ, a_list("before"))
        raw.replicaof("127.0.0.1", 1)
        other = RedisListCache(server.url, manners=PATIENT)
        assert await other.get(GROQ) == a_list("before")
        await other.close()
        await works_alone(cache)
        raw.replicaof("NO", "ONE")
        await works_again(cache, server.url)

    tell(server.url, story, PATIENT)
    (said,) = warnings_of(caplog)
    assert said.startswith("the shared cache of lists refuses: ReadOnlyError")


@pytest.mark.parametrize(("setting", "value", "before"), [("min-replicas-to-write", "1", "0"), ("maxmemory", "1", "0")])
def test_a_server_that_takes_nothing_is_borne(
    server: RedisServer, raw: Redis, caplog: pytest.LogCaptureFixture, setting: str, value: str, before: str
) -> None:
    """Too few replicas, or no memory left; writing works again as soon as it is taken again."""

    async def story(cache: RedisListCache) -> None:
        raw.config_set(setting, value)
        await works_alone(cache)
        raw.config_set(setting, before)
        await works_again(cache, server.url)

    tell(server.url, story, PATIENT)
    (said,) = warnings_of(caplog)
    assert "refuses" in said


def test_a_flush_in_the_middle_takes_lists_and_turns(server: RedisServer, raw: Redis, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing fails, nobody waits for a turn that is gone, and who had it does not end another one's."""

    async def story(cache: RedisListCache) -> None:
        other = RedisListCache(server.url, manners=PATIENT)
        await cache.put(GROQ, a_list("gone"))
        async with cache.turn(GROQ):
            raw.flushall()
            assert await other.get(GROQ) is None
            async with other.turn(GROQ):
                (name,) = raw.keys("modeldesk:turn:*")
                held = raw.get(name)
        # The first one ended while the second was over too: had it been inside still, its turn would stand.
        assert raw.keys("modeldesk:turn:*") == []
        async with cache.turn(GROQ):
            raw.set(name, held)
        assert raw.get(name) == held
        await other.close()

    tell(server.url, story, PATIENT)
    assert warnings_of(caplog) == []


GOOD = b'{"provider":"groq","digest":"d1","stamp":1}\n'


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
def test_a_planted_or_broken_value_is_a_miss(server: RedisServer, raw: Redis, value: bytes) -> None:
    """Garbage, pickles, lists cut off, lists of another provider, key or stamp; the next list put takes its place."""

    async def story(cache: RedisListCache) -> None:
        raw.set(f"{LISTS}:groq:d1", value)
        assert await cache.get(GROQ) is None
        await works_alone(cache)
        await works_again(cache, server.url)

    tell(server.url, story, PATIENT)


def test_a_place_of_another_kind_is_a_miss_and_is_put_right(server: RedisServer, raw: Redis) -> None:
    """Somebody keeps a list of Redis's own there."""

    async def story(cache: RedisListCache) -> None:
        raw.rpush(f"{LISTS}:groq:d1", "a", "b")
        assert await cache.get(GROQ) is None
        await cache.put(GROQ, a_list("mine"))
        assert raw.type(f"{LISTS}:groq:d1") == b"string"

    tell(server.url, story, PATIENT)


def test_values_that_changed_places_are_misses(server: RedisServer, raw: Redis) -> None:
    """What one provider's list says is never shown as another one's."""

    async def story(cache: RedisListCache) -> None:
        await cache.put(GROQ, a_list("groq's"))
        await cache.put(COHERE, a_list("cohere's"))
        raw.rename(f"{LISTS}:groq:d1", "aside")
        raw.rename(f"{LISTS}:cohere:d2", f"{LISTS}:groq:d1")
        raw.rename("aside", f"{LISTS}:cohere:d2")
        other = RedisListCache(server.url, manners=PATIENT)
        assert [await other.get(key) for key in (GROQ, COHERE)] == [None, None]
        await other.close()

    tell(server.url, story, PATIENT)


def test_lists_run_out_and_stand_where_the_page_says(server: RedisServer, raw: Redis) -> None:
    """After seven days, under names that say whose they are; plain JSON, without anything that runs when it is read."""

    async def story(cache: RedisListCache) -> None:
        await cache.put(GROQ, a_list("a"))
        (name,) = raw.keys("*")
        assert name == b"modeldesk:list:1:groq:d1"
        assert 7 * 86_400_000 - 600_000 < raw.pttl(name) <= 7 * 86_400_000
        assert raw.get(name).startswith(GOOD + b'{"models":[{"id":"a"')

    tell(server.url, story, PATIENT)


@pytest.mark.parametrize("step", [1, 7, 200])
def test_a_server_that_drips_is_left_alone(server: RedisServer, step: int, caplog: pytest.LogCaptureFixture) -> None:
    """Some bytes now and then keep no reader waiting for ever: one deadline stands round all of them."""

    async def story() -> None:
        whole = RedisListCache(server.url, manners=PATIENT)
        await whole.put(COHERE, a_list(*(f"model-{number}" for number in range(500))))
        await whole.close()
        async with drip(server.url, step) as url:
            cache = RedisListCache(url, manners=HASTY)
            await works_alone(cache)
            await cache.close()

    asyncio.run(asyncio.wait_for(story(), FAULT_ENDS_WITHIN))
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
def test_a_server_that_talks_nonsense_holds_nothing(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Another protocol, wrong kinds, wrong lengths, depths, more answers than questions: nothing is raised, and the log stays one clean line."""

    async def story() -> None:
        async with nonsense(answer) as url:
            cache = RedisListCache(url, manners=HASTY)
            for _ in range(2):
                await works_alone(cache)
                await asyncio.sleep(0.06)
            await cache.close()

    asyncio.run(asyncio.wait_for(story(), FAULT_ENDS_WITHIN))
    for said in warnings_of(caplog):
        assert said.isprintable()
        assert len(said) < 400


def test_many_who_ask_at_once_read_it_once(server: RedisServer, raw: Redis) -> None:
    """One question to the server and one list in memory for all; half of them go away in the middle, and the others do not notice."""

    async def story(cache: RedisListCache) -> None:
        other = RedisListCache(server.url, manners=PATIENT)
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
        assert cache._reads == {}
        with suppress(asyncio.CancelledError):
            await tasks[0]

    tell(server.url, story, PATIENT)
