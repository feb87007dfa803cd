"""One's own: the password, and the places where one is signed in."""

from litestar import Response, get, post

from modeldesk.domain.errors import InvalidValue, ModeldeskError, SessionNotFound, SignInRefused, TooManyAttempts
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.panel.signing_in import must_agree
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.session_cookie import cookie_of

PLACE = "/admin/account"
SMALL = 16 * 1024


@get("/account", opt={RIGHT: Right.OWN})
async def account_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    return await _answer(panel, request)


@post("/account/password", opt={RIGHT: Right.OWN}, request_max_body_size=SMALL)
async def change_password(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """With the present one; who asks goes on in a new session, all others end."""
    try:
        must_agree(form.text("new"), form.text("again"))
        signed_in = await panel.container.sign_in().change_own_password(
            request.user, form.text("current"), form.text("new"), panel.peer(request)
        )
    except SignInRefused:
        return await _answer(panel, request, is_wrong=True)
    except (InvalidValue, TooManyAttempts) as error:
        return await _answer(panel, request, refusal=error)
    cookie = cookie_of(signed_in.session_id, is_secure=panel.container.settings().secure_cookie)
    return panel.go(PLACE, "password-changed", [cookie])


@post("/account/sessions", opt={RIGHT: Right.OWN}, request_max_body_size=SMALL)
async def end_session(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """One of them, or all but the one that asks."""
    if form.text("act") == "others":
        await panel.container.sign_in().end_others(request.user, panel.peer(request))
        return panel.go(PLACE, "sessions-ended")
    try:
        await panel.container.sign_in().end_own(request.user, form.line("session"), panel.peer(request))
    except SessionNotFound as error:
        return await _answer(panel, request, refusal=error)
    return panel.go(PLACE, "session-ended")


async def _answer(panel: Panel, request: SignedIn, *, refusal: ModeldeskError | None = None, is_wrong: bool = False) -> Response[bytes]:
    sessions = await panel.container.sign_in().own(request.user)
    return panel.page(request, "account.html", status=422 if is_wrong else 200, refusal=refusal, sessions=sessions, is_wrong=is_wrong)


ROUTES = [account_page, change_password, end_session]
