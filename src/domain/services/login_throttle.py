"""How often somebody may try a password: counted for each account and each address, with waits that grow and always end.

An attempt is counted before its password is looked at, so that many at once cannot slip past the count, and taken back where it was no
failure. A name that nobody has is counted as one that somebody has. Only a digest of what is counted is kept.
"""

import math
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from modeldesk.domain.errors import SignInRefused, TooManyAttempts, Unavailable
from modeldesk.domain.model.access.login_attempts import MOST_COUNTED, REMEMBERED, FailureCount, attempt_digests
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import AttemptCounts
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork


class LoginThrottle:
    """Lets an attempt through, or says how long to wait. Shared by all workers through the database."""

    def __init__(self, unit_of_work: OpenUnitOfWork, counts: AttemptCounts, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._counts = counts
        self._clock = clock

    @asynccontextmanager
    async def throttled(self, name: str, peer: str | None) -> AsyncIterator[None]:
        """Around looking at a password: counts it as a failure, and takes that back unless SignInRefused comes out.

        Raises TooManyAttempts.
        """
        digests = attempt_digests(name, peer)
        # A flood of attempts that are refused anyway only reads: it never takes a turn from those who have something to write.
        _must_be_heard(await self._counts.attempts(digests), self._clock())
        before = await self._count(digests)
        try:
            yield
        except SignInRefused:
            raise
        except BaseException:
            await self._take_back(before)
            raise
        await self._take_back(before)

    async def _count(self, digests: Collection[str]) -> Mapping[FailureCount, FailureCount]:
        """One failure more for each; gives the counts as they are now, with those that stood there before."""
        async with self._unit_of_work() as work:
            held, now = await work.attempts.get(digests), self._clock()
            _must_be_heard(held, now)
            counts = {count.digest: count for count in held}
            before = [counts.get(digest, FailureCount(digest, 0, now)) for digest in digests]
            after = {count.one_more(now): count for count in before}
            await work.attempts.forget(now - REMEMBERED, MOST_COUNTED)
            await work.attempts.put(list(after))
            await work.commit()
        return after

    async def _take_back(self, before: Mapping[FailureCount, FailureCount]) -> None:
        """One failure less for each. What others failed at stays: who may sign in clears nobody's attack, not even one on themselves."""
        with suppress(Unavailable):  # it is forgotten soon, and what came of the attempt is what the caller must hear of
            async with self._unit_of_work() as work:
                held = await work.attempts.get([count.digest for count in before])
                # As it was before, wait included, unless somebody else has failed since.
                await work.attempts.put([before.get(count) or count.one_less() for count in held])
                await work.commit()


def _must_be_heard(counts: Collection[FailureCount], now: datetime) -> None:
    longest = max((count.retry_after(now) for count in counts), default=timedelta())
    if longest > timedelta():
        raise TooManyAttempts(math.ceil(longest.total_seconds()))
