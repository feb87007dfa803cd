"""A session with one vendor. Importing this imports the libraries of HTTP."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import httpx2 as httpx
import stamina
import stamina.instrumentation
from attrs import field
from msgspec.structs import replace

from modeldesk.adapters.outbound.addresses import AllowedHosts
from modeldesk.adapters.outbound.body import BoundedBody, ByteBudget
from modeldesk.adapters.outbound.failures import before_an_answer, translated
from modeldesk.adapters.outbound.guard import GuardedStream
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.outbound.proxy import OutboundProxy, require_public_literal
from modeldesk.adapters.outbound.refusals import NO_ANSWER_YET, Refused, TryAgain
from modeldesk.adapters.outbound.request_builder import build_request, port_of, redirect_target, with_slash_moved
from modeldesk.adapters.outbound.retry import RETRY_STATUSES, RetryPolicy
from modeldesk.adapters.vendor_http import Request, Response
from modeldesk.domain.errors import Reason
from modeldesk.domain.records import define

NOT_MODIFIED = 304
CONDITIONS = ("if-none-match", "if-modified-since")

Route: TypeAlias = tuple[OutboundProxy | None, bool]
"""How a host is reached: the proxy, and whether TLS may be needed."""

stamina.instrumentation.set_on_retry_hooks(())  # retries are not logged, because the final result is


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
