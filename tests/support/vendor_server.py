"""A vendor on this machine: answers GETs as a test says, and remembers what it was asked. And the exchanges through which it is asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from attrs import define, field, frozen

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.providers.fetcher import OpenSession, VendorFetcher
from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.adapters.vendor_http import Session
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import KeyVerdict
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Provider, ProviderClassName
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import HttpUrl, SingleLineText, Slug
from tests.support.outbound_vendor import trusting_nobody

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = Secret("sk-test-0123456789abcdef")


@frozen
class Asked:
    """One request as it came in: the path with its query, and the headers by lower-case name."""

    target: str
    headers: Mapping[str, str]


@frozen
class Served:
    """What the vendor gives back. A `body` that is no bytes is sent as JSON; a list of headers' values as several headers."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answers = Callable[[Asked], Served]


@define
class Vendor:
    """A server that runs: where it is, and what it was asked so far."""

    origin: str
    asked: list[Asked] = field(factory=list)

    @property
    def targets(self) -> list[str]:
        return [asked.target for asked in self.asked]


@asynccontextmanager
async def vendor(answers: Answers) -> AsyncIterator[Vendor]:
    """A vendor on a free port of the loopback, for as long as it is needed."""
    running = Vendor("")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            named = (line.partition(":") for line in head[1:] if line)
            asked = Asked(head[0].split(" ")[1], {name.lower(): value.strip() for name, _, value in named})
            running.asked.append(asked)
            served = answers(asked)
            lines = [f"HTTP/1.1 {served.status} It", *(f"{name}: {value}" for name, value in served.headers.items())]
            lines += [f"Content-Length: {len(served.raw)}", "Connection: close", "", ""]
            writer.write("\r\n".join(lines).encode("latin-1") + served.raw)
            await writer.drain()
        finally:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        running.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield running


def guarded(origin: str) -> OpenSession:
    """The outbound client itself, allowed to reach the vendor at this origin, once for each question."""

    @asynccontextmanager
    async def opened(slug: str, deadline_seconds: float | None, retries: int | None) -> AsyncIterator[Session]:
        client = OutboundClient(allowed_hosts(urlsplit(origin).netloc), OutboundLimits(tries=1), tls=trusting_nobody())
        try:
            async with client.open(slug, deadline_seconds) as exchange:
                yield exchange
        finally:
            await client.close()

    return opened


EXCHANGES_AT: Callable[[str], OpenSession] = guarded
"""Through what the vendors of all these tests are asked, by the vendor's origin: the one line to change for another client."""


def provider_of(origin: str, class_name: str = GENERIC_CLASS, path: str = "/v1", slug: str = "acme") -> Provider:
    """A provider whose address is at that vendor."""
    return Provider(
        Slug(slug),
        SingleLineText("Acme"),
        SingleLineText("Acme"),
        provider_class=ProviderClassName(class_name),
        api_base_url=HttpUrl(f"{origin}{path}"),
    )


def fetcher_of(origin: str) -> VendorFetcher:
    return VendorFetcher(vendor_api, EXCHANGES_AT(origin), lambda: NOW)


@define
class Told:
    """What the progress said, page by page."""

    steps: list[tuple[int, int]] = field(factory=list)

    def __call__(self, pages: int, models: int) -> None:
        self.steps.append((pages, models))


async def fetched(
    answers: Answers, class_name: str = GENERIC_CLASS, path: str = "/v1", key: Secret | None = KEY
) -> tuple[VendorList, Vendor, Told]:
    """The list that a provider of this class reads from a vendor that answers so; what the vendor was asked, and what was told."""
    reported = Told()
    async with vendor(answers) as running:
        models = await fetcher_of(running.origin).fetch(provider_of(running.origin, class_name, path), key, reported)
    return models, running, reported


async def checked(answers: Answers, class_name: str = GENERIC_CLASS, path: str = "/v1", key: Secret = KEY) -> tuple[KeyVerdict, Vendor]:
    """What is said of a key by a vendor that answers so."""
    async with vendor(answers) as running:
        verdict = await fetcher_of(running.origin).check(provider_of(running.origin, class_name, path), key)
    return verdict, running


def always(body: Any, status: int = 200, **headers: str) -> Answers:
    return lambda _: Served(body, status, headers)
