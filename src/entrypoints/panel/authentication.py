"""The middleware before every page: authentication, and the origin of forms."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from urllib.parse import quote, unquote, urlencode

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.services.sign_in import SignIn
from modeldesk.entrypoints.panel.forms import LARGEST_FORM, CsrfFailed, Form, SessionEnded, read_form
from modeldesk.entrypoints.panel.responses import see_other
from modeldesk.entrypoints.paths import is_valid_path
from modeldesk.entrypoints.rights import declared_right, require_declared_right
from modeldesk.entrypoints.session_cookie import header_values, session_cookie

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
OWN_SITES = (b"same-origin", b"none")
SIGN_IN = "/admin/sign-in"
SIGN_OUT = "/admin/sign-out"
HOME = "/admin/"
LONGEST_URL = 2_000


class Authentication(ASGIMiddleware):
    """Sets `user` in the scope to the identity. Without one, redirects to the sign-in page, which returns here."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, sessions: Callable[[], SignIn], origins: Iterable[str]) -> None:
        """`sessions` is a function because Litestar deep-copies middleware with everything it holds."""
        self._sessions = sessions
        self._origins = frozenset(origin.encode() for origin in origins)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        http = cast(HTTPScope, scope)
        if b"//" in http["raw_path"] or not is_valid_path(http["path"]):
            # Litestar normalizes such paths; a proxy that guards paths may not.
            raise NotFoundException
        session_id = session_cookie(scope)
        identity = await self._sessions().identify(session_id) if session_id is not None else None
        scope["user"] = identity
        is_write = http["method"] not in SAFE_METHODS
        if is_write:
            self._require_own_origin(scope)
        right = declared_right(http["route_handler"])
        if identity is not None or right is Right.OPEN:
            require_declared_right(right, identity)
            await next_app(scope, receive, send)
            return
        if is_write:
            raise SessionEnded(await _kept(Request(scope, receive, send)))
        query = urlencode(_sign_in_query(http, had_session=session_id is not None))
        answer = see_other(f"{SIGN_IN}?{query}" if query else SIGN_IN)
        await answer.to_asgi_response(app=None, request=Request(scope, receive, send))(scope, receive, send)

    def _require_own_origin(self, scope: Scope) -> None:
        """Raises CsrfFailed for a foreign origin. Further origins that REST allows are not allowed for forms of the panel."""
        if any(origin.lower() not in self._origins for origin in header_values(scope, b"origin")):
            raise CsrfFailed
        if any(site not in OWN_SITES for site in header_values(scope, b"sec-fetch-site")):
            raise CsrfFailed


def safe_url(text: str, *, may_be_sign_in: bool = False) -> str:
    """The URL if it is a page of the panel, else the overview. It never names another host, and no dots lead out of the panel.

    The pages of signing in and out are excluded by default, so that a sign-in leads neither back nor out again.
    """
    is_ours = text == "/admin" or text.startswith("/admin/")
    is_plain = text.isascii() and text.isprintable() and "//" not in text and "\\" not in text and len(text) <= LONGEST_URL
    has_dots = bool({".", ".."}.intersection(unquote(text.partition("?")[0]).split("/")))
    is_wanted = may_be_sign_in or not text.startswith((SIGN_IN, SIGN_OUT))
    return text if is_ours and is_plain and not has_dots and is_wanted else HOME


def _sign_in_query(scope: HTTPScope, *, had_session: bool) -> dict[str, str]:
    query = scope["query_string"].decode("latin-1")
    path = quote(scope["path"])
    url = safe_url(f"{path}?{query}" if query else path)
    query_parameters = {} if url == HOME or path == "/admin" else {"next": url}
    return {**query_parameters, "ended": "1"} if had_session else query_parameters


async def _kept(request: Request[Any, Any, Any]) -> Form:
    """The form, if it is small enough to be read without a session; else an empty one."""
    announced = header_values(request.scope, b"content-length")
    if len(announced) != 1 or not announced[0].isdigit() or int(announced[0]) > LARGEST_FORM:
        return Form()
    return await read_form(request)
