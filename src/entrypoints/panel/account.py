"""The admin's own account: password and sessions."""

from litestar import Response, get, post

from modeldesk.domain.errors import InvalidValue, ModeldeskError, SessionNotFound, SignInRefused, TooManyAttempts
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.client_device import client_device
from modeldesk.entrypoints.commands.access import PasswordBody
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.panel.signing_in import require_same_password
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.session_cookie import cookie_of

URL = "/admin/account"
SMALL = 16 * 1024


@get("/account", opt={RIGHT: Right.OWN})
async def account_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    return await _answer(panel, request)


@post("/account/password", opt={RIGHT: Right.OWN}, request_max_body_size=SMALL)
async def change_password(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Changes the password, given the current one. The admin continues in a new session; all others end."""
    try:
        require_same_password(form.text("new"), form.text("again"))
        command = panel.command(PasswordBody, current=form.text("current"), new=form.text("new"))
        signed_in = await panel.container.sign_in().change_own_password(
            request.user, command.current, command.new, panel.peer(request), device=client_device(request.scope)
        )
    except SignInRefused:
        return await _answer(panel, request, is_wrong=True)
    except (InvalidValue, TooManyAttempts) as error:
        return await _answer(panel, request, refusal=error)
    cookie = cookie_of(signed_in.session_id, is_secure=panel.container.settings().secure_cookie)
    return panel.redirect(URL, "password-changed", [cookie])


@post("/account/sessions", opt={RIGHT: Right.OWN}, request_max_body_size=SMALL)
async def end_session(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Ends one session, or all but the current one."""
    if form.text("act") == "others":
        await panel.container.sign_in().end_others(request.user, panel.peer(request))
        return panel.redirect(URL, "sessions-ended")
    try:
        await panel.container.sign_in().end_own(request.user, form.line("session"), panel.peer(request))
    except SessionNotFound as error:
        return await _answer(panel, request, refusal=error)
    return panel.redirect(URL, "session-ended")


async def _answer(panel: Panel, request: SignedIn, *, refusal: ModeldeskError | None = None, is_wrong: bool = False) -> Response[bytes]:
    sessions = await panel.container.sign_in().own(request.user)
    has_password = bool(request.user.admin.password_hash) and panel.has_passwords
    status = 422 if is_wrong else 200
    return panel.page(
        request, "account.html", status=status, refusal=refusal, sessions=sessions, is_wrong=is_wrong, has_password=has_password
    )


ROUTES = [account_page, change_password, end_session]
