"""Counts of failed sign-ins, and the delay before the next attempt."""

import hashlib
import ipaddress
from datetime import datetime, timedelta

from attrs import evolve

from modeldesk.domain.model.access.admin_names import admin_name_key
from modeldesk.domain.records import frozen

FREE_FAILURES = 5
"""Failures before the first delay, since people mistype."""

LONGEST_WAIT = timedelta(minutes=5)
"""The upper limit of the delay. The account's owner waits no longer than this after an attack."""

REMEMBERED = timedelta(minutes=15)
"""Failures expire this long after the last one. With the delays below, at most 15 attempts in any 15 minutes reach the password hash."""

MOST_COUNTED = 10_000
"""The maximum number of stored counts. Beyond it, the smallest counts are removed first, so that a flood of new names cannot hide an attack."""

AUDITED_EACH = 5
"""Failed sign-ins of an hour that have an entry of the audit log each, for one admin or for all unknown names together."""

IPV6_SITE = 64
"""The prefix length of an IPv6 site. One client usually controls all addresses of a site."""


@frozen
class FailureCount:
    """The failed sign-ins of one account or one address, which `digest` identifies."""

    digest: str
    failures: int
    last_at: datetime

    @property
    def next_at(self) -> datetime:
        """When the next attempt is allowed."""
        return self.last_at + wait_after(self.failures)

    @property
    def forgotten_at(self) -> datetime:
        return self.last_at + REMEMBERED

    def retry_after(self, now: datetime) -> timedelta:
        """The remaining delay; zero if an attempt is allowed. A clock that was set back cannot extend it beyond the rule's own delay."""
        return min(max(self.next_at - now, timedelta()), wait_after(self.failures))

    def one_more(self, now: datetime) -> "FailureCount":
        recent = 0 if self.forgotten_at <= now else self.failures
        return FailureCount(self.digest, recent + 1, max(now, self.last_at))

    def one_less(self) -> "FailureCount":
        return evolve(self, failures=max(0, self.failures - 1))


def wait_after(failures: int) -> timedelta:
    """The delay after this many failures: none at first, then 1, 2, 4 … seconds, at most five minutes."""
    if failures < FREE_FAILURES:
        return timedelta()
    doublings = min(failures - FREE_FAILURES, 16)  # nine reach the longest wait, and a timedelta is bounded
    return min(timedelta(seconds=2**doublings), LONGEST_WAIT)


def account_digest(name: str) -> str:
    """The digest that counts an account's failures, however its name is spelled. The account need not exist. Raises InvalidValue."""
    return _digest("account", admin_name_key(name))


def address_digest(address: str) -> str:
    """The digest that counts a client address's failures. All IPv6 addresses of a site share one; text that is no IP address is used as is."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return _digest("peer", address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return _digest("peer", str(ipaddress.ip_network((int(ip), IPV6_SITE), strict=False)))
    return _digest("peer", str(getattr(ip, "ipv4_mapped", None) or ip))


def failures_digest(subject: str, at: datetime) -> str:
    """The digest that counts the failed sign-ins of an hour, as an admin or, with an empty subject, with unknown names."""
    return _digest("trail", f"{at:%Y-%m-%dT%H}\0{subject}")


def is_audited(failures: int) -> bool:
    """Whether the failure of this number in its hour has an entry of the audit log: the first five, then the 8th, 16th, 32nd …"""
    return failures <= AUDITED_EACH or failures & (failures - 1) == 0


def attempt_digests(name: str | None, address: str | None) -> tuple[str, ...]:
    """The digests that count an attempt for `name` from `address`.

    `name` is None where an identity provider will say it, `address` on the command line. Raises InvalidValue for an overlong name.
    """
    account = () if name is None else (account_digest(name),)
    return account if address is None else (*account, address_digest(address))


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}\0{value}".encode("utf-8", "surrogatepass")).hexdigest()
