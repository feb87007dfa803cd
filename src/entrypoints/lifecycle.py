"""What lives as long as a server or a command: resources that are closed at its end, and work that is repeated until then."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from modeldesk.domain.errors import ModeldeskError

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
async def repeating(
    work: Callable[[], Awaitable[object]], pause: Callable[[], Awaitable[object]], *, name: str, at_once: bool = False
) -> AsyncIterator[None]:
    """Calls `work` after each `pause`, with `at_once` also before the first, until the context ends, which cancels it.

    An error ends nothing. The first of several in a row is logged: an outage fills no log.
    """

    async def repeat() -> None:
        is_failing, is_due = False, at_once
        while True:
            if not is_due:
                await pause()
            is_due = False
            try:
                await work()
            except ModeldeskError as error:
                if not is_failing:
                    LOGGER.warning("%s failed, and is tried again: %s", name, error)
                is_failing = True
            except Exception:
                if not is_failing:
                    LOGGER.exception("%s failed, and is tried again", name)
                is_failing = True
            else:
                is_failing = False

    task = asyncio.get_running_loop().create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
