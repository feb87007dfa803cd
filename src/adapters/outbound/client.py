"""The outbound HTTP client: sessions with one vendor, each with a deadline and size limits."""

import asyncio
import logging
import os
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
from msgspec.structs import replace

from modeldesk.adapters.outbound.addresses import AllowedHosts
from modeldesk.adapters.outbound.dns import Resolve, SystemResolver
from modeldesk.adapters.outbound.limits import USUAL_LIMITS, OutboundLimits
from modeldesk.adapters.outbound.proxy import OutboundProxy, require_public_literal
from modeldesk.adapters.outbound.refusals import NO_ANSWER_YET, Refused
from modeldesk.adapters.outbound.trust import tls_context
from modeldesk.adapters.vendor_http import Request
from modeldesk.domain.errors import VendorFailed

if TYPE_CHECKING:  # what the first call imports
    import httpcore2 as httpcore
    import httpx2 as httpx

    from modeldesk.adapters.outbound.session import OutboundSession, Route

LOGGER = logging.getLogger(__name__)


class OutboundClient:
    """Opens sessions, which share no connection and no cookie. The first one imports the libraries of HTTP: most processes call nobody.

    `resolve` and `dial` default to the system's resolver and the network. `tls` defaults to the authorities of `trust`, `ca_file` included.
    Behind a `proxy`, names are the proxy's to resolve.
    """

    def __init__(
        self,
        allowed: AllowedHosts,
        limits: OutboundLimits = USUAL_LIMITS,
        *,
        resolve: Resolve | None = None,
        dial: "httpcore.AsyncNetworkBackend | None" = None,
        tls: ssl.SSLContext | None = None,
        ca_file: Path | None = None,
        proxy: OutboundProxy | None = None,
    ) -> None:
        self._allowed = allowed
        self._ca_file = ca_file
        self._proxy = proxy
        self._limits = limits
        self._resolver = SystemResolver()
        self._resolve = resolve or self._resolver
        self._dial = dial
        self._tls = tls
        self._session_class: type[OutboundSession] | None = None
        self._semaphores: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.calls_at_once))
        for library in ("httpx2", "httpcore2"):
            # At INFO and below they log whole URLs, including queries.
            logging.getLogger(library).setLevel(logging.WARNING)

    @asynccontextmanager
    async def open(self, slug: str, deadline: float | None = None, retries: int | None = None) -> AsyncIterator["OutboundSession"]:
        """A session with the vendor of provider `slug`. It ends after `deadline` seconds or the client's limit, whichever is less.

        `retries` counts the attempts after the first one of each request; None is the client's own. The deadline covers everything inside the
        `async with`. Raises VendorFailed when it passes.
        """
        seconds = self._limits.seconds if deadline is None else min(deadline, self._limits.seconds)
        ends_at = asyncio.get_running_loop().time() + seconds
        limits = self._limits if retries is None else replace(self._limits, tries=retries + 1)
        session: OutboundSession | None = None
        try:
            async with asyncio.timeout_at(ends_at) as clock:
                try:
                    made = await self._imported()
                except Refused as refusal:
                    raise VendorFailed(slug, refusal.reason) from None
                session = made(slug, self._allowed, limits, self._transport, self._proxy, self._semaphores[slug], ends_at)
                yield session
        except TimeoutError:
            if not clock.expired():
                raise
            waits_for = session.waits_for if session is not None else NO_ANSWER_YET
            raise VendorFailed(slug, waits_for.adding(seconds=seconds)) from None
        finally:
            if session is not None:
                await session.close()

    async def require_allowed(self, request: Request) -> None:
        """Raises Refused for what can never be sent. Names are not resolved; an address that is written out is judged now."""
        await self._imported()
        from modeldesk.adapters.outbound.request_builder import build_request, port_of  # noqa: PLC0415 - imported just now

        url = build_request(request, self._allowed).url
        require_public_literal(url.raw_host.decode("ascii"), port_of(url), self._allowed)

    async def close(self) -> None:
        """Releases the resolver's threads. Open sessions end by themselves."""
        self._resolver.close()

    async def _imported(self) -> "type[OutboundSession]":
        """After the first call, no call waits for a thread. Raises Refused."""
        if self._session_class is None:
            try:
                self._session_class = await asyncio.to_thread(_session_class)
            except (ImportError, OSError) as error:  # no descriptor is left, or a library is damaged: callers show why, and may try later
                LOGGER.exception("the libraries of outbound calls cannot be imported")
                said = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else str(error).partition("\n")[0]
                raise Refused("no-connection", said=said) from None
        return self._session_class

    def _transport(self, route: "Route") -> "httpx.AsyncHTTPTransport":
        """A new transport; each session has one for each route.

        Certificate authorities take some megabytes, and reading them takes longer than most commands. They are read when a call first needs TLS.
        """
        from modeldesk.adapters.outbound.guard import GuardedBackend, guarded_transport  # noqa: PLC0415 - the session has imported it

        proxy, needs_tls = route
        if self._tls is None and needs_tls:
            self._tls = tls_context(self._ca_file)
        tls = self._tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # has no authorities, so it trusts nobody
        allowed = self._allowed if proxy is None else proxy.own_hosts
        backend = GuardedBackend(allowed, self._resolve, self._dial, self._limits.dial_seconds)
        return guarded_transport(backend, tls, self._limits.calls_at_once, proxy)


@cache
def _session_class() -> "type[OutboundSession]":
    """Imports the libraries of HTTP, in whatever thread it is called: they take a twentieth of a second, in which others are answered."""
    from modeldesk.adapters.outbound.session import OutboundSession  # noqa: PLC0415 - see above

    # Imports the backend of anyio, through which these libraries connect; in an empty context, because the caller's may be of an anyio.run.
    Context().run(anyio.run, asyncio.sleep, 0)
    return OutboundSession
