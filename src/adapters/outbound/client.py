"""The outbound HTTP client: sessions with one vendor, each with a deadline and size limits."""

import asyncio
import logging
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias

import httpcore2 as httpcore
import httpx2 as httpx
import stamina
import stamina.instrumentation
from attrs import field
from msgspec import Struct
from msgspec.structs import replace

from modeldesk.adapters.outbound.addresses import AllowedHosts
from modeldesk.adapters.outbound.body import BoundedBody, ByteBudget
from modeldesk.adapters.outbound.dns import Resolve, SystemResolver
from modeldesk.adapters.outbound.failures import Refused, TryAgain, before_an_answer, translated
from modeldesk.adapters.outbound.guard import GuardedBackend, GuardedStream, guarded_transport
from modeldesk.adapters.outbound.proxy import OutboundProxy, require_public_literal
from modeldesk.adapters.outbound.request_builder import build_request, port_of, redirect_target, with_slash_moved
from modeldesk.adapters.outbound.retry import RETRY_STATUSES, RetryPolicy
from modeldesk.adapters.outbound.trust import tls_context
from modeldesk.adapters.vendor_http import Request, Response
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.records import define

MIB = 1024 * 1024
NOT_MODIFIED = 304
CONDITIONS = ("if-none-match", "if-modified-since")
NO_ANSWER_YET = Reason("no-answer-within")

Route: TypeAlias = tuple[OutboundProxy | None, bool]
"""How a host is reached: the proxy, and whether TLS may be needed."""


class OutboundLimits(Struct, frozen=True):
    """The limits of one session.

    `seconds` is for the whole session, where its caller does not name fewer, `dial_seconds` for one connection attempt. `answer_bytes` and
    `headers` are per response, `session_bytes` for all responses together. `tries` is per request, and `first_wait` (seconds) is the delay before
    the second one. `calls_at_once` is per provider.
    """

    seconds: float = 60.0
    dial_seconds: float = 3.0
    answer_bytes: int = 8 * MIB
    session_bytes: int = 20 * MIB
    headers: int = 256
    tries: int = 3
    first_wait: float = 0.25
    calls_at_once: int = 4


USUAL_LIMITS = OutboundLimits()


class OutboundClient:
    """Opens sessions, which share no connection and no cookie.

    `resolve` and `dial` default to the system's resolver and the network. `tls` defaults to the authorities of `trust`, `ca_file` included.
    Behind a `proxy`, names are the proxy's to resolve.
    """

    def __init__(
        self,
        allowed: AllowedHosts,
        limits: OutboundLimits = USUAL_LIMITS,
        *,
        resolve: Resolve | None = None,
        dial: httpcore.AsyncNetworkBackend | None = None,
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
        self._dial = dial or httpcore.AnyIOBackend()
        self._tls = tls
        self._semaphores: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.calls_at_once))
        for library in ("httpx2", "httpcore2"):
            # At INFO and below they log whole URLs, including queries.
            logging.getLogger(library).setLevel(logging.WARNING)
        # Retries are not logged, because the final result is.
        stamina.instrumentation.set_on_retry_hooks(())

    @asynccontextmanager
    async def open(self, slug: str, deadline: float | None = None, retries: int | None = None) -> AsyncIterator["OutboundSession"]:
        """A session with the vendor of provider `slug`. It ends after `deadline` seconds or the client's limit, whichever is less.

        `retries` counts the attempts after the first one of each request; None is the client's own. The deadline covers everything inside the
        `async with`. Raises VendorFailed when it passes.
        """
        seconds = self._limits.seconds if deadline is None else min(deadline, self._limits.seconds)
        ends_at = asyncio.get_running_loop().time() + seconds
        limits = self._limits if retries is None else replace(self._limits, tries=retries + 1)
        session = OutboundSession(slug, self._allowed, limits, self._transport, self._proxy, self._semaphores[slug], ends_at)
        try:
            async with asyncio.timeout_at(session.ends_at) as clock:
                yield session
        except TimeoutError:
            if not clock.expired():
                raise
            raise VendorFailed(slug, session.waits_for.adding(seconds=seconds)) from None
        finally:
            await session.close()

    def require_allowed(self, request: Request) -> None:
        """Raises Refused for what can never be sent. Names are not resolved; an address that is written out is judged now."""
        url = build_request(request, self._allowed).url
        require_public_literal(url.raw_host.decode("ascii"), port_of(url), self._allowed)

    async def close(self) -> None:
        """Releases the resolver's threads. Open sessions end by themselves."""
        self._resolver.close()

    def _transport(self, route: Route) -> httpx.AsyncHTTPTransport:
        """A new transport; each session has one for each route.

        Certificate authorities take some megabytes, and reading them takes longer than most commands. They are read when a call first needs TLS.
        """
        proxy, needs_tls = route
        if self._tls is None and needs_tls:
            self._tls = tls_context(self._ca_file)
        tls = self._tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # has no authorities, so it trusts nobody
        allowed = self._allowed if proxy is None else proxy.own_hosts
        backend = GuardedBackend(allowed, self._resolve, self._dial, self._limits.dial_seconds)
        return guarded_transport(backend, tls, self._limits.calls_at_once, proxy)


@define
class OutboundSession:
    """An open session. `ends_at` is in the event loop's time. `waits_for` says what is still missing, for the error of the deadline."""

    _slug: str
    _allowed: AllowedHosts
    _limits: OutboundLimits
    _new_transport: Callable[[Route], httpx.AsyncHTTPTransport]
    _proxy: OutboundProxy | None
    _semaphore: asyncio.Semaphore
    ends_at: float
    waits_for: Reason = field(default=NO_ANSWER_YET, init=False)
    is_over: bool = field(default=False, init=False)
    _budget: ByteBudget = field(init=False)
    _transports: dict[Route, httpx.AsyncHTTPTransport] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._budget = ByteBudget(self._limits.session_bytes)

    async def get(self, request: Request) -> Response:
        """As in `Session`. Raises RuntimeError after the session has ended, because no deadline applies then."""
        with self._sending(request):
            return await self._send_with_retries(build_request(request, self._allowed))

    async def post(self, request: Request, body: bytes) -> int:
        """Sends `body` once, and returns the status of the answer; nothing else of it is read, and no redirect is followed.

        Raises VendorFailed, and RuntimeError as `get`.
        """
        with self._sending(request):
            built = build_request(request, self._allowed, body)
            transport = self._transport_for(built.url)
            async with self._semaphore:
                with before_an_answer():
                    response = await transport.handle_async_request(built)
                await response.aclose()
            if 300 <= response.status_code < 400:
                raise Refused("redirected-to", target=redirect_target(built.url, response.headers.get("location")))
            return response.status_code

    async def submit(self, request: Request, form: bytes) -> Response:
        """As in `FormSession`. Nothing is sent twice, since a code in a form is good for one use. Raises RuntimeError as `get`."""
        with self._sending(request):
            sent = replace(request, headers={**request.headers, "content-type": "application/x-www-form-urlencoded"})
            answer = await self._exchange(build_request(sent, self._allowed, form), follows=False)
            if not isinstance(answer, Response):
                raise Refused("redirected")
            return answer

    @contextmanager
    def _sending(self, request: Request) -> Iterator[None]:
        if self.is_over:
            raise RuntimeError("the session is over")
        with translated(self._slug, request.key):
            yield

    async def _send_with_retries(self, request: httpx.Request) -> Response:
        policy, tried = RetryPolicy(self._limits.first_wait, self._time_left), 0

        def wait(failure: Exception) -> float | bool:
            seconds = policy.wait(failure, tried) if isinstance(failure, TryAgain) else None
            return False if seconds is None else seconds

        try:
            async for attempt in stamina.retry_context(on=wait, attempts=self._limits.tries, timeout=None):
                tried += 1
                with attempt:
                    return await self._send(request)
        except TryAgain as last:
            if last.answer is None:
                raise
            return last.answer
        raise AssertionError("stamina ends by an answer or by raising")

    async def _send(self, request: httpx.Request) -> Response:
        """One attempt, and a second one where the vendor only moves a slash at the end. Raises TryAgain for what is worth a retry."""
        answer = await self._exchange(request)
        if isinstance(answer, httpx.Request):
            answer = await self._exchange(answer, follows=False)
        if not isinstance(answer, Response):
            raise Refused("redirected")
        if answer.status in RETRY_STATUSES:
            raise TryAgain(Reason("vendor-status", status=answer.status), answer)
        return answer

    async def _exchange(self, request: httpx.Request, *, follows: bool = True) -> Response | httpx.Request:
        """The answer, or the request to send instead."""
        transport = self._transport_for(request.url)
        self.waits_for = Reason("no-turn-within")
        async with self._semaphore:
            self.waits_for = NO_ANSWER_YET
            with before_an_answer():
                response = await transport.handle_async_request(request)
            try:
                moved = with_slash_moved(request, response.status_code, response.headers.get("location")) if follows else None
                return moved or await self._read(request, response)
            finally:
                await response.aclose()

    async def _read(self, request: httpx.Request, response: httpx.Response) -> Response:
        self.waits_for = Reason("answer-not-ended-within")
        _head_ended(response)
        headers = self._headers(response)
        is_unchanged = response.status_code == NOT_MODIFIED and any(name in request.headers for name in CONDITIONS)
        if 300 <= response.status_code < 400 and not is_unchanged:
            raise Refused("redirected-to", target=redirect_target(request.url, headers.get("location")))
        if not 200 <= response.status_code < 600:
            raise Refused("vendor-status-odd", status=response.status_code)
        body = BoundedBody(self._limits.answer_bytes, self._budget)
        # Reads the raw `stream`, because httpx's own decoders have no size limit.
        decoded = await body.read(response.stream, headers.get("content-encoding", ""))  # type: ignore[arg-type] # an async stream here
        return Response(response.status_code, headers, decoded)

    def _headers(self, response: httpx.Response) -> dict[str, str]:
        """The headers by lower-case name, without cookies. Repeated headers are joined by commas."""
        raw = response.headers.raw
        if len(raw) > self._limits.headers:
            raise Refused("headers-too-many", most=self._limits.headers)
        headers: dict[str, str] = {}
        for name, value in raw:
            key, text = name.decode("ascii").lower(), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        headers.pop("set-cookie", None)
        return headers

    def _transport_for(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        """Through the proxy, unless there is none or the host is exempt. Raises Refused."""
        host, port = url.raw_host.decode("ascii"), port_of(url)
        proxy = self._proxy if self._proxy is not None and self._proxy.serves(host, port) else None
        if proxy is not None:
            require_public_literal(host, port, self._allowed)
        route = proxy, proxy is not None or url.scheme == "https"
        if route not in self._transports:
            self._transports[route] = self._new_transport(route)
        return self._transports[route]

    async def close(self) -> None:
        """Closes the connections; nothing is sent any more."""
        self.is_over = True
        for transport in self._transports.values():
            await transport.aclose()

    def _time_left(self) -> float:
        return self.ends_at - asyncio.get_running_loop().time()


def _head_ended(response: httpx.Response) -> None:
    stream = response.extensions["network_stream"]
    if isinstance(stream, GuardedStream):
        stream.head_ended()
