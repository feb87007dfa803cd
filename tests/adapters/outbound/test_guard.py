"""Nothing forbidden is dialled, whatever form it has: a listener counts what arrives. And the tripwire for httpx's inside."""

import asyncio
import socket
from collections.abc import Awaitable, Iterable, Sequence

import httpcore2 as httpcore
import httpx2 as httpx
import pytest

from modeldesk.adapters.outbound import guard
from modeldesk.adapters.outbound.addresses import AllowedHosts, allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.vendor_http import Request
from modeldesk.domain.errors import VendorFailed
from tests.support.hostile_server import Reader, Writer, answer, says, serving
from tests.support.outbound_addresses import FORBIDDEN_ADDRESSES, NUMERIC_HOSTS, PUBLIC_ADDRESSES, URLS
from tests.support.outbound_vendor import trusting_nobody

TLS = trusting_nobody()
PUBLIC = "93.184.215.14"
NAMES = {
    "public.example": [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "private.example": ["10.0.0.1"],
    "mixed.example": [PUBLIC, "127.0.0.1"],
    "mixed-six.example": [PUBLIC, "2606:2800::1", "::1"],
    "metadata.example": ["169.254.169.254"],
    "empty.example": [],
    "nothing.example": ["not an address"],
    "localhost": ["127.0.0.1", "::1"],
    "localhost.localdomain": ["127.0.0.1"],
}


async def hang_up(reader: Reader, writer: Writer) -> None:
    """Arriving is all that counts."""


async def names(host: str, port: int) -> Sequence[str]:
    """A zone of our own; hosts that are written as numbers are read by the machine's own resolver, which asks nobody for them."""
    if host.removesuffix(".") in NAMES:
        return NAMES[host.removesuffix(".")]
    found = socket.getaddrinfo(host.removesuffix("."), port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(place[0]) for *_, place in found]


class AllRoads(httpcore.AsyncNetworkBackend):
    """A network in which every address leads to the listener: what the guard lets pass arrives there and is counted."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self.port, timeout)


async def refusal(client: OutboundClient, url: str) -> str:
    """The line that a question to `url` ends in; empty for an answer."""
    try:
        async with client.open("acme") as session:
            await session.get(Request(url))
    except VendorFailed as failure:
        return str(failure.reason)
    return ""


def arrivals(urls: Iterable[str], allowed: str = "", zone: object = names) -> tuple[dict[str, str], int, list[tuple[str, int]]]:
    """The line for each of the URLs, how many connections reached the listener, and what was dialled."""

    async def story() -> tuple[dict[str, str], int, list[tuple[str, int]]]:
        async with serving(hang_up) as listener:
            roads = AllRoads(listener.port)
            client = OutboundClient(allowed_hosts(allowed), OutboundLimits(tries=1), resolve=zone, dial=roads, tls=TLS)  # type: ignore[arg-type]
            reported = {url: await refusal(client, url) for url in urls}
            await client.close()
            await asyncio.sleep(0.05)
            return reported, listener.connections, roads.dialled

    return asyncio.run(story())


def literal(address: str) -> str:
    return f"https://[{address}]/v1/models" if ":" in address else f"https://{address}/v1/models"


FORMS = (*map(literal, FORBIDDEN_ADDRESSES), *(f"https://{host}/v1/models" for host in NUMERIC_HOSTS), *URLS)


def test_no_form_arrives() -> None:
    """Over two hundred, and each has its line."""
    reported, count, dialled = arrivals(FORMS)
    assert len(reported) >= 280
    assert (count, dialled) == (0, [])
    for url, line in reported.items():
        assert line, url
        assert len(line) < 300
        assert "\n" not in line


def test_no_form_arrives_beside_an_allowed_host() -> None:
    """That an operator allowed one place opens no other, nor the same one under another name or at another port."""
    reported, count, dialled = arrivals(FORMS, allowed="ollama.example:11434 127.0.0.1:11434 [::1]:11434 localhost:11434")
    assert (count, dialled) == (0, [])
    assert all(reported.values())


def test_public_addresses_do_arrive() -> None:
    """The listener would have counted: the same road with addresses that may be dialled."""
    reported, count, dialled = arrivals(map(literal, PUBLIC_ADDRESSES))
    assert count == len(PUBLIC_ADDRESSES) == len(reported)
    assert {address for address, _ in dialled} == set(PUBLIC_ADDRESSES)


def test_a_name_is_dialled_by_the_address_that_was_checked() -> None:
    """Not by its name, which might mean something else a moment later."""
    _, count, dialled = arrivals(["https://public.example/v1", "https://PUBLIC.example:443/v1", "https://public.example./v1"])
    assert (count, dialled) == (3, [(PUBLIC, 443)] * 3)


@pytest.mark.parametrize("place", ["alone", "first", "last"])
def test_a_name_with_one_forbidden_address_is_not_dialled(place: str) -> None:
    """Alone or among good ones, first or last: each forbidden address of the list, as the answer to a name."""
    zone_of = {"alone": lambda bad: [bad], "first": lambda bad: [bad, PUBLIC], "last": lambda bad: [PUBLIC, "2606:2800::1", bad]}[place]
    zone = {f"h{number}.example": zone_of(bad) for number, bad in enumerate(FORBIDDEN_ADDRESSES)}

    async def resolve(host: str, port: int) -> Sequence[str]:
        return zone[host]

    reported, count, dialled = arrivals([f"https://{host}/" for host in zone], zone=resolve)
    assert (count, dialled) == (0, [])
    assert all("-forbidden" in line for line in reported.values())


def test_a_name_that_changes_is_asked_and_checked_for_each_connection() -> None:
    """Public at first, private afterwards: the second one is refused, and no address is dialled that was not the one checked."""
    answers = [[PUBLIC], ["127.0.0.1"], [PUBLIC], ["169.254.169.254"]]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    urls = [f"https://rebinding.example/{number}" for number in range(4)]
    reported, count, dialled = arrivals(urls, zone=rebinding)
    assert (count, dialled) == (2, [(PUBLIC, 443)] * 2)
    assert ["-forbidden" in reported[url] for url in urls] == [False, True, False, True]


async def test_another_try_checks_anew() -> None:
    """The name turns private between two tries of one question."""
    answers = [[PUBLIC], ["10.0.0.1"]]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    async with serving(hang_up) as listener:
        roads = AllRoads(1 if listener.port != 1 else 2)
        client = OutboundClient(AllowedHosts(), OutboundLimits(first_wait=0.01), resolve=rebinding, dial=roads, tls=TLS)
        line = await refusal(client, "https://rebinding.example/")
        await client.close()
        dialled = roads.dialled
    assert line.startswith("address-forbidden: address='10.0.0.1', network='private'")
    assert dialled == [(PUBLIC, 443)]


async def test_the_real_network_is_not_dialled_either() -> None:
    """The machine's own resolver and sockets, and the listener's own port: by http and https, as every name that this machine has."""
    async with serving(hang_up) as listener:
        client = OutboundClient(allowed_hosts("elsewhere.example:1"), OutboundLimits(tries=1), tls=TLS)
        hosts = ("127.0.0.1", "localhost", "LOCALHOST", "127.1", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::]")
        urls = [f"{scheme}://{host}:{listener.port}/" for host in hosts for scheme in ("http", "https")]
        reported = [await refusal(client, url) for url in (*urls, *(f"https://{host}/" for host in hosts))]
        await client.close()
        await asyncio.sleep(0.05)
        count = listener.connections
    assert count == 0
    assert all(reported)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_host_of_the_operator_list_is_asked(host: str) -> None:
    """Private, without TLS, and at its own port; on the real network."""
    async with serving(says(answer(b"{}"))) as listener:
        client = OutboundClient(allowed_hosts(f"{host}:{listener.port}"), OutboundLimits(tries=1), tls=TLS)
        line = await refusal(client, f"http://{host}:{listener.port}/api/tags")
        await client.close()
        outcome = line, listener.connections
    assert outcome == ("", 1)


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (
            "https://private.example/v1?token=x",
            "address-forbidden: address='10.0.0.1', network='private', host='private.example:443'",
        ),
        ("https://[::1]/", "address-forbidden: address='::1', network='loopback', host='[::1]:443'"),
        (
            "http://localhost:11434/v1",
            "http-forbidden: name='localhost', host='localhost:11434'",
        ),
        ("https://public.example:8443/", "port-forbidden: port=8443, host='public.example:8443'"),
        ("https://nowhere.example/", "name-not-resolved: host='nowhere.example'"),
        ("https://empty.example/", "name-not-resolved: host='empty.example'"),
        ("https://user:secret@public.example/", "address-with-user-name"),
        ("file:///etc/passwd", "scheme-not-http"),
    ],
)
def test_what_is_said(url: str, line: str) -> None:
    """What is wrong, and the host that an operator could allow."""
    assert arrivals([url])[0] == {url: line}


async def test_the_guard_stands_by_itself() -> None:
    """Even without the check of URLs before it: ports, addresses and sockets of this machine are refused in the connection."""

    async def refuses(dialling: Awaitable[object]) -> None:
        with pytest.raises(guard.Refused) as caught:
            await dialling
        assert caught.value.reason.code.endswith("-forbidden")

    backend = guard.GuardedBackend(AllowedHosts(), names, AllRoads(1), 1)
    for host in ("127.0.0.1", "2130706433", "mixed.example", "fe80::1%lo"):
        await refuses(backend.connect_tcp(host, 443))
    await refuses(backend.connect_tcp("public.example", 80))
    await refuses(backend.connect_unix_socket("/run/docker.sock"))


async def test_a_family_without_a_route_costs_one_dial() -> None:
    """The families take turns: the second address dialled is of the other one."""

    class NoSix(AllRoads):
        async def connect_tcp(self, host: str, port: int, *given: object, **named: object) -> httpcore.AsyncNetworkStream:
            if ":" in host:
                self.dialled.append((host, port))
                raise httpcore.ConnectError("no route")
            return await super().connect_tcp(host, port)

    async def six_first(host: str, port: int) -> Sequence[str]:
        return ["2606:2800::1", "2606:2800::2", "2606:2800::3", PUBLIC]

    async with serving(hang_up) as listener:
        roads = NoSix(listener.port)
        stream = await guard.GuardedBackend(AllowedHosts(), six_first, roads, 60).connect_tcp("public.example", 443)
        await stream.aclose()
        outcome = roads.dialled
    assert outcome == [("2606:2800::1", 443), (PUBLIC, 443)]


def test_httpx_still_has_the_place_for_the_guard() -> None:
    """The tripwire: a private name of httpx2 2.16 holds the pool, and nothing but that pool makes connections."""
    assert httpx.__version__.startswith("2.16.")
    transport = httpx.AsyncHTTPTransport(verify=TLS, trust_env=False)
    assert type(transport._pool) is httpcore.AsyncConnectionPool
    backend = guard.GuardedBackend(AllowedHosts(), names, AllRoads(1), 1)
    guarded = guard.guarded_transport(backend, TLS, 4)
    assert guarded._pool._network_backend is backend
    assert {name for name, value in vars(guarded).items() if value is not None} == {"_pool"}


def test_without_the_place_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An httpx that keeps its pool elsewhere would dial unguarded."""

    class Other(httpx.AsyncHTTPTransport):
        def __init__(self, **named: object) -> None:
            self.pool = None

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", Other)
    with pytest.raises(RuntimeError, match="no place for the guard"):
        guard.guarded_transport(guard.GuardedBackend(AllowedHosts(), names, AllRoads(1), 1), TLS, 4)
