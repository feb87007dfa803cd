"""Work that is repeated as long as a server runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from modeldesk.domain.errors import StorageBusy
from modeldesk.entrypoints.lifecycle import repeating


def failing(errors: list[Exception | None], done: asyncio.Event) -> Callable[[], Awaitable[None]]:
    """Work that fails with these errors, one after the other; None is a success. After the last one the event is set."""

    async def work() -> None:
        error = errors.pop(0) if errors else None
        if not errors:
            done.set()
        if error is not None:
            raise error

    return work


@pytest.mark.parametrize("error", [StorageBusy(), RuntimeError("broken")])
async def test_an_outage_is_logged_once_and_the_work_goes_on(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """Each outage anew, but not each attempt: some work is tried four times a second."""
    done = asyncio.Event()
    work = failing([error, error, error, None, error, error, None], done)
    with caplog.at_level(logging.WARNING):
        async with repeating(work, lambda: asyncio.sleep(0), name="the work"):
            await done.wait()
    assert [record.getMessage().startswith("the work failed, and is tried again") for record in caplog.records] == [True, True]


async def test_what_is_expected_has_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """A database that is away is told in a line; a fault of ours with everything about it."""
    for error, has_traceback in ((StorageBusy(), False), (RuntimeError("broken"), True)):
        done = asyncio.Event()
        async with repeating(failing([error, None], done), lambda: asyncio.sleep(0), name="the work"):
            await done.wait()
        assert (caplog.records[-1].exc_info is not None) is has_traceback
    assert "storage-busy" in caplog.text


@pytest.mark.parametrize(("at_once", "calls"), [(True, 1), (False, 0)])
async def test_the_first_time_may_be_at_once(at_once: bool, calls: int) -> None:
    """Else it comes after a pause."""
    made = list[None]()

    async def work() -> None:
        made.append(None)

    async with repeating(work, asyncio.Event().wait, name="the work", at_once=at_once):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(made) == calls
