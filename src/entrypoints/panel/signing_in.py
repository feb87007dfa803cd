"""Coming in and going out: sign-in, the first set-up, and the language, which anybody may choose."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import Provide

from modeldesk.domain.errors import InvalidValue, ModeldeskError, SetupRefused, SignInRefused, TooManyAttempts, Unavailable
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import SignedIn as NewSession
from modeldesk.entrypoints.error_status import status_of
from modeldesk.entrypoints.panel import languages
from modeldesk.entrypoints.panel.authentication import HOME, SIGN_IN, place_in
from modeldesk.entrypoints.panel.forms import GivenForm, open_form
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.session_cookie import cookie_of

KEPT = "kept:"
"""Before the name of a field that was typed in another form, and is carried through the sign-in."""

LARGEST_CREDENTIALS = 2 * 1024 * 1024
"""Bytes of a sign-in: a name, a password, and what is carried through (at most half of it, before it is encoded)."""

YEAR = timedelta(days=365)
FORM = {"form": Provide(open_form)}


@get("/sign-in", opt={RIGHT: Right.OPEN})
async def sign_in_page(request: Request[Any, Any, Any], panel: GivenPanel) -> Response[bytes]:
    """The form, and why it stands here where a session has ended."""
    place = place_in(request.query_params.get("next", HOME))
    if request.scope.get("user") is not None:
        return panel.go(place)
    return await _sign_in_page(request, panel, place=place, has_ended=bool(request.query_params.get("ended")))


@post("/sign-in", opt={RIGHT: Right.OPEN}, dependencies=FORM, request_max_body_size=LARGEST_CREDENTIALS)
async def sign_in(request: Request[Any, Any, Any], panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """A new session. What another form held when its session had ended is shown once more, to be sent by a press of a button."""
    place = place_in(form.line("next"))
    kept = {name.removeprefix(KEPT): text for name, text in form.fields.items() if name.startswith(KEPT)}
    username, password = form.line("username"), form.text("password")
    if not (username and password):  # an empty form is no attempt, and is not counted as one
        return await _sign_in_page(request, panel, place=place, kept=kept, username=username, refusal=SignInRefused())
    try:
        signed_in = await panel.container.sign_in().sign_in(username, password, panel.peer(request))
    except (SignInRefused, TooManyAttempts, Unavailable) as error:
        return await _sign_in_page(request, panel, place=place, kept=kept, username=username, refusal=error)
    cookie = _cookie(panel, signed_in)
    if kept:
        return panel.page(request, "resume.html", identity=signed_in.identity, cookies=[cookie], place=place, kept=kept)
    return panel.go(place, "type-secret-again" if form.has("had_form") else None, [cookie])


@post("/sign-out", opt={RIGHT: Right.OWN})
async def sign_out(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Ends this session on every worker and machine."""
    await panel.container.sign_in().sign_out(request.user, panel.peer(request))
    gone = cookie_of("", is_secure=panel.container.settings().secure_cookie, lifetime=timedelta(0))
    return panel.go(SIGN_IN, "signed-out", [gone])


@get("/setup", opt={RIGHT: Right.OPEN})
async def set_up_page(request: Request[Any, Any, Any], panel: GivenPanel) -> Response[bytes]:
    """The first admin's form; for a link that opens nothing, or nothing any more, why that is and how to get another one."""
    token = request.query_params.get("token", "")
    if token and not await panel.container.initial_setup().is_open_to(token):
        return await _no_set_up(panel, request)
    if (await panel.container.store().access()).admins:
        return panel.go(SIGN_IN)
    return panel.page(request, "setup.html", token=token, username="")


@post("/setup", opt={RIGHT: Right.OPEN}, dependencies=FORM, request_max_body_size=16 * 1024)
async def set_up(request: Request[Any, Any, Any], panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """The first super admin, signed in."""
    token, username, password = form.line("token"), form.line("username"), form.text("password")
    try:
        must_agree(password, form.text("again"))
        signed_in = await panel.container.initial_setup().make(token, username, password, panel.peer(request))
    except SetupRefused:
        return await _no_set_up(panel, request)
    except InvalidValue as error:
        return panel.page(request, "setup.html", refusal=error, token=token, username=username)
    return panel.go(HOME, cookies=[_cookie(panel, signed_in)])


@post("/language", opt={RIGHT: Right.OPEN}, dependencies=FORM, request_max_body_size=16 * 1024)
async def choose_language(request: Request[Any, Any, Any], panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Remembers the language for a year, and goes back to where it was chosen."""
    place = place_in(form.line("back"), may_be_the_door=True)
    chosen = panel.languages.named(form.line("language"))
    if chosen is None:
        return panel.go(place)
    cookie = Cookie(
        key=languages.COOKIE,
        value=chosen.code,
        path="/admin",
        max_age=int(YEAR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=panel.container.settings().secure_cookie,
    )
    return panel.go(place, cookies=[cookie])


def must_agree(password: str, again: str) -> None:
    """Raises InvalidValue where a new password was typed in two ways."""
    if password != again:
        raise InvalidValue("passwords-differ")


async def _no_set_up(panel: Panel, request: Request[Any, Any, Any]) -> Response[bytes]:
    has_admin = bool((await panel.container.store().access()).admins)
    return panel.page(request, "no_setup.html", status=status_of(SetupRefused()), has_admin=has_admin)


async def _sign_in_page(
    request: Request[Any, Any, Any],
    panel: Panel,
    *,
    place: str,
    kept: Mapping[str, str] | None = None,
    username: str = "",
    has_ended: bool = False,
    refusal: ModeldeskError | None = None,
) -> Response[bytes]:
    is_open = not (await panel.container.store().access()).admins
    headers = {"Retry-After": str(refusal.seconds)} if isinstance(refusal, TooManyAttempts) else None
    return panel.page(
        request,
        "sign_in.html",
        refusal=refusal,
        headers=headers,
        place=place,
        kept=kept or {},
        username=username,
        has_ended=has_ended,
        is_open=is_open,
    )


def _cookie(panel: Panel, signed_in: NewSession) -> Cookie:
    return cookie_of(signed_in.session_id, is_secure=panel.container.settings().secure_cookie)


ROUTES = [sign_in_page, sign_in, sign_out, set_up_page, set_up, choose_language]
