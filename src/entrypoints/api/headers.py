"""Headers of every response: browser protection, no-store by default, and CORS for the allowed origins."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

from litestar.types import Message, Scope

Header: TypeAlias = tuple[bytes, bytes]
Hook: TypeAlias = Callable[[Message, Scope], Awaitable[None]]

POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
PROTECTION: Sequence[Header] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", POLICY.encode()),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
OVER_HTTPS: Header = (b"strict-transport-security", b"max-age=31536000")
"""For one year, without includeSubDomains: other hosts of the domain may not use https."""

NOT_STORED: Header = (b"cache-control", b"no-store")
BY_ORIGIN: Header = (b"vary", b"Origin")
CORS: Sequence[Header] = (
    (b"access-control-allow-credentials", b"true"),
    (b"access-control-expose-headers", b"ETag, Retry-After, X-Request-ID"),
)
PREFLIGHT: Sequence[Header] = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", b"Content-Type, If-Match, If-None-Match, X-CSRF-Token, X-Request-ID"),
    (b"access-control-max-age", b"600"),
)


def complete_headers(allowed_origins: Iterable[str], *, is_https: bool = False) -> Hook:
    """A hook that adds headers to every response, errors included; headers that a response already has are kept.

    Litestar's CORS middleware is not used, because it sends CORS headers to any origin.
    """
    protection = (*PROTECTION, OVER_HTTPS) if is_https else PROTECTION
    allowed = frozenset(origin.encode() for origin in allowed_origins)

    async def complete(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            present = {name for name, _ in message["headers"]}
            headers = [*message["headers"], *(header for header in (*protection, NOT_STORED) if header[0] not in present)]
            if allowed:
                headers += _cors_headers(scope, allowed)
            message["headers"] = headers
        elif message["type"] == "http.response.body" and scope.get("method") == "HEAD":
            message["body"] = b""

    return complete


def _cors_headers(scope: Scope, allowed: frozenset[bytes]) -> Sequence[Header]:
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    if len(origins) != 1 or origins[0].lower() not in allowed:
        return (BY_ORIGIN,)
    to_ask = PREFLIGHT if scope.get("method") == "OPTIONS" else ()
    return ((b"access-control-allow-origin", origins[0]), *CORS, *to_ask, BY_ORIGIN)
