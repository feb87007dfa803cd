"""The deadline of a request: how many seconds it may wait in all, whatever it waits for.

Only waiting for what callers share counts: the lock of the writer, the pool, the database, a thread. A body that is still being received, a
vendor, and computing have limits of their own; counted here, a slow upload would leave nothing for its own write.
"""

import asyncio
import time
from contextvars import Context, ContextVar, copy_context
from types import TracebackType

_LEFT: ContextVar[list[float] | None] = ContextVar("seconds_left", default=None)
"""The seconds that are left, in a list: tasks and threads that work for the same request share it."""


class deadline:  # noqa: N801 - used as a function; a generator would take three times as long, for each request
    """What runs inside, with its tasks and threads, waits no longer than `seconds` in all."""

    __slots__ = ("_left", "_token")

    def __init__(self, seconds: float) -> None:
        self._left = [seconds]

    def __enter__(self) -> None:
        self._token = _LEFT.set(self._left)

    def __exit__(self, *_: object) -> None:
        _LEFT.reset(self._token)


def without_deadline() -> Context:
    """The current context without the request's deadline, for work that goes on after the request."""
    context = copy_context()
    context.run(_LEFT.set, None)
    return context


def has_deadline() -> bool:
    """Whether the caller works for a request. The command line and work behind a request have none."""
    return _LEFT.get() is not None


def remaining(most: float) -> float:
    """The seconds that the caller may still wait, at most `most`; `most` where there is no deadline."""
    left = _LEFT.get()
    return most if left is None else max(0.0, min(most, left[0]))


class counted:  # noqa: N801 - used as a function; a generator would take twice as long, for each read
    """Counts the time inside, in a thread or on the event loop. What waits there ends by itself before `remaining`."""

    __slots__ = ("_left", "_since")

    def __enter__(self) -> None:
        self._left, self._since = _LEFT.get(), time.monotonic()

    def __exit__(self, *_: object) -> None:
        if self._left is not None:
            self._left[0] -= time.monotonic() - self._since


class waiting:  # noqa: N801 - used as a function, like asyncio.timeout
    """Counts the time inside, and raises TimeoutError when none is left. Without a deadline it waits for ever."""

    def __init__(self) -> None:
        self._left = left = _LEFT.get()
        self._timeout = asyncio.timeout(None if left is None else max(0.0, left[0]))

    async def __aenter__(self) -> None:
        self._since = time.monotonic()
        await self._timeout.__aenter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._left is not None:
            self._left[0] -= time.monotonic() - self._since
        await self._timeout.__aexit__(kind, error, trace)
