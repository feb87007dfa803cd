"""The layer before every page: who asks, and whether a form comes from a page of ours."""

from collections.abc import Callable, Iterable
from typing import Any, cast
from urllib.parse import quote, urlencode

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.services.sign_in import SignIn
from modeldesk.entrypoints.panel.forms import LARGEST_KEPT, Form, NotMeant, SessionOver, read_form
from modeldesk.entrypoints.panel.responses import see_other
from modeldesk.entrypoints.paths import names_something
from modeldesk.entrypoints.rights import declared_right, require_declared_right
from modeldesk.entrypoints.session_cookie import sent, session_cookie

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
OWN_SITES = (b"same-origin", b"none")
SIGN_IN = "/admin/sign-in"
HOME = "/admin/"
LONGEST_PLACE = 2_000


class Entrance(ASGIMiddleware):
    """Puts the identity into the scope as `user`. Who has none is led to the sign-in page, and back."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, sessions: Callable[[], SignIn], origins: Iterable[str]) -> None:
        """`sessions` is a plain function: Litestar copies its layers deeply, and with them whatever else they would hold."""
        self._sessions = sessions
        self._origins = frozenset(origin.encode() for origin in origins)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        http = cast(HTTPScope, scope)
        if b"//" in http["raw_path"] or not names_something(http["path"]):
            # Litestar would take it for the single one; a proxy that guards paths would not.
            raise NotFoundException
        session_id = session_cookie(scope)
        identity = await self._sessions().identify(session_id) if session_id is not None else None
        scope["user"] = identity
        is_write = http["method"] not in SAFE_METHODS
        if is_write:
            self._must_be_from_here(scope)
        right = declared_right(http["route_handler"])
        if identity is not None or right is Right.OPEN:
            require_declared_right(right, identity)
            await next_app(scope, receive, send)
            return
        if is_write:
            raise SessionOver(await _kept(Request(scope, receive, send)))
        answer = see_other(f"{SIGN_IN}?{urlencode(_asked(http, had_session=session_id is not None))}")
        await answer.to_asgi_response(app=None, request=Request(scope, receive, send))(scope, receive, send)

    def _must_be_from_here(self, scope: Scope) -> None:
        """Raises NotMeant. The origins that REST allows besides are not allowed here: a form of the panel comes from the panel."""
        if any(origin.lower() not in self._origins for origin in sent(scope, b"origin")):
            raise NotMeant
        if any(site not in OWN_SITES for site in sent(scope, b"sec-fetch-site")):
            raise NotMeant


def place_in(text: str, *, may_be_the_door: bool = False) -> str:
    """A page of the panel to go to, as somebody says; the overview for anything else. No other host can be named by it.

    After a sign-in the sign-in page is no place to go to.
    """
    is_ours = text == "/admin" or text.startswith("/admin/")
    is_plain = text.isascii() and text.isprintable() and "//" not in text and "\\" not in text and len(text) <= LONGEST_PLACE
    return text if is_ours and is_plain and (may_be_the_door or not text.startswith(SIGN_IN)) else HOME


def _asked(scope: HTTPScope, *, had_session: bool) -> dict[str, str]:
    query = scope["query_string"].decode("latin-1")
    path = quote(scope["path"])
    place = place_in(f"{path}?{query}" if query else path)
    told = {} if place == HOME or path == "/admin" else {"next": place}
    return {**told, "ended": "1"} if had_session else told


async def _kept(request: Request[Any, Any, Any]) -> Form:
    """What the form holds, where it is small enough to be read of somebody who is nobody any more."""
    announced = sent(request.scope, b"content-length")
    if len(announced) != 1 or not announced[0].isdigit() or int(announced[0]) > LARGEST_KEPT:
        return Form()
    return await read_form(request)
