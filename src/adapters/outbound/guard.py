"""The guard in the connection itself: what is dialled is what was checked, whatever an address looked like when it was read.

httpx 0.28 has no parameter for a network backend; httpcore, which it stands on, has. So its transport is given a pool of ours
(`AsyncHTTPTransport._pool`, a private name: httpx is pinned, and tests/adapters/test_outbound_guard.py is the tripwire).
"""

import ssl
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore
import httpx

from modeldesk.adapters.outbound.addresses import SETTING, AllowedHosts, forbidden, host_and_port
from modeldesk.adapters.outbound.dns import Resolve, addresses_of
from modeldesk.adapters.outbound.failures import Refused

HTTPS_PORT = 443
MOST_DIALLED = 6
MOST_HEAD_BYTES = 128 * 1024
"""Status, headers and 1xx answers before them. h11 bounds one head at 100 KiB, but not how many 1xx answers come first."""


class GuardedStream(httpcore.AsyncNetworkStream):
    """A connection that gives at most so many bytes between a question and the body of its answer."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._head_bytes: int | None = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._head_bytes is None:
            return await self._inner.read(max_bytes, timeout)
        if self._head_bytes > MOST_HEAD_BYTES:
            raise Refused(f"more than {MOST_HEAD_BYTES // 1024} KiB came before the answer")
        data = await self._inner.read(max_bytes, timeout)
        self._head_bytes += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._head_bytes = 0
        await self._inner.write(buffer, timeout)

    def head_ended(self) -> None:
        """What follows is the body, which is counted elsewhere."""
        self._head_bytes = None

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return GuardedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            # httpcore closes it after an error, but not when a deadline cancels the handshake.
            await self.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves once, demands that every address be allowed, and hands the checked addresses, never the name, to `dial`.

    TLS happens above, with the name, so certificates are checked as ever. `dial_seconds` bound one address: the next one may have a route.
    """

    def __init__(self, allowed: AllowedHosts, resolve: Resolve, dial: httpcore.AsyncNetworkBackend, dial_seconds: float) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._dial = dial
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
        raise failure or Refused(f"the name {host} does not resolve")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("a socket of this machine may not be dialled")

    async def sleep(self, seconds: float) -> None:
        await self._dial.sleep(seconds)

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        """The addresses of `host`, all of them allowed. Raises Refused, TryAgain."""
        is_named = self._allowed.has(host, port)
        if not is_named:
            refuse_port(host, port)
        addresses = await addresses_of(self._resolve, host, port)
        for address in () if is_named else addresses:
            if reason := forbidden(address):
                raise Refused(f"the address {address} ({reason}) may not be dialled; {SETTING} can allow {host_and_port(host, port)}")
        return addresses


def refuse_port(host: str, port: int) -> None:
    """Raises Refused for a port other than that of https: behind odd ports stand things that are no vendor."""
    if port != HTTPS_PORT:
        raise Refused(f"port {port} may not be dialled; {SETTING} can allow {host_and_port(host, port)}")


def guarded_transport(backend: GuardedBackend, tls: ssl.SSLContext, connections: int) -> httpx.AsyncHTTPTransport:
    """A transport whose every connection is made by `backend`: HTTP/1.1 alone, nothing taken from the environment, no proxy.

    Raises RuntimeError where httpx has no longer the place for it: rather no call than an unguarded one.
    """
    transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)
    if type(getattr(transport, "_pool", None)) is not httpcore.AsyncConnectionPool:
        raise RuntimeError("this version of httpx has no place for the guard")
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=tls, network_backend=backend, max_connections=connections, http1=True, http2=False, retries=0
    )
    return transport
