"""The middleware before all routes under /api/admin: authentication, rights, and protection of writes against CSRF."""

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
from modeldesk.entrypoints.paths import is_valid_path
from modeldesk.entrypoints.rights import declared_right, require_declared_right
from modeldesk.entrypoints.session_cookie import header_values

OWN_SITES = (b"same-origin", b"same-site", b"none")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
JSON = b"application/json"

IdentifyCaller: TypeAlias = Callable[[Scope], Awaitable[Caller | None]]


def nobody(_: Scope) -> bool:
    """Admits no request without a session or a token."""
    return False


class Authentication(ASGIMiddleware):
    """Sets `user` in the scope to the caller. Refuses callers without a session or token, and without the right of the route.
    Writes must also come from an allowed origin.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, identify_caller: IdentifyCaller, origins: Iterable[str], admits: Callable[[Scope], bool] = nobody) -> None:
        """`identify_caller` is a function because Litestar deep-copies middleware with everything it holds.

        `admits` says which requests need no session or token.
        """
        self._identify_caller = identify_caller
        self._admits = admits
        self._origins = frozenset(origin.encode() for origin in origins)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        http = cast(HTTPScope, scope)
        if b"//" in http["raw_path"] or not is_valid_path(http["path"]):
            # Litestar normalizes such paths; a proxy that guards paths may not.
            raise NotFoundException
        # A browser sends the CORS preflight without the cookie; the answer lists methods only.
        if http["method"] != "OPTIONS":
            scope["user"] = await self._admitted(http)
        await next_app(scope, receive, send)

    async def _admitted(self, http: HTTPScope) -> Caller | None:
        """The caller, if authorized; None for an anonymous caller of an open route."""
        right, caller = declared_right(http["route_handler"]), await self._identify_caller(http)
        if caller is None and right is not Right.OPEN and not self._admits(http):
            raise NotSignedIn("not-signed-in")
        if http["method"] not in SAFE_METHODS:
            require_json(http)
            self._check_csrf(http, caller if isinstance(caller, Identity) and right is not Right.OPEN else None)
        require_declared_right(right, caller)
        return caller

    def _check_csrf(self, scope: Scope, identity: Identity | None) -> None:
        """Raises WriteRefused. `identity` is given for a session, whose cookie a browser sends by itself; a bearer token is never sent by itself."""
        origins = header_values(scope, b"origin")
        if any(origin.lower() not in self._origins for origin in origins):
            raise WriteRefused("origin-not-allowed")
        from_browser = origins or header_values(scope, b"sec-fetch-site")
        if identity is None or not from_browser:
            return
        tokens, expected = header_values(scope, b"x-csrf-token"), identity.session.csrf_token.encode()
        if len(tokens) != 1 or not secrets.compare_digest(tokens[0], expected):
            raise WriteRefused("csrf-token-missing")


def refuse_cross_site(scope: Scope) -> None:
    """Raises WriteRefused for a cross-site request to a read with an effect: a link is enough to send one."""
    if any(site not in OWN_SITES for site in header_values(scope, b"sec-fetch-site")):
        raise WriteRefused("refresh-from-other-site")


def require_json(scope: Scope) -> None:
    """Raises NotJson unless the body is declared as JSON: other sites can send other types without a preflight."""
    is_declared = is_announced = False
    for name, value in scope["headers"]:
        if name == b"content-type":
            if value != JSON and value.split(b";")[0].strip().lower() != JSON:
                raise NotJson
            is_declared = True
        elif name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
            is_announced = True
    if is_announced and not is_declared:
        raise NotJson
