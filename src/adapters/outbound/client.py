"""The outbound client: series of questions to one vendor, each under a deadline and within bounds."""

import asyncio
import logging
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpcore
import httpx
import stamina
import stamina.instrumentation
from attrs import define, field, frozen

from modeldesk.adapters.outbound.addresses import AllowedHosts
from modeldesk.adapters.outbound.body import BoundedBody, ByteBudget
from modeldesk.adapters.outbound.dns import Resolve, SystemNames
from modeldesk.adapters.outbound.failures import Refused, TryAgain, before_an_answer, translated
from modeldesk.adapters.outbound.guard import GuardedBackend, GuardedStream, guarded_transport
from modeldesk.adapters.outbound.request_builder import redirect_target, request_of
from modeldesk.adapters.outbound.retry import AGAIN_STATUSES, RetryPolicy
from modeldesk.adapters.vendor_http import Request, Response, Session
from modeldesk.domain.errors import VendorFailed

MIB = 1024 * 1024


@frozen
class OutboundLimits:
    """What one series may take: seconds, bytes, headers an answer, tries a question, calls at once to one provider."""

    seconds: float = 10.0
    dial_seconds: float = 3.0
    answer_bytes: int = 8 * MIB
    series_bytes: int = 20 * MIB
    headers: int = 256
    tries: int = 3
    first_wait: float = 0.25
    calls_at_once: int = 4


class OutboundClient:
    """Opens series. Nothing of one is left for the next: no connection, no cookie.

    `resolve`, `dial` and `tls` stand for the machine's resolver, network and trusted certificates (certifi's), unless others are given.
    """

    def __init__(
        self,
        allowed: AllowedHosts,
        limits: OutboundLimits = OutboundLimits(),
        *,
        resolve: Resolve | None = None,
        dial: httpcore.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed
        self._limits = limits
        self._names = SystemNames()
        self._backend = GuardedBackend(allowed, resolve or self._names, dial or httpcore.AnyIOBackend(), limits.dial_seconds)
        self._tls = tls
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.calls_at_once))
        for library in ("httpx", "httpcore"):
            # At INFO and below they print whole addresses, queries included.
            logging.getLogger(library).setLevel(logging.WARNING)
        # Another try is no news: what comes of it in the end is told.
        stamina.instrumentation.set_on_retry_hooks(())

    @asynccontextmanager
    async def open(self, slug: str, deadline: float | None = None) -> AsyncIterator[Session]:
        """A series of questions to the vendor of provider `slug`, over after `deadline` seconds or our own limit, whichever is less.

        The deadline is for all that happens within the `async with`. Raises VendorFailed when it passes.
        """
        seconds = self._limits.seconds if deadline is None else min(deadline, self._limits.seconds)
        transport = guarded_transport(self._backend, self._trusted(), self._limits.calls_at_once)
        series = OutboundSession(
            slug, self._allowed, self._limits, transport, self._turns[slug], asyncio.get_running_loop().time() + seconds
        )
        try:
            async with asyncio.timeout_at(series.ends_at) as clock:
                yield series
        except TimeoutError:
            if not clock.expired():
                raise
            raise VendorFailed(slug, f"{series.waits_for} within {seconds:g} s") from None
        finally:
            series.is_over = True
            await transport.aclose()

    async def close(self) -> None:
        """Lets go of what the process holds for it. Series that are open end by themselves."""
        self._names.close()

    def _trusted(self) -> ssl.SSLContext:
        """Loaded with the first series: it takes longer than most commands do."""
        if self._tls is None:
            self._tls = httpx.create_ssl_context(trust_env=False)
        return self._tls


@define
class OutboundSession:
    """The Exchange that a client opens. `ends_at` is in the loop's time; `waits_for` says what has not come yet, for the deadline's sentence."""

    _slug: str
    _allowed: AllowedHosts
    _limits: OutboundLimits
    _transport: httpx.AsyncHTTPTransport
    _turns: asyncio.Semaphore
    ends_at: float
    waits_for: str = field(default="no answer", init=False)
    is_over: bool = field(default=False, init=False)
    _allowance: ByteBudget = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._allowance = ByteBudget(self._limits.series_bytes)

    async def get(self, ask: Request) -> Response:
        """As `Session` says. Raises RuntimeError after the end of the series, where no deadline holds any more."""
        if self.is_over:
            raise RuntimeError("the series is over")
        with translated(self._slug, ask.key):
            return await self._tried(request_of(ask, self._allowed))

    async def _tried(self, request: httpx.Request) -> Response:
        patience, tried = RetryPolicy(self._limits.first_wait, self._time_left), 0

        def wait(failure: Exception) -> float | bool:
            seconds = patience.wait(failure, tried) if isinstance(failure, TryAgain) else None
            return False if seconds is None else seconds

        try:
            async for attempt in stamina.retry_context(on=wait, attempts=self._limits.tries, timeout=None):
                tried += 1
                with attempt:
                    return await self._asked(request)
        except TryAgain as last:
            if last.answer is None:
                raise
            return last.answer
        raise AssertionError("stamina ends by an answer or by raising")

    async def _asked(self, request: httpx.Request) -> Response:
        """One try. Raises TryAgain for an answer that asks for another one, too."""
        self.waits_for = "no free turn: other calls to this vendor were under way and none ended"
        async with self._turns:
            self.waits_for = "no answer"
            with before_an_answer():
                response = await self._transport.handle_async_request(request)
            try:
                answer = await self._read(request, response)
            finally:
                await response.aclose()
        if answer.status in AGAIN_STATUSES:
            raise TryAgain(f"it answers with status {answer.status}", answer)
        return answer

    async def _read(self, request: httpx.Request, response: httpx.Response) -> Response:
        self.waits_for = "the answer did not end"
        _head_ended(response)
        headers = self._headers(response)
        if 300 <= response.status_code < 400:
            raise Refused(f"it redirects to {redirect_target(request.url, headers.get('location'))}, which is not followed")
        if not 200 <= response.status_code < 600:
            raise Refused(f"it answers with status {response.status_code}, which is none for a list")
        body = BoundedBody(self._limits.answer_bytes, self._allowance)
        # `stream` is what came over the wire; httpx's own decoders know no bound.
        decoded = await body.read(response.stream, headers.get("content-encoding", ""))  # type: ignore[arg-type] # an async one, here
        return Response(response.status_code, headers, decoded)

    def _headers(self, response: httpx.Response) -> dict[str, str]:
        """By lower-case name, a repeated one joined by commas; cookies are nobody's business."""
        raw = response.headers.raw
        if len(raw) > self._limits.headers:
            raise Refused(f"the answer has more than {self._limits.headers} headers")
        headers: dict[str, str] = {}
        for name, value in raw:
            key, text = name.decode("ascii").lower(), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        headers.pop("set-cookie", None)
        return headers

    def _time_left(self) -> float:
        return self.ends_at - asyncio.get_running_loop().time()


def _head_ended(response: httpx.Response) -> None:
    stream = response.extensions["network_stream"]
    if isinstance(stream, GuardedStream):
        stream.head_ended()
