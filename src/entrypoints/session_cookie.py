"""Reading and setting the session cookie, for the REST API and the panel."""

from datetime import timedelta

from litestar.datastructures import Cookie
from litestar.types import Scope

from modeldesk.domain.model.access.session import SESSION_LIFETIME, Identity, Session

COOKIE = "admin_session_id"
LONGEST_SESSION_ID = 128


def session_cookie(scope: Scope) -> str | None:
    """The session id of the request; None if there is none, or there are two that differ."""
    found = session_cookies(scope)
    if len(found) != 1:
        return None
    session_id = found.pop().decode("latin-1")
    return session_id if 0 < len(session_id) <= LONGEST_SESSION_ID else None


def session_of(scope: Scope) -> Session | None:
    """The session that the request was authenticated with, if any. A new sign-in in the same browser ends it."""
    caller = scope.get("user")
    return caller.session if isinstance(caller, Identity) else None


def session_cookies(scope: Scope) -> set[bytes]:
    """All values of the cookie in the request."""
    found = set[bytes]()
    for value in header_values(scope, b"cookie"):
        for part in value.split(b";"):
            key, _, content = part.strip().partition(b"=")
            if key == COOKIE.encode():
                found.add(content.strip(b'"'))
    return found


def cookie_of(session_id: str, *, is_secure: bool, lifetime: timedelta = SESSION_LIFETIME) -> Cookie:
    """The cookie that stores a session in the browser. A `lifetime` of zero deletes it."""
    return Cookie(
        key=COOKIE, value=session_id, max_age=int(lifetime.total_seconds()), httponly=True, samesite="lax", secure=is_secure, path="/"
    )


def header_values(scope: Scope, name: bytes) -> list[bytes]:
    """All values of a header, so that a caller who repeats a header cannot choose which one is checked."""
    return [value for key, value in scope["headers"] if key == name]
