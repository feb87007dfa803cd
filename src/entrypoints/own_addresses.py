"""The addresses of this machine, at which browsers reach a server that listens on all of them."""

import ipaddress
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

ADDRESS_OF_INTERFACE = 0x8915
"""SIOCGIFADDR of Linux. Other systems have another number, and list no addresses here."""

IPV6_ADDRESSES = Path("/proc/net/if_inet6")


def is_wildcard(host: str) -> bool:
    """Whether a server that listens on `host` is reached at every address of the machine."""
    try:
        return not host or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


@cache
def names_of_machine(host: str) -> tuple[str, ...]:
    """The names and addresses for a browser where a server listens on that wildcard: on this machine first, its host name last.

    No network is asked.
    """
    has_ipv6 = ":" in host
    found = sorted(
        {*_ipv4(), *(_ipv6() if has_ipv6 else ())}, key=lambda text: (ipaddress.ip_address(text).version, ipaddress.ip_address(text))
    )
    routable = [text for text in found if not (ipaddress.ip_address(text).is_loopback or ipaddress.ip_address(text).is_link_local)]
    return ("localhost", "127.0.0.1", *(("::1",) if has_ipv6 else ()), *routable, socket.gethostname().lower())


def _ipv4() -> Iterator[str]:
    import fcntl  # noqa: PLC0415 - not on every system

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # an interface without an address
                answer = fcntl.ioctl(any_socket, ADDRESS_OF_INTERFACE, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(answer[20:24])


def _ipv6() -> Iterator[str]:
    with suppress(OSError):
        for line in IPV6_ADDRESSES.read_text(encoding="ascii").splitlines():
            yield str(ipaddress.IPv6Address(bytes.fromhex(line.split()[0])))
