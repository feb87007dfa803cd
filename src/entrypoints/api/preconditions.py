"""Preconditions of writes: the state that the caller has seen, in `If-Match` (RFC 9110, 13.1.1), and the key of a request that may be repeated."""

import re
from typing import Any

from litestar import Request

from modeldesk.domain.errors import Problem, Reason, RequestInvalid
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.idempotency import IdempotencyKey
from modeldesk.domain.model.idempotency import idempotency_key as make_key
from modeldesk.entrypoints.session_cookie import header_values

_VERSION = re.compile(rb'"?([0-9]{1,9})"?')
_DIGEST = re.compile(rb'"?([0-9a-f]{64})"?')
_VERSION_MALFORMED, _DIGEST_MALFORMED = Reason("if-match-malformed"), Reason("digest-malformed")
_KEY = re.compile(rb'"?([!#-\[\]-~]{1,200})"?')
"""Visible ASCII characters, without those that a quoted text would have to escape."""

ANY = b"*"


def expected_version(request: Request[Any, Any, Any]) -> int | None:
    """The expected version of a slot or a provider; None without a precondition. Raises RequestInvalid for an invalid value."""
    found = _condition(request, _VERSION, _VERSION_MALFORMED)
    return int(found) if found is not None else None


def has_condition(request: Request[Any, Any, Any]) -> bool:
    """Whether the request has an If-Match, `*` included, which expects no version."""
    return bool(header_values(request.scope, b"if-match"))


def idempotency_key(request: Request[Any, Any, Any], actor: Actor, body: object) -> IdempotencyKey | None:
    """The `Idempotency-Key` of a request with this body; None without one. Raises RequestInvalid for an invalid value."""
    given = header_values(request.scope, b"idempotency-key")
    if not given:
        return None
    found = _KEY.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None:
        raise RequestInvalid([Problem("$.headers.idempotency-key", Reason("idempotency-key-malformed"))])
    handler, expected = request.route_handler.handler_name, header_values(request.scope, b"if-match")
    return make_key(actor, found[1].decode(), handler, body, expected)


def expected_digest(request: Request[Any, Any, Any], query: str | None) -> str | None:
    """The expected digest of a plan, in `If-Match` or the query; None without a precondition. Raises RequestInvalid for an invalid value."""
    found = _condition(request, _DIGEST, _DIGEST_MALFORMED)
    if found is not None and query not in (None, found):
        raise RequestInvalid([Problem("$.query.digest", Reason("digest-given-twice"))])
    return found or query


def _condition(request: Request[Any, Any, Any], pattern: re.Pattern[bytes], reason: Reason) -> str | None:
    given = header_values(request.scope, b"if-match")
    if not given or given == [ANY]:
        return None
    found = pattern.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None:
        raise RequestInvalid([Problem("$.headers.if-match", reason)])
    return found[1].decode()
