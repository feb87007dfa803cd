"""Events are sent to real receivers on this machine, under the rules of every outbound call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.webhook_sender import OutboundWebhookSender
from modeldesk.domain.errors import VendorFailed, WebhookAddressRefused
from tests.support.hostile_server import Behaviour, Reader, Served, Writer, question, serving
from tests.support.outbound_vendor import trusting_nobody

HEADERS = {"webhook-id": "msg_1", "webhook-signature": "v1,x"}
BODY = b'{"type":"webhook.test"}'


def gives(answer: bytes) -> Behaviour:
    async def behave(reader: Reader, writer: Writer) -> None:
        heard.append(await question(reader) + await reader.readexactly(len(BODY)))
        writer.write(answer)
        await writer.drain()

    heard.clear()
    return behave


heard: list[bytes] = []


@asynccontextmanager
async def receiver(behave: Behaviour) -> AsyncIterator[tuple[Served, OutboundWebhookSender]]:
    async with serving(behave) as served:
        client = OutboundClient(allowed_hosts(f"localhost:{served.port}"), tls=trusting_nobody())
        try:
            yield served, OutboundWebhookSender(client)
        finally:
            await client.close()


async def test_an_event_is_posted_as_json() -> None:
    """With the signed headers and the body as it was signed; the status counts, and a body that never ends is not read."""
    answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 1000000\r\n\r\nx"
    async with receiver(gives(answer)) as (served, sender):
        assert await sender.post("wh_1", f"http://localhost:{served.port}/in?a=1", HEADERS, BODY) == 202
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /in?a=1 HTTP/1.1\r\n")
    assert body == BODY
    for line in (b"webhook-id: msg_1", b"webhook-signature: v1,x", b"content-type: application/json"):
        assert line in head.lower()


@pytest.mark.parametrize("status", [301, 307])
async def test_no_redirect_is_followed(status: int) -> None:
    """Not even one that only moves a slash."""
    answer = f"HTTP/1.1 {status} Moved\r\nlocation: /in/\r\ncontent-length: 0\r\n\r\n".encode()
    async with receiver(gives(answer)) as (served, sender):
        with pytest.raises(VendorFailed) as failure:
            await sender.post("wh_1", f"http://localhost:{served.port}/in", HEADERS, BODY)
    assert failure.value.reason.code == "redirected-to"
    assert len(heard) == 1


async def test_an_attempt_is_one_request() -> None:
    """The outbox tries again later; an answer of 503 is not asked for twice."""
    async with receiver(gives(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")) as (served, sender):
        assert await sender.post("wh_1", f"http://localhost:{served.port}/in", HEADERS, BODY) == 503
    assert len(heard) == 1


async def test_addresses_that_nothing_is_sent_to() -> None:
    """Plain http, and networks that are not public, unless the operator allows the host with its port; at registration and again when sent."""
    async with receiver(gives(b"")) as (served, sender):
        await sender.require_allowed(f"http://localhost:{served.port}/in")
        await sender.require_allowed("https://a.example/in")
        for url in (
            "http://a.example/in",
            "https://10.0.0.1/in",
            "https://127.0.0.1/in",
            "https://[::1]/in",
            f"https://localhost:{served.port + 1}/",
        ):
            with pytest.raises(WebhookAddressRefused):
                await sender.require_allowed(url)
            with pytest.raises(VendorFailed):
                await sender.post("wh_1", url if "a.example" not in url else "http://127.0.0.1:1/", HEADERS, BODY)
    assert heard == []
