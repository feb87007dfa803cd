"""The table of forbidden networks, and the operator's list."""

import ipaddress

import pytest

from modeldesk.adapters.outbound.addresses import FORBIDDEN, AllowedHosts, allowed_hosts, forbidden
from modeldesk.domain.errors import InvalidValue
from tests.support.outbound_addresses import FORBIDDEN_ADDRESSES, PUBLIC_ADDRESSES


@pytest.mark.parametrize("address", FORBIDDEN_ADDRESSES)
def test_an_address_that_may_not_be_dialled(address: str) -> None:
    """As a text and as a number."""
    assert forbidden(address)
    assert forbidden(ipaddress.ip_address(address)) == forbidden(address)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_an_address_of_the_internet(address: str) -> None:
    """Neighbours of the forbidden networks among them: none is too wide."""
    assert forbidden(address) is None


@pytest.mark.parametrize("network", [network for network, _ in FORBIDDEN], ids=str)
def test_the_first_and_the_last_address_of_each_network(network: "ipaddress.IPv4Network | ipaddress.IPv6Network") -> None:
    """The edges belong to it."""
    assert forbidden(network[0])
    assert forbidden(network[-1])


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "loopback"),
        ("169.254.169.254", "cloud metadata"),
        ("168.63.129.16", "cloud metadata"),
        ("169.254.1.1", "link-local"),
        ("100.100.100.200", "cloud metadata"),
        ("255.255.255.255", "broadcast"),
        ("::1", "loopback"),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("::1.2.3.4", "IPv4-compatible"),
        ("64:ff9b::808:808", "NAT64"),
        ("2002::1", "6to4"),
        ("2001::1", "Teredo"),
        ("fd00::1", "private"),
        ("fec0::1", "site-local"),
        ("4000::1", "not of the internet"),
        ("fe80::1%eth0", "link-local"),
        ("2606:4700::1%eth0", None),
        ("localhost", "no address"),
        ("2130706433", "no address"),
        ("", "no address"),
    ],
)
def test_the_reason_is_the_particular_one(address: str, reason: str | None) -> None:
    """It goes into the line that an admin reads. A zone changes nothing."""
    assert forbidden(address) == reason


def test_the_operator_list_is_read() -> None:
    """Names, IPv4 and bracketed IPv6, by commas or blanks, in any case and with a last dot."""
    allowed = allowed_hosts(" localhost:11434, 10.0.0.5:8080\n[::1]:11434,OLLAMA.Internal.:80 my_box:1 ")
    for host, port in (("localhost", 11434), ("10.0.0.5", 8080), ("::1", 11434), ("0:0::1", 11434), ("ollama.internal", 80), ("my_box", 1)):
        assert allowed.has(host, port)
    for host, port in (("localhost", 80), ("127.0.0.1", 11434), ("10.0.0.50", 8080), ("a.localhost", 11434), ("::2", 11434)):
        assert not allowed.has(host, port)
    assert allowed_hosts("") == allowed_hosts(" , ") == AllowedHosts()


@pytest.mark.parametrize(
    "entry",
    [
        "localhost", "localhost:", ":80", "localhost:0", "localhost:65536", "localhost:http", "localhost:+80", "localhost:٨٠", "::1:80", "[::1]",
        "[::1:80", "[127.0.0.1]:80", "[fe80::1%eth0%]:x", "127.1:80", "2130706433:80", "0x7f.1:80", "1.2.3.256:80", "a..b:80", "-a:80",
        "http://localhost:80", "user@localhost:80", "local/host:80", "*:80", "10.0.0.0/8:80", "münchen.example:80", f"{'a' * 64}:80",
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named(entry: str) -> None:
    """One wrong entry is enough, and it is quoted."""
    with pytest.raises(InvalidValue, match=r"host-(without-port|name-malformed|address-malformed)") as caught:
        allowed_hosts(f"localhost:11434,{entry}")
    assert caught.value.reason.facts["found"] == entry
    assert "\n" not in str(caught.value)
