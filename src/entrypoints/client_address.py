"""The client's address of a request, also behind trusted proxies."""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from litestar.types import Scope

from modeldesk.entrypoints.settings import Network, Settings, is_loopback

MOST_HOPS = 16
"""The maximum number of header entries to read, from the right."""

LONGEST_ADDRESS = 128
"""Characters of an address with its zone and port; the longest address itself has 45."""

MOST_ADDRESSES = 1024
"""Addresses of clients that are kept parsed."""

OF_PROXIES = frozenset(
    {b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port", b"x-real-ip", b"forwarded", b"via"}
)
"""Headers that proxies add, and programs on the same machine do not."""

OLD_HTTP = ("1", "1.0")
"""HTTP/1.0, in which nginx calls by default, with neither a header of its own nor the client's `Host`. Programs of today speak a later one."""

UNKNOWN = "unknown"


def client_address(scope: Scope, trusted: Sequence[Network]) -> str:
    """The peer of the connection, or for a trusted proxy the last entry of X-Forwarded-For that is no trusted proxy.

    The client can forge the left part of the header. Each proxy appends one entry, and only entries of trusted proxies count.
    """
    client = scope.get("client")
    if not client:
        return UNKNOWN
    if not trusted:
        return _shown(client[0])
    peer = address(client[0])
    if peer is None:
        return _shown(client[0])
    for hop in islice(hops(scope), MOST_HOPS):
        if not any(peer in network for network in trusted):
            break
        behind = address(hop)
        if behind is None:
            break  # the trusted proxy sent no address, so its own is the last known one
        peer = behind
    return str(peer)


def is_direct_from_this_machine(scope: Scope, settings: Settings) -> bool:
    """Whether a program on this machine sent the request itself, to a name of the machine.

    A proxy on the same machine has the same address. One that adds none of the usual headers is known by the settings: with a public address and
    without trusted proxies nobody counts as local.
    """
    client = scope.get("client")
    peer = address(client[0]) if client else None
    if peer is None or not peer.is_loopback or (settings.public_url and not settings.trusted_proxies):
        return False
    if scope["http_version"] in OLD_HTTP or any(name in OF_PROXIES for name, _ in scope["headers"]):
        return False
    # A page of another site can reach this machine under a name of its own.
    return all(_is_of_this_machine(value.decode("latin-1")) for name, value in scope["headers"] if name == b"host")


def _is_of_this_machine(host: str) -> bool:
    """Whether a `Host` names this machine to itself; one that cannot be read does not."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return "@" not in host and is_loopback(name or "")


def hops(scope: Scope) -> Iterable[str]:
    """The entries of X-Forwarded-For, nearest first. Several headers count as one."""
    sent = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
    return (entry.strip() for entry in reversed(sent.split(",")))


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parses an address with or without a port. An IPv4-mapped IPv6 address becomes IPv4. None if it is no address.

    A zone (`fe80::1%eth0`) is cut: it names an interface of the machine that wrote it, and may be any text.
    """
    if len(text) > LONGEST_ADDRESS:
        return None
    bare = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    elif ":" in bare:
        bare = bare.partition("%")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


@lru_cache(maxsize=MOST_ADDRESSES)
def _shown(host: str) -> str:
    """The peer of a connection, which stays open for many requests."""
    peer = address(host)
    return str(host)[:LONGEST_ADDRESS] if peer is None else str(peer)
