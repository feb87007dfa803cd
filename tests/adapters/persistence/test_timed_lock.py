"""A fair lock with a deadline for each waiter."""

import asyncio
from math import inf

import pytest

from modeldesk.adapters.persistence.timed_lock import TimedLock

LONG = 600.0


async def settle() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_it_is_given_in_the_order_of_arrival() -> None:
    """An arrival at the moment of a release waits, too: the lock was handed to the first waiter."""
    lock, order = TimedLock(), list[int]()

    async def hold(number: int) -> None:
        async with lock:
            order.append(number)
            await asyncio.sleep(0)

    first = [asyncio.create_task(hold(number)) for number in range(3)]
    await asyncio.sleep(0)
    late = asyncio.create_task(hold(3))
    await asyncio.gather(*first, late)
    assert order == [0, 1, 2, 3]
    assert not lock.is_held


async def test_each_gives_up_at_a_time_of_its_own() -> None:
    """A waiter with an earlier deadline gives up first; the others still get the lock in their order."""
    lock, got = TimedLock(), list[float]()
    await lock.acquire()

    async def wait(within: float) -> None:
        await lock.acquire(within)
        got.append(within)
        lock.release()

    tasks = {within: asyncio.create_task(wait(within)) for within in (LONG, 0.02, 0.01, inf, 0.0)}
    done, _ = await asyncio.wait([tasks[within] for within in (0.02, 0.01, 0.0)])
    assert all(isinstance(task.exception(), TimeoutError) for task in done)
    assert got == []
    lock.release()
    await asyncio.gather(tasks[LONG], tasks[inf])
    assert got == [LONG, inf]


async def test_all_who_wait_share_a_timer() -> None:
    """A timer is set for the first waiter, and again for a waiter with an earlier deadline."""
    lock, loop = TimedLock(), asyncio.get_running_loop()
    asked, call_at = list[float](), loop.call_at

    def counting(when: float, *given: object, **named: object) -> asyncio.TimerHandle:
        asked.append(when)
        return call_at(when, *given, **named)  # type: ignore[arg-type]

    await lock.acquire()
    loop.call_at = counting  # type: ignore[method-assign, assignment]
    try:
        waiting = [asyncio.create_task(lock.acquire(within)) for within in (LONG, LONG, inf, LONG / 2, LONG)]
        await settle()
    finally:
        del loop.call_at
    assert len(asked) == 2
    for task in waiting:
        lock.release()
        await task


async def test_a_lock_that_is_free_needs_no_time() -> None:
    """A free lock is acquired without waiting."""
    lock = TimedLock()
    await lock.acquire(0)
    assert lock.is_held
    with pytest.raises(TimeoutError):
        await lock.acquire(0)


@pytest.mark.parametrize("is_given_before", [True, False])
async def test_whoever_is_cancelled_does_not_keep_it(is_given_before: bool) -> None:
    """A waiter that is cancelled, even while it is handed the lock, does not keep it: the next waiter gets it."""
    lock = TimedLock()
    await lock.acquire()
    cancelled, following = (asyncio.create_task(lock.acquire()) for _ in range(2))
    await settle()
    if is_given_before:
        lock.release()
        cancelled.cancel()
    else:
        cancelled.cancel()
        lock.release()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    async with asyncio.timeout(30):
        await following
    assert lock.is_held
    lock.release()
    assert not lock.is_held
