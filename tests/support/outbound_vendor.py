"""A vendor of the tests that the outbound client may ask, served on this machine."""

import ssl
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Any

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.vendor_http import Request, Response, Session
from tests.support.hostile_server import Behaviour, Reader, Served, Writer, question, serving

QUICK = OutboundLimits(first_wait=0.01)


@cache
def trusting_nobody() -> ssl.SSLContext:
    """For clients of vendors without TLS: reading the certificate authorities takes longer than most tests."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def replies(*sent: bytes) -> Behaviour:
    """Gives one of these to each question, the last one again and again, on connections that stay open."""
    left = list(sent)

    async def behave(reader: Reader, writer: Writer) -> None:
        while True:
            await question(reader)
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            await writer.drain()

    return behave


class Vendor:
    """A served vendor, a client that may ask it, and a session."""

    def __init__(self, served: Served, client: OutboundClient, session: Session) -> None:
        self.served, self.client, self.session = served, client, session
        self.origin = f"http://localhost:{served.port}"

    async def get(self, path: str = "/v1/models", **named: Any) -> Response:
        return await self.session.get(Request(self.origin + path, **named))


@asynccontextmanager
async def vendor(behave: Behaviour, limits: OutboundLimits = QUICK, deadline: float | None = None) -> Any:
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(behave))
        client = OutboundClient(allowed_hosts(f"localhost:{served.port} 127.0.0.1:{served.port}"), limits, tls=trusting_nobody())
        stack.push_async_callback(client.close)
        session = await stack.enter_async_context(client.open("acme", deadline))
        yield Vendor(served, client, session)
