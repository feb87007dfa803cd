"""Headers of every response: browser protection, no-store by default, and CORS for the allowed origins."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from litestar.types import Scope

Header: TypeAlias = tuple[bytes, bytes]
CompleteHeaders: TypeAlias = Callable[[Iterable[Header], Scope], Sequence[Header]]

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
    (b"access-control-allow-headers", b"Content-Type, Idempotency-Key, If-Match, If-None-Match, X-CSRF-Token, X-Request-ID"),
    (b"access-control-max-age", b"600"),
)


MOST_COMPLETED = 1024
"""Headers of prepared answers that are kept with those of every response."""


def complete_headers(allowed_origins: Iterable[str], *, is_https: bool = False) -> CompleteHeaders:
    """Returns what adds headers to every response, errors included; headers that a response already has are kept.

    Litestar's CORS middleware is not used, because it sends CORS headers to any origin.
    """
    required = (*PROTECTION, OVER_HTTPS, NOT_STORED) if is_https else (*PROTECTION, NOT_STORED)
    allowed = frozenset(origin.encode() for origin in allowed_origins)

    def completed(headers: tuple[Header, ...]) -> Sequence[Header]:
        present = {name for name, _ in headers}
        return (*headers, *(header for header in required if header[0] not in present))

    kept = lru_cache(maxsize=MOST_COMPLETED)(completed)

    def complete(headers: Iterable[Header], scope: Scope) -> Sequence[Header]:
        # Only prepared answers, which are sent many times, have a tuple.
        full = kept(headers) if isinstance(headers, tuple) else completed(tuple(headers))
        return (*full, *_cors_headers(scope, allowed)) if allowed else full

    return complete


def _cors_headers(scope: Scope, allowed: frozenset[bytes]) -> Sequence[Header]:
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    if len(origins) != 1 or origins[0].lower() not in allowed:
        return (BY_ORIGIN,)
    to_ask = PREFLIGHT if scope.get("method") == "OPTIONS" else ()
    return ((b"access-control-allow-origin", origins[0]), *CORS, *to_ask, BY_ORIGIN)
