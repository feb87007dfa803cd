"""Turns across instances: one inside at a time, whoever dies, and nobody waits for the dead."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from modeldesk.adapters.cache.redis import RedisListCache
from modeldesk.adapters.cache.resilient_redis import RedisTimeouts
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.values.texts import ModelId, Slug
from tests.support.forked import forked
from tests.support.servers import late_answer

PATIENT = RedisTimeouts(call=30)
GROQ = ListKey(Slug("groq"), "d1", 1)
NAME = "modeldesk:lock:1:groq:d1:1"
PROCESSES, TASKS = 3, 20


class Moment:
    """A clock that a test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def two_caches(url: str, longest: float = 15) -> AsyncIterator[tuple[RedisListCache, RedisListCache]]:
    """As two instances have them; `longest` in seconds, for a turn."""
    first, second = (RedisListCache(url, timeouts=PATIENT, lock_ttl=timedelta(seconds=longest)) for _ in range(2))
    try:
        async with asyncio.timeout(60):
            yield first, second
    finally:
        await first.close()
        await second.close()


def _note(file: Path, text: str) -> None:
    """One write to the end of the file: lines of several processes do not mix."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{text}\n".encode())
    os.close(descriptor)


def _one_instance(url: str, file: Path, start: object) -> None:
    async def one(cache: RedisListCache) -> None:
        async with cache.lock(GROQ):
            _note(file, f"in {os.getpid()}")
            if await cache.get(GROQ) is None:
                await asyncio.sleep(0.05)
                _note(file, "vendor called")
                await cache.put(GROQ, VendorList((VendorModel(ModelId("a")),)))
            await asyncio.sleep(0.001)
            _note(file, f"out {os.getpid()}")

    async def whole() -> None:
        cache = RedisListCache(url, timeouts=PATIENT)
        await asyncio.gather(*(one(cache) for _ in range(TASKS)))
        await cache.close()

    start.wait()  # type: ignore[attr-defined] # what multiprocessing hands over has no name of its own
    asyncio.run(whole())


def test_three_processes_take_turns_and_one_calls_the_vendor(redis_url: str, tmp_path: Path) -> None:
    """Sixty tasks in three processes: nobody comes in before the one before has gone, and the first one's list serves all."""
    context, file = forked(), tmp_path / "turns"
    start = context.Barrier(PROCESSES)
    workers = [context.Process(target=_one_instance, args=(redis_url, file, start)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    lines = file.read_text().splitlines()
    steps = [line.split() for line in lines if line != "vendor called"]
    overlaps = sum(came != ["in", gone[1]] or gone[0] != "out" for came, gone in zip(steps[::2], steps[1::2], strict=True))
    assert (len(steps), overlaps, lines.count("vendor called")) == (2 * PROCESSES * TASKS, 0, 1)
    assert len({pid for _, pid in steps}) == PROCESSES


async def test_a_turn_is_given_back_at_once(redis_url: str) -> None:
    """And is there while somebody is inside, with an end in case that one dies."""
    async with two_caches(redis_url) as (cache, _):
        with Redis.from_url(redis_url) as raw:
            async with cache.lock(GROQ):
                assert 10_000 < raw.pttl(NAME) <= 15_000
            assert raw.get(NAME) is None


async def test_who_died_inside_is_not_waited_for_for_ever(redis_url: str) -> None:
    """The turn runs out by itself."""
    async with two_caches(redis_url) as (cache, _):
        with Redis.from_url(redis_url) as raw:
            raw.set(NAME, "a token of the dead", px=300)
            async with cache.lock(GROQ):
                assert raw.get(NAME) not in (None, b"a token of the dead")


@pytest.mark.parametrize("planted", ["string", "list"])
async def test_a_turn_without_an_end_is_not_waited_for_for_ever(redis_url: str, planted: str, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody wrote it by hand. It is told, and it is left as it is."""
    async with two_caches(redis_url, longest=0.2) as (cache, _):
        with Redis.from_url(redis_url) as raw:
            raw.set(NAME, "planted") if planted == "string" else raw.rpush(NAME, "planted")
            async with cache.lock(GROQ):
                pass
            assert raw.exists(NAME) == 1
    assert len(caplog.records) == 1


async def test_a_turn_that_took_too_long_does_not_end_another_ones(redis_url: str) -> None:
    """It ran out, the next one came in; who is late gives back what is not there any more."""
    async with two_caches(redis_url) as (cache, _):
        with Redis.from_url(redis_url) as raw:
            async with cache.lock(GROQ):
                raw.set(NAME, "the next one's", px=10_000)
            assert raw.get(NAME) == b"the next one's"


async def test_living_holders_are_waited_for_however_many_they_are(redis_url: str) -> None:
    """Each stays less than the longest turn, all together much more: who waits does not lose patience."""
    async with asyncio.timeout(60):
        moment = Moment()
        cache, entered = RedisListCache(redis_url, timeouts=PATIENT, clock=moment), asyncio.Event()

        async def wait() -> None:
            async with cache.lock(GROQ):
                entered.set()

        with Redis.from_url(redis_url) as raw:
            raw.set(NAME, "holder", px=100_000)
            waiting = asyncio.create_task(wait())
            for number in range(6):
                await asyncio.sleep(0.1)
                raw.set(NAME, f"holder {number}", px=100_000)
                moment.now += 10
            await asyncio.sleep(0.1)
            assert not entered.is_set()
            raw.delete(NAME)
            await waiting
        await cache.close()


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8, 13, 21, 34])
async def test_a_turn_cancelled_at_any_moment_is_free_again(redis_url: str, steps: int) -> None:
    """While it is asked for, inside, or while it is given back."""
    async with two_caches(redis_url) as (cache, other):

        async def inside() -> None:
            async with cache.lock(GROQ):
                await asyncio.sleep(0)

        for _ in range(5):
            task = asyncio.create_task(inside())
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            async with asyncio.timeout(10), other.lock(GROQ):
                pass


async def test_giving_back_is_done_even_where_who_was_inside_is_cancelled(redis_url: str) -> None:
    """At the very moment, and while the line is busy with something else: or everybody would wait until the turn runs out."""
    async with asyncio.timeout(60):
        cache = RedisListCache(redis_url, timeouts=RedisTimeouts(call=30, max_concurrent=1))
        leave = asyncio.Event()

        async def inside() -> None:
            async with cache.lock(GROQ):
                await leave.wait()

        with Redis.from_url(redis_url) as raw:
            task = asyncio.create_task(inside())
            while raw.get(NAME) is None:
                await asyncio.sleep(0.01)
            raw.client_pause(10_000, all=False)  # whoever writes waits, and with one line at most so does everybody else
            busy = asyncio.create_task(cache.put(GROQ, VendorList(())))
            await asyncio.sleep(0.05)
            leave.set()
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raw.client_unpause()
            await busy
            await cache.close()
            assert raw.get(NAME) is None


async def test_who_comes_in_does_not_wait_for_a_look_from_before(redis_url: str) -> None:
    """It may have missed what the one before put."""
    models = VendorList((VendorModel(ModelId("a")),))
    async with asyncio.timeout(60), late_answer(redis_url, b"GETRANGE") as late:
        cache, other = RedisListCache(late.url, timeouts=PATIENT), RedisListCache(redis_url, timeouts=PATIENT)
        from_before = asyncio.create_task(cache.get(GROQ))
        await late.is_held.wait()
        async with other.lock(GROQ):
            await other.put(GROQ, models)
        async with cache.lock(GROQ):
            assert await cache.get(GROQ) == models
        assert not from_before.done()
        late.let_go.set()
        assert await from_before is None
        for one in (cache, other):
            await one.close()


def test_redis_is_imported_only_where_it_is_set() -> None:
    """It is an extra: without it everything else starts, and the cache in this process works."""
    program = "import sys, modeldesk.adapters.cache.memory, modeldesk.entrypoints.container; print('redis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("False", "")
