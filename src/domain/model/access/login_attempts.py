"""Counts of failed sign-ins, and how long the next attempt must wait."""

import hashlib
import ipaddress
from datetime import datetime, timedelta

from attrs import evolve, frozen

from modeldesk.domain.model.values.texts import nfc

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
class FailureCount:
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

    def retry_after(self, now: datetime) -> timedelta:
        """How long to wait yet; nothing where the next attempt is heard.

        A clock that stepped back makes nobody wait longer than the rule itself would.
        """
        return min(max(self.next_at - now, timedelta()), wait_after(self.failures))

    def one_more(self, now: datetime) -> "FailureCount":
        before = 0 if self.forgotten_at <= now else self.failures
        return FailureCount(self.digest, before + 1, max(now, self.last_at))

    def one_less(self) -> "FailureCount":
        return evolve(self, failures=max(0, self.failures - 1))


def wait_after(failures: int) -> timedelta:
    """How long the next attempt must wait: not at all, then 1, 2, 4 … seconds, at most five minutes."""
    if failures < FREE_FAILURES:
        return timedelta()
    doublings = min(failures - FREE_FAILURES, 16)
    return min(timedelta(seconds=2**doublings), LONGEST_WAIT)


def account_digest(name: str) -> str:
    """What an account is counted under, whether or not there is one of that name."""
    return _digest("account", nfc(name))


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
