"""The caller of a request: an admin with a session cookie, or a program with a bearer token."""

import re
from collections.abc import Callable

from litestar.types import Scope

from modeldesk.domain.model.access.api_token import Caller
from modeldesk.domain.services.api_tokens import ApiTokens
from modeldesk.domain.services.sign_in import SignIn
from modeldesk.entrypoints.api.problems import NotSignedIn
from modeldesk.entrypoints.session_cookie import header_values, session_cookie, session_cookies

CREDENTIALS = (b"cookie", b"authorization")
"""The headers that name a caller."""

BEARER = "bearer"
"""The authentication scheme of tokens, in `Authorization` and the OpenAPI document."""

OF_PROXIES = b"basic"
"""Ignored, because a proxy that protects the whole server with it may pass the header on."""

_BEARER = re.compile(rb"(?i:bearer) +([A-Za-z0-9._~+/-]{1,128}=*)")

_TICKET = re.compile(rb"(?:^|&)ticket=([A-Za-z0-9.]{1,128})(?:&|$)")


async def caller_of(scope: Scope, sessions: Callable[[], SignIn], tokens: Callable[[], ApiTokens]) -> Caller | None:
    """The caller; None without credentials or if the session has ended. Raises NotSignedIn for an invalid token."""
    token = sent_token(scope)
    if token is None:
        session_id = session_cookie(scope)
        return await sessions().identify(session_id) if session_id is not None else None
    if session_cookies(scope):
        # The two may name different callers, so neither takes precedence.
        raise NotSignedIn("cookie-and-token")
    caller = await tokens().identify(token)
    if caller is None:
        raise NotSignedIn("token-invalid")
    return caller


async def ticket_holder(scope: Scope, tokens: Callable[[], ApiTokens]) -> Caller | None:
    """The holder of the token whose `?ticket=` opens an event stream; None without one. Raises NotSignedIn for one that is not valid."""
    found = _TICKET.search(scope["query_string"])
    if found is None:
        return None
    caller = await tokens().identify_ticket(found[1].decode("ascii"))
    if caller is None:
        raise NotSignedIn("ticket-invalid")
    return caller


def sent_token(scope: Scope) -> str | None:
    """The token of the request, if any. Raises NotSignedIn for a malformed header."""
    given = [value for value in header_values(scope, b"authorization") if value.partition(b" ")[0].lower() != OF_PROXIES]
    if not given:
        return None
    found = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        raise NotSignedIn("authorization-malformed")
    return found[1].decode("ascii")
