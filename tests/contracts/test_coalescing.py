"""The port `Coalescing`: equal requests that arrive while one is running share its outcome."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from modeldesk.adapters.concurrency.coalescing import AsyncioCoalescing
from modeldesk.domain.ports.coalescing import Coalescing, StillRunning


@pytest.fixture
def coalescing() -> Coalescing:
    return AsyncioCoalescing()


class Work:
    """Counts how often it is called, and ends when it is let."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls = 0
        self.may_end = asyncio.Event()
        self.error = error

    async def __call__(self) -> int:
        self.calls += 1
        call = self.calls
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        return call


async def started(waiting: Callable[[], Coroutine[Any, Any, Any]], times: int = 1) -> list["asyncio.Task[Any]"]:
    tasks = [asyncio.create_task(waiting()) for _ in range(times)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


def test_equal_requests_share_one_run(coalescing: Coalescing) -> None:
    """However many arrive while it is running; a request that comes after its end has a run of its own."""

    async def story() -> None:
        work = Work()
        tasks = await started(lambda: coalescing.run("a", work), 5)
        work.may_end.set()
        assert await asyncio.gather(*tasks) == [1] * 5
        assert await coalescing.run("a", work) == 2

    asyncio.run(story())


def test_other_keys_have_runs_of_their_own(coalescing: Coalescing) -> None:
    """And wait for nobody else's."""

    async def story() -> None:
        slow, quick = Work(), Work()
        quick.may_end.set()
        (waiting,) = await started(lambda: coalescing.run("slow", slow))
        assert await coalescing.run("quick", quick) == 1
        assert not waiting.done()
        slow.may_end.set()
        assert await waiting == 1

    asyncio.run(story())


def test_an_error_reaches_everybody_who_waits(coalescing: Coalescing) -> None:
    """And is not kept: the next request runs anew."""

    async def story() -> None:
        work = Work(ZeroDivisionError("broken"))
        tasks = await started(lambda: coalescing.run("a", work), 3)
        work.may_end.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [ZeroDivisionError] * 3
        work.error = None
        assert await coalescing.run("a", work) == 2

    asyncio.run(story())


@pytest.mark.parametrize("leaving", [1, 3])
def test_who_leaves_does_not_end_it(coalescing: Coalescing, leaving: int) -> None:
    """Not the one that began it, nor all of them: the work goes on, and later requests join it."""

    async def story() -> None:
        work = Work()
        tasks = await started(lambda: coalescing.run("a", work), 3)
        for task in tasks[:leaving]:
            task.cancel()
        await asyncio.gather(*tasks[:leaving], return_exceptions=True)
        assert coalescing.is_running("a")
        (late,) = await started(lambda: coalescing.run("a", work))
        work.may_end.set()
        assert await asyncio.gather(*tasks[leaving:], late) == [1] * (4 - leaving)
        assert work.calls == 1

    asyncio.run(story())


def test_who_waits_only_so_long_leaves_it_running(coalescing: Coalescing) -> None:
    """The others have its outcome, and so has a later request that waits."""

    async def story() -> None:
        work = Work()
        (patient,) = await started(lambda: coalescing.run("a", work))
        with pytest.raises(StillRunning):
            await coalescing.run("a", work, timedelta(0))
        work.may_end.set()
        assert await patient == 1
        assert await coalescing.run("b", work, timedelta(seconds=60)) == 2

    asyncio.run(story())


def test_it_says_what_is_running(coalescing: Coalescing) -> None:
    """From the first request to the end of the work, by its key."""

    async def story() -> None:
        work = Work()
        assert not coalescing.is_running("a")
        tasks = await started(lambda: coalescing.run("a", work))
        assert (coalescing.is_running("a"), coalescing.is_running("b")) == (True, False)
        work.may_end.set()
        await asyncio.gather(*tasks)
        await asyncio.sleep(0)
        assert not coalescing.is_running("a")

    asyncio.run(story())


def test_closing_cancels_what_is_running() -> None:
    """And those who wait for it; nothing is left behind."""

    async def story() -> None:
        coalescing, work = AsyncioCoalescing(), Work()
        tasks = await started(lambda: coalescing.run("a", work), 2)
        await coalescing.close()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2
        assert len(asyncio.all_tasks()) == 1, "only this one is left"

    asyncio.run(story())
