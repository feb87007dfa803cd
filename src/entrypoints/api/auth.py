"""Signing in and out."""

from typing import Any

from litestar import Request, Response, post, route
from litestar.datastructures import Cookie

from modeldesk.domain.accounts import SESSION_LIFETIME
from modeldesk.entrypoints.answers import me_answer
from modeldesk.entrypoints.api.authentication import COOKIE, OPEN
from modeldesk.entrypoints.api.description import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.api.wishes import Credentials, NoQuery
from modeldesk.entrypoints.shapes import MeAnswer

LARGEST_CREDENTIALS = 16 * 1024
"""Bytes; many times what a name and a password can take. This is the one body that anybody may send, and reading one costs."""


@post(
    "/auth/login",
    status_code=200,
    opt={OPEN: True},
    request_max_body_size=LARGEST_CREDENTIALS,
    operation_class=asks(body=Credentials, is_open=True),
    responses=answers(MeAnswer, 400, 403, 413, 415, 422),
    tags=["auth"],
    summary="Sign in",
)
async def login(request: Request[Any, Any, Any], services: GivenServices) -> Response[MeAnswer]:
    """A new session under a new id, in the cookie; the session that came with the request, if any, ends."""
    services.query(request, NoQuery)
    given = await services.body(request, Credentials)
    accounts = services.accounts()
    signed_in = await accounts.sign_in(given.username, given.password)
    if request.user is not None:
        await accounts.sign_out(request.user)
    cookie = Cookie(
        key=COOKIE,
        value=signed_in.session_id,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=services.container.settings().secure_cookie,
    )
    return Response(me_answer(signed_in.identity), cookies=[cookie])


@post(
    "/auth/logout",
    status_code=200,
    operation_class=asks(),
    responses=answers(dict[str, bool], 400, 403, 413, 415, 422),
    tags=["auth"],
    summary="Sign out",
)
async def logout(request: SignedIn, services: GivenServices) -> Response[dict[str, bool]]:
    """Ends this session on every worker and machine."""
    services.query(request, NoQuery)
    await services.no_body(request)
    await services.accounts().sign_out(request.user)
    answer = Response({"signed_out": True})
    answer.delete_cookie(COOKIE)
    return answer


@route("/auth/me", http_method=READING, operation_class=asks(), responses=answers(MeAnswer, 422), tags=["auth"], summary="Who am I")
async def me(request: SignedIn, services: GivenServices) -> Response[MeAnswer]:
    """The admin who asks, and the token that writes from a browser must carry."""
    services.query(request, NoQuery)
    return Response(me_answer(request.user))


ROUTES = [login, logout, me]
