"""Calls through the operator's proxy: what it is asked, what goes past it, and what is refused all the same."""

import asyncio
import contextlib
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from attrs import define, field

from modeldesk.adapters.outbound.addresses import AllowedHosts, allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.proxy import outbound_proxy, require_public_literal
from modeldesk.adapters.outbound.refusals import Refused
from modeldesk.adapters.vendor_http import KeyHeader, Request
from modeldesk.domain.errors import VendorFailed
from modeldesk.domain.model.values.secret import Secret
from tests.support.certificates import Certificates
from tests.support.hostile_server import Reader, Writer, answer, question, serving
from tests.support.outbound_vendor import QUICK, replies, trusting_nobody


@define
class Proxy:
    """A running proxy: the heads that it was sent."""

    url: str = ""
    port: int = 0
    heads: list[str] = field(factory=list)


async def pipe(reader: Reader, writer: Writer) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


@asynccontextmanager
async def proxy_to(vendor_port: int, status: str = "200 OK") -> AsyncIterator[Proxy]:
    """Leads every tunnel to the vendor of the test, whatever it was asked for, and answers plain requests itself."""
    running = Proxy()

    async def behave(reader: Reader, writer: Writer) -> None:
        head = (await question(reader)).decode()
        running.heads.append(head)
        if not head.startswith("CONNECT") or not status.startswith("200"):
            writer.write(answer(b"{}").replace(b"200 OK", status.encode(), 1))
            await writer.drain()
            return
        onward, back = await asyncio.open_connection("127.0.0.1", vendor_port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.drain()
        try:
            await asyncio.gather(pipe(reader, back), pipe(onward, writer))
        finally:
            back.close()
            with contextlib.suppress(ConnectionError):
                await back.wait_closed()

    async with serving(behave) as served:
        running.port, running.url = served.port, f"http://localhost:{served.port}"
        yield running


async def get(client: OutboundClient, url: str, key: Secret | None = None) -> int:
    origin = "/".join(url.split("/")[:3])
    async with client.open("acme") as session:
        return (await session.get(Request(url, origin=origin, key=key, key_header=KeyHeader("Authorization", "Bearer ")))).status


async def test_a_vendor_is_asked_through_a_tunnel(tmp_path: Path) -> None:
    """By its name, which is never resolved here; the key is inside the tunnel, the proxy's password outside."""
    certificates = Certificates(tmp_path)

    async def resolve(host: str, port: int) -> list[str]:
        assert host == "localhost", "only the proxy itself is resolved"
        return ["127.0.0.1"]

    async with serving(replies(answer(b"{}")), certificates.server("good")) as served, proxy_to(served.port) as proxy:
        url = f"http://us%40er:pass@localhost:{proxy.port}"
        client = OutboundClient(AllowedHosts(), QUICK, resolve=resolve, tls=certificates.client(), proxy=outbound_proxy(url))
        with pytest.raises(VendorFailed, match="certificate"):
            await get(client, "https://vendor.example/v1/models", Secret("sk-0123456789"))
        await client.close()
        assert served.questions == [], "the certificate is for localhost, and TLS names the vendor"
        [head] = proxy.heads
    assert head.startswith("CONNECT vendor.example:443 HTTP/1.1\r\n")
    assert f"proxy-authorization: basic {b64encode(b'us@er:pass').decode()}".lower() in head.lower()
    assert "sk-" not in head


async def test_the_answer_comes_through_the_tunnel(tmp_path: Path) -> None:
    """With the vendor's own certificate, and the same limits."""
    certificates = Certificates(tmp_path)
    async with serving(replies(answer(b"{}")), certificates.server("good")) as served, proxy_to(served.port) as proxy:
        client = OutboundClient(allowed_hosts("localhost:8443"), QUICK, tls=certificates.client(), proxy=outbound_proxy(proxy.url))
        assert await get(client, "https://localhost:8443/v1/models", Secret("sk-0123456789")) == 200
        assert await get(client, "https://localhost:8443/v1/models") == 200
        await client.close()
        first, second = served.questions
    assert b"authorization: bearer sk-0123456789" in first.lower()
    assert b"proxy" not in second.lower()
    assert [head.splitlines()[0] for head in proxy.heads] == ["CONNECT localhost:8443 HTTP/1.1"] * 2


async def test_a_plain_host_is_forwarded() -> None:
    """One that the operator allows without TLS."""
    async with proxy_to(1) as proxy:
        client = OutboundClient(allowed_hosts("ollama.lan:11434"), QUICK, tls=trusting_nobody(), proxy=outbound_proxy(proxy.url))
        assert await get(client, "http://ollama.lan:11434/api/tags") == 200
        await client.close()
    assert proxy.heads[0].startswith("GET http://ollama.lan:11434/api/tags HTTP/1.1\r\n")


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 sk-secret", "502 Bad Gateway"])
async def test_a_proxy_that_refuses_is_said_to(status: str) -> None:
    """Without its words."""
    async with proxy_to(1, status) as proxy:
        client = OutboundClient(AllowedHosts(), QUICK, tls=trusting_nobody(), proxy=outbound_proxy(proxy.url))
        with pytest.raises(VendorFailed, match="proxy-failed") as caught:
            await get(client, "https://vendor.example/v1")
        await client.close()
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "2130706433", "0x7f.1", "localhost", "LOCALHOST."]
)
async def test_literal_private_addresses_are_refused_here(host: str) -> None:
    """The proxy is not even asked."""
    async with proxy_to(1) as proxy:
        client = OutboundClient(AllowedHosts(), QUICK, tls=trusting_nobody(), proxy=outbound_proxy(proxy.url))
        with pytest.raises(VendorFailed, match="address-forbidden"):
            await get(client, f"https://{host}/v1")
        await client.close()
    assert proxy.heads == []


@pytest.mark.parametrize("url", ["http://vendor.example/v1", "https://vendor.example:8443/v1"])
async def test_plain_http_and_other_ports_are_refused_as_ever(url: str) -> None:
    """A proxy changes where the socket leads, not what may be asked."""
    async with proxy_to(1) as proxy:
        client = OutboundClient(AllowedHosts(), QUICK, tls=trusting_nobody(), proxy=outbound_proxy(proxy.url))
        with pytest.raises(VendorFailed, match=r"http-forbidden|port-forbidden"):
            await get(client, url)
        await client.close()
    assert proxy.heads == []


async def test_exempt_hosts_go_past_the_proxy() -> None:
    """Through the guard, as without a proxy."""
    async with serving(replies(answer(b"{}"))) as served, proxy_to(1) as proxy:
        exempt = outbound_proxy(proxy.url, ("localhost",))
        client = OutboundClient(allowed_hosts(f"localhost:{served.port}"), QUICK, tls=trusting_nobody(), proxy=exempt)
        assert await get(client, f"http://localhost:{served.port}/v1") == 200
        await client.close()
    assert proxy.heads == []


@pytest.mark.parametrize(
    ("entry", "host", "port", "is_exempt"),
    [
        ("*", "a.example", 443, True),
        ("a.example", "a.example", 443, True),
        ("A.Example", "a.example.", 443, True),
        ("example", "a.example", 443, True),
        (".example", "a.example", 443, True),
        (".example", "example", 443, False),
        ("a.example", "ba.example", 443, False),
        ("a.example:8443", "a.example", 8443, True),
        ("a.example:8443", "a.example", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.0.0.0/8", "a.example", 443, False),
        ("fd00::/8", "fd00::1", 443, True),
        ("[fd00::1]:8443", "fd00::1", 8443, True),
    ],
)
def test_who_is_exempt(entry: str, host: str, port: int, is_exempt: bool) -> None:
    """Names, suffixes, ports and networks."""
    proxy = outbound_proxy("http://proxy.example", (entry,))
    assert proxy is not None
    assert proxy.serves(host, port) is not is_exempt


def test_without_a_setting_there_is_no_proxy() -> None:
    """And its address has the scheme's port by default; no part of its password prints."""
    assert outbound_proxy("") is None
    proxy = outbound_proxy("https://user:hidden@proxy.example/")
    assert proxy is not None
    assert (proxy.host, proxy.port, proxy.credentials) == ("proxy.example", 443, ("user", "hidden"))
    assert "hidden" not in repr(proxy)


def test_an_allowed_literal_passes() -> None:
    """What the operator lists is theirs."""
    require_public_literal("127.0.0.1", 8080, allowed_hosts("127.0.0.1:8080"))
    require_public_literal("8.8.8.8", 443, AllowedHosts())
    with pytest.raises(Refused):
        require_public_literal("127.0.0.1", 8081, allowed_hosts("127.0.0.1:8080"))
