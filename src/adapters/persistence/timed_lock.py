"""A lock whose waiters give up at deadlines of their own, by one timer for all of them."""

import asyncio
from math import inf
from types import TracebackType


class TimedLock:
    """Held by one after the other, in the order in which they came.

    A timer for each of them would take longer than what a selection does while it holds the lock.
    """

    def __init__(self) -> None:
        self._is_held = False
        self._waiting: dict[asyncio.Future[None], float] = {}
        """Those who wait, the first one first, with the time of the event loop at which they give up."""

        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = inf

    @property
    def is_held(self) -> bool:
        return self._is_held

    async def acquire(self, within: float = inf) -> None:
        """Raises TimeoutError after so many seconds. A lock that is free is given at once."""
        if not self._is_held:
            self._is_held = True
            return
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting[turn] = ends = loop.time() + within
        self._ring_at(ends)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.release()  # it was given to a task that was cancelled meanwhile
            raise
        finally:
            self._waiting.pop(turn, None)
            if not self._waiting:
                self._stop_timer()

    def release(self) -> None:
        """Gives the lock to the next one: nobody who comes later can take it before."""
        for turn in self._waiting:
            if not turn.done():
                del self._waiting[turn]
                turn.set_result(None)
                return
        self._is_held = False

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()

    def _ring_at(self, moment: float) -> None:
        if moment >= self._rings_at:
            return
        self._stop_timer()
        self._rings_at = moment
        self._timer = asyncio.get_running_loop().call_at(moment, self._ring)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._rings_at = None, inf

    def _ring(self) -> None:
        self._timer, self._rings_at = None, inf
        now = asyncio.get_running_loop().time()
        for turn, ends in self._waiting.items():
            if turn.done():
                continue
            if ends <= now:
                turn.set_exception(TimeoutError())
            else:
                self._ring_at(ends)
