"""Preconditions of writes: the slot version that the caller has seen, in `If-Match` (RFC 9110, 13.1.1)."""

import re
from typing import Any

from litestar import Request

from modeldesk.domain.errors import Problem, Reason, RequestInvalid
from modeldesk.entrypoints.session_cookie import header_values

_VERSION = re.compile(rb'"?([0-9]{1,9})"?')
ANY = b"*"


def expected_version(request: Request[Any, Any, Any]) -> int | None:
    """The expected `slot_version`; None without a precondition. Raises RequestInvalid for an invalid value."""
    given = header_values(request.scope, b"if-match")
    if not given or given == [ANY]:
        return None
    found = _VERSION.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None:
        raise RequestInvalid([Problem("$.headers.if-match", Reason("if-match-malformed"))])
    return int(found[1])
