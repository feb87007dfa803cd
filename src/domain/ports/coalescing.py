"""One run for equal requests."""

from collections.abc import Callable, Coroutine, Hashable
from datetime import timedelta
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class StillRunning(Exception):
    """The work has not ended in the time that a caller waits."""


class Coalescing(Protocol):
    """Lets requests with the same key that arrive while one is running share its outcome. Covers one process."""

    async def run(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]], most: timedelta | None = None) -> T:
        """The outcome, or the error, of the work that runs under `key`; calls `work` where none is running.

        A caller that is cancelled stops waiting, and so does one after `most`, by StillRunning; the work goes on for the others, and also where
        none is left.
        """
        ...

    def is_running(self, key: Hashable) -> bool:
        """Whether a call of `run` with `key` would join work that is running."""
        ...
