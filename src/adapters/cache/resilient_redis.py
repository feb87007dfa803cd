"""Calls to a Redis that may be down, slow, read-only or broken: each has an outcome in bounded time, and none fails."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

T = TypeVar("T")
Command = Callable[[Redis], Awaitable[T]]

LOG = logging.getLogger(__name__)
MAX_REASON = 200


class RedisTimeouts(Struct, frozen=True):
    """In seconds: how long a call may take, how long none is made after a failure, how often a failure is logged."""

    call: float = 0.5
    cooldown: float = 1.0
    log_interval: float = 60.0
    max_concurrent: int = 8


class ResilientRedis:
    """One call at a time on each connection, and one deadline for all of it: waiting for a connection, dialling, sending, reading.

    A failure starts a cooldown without calls; after it one call tries the server, and others follow once that one was answered.
    redis-py's own timeouts stay off: there are several, and its `wait_for` can lose a cancellation on Python 3.11.
    """

    def __init__(self, url: str, timeouts: RedisTimeouts, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises ValueError for a URL that redis-py does not accept. Opens no connection yet."""
        self._redis: Final = Redis.from_url(
            url,
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
            client_name="modeldesk",
        )
        self._timeouts, self._clock = timeouts, clock
        self._slots = asyncio.Semaphore(timeouts.max_concurrent)
        self._is_failing = False
        self._cooldown_until = self._quiet_until = clock()

    async def call(self, command: Command[T], default: T, deadline: float | None = None) -> T:
        """The answer; `default` where there is none, for whatever reason."""
        now = self._clock()
        if self._is_failing and now < self._cooldown_until:
            return default
        # Only the first call after the cooldown tries the server; the others wait for its outcome.
        self._cooldown_until = now + self._timeouts.cooldown
        try:
            async with asyncio.timeout(deadline or self._timeouts.call), self._slots:
                answer = await command(self._redis)
        except ResponseError as refusal:
            # The server works and refuses this command: read-only, out of memory, not allowed.
            self._answered()
            self.warn(f"refuses: {_reason(refusal)}")
            return default
        except Exception as failure:  # noqa: BLE001 - an answer out of order raises anything in the client
            self._is_failing = True
            self._cooldown_until = self._clock() + self._timeouts.cooldown
            self.warn(f"does not answer: {_reason(failure)}")
            return default
        self._answered()
        return answer

    def warn(self, what: str) -> None:
        """Logs one line, at most once in `log_interval`."""
        now = self._clock()
        if now >= self._quiet_until:
            self._quiet_until = now + self._timeouts.log_interval
            LOG.warning("the shared cache of lists %s; going on without it", what)

    async def close(self) -> None:
        await self._redis.aclose()

    def _answered(self) -> None:
        if self._is_failing:
            self._is_failing = False
            LOG.info("the shared cache of lists answers again")


def _reason(error: Exception) -> str:
    """One printable line, whatever the server sent."""
    return f"{type(error).__name__} {ascii(str(error))[:MAX_REASON]}"
