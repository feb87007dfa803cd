"""The session's cookie, as requests bring it and answers set it: one for the REST interface and the panel."""

from datetime import timedelta

from litestar.datastructures import Cookie
from litestar.types import Scope

from modeldesk.domain.model.access.session import SESSION_LIFETIME

COOKIE = "admin_session_id"
LONGEST_SESSION_ID = 128


def session_cookie(scope: Scope) -> str | None:
    """The session id that came with the request; None where none did, or two that differ."""
    found = session_cookies(scope)
    if len(found) != 1:
        return None
    session_id = found.pop().decode("latin-1")
    return session_id if 0 < len(session_id) <= LONGEST_SESSION_ID else None


def session_cookies(scope: Scope) -> set[bytes]:
    """Whatever came under the cookie's name."""
    found = set[bytes]()
    for value in sent(scope, b"cookie"):
        for part in value.split(b";"):
            key, _, content = part.strip().partition(b"=")
            if key == COOKIE.encode():
                found.add(content.strip(b'"'))
    return found


def cookie_of(session_id: str, *, is_secure: bool, lifetime: timedelta = SESSION_LIFETIME) -> Cookie:
    """Hands a browser its session; `lifetime` zero takes it back."""
    return Cookie(
        key=COOKIE, value=session_id, max_age=int(lifetime.total_seconds()), httponly=True, samesite="lax", secure=is_secure, path="/"
    )


def sent(scope: Scope, name: bytes) -> list[bytes]:
    """Every value of a header: who sends one twice shall not choose which of them is judged."""
    return [value for key, value in scope["headers"] if key == name]
