"""Closing resources at the end of a server or a command."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

LOGGER = logging.getLogger(__name__)
T = TypeVar("T")


def closed_on_exit(make: Callable[..., T]) -> Callable[..., T]:
    """The factory with an additional first argument: a list to which it adds each object for `closing`."""

    def make_and_register(opened: list[Any], *args: Any, **kwargs: Any) -> T:
        made = make(*args, **kwargs)
        opened.append(made)
        return made

    return make_and_register


@asynccontextmanager
async def closing(opened: list[Any]) -> AsyncIterator[None]:
    """Closes everything in `opened` on exit, in reverse order."""
    try:
        yield
    finally:
        while opened:
            if (close := getattr(opened.pop(), "close", None)) is not None:
                await close()


@asynccontextmanager
async def repeating(work: Callable[[], Awaitable[object]], pause: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Calls `work` after each `pause` until the context ends, which cancels it. An error is logged and ends nothing."""

    async def repeat() -> None:
        while True:
            await pause()
            try:
                await work()
            except Exception:
                LOGGER.exception("work that is repeated failed, and is tried again later")

    task = asyncio.get_running_loop().create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
