"""The gate: who asks, whether they may, and whether a write that carries the cookie was meant. One layer before everything under /api/admin."""

import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias, cast

from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from modeldesk.domain.model.access.api_token import Caller
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import Identity
from modeldesk.entrypoints.api.problems import NotJson, NotSignedIn, WriteRefused
from modeldesk.entrypoints.paths import names_something
from modeldesk.entrypoints.rights import declared_right, require_declared_right
from modeldesk.entrypoints.session_cookie import sent

OWN_SITES = (b"same-origin", b"same-site", b"none")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
JSON = b"application/json"

WhoAsks: TypeAlias = Callable[[Scope], Awaitable[Caller | None]]


class Authentication(ASGIMiddleware):
    """Puts who asks into the scope as `user`; refuses who is nobody, and who lacks the route's right. A write must besides come from where
    we allow it.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, who_asks: WhoAsks, origins: Iterable[str]) -> None:
        """`who_asks` is a plain function: Litestar copies its layers deeply, and with them whatever else they would hold."""
        self._who_asks = who_asks
        self._origins = frozenset(origin.encode() for origin in origins)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        http = cast(HTTPScope, scope)
        if b"//" in http["raw_path"] or not names_something(http["path"]):
            # Litestar would take it for the single one; a proxy that guards paths would not.
            raise NotFoundException
        # A browser asks by OPTIONS, and without the cookie, whether a page may ask; it is told the methods, nothing else.
        if http["method"] != "OPTIONS":
            scope["user"] = await self._admitted(http)
        await next_app(scope, receive, send)

    async def _admitted(self, http: HTTPScope) -> Caller | None:
        """Who asks, if they may; None for somebody who need not be anybody."""
        right, caller = declared_right(http["route_handler"]), await self._who_asks(http)
        if caller is None and right is not Right.OPEN:
            raise NotSignedIn("sign in first: POST /api/admin/auth/login/")
        if http["method"] not in SAFE_METHODS:
            must_be_json(http)
            self._must_be_meant(http, caller if isinstance(caller, Identity) and right is not Right.OPEN else None)
        require_declared_right(right, caller)
        return caller

    def _must_be_meant(self, scope: Scope, identity: Identity | None) -> None:
        """`identity` is that of a session, which a browser sends without being told to; a token it does not."""
        origins = sent(scope, b"origin")
        if any(origin.lower() not in self._origins for origin in origins):
            raise WriteRefused("this page may not write here; MODELDESK_ALLOWED_ORIGINS lists those that may")
        from_browser = origins or sent(scope, b"sec-fetch-site")
        if identity is None or not from_browser:
            return
        tokens, meant = sent(scope, b"x-csrf-token"), identity.session.csrf_token.encode()
        if len(tokens) != 1 or not secrets.compare_digest(tokens[0], meant):
            raise WriteRefused("a write from a browser carries the session's token in X-CSRF-Token; GET /api/admin/auth/me/ tells it")


def must_not_be_from_elsewhere(scope: Scope) -> None:
    """Raises WriteRefused for a read that spends something, where a page of another site made the browser send it: a link is enough for that."""
    if any(site not in OWN_SITES for site in sent(scope, b"sec-fetch-site")):
        raise WriteRefused("a page of another site may not have a list refreshed")


def must_be_json(scope: Scope) -> None:
    """Raises NotJson where a body is announced, or a type named, that is not JSON: a page elsewhere can send every other type unasked."""
    types = sent(scope, b"content-type")
    announced = sent(scope, b"transfer-encoding") or any(length != b"0" for length in sent(scope, b"content-length"))
    if (announced and not types) or any(kind.split(b";")[0].strip().lower() != JSON for kind in types):
        raise NotJson
