"""The deadline of a request: what counts, what does not, and who shares it."""

import asyncio
import threading

import pytest

from modeldesk.adapters.concurrency.background import AsyncioBackgroundTasks
from modeldesk.adapters.concurrency.coalescing import AsyncioCoalescing
from modeldesk.adapters.deadline import counted, deadline, remaining, waiting, without_deadline

LONG = 600.0


async def test_two_waits_share_one_deadline() -> None:
    """The second one has what the first left: nothing."""
    with deadline(0.05):
        for _ in range(2):
            with pytest.raises(TimeoutError):
                async with waiting():
                    await asyncio.sleep(LONG)
        assert remaining(LONG) == 0


async def test_time_outside_of_waiting_does_not_count() -> None:
    """A body that comes slowly leaves its write the whole time."""
    with deadline(LONG):
        await asyncio.sleep(0.02)
        assert remaining(2 * LONG) == LONG


async def test_where_nothing_is_left_what_need_not_wait_still_works() -> None:
    """A lock that is free is given."""
    lock = asyncio.Lock()
    with deadline(0):
        async with waiting():
            await lock.acquire()
    assert lock.locked()


async def test_without_a_deadline_a_wait_has_the_limit_of_its_caller_alone() -> None:
    """The command line has no deadline."""
    assert remaining(7.0) == 7.0
    async with waiting():
        await asyncio.sleep(0.01)


async def test_tasks_and_threads_of_a_request_share_its_deadline() -> None:
    """What one of them waits is missing to the others."""

    def in_thread() -> None:
        with counted():
            threading.Event().wait(0.02)

    with deadline(LONG):
        await asyncio.to_thread(in_thread)
        after_thread = remaining(LONG)

        async def in_task() -> None:
            async with waiting():
                await asyncio.sleep(0.02)

        await asyncio.create_task(in_task())
        assert remaining(LONG) < after_thread < LONG


async def test_work_that_goes_on_behind_has_no_deadline() -> None:
    """A refresh that a request started outlives it."""
    seen = list[float]()

    async def work() -> None:
        seen.append(remaining(LONG))

    background, coalescing = AsyncioBackgroundTasks(), AsyncioCoalescing()
    with deadline(1):
        background.run(work())
        await coalescing.run("key", work)
        await asyncio.create_task(work(), context=without_deadline())
    await background.close()
    assert seen == [LONG] * 3
