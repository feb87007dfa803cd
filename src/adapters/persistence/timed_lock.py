"""A lock with a deadline for each waiter, and one timer for all of them."""

import asyncio
from math import inf
from types import TracebackType


class TimedLock:
    """A fair lock: waiters get it in the order of their arrival.

    One timer for each waiter would take longer than the work of a selection that holds the lock.
    """

    def __init__(self) -> None:
        self._is_held = False
        self._waiting: dict[asyncio.Future[None], float] = {}
        """The waiters in their order, with their deadlines by the clock of the event loop."""

        self._timer: asyncio.TimerHandle | None = None
        self._fires_at = inf

    @property
    def is_held(self) -> bool:
        return self._is_held

    async def acquire(self, within: float = inf) -> None:
        """Raises TimeoutError after this many seconds. A free lock is acquired at once."""
        if not self._is_held:
            self._is_held = True
            return
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiting[waiter] = ends = loop.time() + within
        self._set_timer(ends)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release()  # the lock was handed to a task that was then cancelled
            raise
        finally:
            self._waiting.pop(waiter, None)
            if not self._waiting:
                self._stop_timer()

    def release(self) -> None:
        """Hands the lock to the first waiter; no later arrival can take it first."""
        for waiter in self._waiting:
            if not waiter.done():
                del self._waiting[waiter]
                waiter.set_result(None)
                return
        self._is_held = False

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def _set_timer(self, moment: float) -> None:
        if moment >= self._fires_at:
            return
        self._stop_timer()
        self._fires_at = moment
        self._timer = asyncio.get_running_loop().call_at(moment, self._on_timer)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._fires_at = None, inf

    def _on_timer(self) -> None:
        self._timer, self._fires_at = None, inf
        now = asyncio.get_running_loop().time()
        for waiter, ends in self._waiting.items():
            if waiter.done():
                continue
            if ends <= now:
                waiter.set_exception(TimeoutError())
            else:
                self._set_timer(ends)
