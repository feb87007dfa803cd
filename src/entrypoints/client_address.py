"""Where a request really comes from, as far as that can be known."""

import ipaddress
from collections.abc import Iterable, Sequence
from itertools import islice

from litestar.types import Scope

from modeldesk.entrypoints.settings import Network

MOST_HOPS = 16
"""So many entries of a header are looked at, from the right; a chain of proxies that long is not believed any further."""

NOBODY_KNOWS = "unknown"


def peer_of(scope: Scope, trusted: Sequence[Network]) -> str:
    """The other end of the connection; where that is a trusted proxy, the last one in its X-Forwarded-For that is not.

    Whoever sends the header wrote its left part, and each proxy adds one entry at the right: only what a trusted one added is believed.
    """
    client = scope.get("client")
    peer = address(client[0]) if client else None
    if peer is None:
        return str(client[0]) if client else NOBODY_KNOWS
    for hop in islice(hops(scope), MOST_HOPS):
        if not any(peer in network for network in trusted):
            break
        behind = address(hop)
        if behind is None:
            break  # the trusted proxy says something that is no address: it is the last one that is known
        peer = behind
    return str(peer)


def hops(scope: Scope) -> Iterable[str]:
    """The entries of X-Forwarded-For, the nearest first; several headers count as one long one."""
    sent = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
    return (entry.strip() for entry in reversed(sent.split(",")))


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address as it stands in the header, with or without a port; one of IPv4 in IPv6's clothes is one of IPv4."""
    bare = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
