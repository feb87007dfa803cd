"""The SSRF guard at connection level: it connects only to addresses that it checked, so DNS rebinding and URL tricks cannot bypass it.

httpx has no parameter for a network backend, but httpcore below it has. The transport therefore gets our own connection pool through the
private name `AsyncHTTPTransport._pool`. httpx is pinned, and tests/adapters/outbound/test_guard.py fails if the name changes.
"""

import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore2 as httpcore
import httpx2 as httpx

from modeldesk.adapters.outbound.addresses import AllowedHosts, forbidden, host_and_port
from modeldesk.adapters.outbound.dns import Resolve, addresses_of
from modeldesk.adapters.outbound.proxy import OutboundProxy
from modeldesk.adapters.outbound.refusals import Refused

HTTPS_PORT = 443
MOST_DIALLED = 6
MOST_HEAD_BYTES = 128 * 1024
"""The limit for status, headers and preceding 1xx responses. h11 limits one head to 100 KiB, but not the number of 1xx responses."""


class GuardedStream(httpcore.AsyncNetworkStream):
    """A connection that limits the bytes between a request and the body of its response."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._head_bytes: int | None = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._head_bytes is None:
            return await self._inner.read(max_bytes, timeout)
        if self._head_bytes > MOST_HEAD_BYTES:
            raise Refused("head-too-large", kibibytes=MOST_HEAD_BYTES // 1024)
        data = await self._inner.read(max_bytes, timeout)
        self._head_bytes += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._head_bytes = 0
        await self._inner.write(buffer, timeout)

    def head_ended(self) -> None:
        """Ends the limit: the body follows, and `BoundedBody` limits it."""
        self._head_bytes = None

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return GuardedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            # httpcore closes the stream after an error, but not when a deadline cancels the handshake.
            await self.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, checks every address, and passes the checked addresses to `dial` (by default, the network), never the name.

    TLS still uses the name, so certificates are verified as usual. `dial_seconds` limits the attempt for one address, since the next address may
    have a route.
    """

    def __init__(self, allowed: AllowedHosts, resolve: Resolve, dial: httpcore.AsyncNetworkBackend | None, dial_seconds: float) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._dial = dial or httpcore.AnyIOBackend()
        self._dial_seconds = dial_seconds

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception | None = None
        for address in (await self._checked(host, port))[:MOST_DIALLED]:
            try:
                return GuardedStream(await self._dial.connect_tcp(address, port, self._dial_seconds, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or Refused("name-not-resolved", host=host)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("local-socket-forbidden")

    async def sleep(self, seconds: float) -> None:
        await self._dial.sleep(seconds)

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        """The addresses of `host`, all of which are allowed. Raises Refused, TryAgain."""
        is_allowed = self._allowed.has(host, port)
        if not is_allowed:
            require_https_port(host, port)
        addresses = await addresses_of(self._resolve, host, port)
        for address in () if is_allowed else addresses:
            if network := forbidden(address):
                raise Refused("address-forbidden", address=address, network=network, host=host_and_port(host, port))
        return addresses


def require_https_port(host: str, port: int) -> None:
    """Raises Refused for any port but 443: other ports often belong to internal services, not to vendors."""
    if port != HTTPS_PORT:
        raise Refused("port-forbidden", port=port, host=host_and_port(host, port))


def guarded_transport(
    backend: GuardedBackend, tls: ssl.SSLContext, connections: int, proxy: OutboundProxy | None = None
) -> httpx.AsyncHTTPTransport:
    """A transport that makes every connection through `backend`. It speaks HTTP/1.1 only, and ignores environment variables.

    With a `proxy`, the only connections that it makes are to the proxy, which resolves names itself; TLS still ends at the vendor.

    Raises RuntimeError if this version of httpx has no `_pool`, because no call is better than an unguarded one.
    """
    transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)
    if type(getattr(transport, "_pool", None)) is not httpcore.AsyncConnectionPool:
        raise RuntimeError("this version of httpx has no place for the guard")
    transport._pool = _pool(backend, tls, connections) if proxy is None else _proxied_pool(backend, tls, connections, proxy)
    return transport


def _pool(backend: GuardedBackend, tls: ssl.SSLContext, connections: int) -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncConnectionPool(
        ssl_context=tls, network_backend=backend, max_connections=connections, http1=True, http2=False, retries=0
    )


def _proxied_pool(backend: GuardedBackend, tls: ssl.SSLContext, connections: int, proxy: OutboundProxy) -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncHTTPProxy(
        proxy_url=f"{proxy.scheme}://{host_and_port(proxy.host, proxy.port)}",
        proxy_auth=proxy.credentials,
        ssl_context=tls,
        proxy_ssl_context=tls if proxy.scheme == "https" else None,
        network_backend=backend,
        max_connections=connections,
        http1=True,
        http2=False,
        retries=0,
    )
