"""How often somebody may try a password: counted for each account and each address, with waits that grow and always end.

An attempt is counted before its password is looked at, so that many at once cannot slip past the count, and taken back where it was no
failure. A name that nobody has is counted as one that somebody has. Only a digest of what is counted is kept.
"""

import hashlib
import ipaddress
import math
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from modeldesk.domain.errors import SignInRefused, TooManyAttempts, Unavailable
from modeldesk.domain.model.access.password_policy import composed

if TYPE_CHECKING:  # the ports are drawn in terms of the values here
    from modeldesk.domain.ports.unit_of_work import AttemptCounts, Clock, OpenUnitOfWork

FREE_FAILURES = 5
"""So many failures cost no waiting: fingers slip."""

LONGEST_WAIT = timedelta(minutes=5)
"""The owner, too, waits at most so long once an attack has ended."""

REMEMBERED = timedelta(minutes=15)
"""A failure is forgotten so long after the last one. With the waits below at most 15 attempts in any 15 minutes reach the hash."""

MOST_COUNTED = 10_000
"""Rows that are kept at most; beyond it those with the fewest failures go first, so that a flood of new names hides no attack on an old one."""

IPV6_SITE = 64
"""Bits of an IPv6 address that name a site: whoever has one address there has them all."""


@frozen
class Count:
    """The failures of one account or one address. `digest` names whose, `last_at` is when the last one was."""

    digest: str
    failures: int
    last_at: datetime

    @property
    def next_at(self) -> datetime:
        """From when on the next attempt is heard."""
        return self.last_at + wait_after(self.failures)

    @property
    def forgotten_at(self) -> datetime:
        return self.last_at + REMEMBERED

    def refuses(self, now: datetime) -> timedelta:
        """How long to wait yet; nothing where the next attempt is heard.

        A clock that stepped back makes nobody wait longer than the rule itself would.
        """
        return min(max(self.next_at - now, timedelta()), wait_after(self.failures))

    def one_more(self, now: datetime) -> "Count":
        before = 0 if self.forgotten_at <= now else self.failures
        return Count(self.digest, before + 1, max(now, self.last_at))

    def one_less(self) -> "Count":
        return evolve(self, failures=max(0, self.failures - 1))


def wait_after(failures: int) -> timedelta:
    """How long the next attempt must wait: not at all, then 1, 2, 4 … seconds, at most five minutes."""
    if failures < FREE_FAILURES:
        return timedelta()
    doublings = min(failures - FREE_FAILURES, 16)
    return min(timedelta(seconds=2**doublings), LONGEST_WAIT)


def account_digest(name: str) -> str:
    """What an account is counted under, whether or not there is one of that name."""
    return _digest("account", composed(name))


def peer_digest(address: str) -> str:
    """What an address is counted under: an IPv6 one with its whole site, one that is no IP as it stands."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return _digest("peer", address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return _digest("peer", str(ipaddress.ip_network((int(ip), IPV6_SITE), strict=False)))
    return _digest("peer", str(getattr(ip, "ipv4_mapped", None) or ip))


def _digest(kind: str, what: str) -> str:
    return hashlib.sha256(f"{kind}\0{what}".encode("utf-8", "surrogatepass")).hexdigest()


def counted_under(name: str, peer: str | None) -> tuple[str, ...]:
    """The digests that an attempt for `name` from `peer` counts at; no peer where somebody sits at the machine itself."""
    return (account_digest(name),) if peer is None else (account_digest(name), peer_digest(peer))


class AttemptLimits:
    """Lets an attempt through, or says how long to wait. Shared by all workers through the database."""

    def __init__(self, unit_of_work: "OpenUnitOfWork", counts: "AttemptCounts", clock: "Clock") -> None:
        self._unit_of_work = unit_of_work
        self._counts = counts
        self._clock = clock

    @asynccontextmanager
    async def counting(self, name: str, peer: str | None) -> AsyncIterator[None]:
        """Around looking at a password: counts it as a failure, and takes that back unless SignInRefused comes out.

        Raises TooManyAttempts.
        """
        digests = counted_under(name, peer)
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

    async def _count(self, digests: Collection[str]) -> Mapping[Count, Count]:
        """One failure more for each; gives the counts as they are now, with those that stood there before."""
        async with self._unit_of_work() as work:
            held, now = await work.attempts.get(digests), self._clock()
            _must_be_heard(held, now)
            counts = {count.digest: count for count in held}
            before = [counts.get(digest, Count(digest, 0, now)) for digest in digests]
            after = {count.one_more(now): count for count in before}
            await work.attempts.forget(now - REMEMBERED, MOST_COUNTED)
            await work.attempts.put(list(after))
            await work.commit()
        return after

    async def _take_back(self, before: Mapping[Count, Count]) -> None:
        """One failure less for each. What others failed at stays: who may sign in clears nobody's attack, not even one on themselves."""
        with suppress(Unavailable):  # it is forgotten soon, and what came of the attempt is what the caller must hear of
            async with self._unit_of_work() as work:
                held = await work.attempts.get([count.digest for count in before])
                # As it was before, wait included, unless somebody else has failed since.
                await work.attempts.put([before.get(count) or count.one_less() for count in held])
                await work.commit()


def _must_be_heard(counts: Collection[Count], now: datetime) -> None:
    longest = max((count.refuses(now) for count in counts), default=timedelta())
    if longest > timedelta():
        raise TooManyAttempts(math.ceil(longest.total_seconds()))
