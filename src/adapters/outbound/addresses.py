"""Forbidden IP addresses, and the hosts that an operator allows despite them. Pure rules: nothing here opens a socket."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

from modeldesk.domain.errors import InvalidValue

HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
NUMBER_LIKE = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")
"""A name that `inet_aton` reads as an address: 2130706433, 0x7f.1, 127.1."""

PUBLIC_IPV6 = IPv6Network("2000::/3")
"""The only part of IPv6 that is allocated for the internet (https://www.iana.org/assignments/ipv6-address-space/)."""

# The special-purpose registries of IANA (https://www.iana.org/assignments/iana-ipv4-special-registry/ and
# .../iana-ipv6-special-registry/) and the metadata addresses of clouds. The first network that contains an address gives the reason, so
# specific networks come first. `ipaddress.is_global` is not used: it accepted 12 of 31 bad addresses, and it changes with Python.
FORBIDDEN = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "private"),
        ("100.100.100.200/32", "cloud metadata"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),
        ("169.254.169.254/32", "cloud metadata"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.192/32", "cloud metadata"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "multicast tunnels"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarks"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "this host"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discarded"),
        ("100:0:0:1::/64", "dummy"),
        ("2001::/32", "Teredo"),
        ("2001:2::/48", "benchmarks"),
        ("2001:10::/28", "ORCHID"),
        ("2001:20::/28", "ORCHID"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fd00:ec2::254/128", "cloud metadata"),
        ("fd20:ce::254/128", "cloud metadata"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)


def forbidden(address: str | IPv4Address | IPv6Address) -> str | None:
    """Why no connection to `address` is allowed, in a word or two; None if it is. Text that is no address is forbidden too."""
    try:
        # An address with a zone (`%eth0`) is valid only on this link.
        number = ip_address(address)
    except ValueError:
        return "no address"
    for network, reason in FORBIDDEN:
        if number in network:
            return reason
    if isinstance(number, IPv6Address) and number not in PUBLIC_IPV6:
        return "not of the internet"
    return None


def host_and_port(host: str, port: int) -> str:
    """`host:port` as in the setting and in messages, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class AllowedHosts(Struct, frozen=True):
    """The hosts that the operator allows at private addresses, without TLS, and on any port. `entries` are (host, port)."""

    entries: frozenset[tuple[str, int]] = frozenset()

    def has(self, host: str, port: int) -> bool:
        """Whether the operator allows this host, exactly as the URL spells it, and port."""
        return (_plain(host), port) in self.entries


def allowed_hosts(text: str) -> AllowedHosts:
    """Parses the setting: `host:port` entries, separated by commas or blanks. A host is a name, an IPv4 address or an IPv6 address in brackets.

    Raises InvalidValue with the invalid entry.
    """
    entries = [_entry(entry) for entry in re.split(r"[,\s]+", text) if entry]
    return AllowedHosts(frozenset(entries))


def _entry(text: str) -> tuple[str, int]:
    host, colon, digits = text.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", digits) or not 1 <= int(digits) <= 65_535:
        raise InvalidValue("host-without-port", found=text)
    if host.startswith("[") and host.endswith("]"):
        return _address(host[1:-1], IPv6Address, text), int(digits)
    name = host.lower().removesuffix(".")
    if NUMBER_LIKE.fullmatch(name):
        return _address(name, IPv4Address, text), int(digits)
    if not HOST_NAME.fullmatch(name):
        raise InvalidValue("host-name-malformed", found=text)
    return name, int(digits)


def _address(text: str, kind: type[IPv4Address | IPv6Address], entry: str) -> str:
    try:
        return str(kind(text))
    except ValueError:
        raise InvalidValue("host-address-malformed", found=entry, family="IPv4" if kind is IPv4Address else "IPv6") from None


def _plain(host: str) -> str:
    """The canonical form of a host: an address as `ipaddress` writes it, or a name in lower case without its final dot."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host.lower().removesuffix(".")
