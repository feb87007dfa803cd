"""Sign-in, sign-out, the initial setup, and the admin's own password."""

from typing import Any

from litestar import Request, Response, post, route

from modeldesk.domain.errors import Problem, Reason, RequestInvalid, SetupRefused, SignInRefused
from modeldesk.domain.model.access.admin_names import admin_name
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import SignedIn as NewSession
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.problems import at
from modeldesk.entrypoints.api.services import GivenServices, InPerson, Services
from modeldesk.entrypoints.client_device import client_device
from modeldesk.entrypoints.commands.access import Credentials, PasswordBody, SetUpBody
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.identity_settings import require_password_sign_in
from modeldesk.entrypoints.responses.access import MeResponse, SignedOutResponse
from modeldesk.entrypoints.responses.serializer import serialize
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.session_cookie import COOKIE, cookie_of, session_of

LARGEST_CREDENTIALS = 16 * 1024
"""Bytes; far more than a name and a password need. Anybody can send these bodies, so they are limited."""


@post(
    "/auth/login",
    status_code=200,
    request_max_body_size=LARGEST_CREDENTIALS,
    opt={RIGHT: Right.OPEN},
    operation_class=asks(body=Credentials, is_open=True),
    responses=answers(MeResponse, 400, 403, 413, 415, 422, 429),
    tags=["auth"],
    summary="Sign in",
)
async def login(request: Request[Any, Any, Any], services: GivenServices) -> Response[MeResponse]:
    """Starts a session and sets its cookie. The session of the request, if any, ends."""
    services.query(request, Nothing)
    given = await services.body(request, Credentials)
    require_password_sign_in(services.container.settings().password_sign_in)
    sessions = services.container.sign_in()
    signed_in = await sessions.sign_in(
        given.username, given.password, services.peer(request), device=client_device(request.scope), previous=session_of(request.scope)
    )
    return _with_cookie(services, signed_in)


@post(
    "/auth/setup",
    status_code=200,
    request_max_body_size=LARGEST_CREDENTIALS,
    opt={RIGHT: Right.OPEN},
    operation_class=asks(body=SetUpBody, is_open=True),
    responses=answers(MeResponse, 400, 403, 413, 415, 422),
    tags=["auth"],
    summary="Create the first admin",
)
async def set_up(request: Request[Any, Any, Any], services: GivenServices) -> Response[MeResponse]:
    """Creates a super admin and signs them in. Requires the token that `modeldesk serve` prints while there is no admin.

    Where passwords are disabled, `password` is left out: later this admin signs in by a link (`modeldesk admin sign-in-link NAME`).
    """
    services.query(request, Nothing)
    given = await services.body(request, SetUpBody)
    if not await services.container.initial_setup().is_open_to(given.token):
        raise SetupRefused
    with at("$.username"):
        name = admin_name(given.username)
    with at("$.password"):
        signed_in = await services.container.initial_setup().make(
            given.token, name, given.password, services.peer(request), device=client_device(request.scope)
        )
    return _with_cookie(services, signed_in)


@post(
    "/auth/password",
    status_code=200,
    request_max_body_size=LARGEST_CREDENTIALS,
    opt={RIGHT: Right.OWN},
    operation_class=asks(body=PasswordBody, for_tokens=False),
    responses=answers(MeResponse, 400, 403, 404, 413, 415, 422, 429),
    tags=["auth"],
    summary="Change your password",
)
async def change_password(request: InPerson, services: GivenServices) -> Response[MeResponse]:
    """All sessions of this admin end. The response starts a new one, with a new cookie and CSRF token."""
    services.query(request, Nothing)
    given = await services.body(request, PasswordBody)
    sessions = services.container.sign_in()
    try:
        with at("$.new"):
            signed_in = await sessions.change_own_password(
                request.user, given.current, given.new, services.peer(request), device=client_device(request.scope)
            )
    except SignInRefused:
        # 401 would mean that the session has ended.
        raise RequestInvalid([Problem("$.current", Reason("password-not-current"))]) from None
    return _with_cookie(services, signed_in)


@post(
    "/auth/logout",
    status_code=200,
    opt={RIGHT: Right.OWN},
    operation_class=asks(for_tokens=False),
    responses=answers(SignedOutResponse, 400, 403, 413, 415, 422),
    tags=["auth"],
    summary="Sign out",
)
async def logout(request: InPerson, services: GivenServices) -> Response[SignedOutResponse]:
    """Ends this session, on every instance."""
    services.query(request, Nothing)
    await services.no_body(request)
    await services.container.sign_in().sign_out(request.user, services.peer(request))
    answer = Response(SignedOutResponse(signed_out=True))
    answer.delete_cookie(COOKIE)
    return answer


@route(
    "/auth/me",
    http_method=READING,
    opt={RIGHT: Right.OWN},
    operation_class=asks(for_tokens=False),
    responses=answers(MeResponse, 422),
    tags=["auth"],
    summary="Show the signed-in admin",
)
async def show_me(request: InPerson, services: GivenServices) -> Response[MeResponse]:
    """The signed-in admin, and the CSRF token that writes from a browser must send."""
    services.query(request, Nothing)
    return Response(serialize(MeResponse, request.user))


def _with_cookie(services: Services, signed_in: NewSession) -> Response[MeResponse]:
    cookie = cookie_of(signed_in.session_id, is_secure=services.container.settings().secure_cookie)
    return Response(serialize(MeResponse, signed_in.identity), cookies=[cookie])


ROUTES = [login, set_up, change_password, logout, show_me]
