"""The line to Redis: who is asked when, and that nobody gets an answer that another one asked for."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from redis.asyncio import Redis

from modeldesk.adapters.cache.resilient_redis import RedisTimeouts, ResilientRedis
from tests.support.servers import drip

TIMEOUTS = RedisTimeouts(call=20, cooldown=1, log_interval=60)


class Moment:
    """A clock that a test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def a_line(
    url: str = "redis://127.0.0.1:1", moment: Moment | None = None, timeouts: RedisTimeouts = TIMEOUTS
) -> AsyncIterator[ResilientRedis]:
    line = ResilientRedis(url, timeouts, moment or Moment())
    try:
        yield line
    finally:
        await line.close()


async def failing(_: Redis) -> str:
    raise ConnectionError("gone")


async def answering(_: Redis) -> str:
    return "here"


async def test_after_a_failure_nobody_is_asked_for_a_while() -> None:
    """And then one tries it, while the others go on without; when that one was answered, all ask again."""
    moment, asked, answer = Moment(), [], asyncio.Event()

    async def slow(_: Redis) -> str:
        asked.append(moment.now)
        await answer.wait()
        return "here"

    async with a_line(moment=moment) as line:
        assert await line.call(failing, "none") == "none"
        assert await line.call(answering, "none") == "none"
        moment.now += 0.9
        assert await line.call(slow, "none") == "none"
        moment.now += 0.2
        trying = asyncio.create_task(line.call(slow, "none"))
        await asyncio.sleep(0)
        assert [await line.call(slow, "none") for _ in range(3)] == ["none"] * 3
        answer.set()
        assert await trying == "here"
        assert asked == [moment.now]
        assert await line.call(answering, "none") == "here"


async def test_who_tries_it_and_fails_leaves_it_alone_again() -> None:
    """For another while."""
    moment = Moment()
    async with a_line(moment=moment) as line:
        for _ in range(3):
            assert await line.call(failing, "none") == "none"
            assert await line.call(answering, "none") == "none"
            moment.now += 1.1
        assert await line.call(answering, "none") == "here"


async def test_one_line_in_the_log_and_then_silence_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    """However often it comes and goes."""
    caplog.set_level(logging.WARNING)

    moment = Moment()
    async with a_line(moment=moment) as line:
        for _ in range(20):
            await line.call(failing, "none")
            moment.now += 2
            await line.call(answering, "none")
        assert len(caplog.records) == 1
        moment.now += 60
        await line.call(failing, "none")
        assert len(caplog.records) == 2


@pytest.mark.parametrize(
    "broken", [OSError("x"), TimeoutError(), ValueError("x"), RecursionError(), UnicodeDecodeError("utf-8", b"", 0, 1, "x")]
)
async def test_whatever_a_question_raises_is_no_answer(broken: Exception) -> None:
    """Clients raise anything over an answer out of order."""

    async def question(_: Redis) -> str:
        raise broken

    async with a_line() as line:
        assert await line.call(question, "none") == "none"


async def test_a_cancellation_is_not_swallowed() -> None:
    """It is not a failure of the server's either."""
    async with a_line() as line:
        task = asyncio.create_task(line.call(lambda _: asyncio.sleep(60, "late"), "none"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await line.call(answering, "none") == "here"


async def _cancelled_then_asked(url: str, line: ResilientRedis, turns_of_the_loop: int, seconds: float) -> None:
    """Cancels one question after so much, and asks others, which must get their own answers."""
    task = asyncio.create_task(line.call(lambda redis: redis.get("modeldesk:first"), None))
    for _ in range(turns_of_the_loop):
        await asyncio.sleep(0)
    await asyncio.sleep(seconds)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    answers = await asyncio.gather(
        *(line.call(lambda redis, name=name: redis.get(name), None) for name in ("modeldesk:second", "modeldesk:third"))
    )
    assert answers == [b"second", b"third"]


@pytest.mark.parametrize("most_at_once", [1, 2])
async def test_a_cancelled_question_leaves_no_answer_for_the_next_one(redis_url: str, most_at_once: int) -> None:
    """Wherever it is cancelled: while dialling, sending, or when half of the answer has come (redis-py#2624)."""
    timeouts = RedisTimeouts(call=20, max_concurrent=most_at_once)
    async with Redis.from_url(redis_url) as client:
        for name in ("first", "second", "third"):
            await client.set(f"modeldesk:{name}", name)
    async with a_line(redis_url, timeouts=timeouts) as line:
        for turns_of_the_loop in range(40):
            await _cancelled_then_asked(redis_url, line, turns_of_the_loop, 0)
    if redis_url.startswith("unix://"):
        async with drip(redis_url, 5) as url, a_line(url, timeouts=timeouts) as line:
            assert await line.call(lambda redis: redis.get("modeldesk:third"), None) == b"third"
            for waited in (0, 0.06):
                await _cancelled_then_asked(url, line, 2, waited)


async def test_a_question_that_took_too_long_leaves_no_answer_for_the_next_one(redis_url: str) -> None:
    """The deadline is a cancellation too."""
    if not redis_url.startswith("unix://"):
        pytest.skip("the dripping stand-in wants a server on a socket")

    async with Redis.from_url(redis_url) as client:
        await client.set("modeldesk:first", "first" * 200)
        await client.set("modeldesk:second", "second")
    moment = Moment()
    async with drip(redis_url, 8) as url, a_line(url, moment) as line:
        for _ in range(3):
            assert await line.call(lambda redis: redis.get("modeldesk:first"), b"late", deadline=0.12) == b"late"
            moment.now += 2
            assert await line.call(lambda redis: redis.get("modeldesk:second"), b"late") == b"second"


def test_an_address_that_is_none_is_refused() -> None:
    """When the program starts, not when it is first asked."""
    with pytest.raises(ValueError, match="scheme"):
        ResilientRedis("http://somewhere", TIMEOUTS)
