"""Breaks in long work on the event loop."""

from collections.abc import Generator
from typing import TypeVar

from modeldesk.domain.model.steps import Steps

T = TypeVar("T")


class Break:
    """Awaited, it lets all other tasks that are ready run first. As `asyncio.sleep(0)`; the domain knows no event loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield


async def with_breaks(steps: Steps[T]) -> T:
    """The result of the steps, with a break between two of them."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
        await Break()
