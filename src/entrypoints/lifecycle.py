"""Closing what a process holds open: at the end of a server's life, and at the end of one command."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def closed_on_exit(make: Callable[..., T]) -> Callable[..., T]:
    """The same factory; what it makes is added to the list that it takes first, for `closing`."""

    def make_and_remember(opened: list[Any], *given: Any, **named: Any) -> T:
        made = make(*given, **named)
        opened.append(made)
        return made

    return make_and_remember


@asynccontextmanager
async def closing(opened: list[Any]) -> AsyncIterator[None]:
    """Closes at the end everything in `opened` that can be closed, the last one made first."""
    try:
        yield
    finally:
        while opened:
            if (close := getattr(opened.pop(), "close", None)) is not None:
                await close()
