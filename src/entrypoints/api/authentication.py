"""Who asks, and whether a write that carries the cookie was meant by the admin: one layer before everything under /api/admin."""

import secrets
from collections.abc import Callable, Iterable
from typing import cast

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from modeldesk.domain.accounts import AdminAccounts, Identity
from modeldesk.entrypoints.api.problems import NotSignedIn, WriteRefused

COOKIE = "admin_session_id"
OPEN = "open"
"""The handler option of what anybody may call."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
LONGEST_SESSION_ID = 128
JSON = "application/json"
WRONG_TYPE = 415

Headers = dict[bytes, bytes]


class Authentication(ASGIMiddleware):
    """Puts the identity into the scope as `user`; refuses what has none. A write must besides come from where we allow it."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, accounts: Callable[[], AdminAccounts], origins: Iterable[str]) -> None:
        """`accounts` is a plain function: Litestar copies its layers deeply, and with them whatever else they would hold."""
        self._accounts = accounts
        self._origins = frozenset(origin.encode() for origin in origins)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        http = cast(HTTPScope, scope)
        is_open = OPEN in http["route_handler"].opt
        identity = await self._identity(scope)
        if identity is None and not is_open:
            raise NotSignedIn("sign in first: POST /api/admin/auth/login/")
        if http["method"] not in SAFE_METHODS:
            headers: Headers = dict(scope["headers"])
            self._must_be_json(headers)
            self._must_be_meant(headers, None if is_open else identity)
        scope["user"] = identity
        await next_app(scope, receive, send)

    async def _identity(self, scope: Scope) -> Identity | None:
        session_id = session_cookie(scope)
        return await self._accounts().identify(session_id) if session_id is not None else None

    def _must_be_json(self, headers: Headers) -> None:
        content_type = headers.get(b"content-type")
        if content_type is None and headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers:
            return
        if (content_type or b"").split(b";")[0].strip().lower() != JSON.encode():
            raise HTTPException(status_code=WRONG_TYPE)

    def _must_be_meant(self, headers: Headers, identity: Identity | None) -> None:
        origin = headers.get(b"origin")
        if origin is not None and origin.lower() not in self._origins:
            raise WriteRefused("this page may not write here; MODELDESK_ALLOWED_ORIGINS lists those that may")
        from_browser = origin is not None or b"sec-fetch-site" in headers
        if identity is None or not from_browser:
            return
        token = headers.get(b"x-csrf-token", b"")
        if not secrets.compare_digest(token, identity.session.csrf_token.encode()):
            raise WriteRefused("a write from a browser carries the session's token in X-CSRF-Token; GET /api/admin/auth/me/ tells it")


def session_cookie(scope: Scope) -> str | None:
    """The session id that came with the request; None where none did, or two that differ."""
    found = set[bytes]()
    for name, value in scope["headers"]:
        if name == b"cookie":
            for part in value.split(b";"):
                key, _, content = part.strip().partition(b"=")
                if key == COOKIE.encode():
                    found.add(content.strip(b'"'))
    if len(found) != 1:
        return None
    session_id = found.pop().decode("latin-1")
    return session_id if 0 < len(session_id) <= LONGEST_SESSION_ID else None
