"""Sign-in, sign-out, the initial setup, and the language, which needs no session."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import Provide

from modeldesk.domain.errors import InvalidValue, ModeldeskError, NotAllowed, SetupRefused, SignInRefused, TooManyAttempts, Unavailable
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import SignedIn as NewSession
from modeldesk.entrypoints.client_device import client_device
from modeldesk.entrypoints.error_status import status_of
from modeldesk.entrypoints.identity_settings import require_password_sign_in
from modeldesk.entrypoints.panel import languages
from modeldesk.entrypoints.panel.authentication import HOME, SIGN_IN, safe_url
from modeldesk.entrypoints.panel.forms import LARGEST_FORM, Form, GivenForm, open_form
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.session_cookie import cookie_of, session_of

KEPT = "kept:"
"""The prefix of fields from another form that are carried through the sign-in."""

LARGEST_CREDENTIALS = 3 * LARGEST_FORM + 16 * 1024
"""The largest sign-in form, in bytes: credentials, and the kept form, which encoding can triple."""

YEAR = timedelta(days=365)
FORM = {"form": Provide(open_form)}


@get("/sign-in", opt={RIGHT: Right.OPEN})
async def sign_in_page(request: Request[Any, Any, Any], panel: GivenPanel) -> Response[bytes]:
    """The sign-in form, with a notice if a session has ended."""
    url = safe_url(request.query_params.get("next", HOME))
    if request.scope.get("user") is not None:
        return panel.redirect(url)
    return await sign_in_page_of(request, panel, url=url, has_ended=bool(request.query_params.get("ended")))


@post("/sign-in", opt={RIGHT: Right.OPEN}, dependencies=FORM, request_max_body_size=LARGEST_CREDENTIALS)
async def sign_in(request: Request[Any, Any, Any], panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Starts a session. A form that was kept from an ended session is shown again, to be sent with one click."""
    url = safe_url(form.line("next"))
    kept = {name.removeprefix(KEPT): text for name, text in form.fields.items() if name.startswith(KEPT)}
    username, password, shown = form.line("username"), form.text("password"), form.offered_again("username")
    if not (username and password):  # an empty form does not count as an attempt
        return await sign_in_page_of(request, panel, url=url, kept=kept, username=shown, refusal=SignInRefused())
    try:
        require_password_sign_in(panel.has_passwords)
        signed_in = await panel.container.sign_in().sign_in(
            username, password, panel.peer(request), device=client_device(request.scope), previous=session_of(request.scope)
        )
    except (SignInRefused, TooManyAttempts, Unavailable, InvalidValue, NotAllowed) as error:
        return await sign_in_page_of(request, panel, url=url, kept=kept, username=shown, refusal=error)
    cookie = session_cookie_of(panel, signed_in)
    if kept:
        return panel.page(request, "resume.html", identity=signed_in.identity, cookies=[cookie], url=url, kept=kept)
    return panel.redirect(url, "enter-secrets-again" if form.has("had_form") else None, [cookie])


@post("/sign-out", opt={RIGHT: Right.OWN})
async def sign_out(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Ends this session, on every instance."""
    await panel.container.sign_in().sign_out(request.user, panel.peer(request))
    expired = cookie_of("", is_secure=panel.container.settings().secure_cookie, lifetime=timedelta(0))
    identities = (await panel.container.store().access()).identities_of(request.user.admin.name)
    issuers = {identity.issuer for identity in identities}
    there = next((one.id for one in panel.container.federated_sign_in().providers() if one.issuer in issuers), None)
    return panel.redirect(f"{SIGN_IN}?left={there}" if there else SIGN_IN, "signed-out", [expired])


@get("/setup", opt={RIGHT: Right.OPEN})
async def setup_page(request: Request[Any, Any, Any], panel: GivenPanel) -> Response[bytes]:
    """The form of the first admin. For an invalid link: why it is invalid, and how to get a new one."""
    token = request.query_params.get("token", "")
    if token and not await panel.container.initial_setup().is_open_to(token):
        return await _setup_refused(panel, request)
    if (await panel.container.store().access()).admins:
        return panel.redirect(SIGN_IN)
    return panel.page(request, "setup.html", token=token, username="", has_passwords=panel.has_passwords)


@post("/setup", opt={RIGHT: Right.OPEN}, dependencies=FORM, request_max_body_size=16 * 1024)
async def setup(request: Request[Any, Any, Any], panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Creates the first super admin and signs them in."""
    token, username = form.line("token"), form.line("username")
    try:
        password = first_password(panel, form)
        signed_in = await panel.container.initial_setup().make(
            token, username, password, panel.peer(request), device=client_device(request.scope)
        )
    except SetupRefused:
        return await _setup_refused(panel, request)
    except InvalidValue as error:
        shown = form.offered_again("username")
        return panel.page(request, "setup.html", refusal=error, token=token, username=shown, has_passwords=panel.has_passwords)
    return panel.redirect(HOME, cookies=[session_cookie_of(panel, signed_in)])


@post("/language", opt={RIGHT: Right.OPEN}, dependencies=FORM, request_max_body_size=16 * 1024)
async def set_language(request: Request[Any, Any, Any], panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Remembers the language for a year, and returns to the page."""
    url = safe_url(form.line("back"), may_be_sign_in=True)
    chosen = panel.languages.named(form.line("language"))
    if chosen is None:
        return panel.redirect(url)
    cookie = Cookie(
        key=languages.COOKIE,
        value=chosen.code,
        path="/admin",
        max_age=int(YEAR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=panel.container.settings().secure_cookie,
    )
    return panel.redirect(url, cookies=[cookie])


def require_same_password(password: str, again: str) -> None:
    """Raises InvalidValue if the repeated password differs."""
    if password != again:
        raise InvalidValue("passwords-differ")


def first_password(panel: Panel, form: Form) -> str | None:
    """The password of a new admin; None where passwords are disabled, and the form has no fields for one. Raises InvalidValue."""
    if not panel.has_passwords and not form.has("password"):
        return None
    require_same_password(form.text("password"), form.text("again"))
    return form.text("password")


async def _setup_refused(panel: Panel, request: Request[Any, Any, Any]) -> Response[bytes]:
    has_admin = bool((await panel.container.store().access()).admins)
    return panel.page(request, "no_setup.html", status=status_of(SetupRefused()), has_admin=has_admin)


async def sign_in_page_of(
    request: Request[Any, Any, Any],
    panel: Panel,
    *,
    url: str,
    kept: Mapping[str, str] | None = None,
    username: str = "",
    has_ended: bool = False,
    refusal: ModeldeskError | None = None,
) -> Response[bytes]:
    """The sign-in page, with a `refusal` if there is one."""
    has_no_admin = not (await panel.container.store().access()).admins
    headers = {"Retry-After": str(refusal.seconds)} if isinstance(refusal, TooManyAttempts) else None
    return panel.page(
        request,
        "sign_in.html",
        refusal=refusal,
        headers=headers,
        url=url,
        kept=kept or {},
        username=username,
        has_ended=has_ended,
        has_no_admin=has_no_admin,
        ways=panel.ways_to_sign_in(request.query_params.get("left", "")),
    )


def session_cookie_of(panel: Panel, signed_in: NewSession) -> Cookie:
    """The cookie of a new session."""
    return cookie_of(signed_in.session_id, is_secure=panel.container.settings().secure_cookie)


ROUTES = [sign_in_page, sign_in, sign_out, setup_page, setup, set_language]
