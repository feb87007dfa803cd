"""The line to a Redis that may be down, slow, read-only or out of its mind: what is asked there has an answer in bounded time, and never fails."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from attrs import frozen
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

T = TypeVar("T")
Question = Callable[[Redis], Awaitable[T]]

LOG = logging.getLogger(__name__)
LONGEST_REASON = 200


@frozen
class RedisTimeouts:
    """How a Redis is treated, in seconds: how long an answer is waited for, how long it is left alone after a failure, how often that is told."""

    patience: float = 0.5
    rest: float = 1.0
    quiet: float = 60.0
    most_at_once: int = 8


class ResilientRedis:
    """Asks one thing at a time on each connection, within one deadline for everything: waiting for a connection, dialling, sending, reading.

    After a failure the server is left alone for a while; then one question tries it, and the others follow when that one was answered.
    redis-py's own timeouts stay off: they would be several, and its `wait_for` can lose a cancellation on Python 3.11.
    """

    def __init__(self, url: str, manners: RedisTimeouts, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises ValueError where the address is none for redis-py; dials nothing yet."""
        self._redis: Final = Redis.from_url(
            url,
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
            client_name="modeldesk",
        )
        self._manners, self._clock = manners, clock
        self._room = asyncio.Semaphore(manners.most_at_once)
        self._is_ailing = False
        self._rests_until = self._quiet_until = clock()

    async def ask(self, question: Question[T], otherwise: T, patience: float | None = None) -> T:
        """The answer; `otherwise` where there is none, for whatever reason."""
        now = self._clock()
        if self._is_ailing and now < self._rests_until:
            return otherwise
        # Of those who come after the rest, only this one tries; it sets the next rest for the others.
        self._rests_until = now + self._manners.rest
        try:
            async with asyncio.timeout(patience or self._manners.patience), self._room:
                answer = await question(self._redis)
        except ResponseError as refusal:
            # It is there and says no: read-only, out of memory, not allowed. The next question may be answered.
            self._answered()
            self.warn(f"refuses: {_reason(refusal)}")
            return otherwise
        except Exception as failure:  # noqa: BLE001 - an answer out of order raises anything in the client
            self._is_ailing = True
            self._rests_until = self._clock() + self._manners.rest
            self.warn(f"does not answer: {_reason(failure)}")
            return otherwise
        self._answered()
        return answer

    def warn(self, what: str) -> None:
        """One line in the log, and then none for a while."""
        now = self._clock()
        if now >= self._quiet_until:
            self._quiet_until = now + self._manners.quiet
            LOG.warning("the shared cache of lists %s; going on without it", what)

    async def close(self) -> None:
        await self._redis.aclose()

    def _answered(self) -> None:
        if self._is_ailing:
            self._is_ailing = False
            LOG.info("the shared cache of lists answers again")


def _reason(error: Exception) -> str:
    """One line; what a server sends may hold anything."""
    return f"{type(error).__name__} {ascii(str(error))[:LONGEST_REASON]}"
