"""Throttling of sign-in attempts by account and by address, with waits that grow and always end.

An attempt is counted as a failure before its password is verified, so that concurrent attempts cannot slip past the count; the count goes
down again where it was none. Unknown names are counted like known ones. Only digests of names and addresses are stored.
"""

import math
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from modeldesk.domain.errors import FederatedSignInRefused, SignInRefused, TooManyAttempts, Unavailable
from modeldesk.domain.model.access.login_attempts import MOST_COUNTED, REMEMBERED, FailureCount, attempt_digests
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import AttemptCounts
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork


class LoginThrottle:
    """Lets an attempt through or refuses it. All workers share the counts through the database."""

    def __init__(self, unit_of_work: OpenUnitOfWork, counts: AttemptCounts, clock: Clock, most_counted: int = MOST_COUNTED) -> None:
        """At most `most_counted` counts are stored, before those of one more attempt."""
        self._unit_of_work = unit_of_work
        self._counts = counts
        self._clock = clock
        self._most_counted = most_counted

    @asynccontextmanager
    async def throttled(self, name: str | None, address: str | None) -> AsyncIterator[None]:
        """Counts a failure, and subtracts it again unless the body refuses the sign-in. Raises TooManyAttempts."""
        digests = attempt_digests(name, address)
        # Attempts that are refused anyway only read, so that a flood of them keeps no writer waiting.
        _require_allowed(await self._counts.attempts(digests), self._clock())
        before = await self._count(digests)
        try:
            yield
        except (SignInRefused, FederatedSignInRefused):
            raise
        except BaseException:
            await self._subtract(before)
            raise
        await self._subtract(before)

    async def _count(self, digests: Collection[str]) -> Mapping[FailureCount, FailureCount]:
        """Adds one failure to each count; returns the earlier count by the new one."""
        async with self._unit_of_work() as work:
            stored, now = await work.attempts.get(digests), self._clock()
            _require_allowed(stored, now)
            counts = {count.digest: count for count in stored}
            before = [counts.get(digest, FailureCount(digest, 0, now)) for digest in digests]
            after = {count.one_more(now): count for count in before}
            await work.attempts.forget(now - REMEMBERED, self._most_counted)
            await work.attempts.put(list(after))
            await work.commit()
        return after

    async def _subtract(self, before: Mapping[FailureCount, FailureCount]) -> None:
        """Subtracts one failure from each count. Other failures stay: a successful sign-in does not reset an attacker's count."""
        with suppress(Unavailable):  # the count expires soon, and the outcome of the attempt must not be hidden
            async with self._unit_of_work() as work:
                stored = await work.attempts.get([count.digest for count in before])
                # The earlier count, wait included, unless somebody else has failed since.
                await work.attempts.put([before.get(count) or count.one_less() for count in stored])
                await work.commit()


def _require_allowed(counts: Collection[FailureCount], now: datetime) -> None:
    longest = max((count.retry_after(now) for count in counts), default=timedelta())
    if longest > timedelta():
        raise TooManyAttempts(math.ceil(longest.total_seconds()))
