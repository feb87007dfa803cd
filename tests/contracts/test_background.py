"""The port `BackgroundTasks`: work that goes on after the answer."""

import asyncio
import logging

import pytest

from modeldesk.adapters.concurrency.background import AsyncioBackgroundTasks
from modeldesk.domain.ports.background import BackgroundTasks


@pytest.fixture
def background() -> BackgroundTasks:
    return AsyncioBackgroundTasks()


def test_the_caller_does_not_wait(background: BackgroundTasks) -> None:
    """`run` returns before the work has begun, and the work ends without anybody looking after it."""

    async def story() -> None:
        done = asyncio.Event()

        async def work() -> None:
            await asyncio.sleep(0)
            done.set()

        background.run(work())
        assert not done.is_set()
        async with asyncio.timeout(5):
            await done.wait()

    asyncio.run(story())


def test_work_outlives_the_caller(background: BackgroundTasks) -> None:
    """A caller that is cancelled does not take its background work along."""

    async def story() -> None:
        goes_on, done = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            await goes_on.wait()
            done.set()

        async def caller() -> None:
            background.run(work())
            await asyncio.Event().wait()

        calling = asyncio.create_task(caller())
        await asyncio.sleep(0)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        goes_on.set()
        async with asyncio.timeout(5):
            await done.wait()

    asyncio.run(story())


def test_an_error_is_logged_and_reaches_nobody(background: BackgroundTasks, caplog: pytest.LogCaptureFixture) -> None:
    """With its traceback, at the level of errors; other work goes on."""

    async def story() -> None:
        done = asyncio.Event()

        async def breaks() -> None:
            raise ZeroDivisionError("broken")

        async def works() -> None:
            done.set()

        background.run(breaks())
        background.run(works())
        async with asyncio.timeout(5):
            await done.wait()
        await asyncio.sleep(0)

    asyncio.run(story())
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)


def test_closing_waits_for_what_is_running() -> None:
    """A write that was started is not lost at the end of the process, nor is one that the first one starts."""

    async def story() -> None:
        background, written = AsyncioBackgroundTasks(), list[str]()

        async def second() -> None:
            await asyncio.sleep(0)
            written.append("second")

        async def first() -> None:
            await asyncio.sleep(0)
            written.append("first")
            background.run(second())

        background.run(first())
        await background.close()
        assert written == ["first", "second"]

    asyncio.run(story())
