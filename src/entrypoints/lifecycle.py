"""Closing resources at the end of a server or a command."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

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
