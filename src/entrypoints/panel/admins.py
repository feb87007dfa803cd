"""Who may sign in. For super admins alone."""

from litestar import Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import AdminNotFound, Conflict, InvalidValue, ModeldeskError
from modeldesk.domain.model.access.admin import AdminChange, Role
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.panel.signing_in import must_agree
from modeldesk.entrypoints.rights import RIGHT

PLACE = "/admin/admins"
SMALL = 16 * 1024


@get("/admins", opt={RIGHT: Right.ACCOUNTS})
async def list_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    return await _list(panel, request)


@post("/admins", opt={RIGHT: Right.ACCOUNTS}, request_max_body_size=SMALL)
async def create(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Who may sign in from now on."""
    username, role = form.line("username"), _role(form.text("role"))
    try:
        must_agree(form.text("password"), form.text("again"))
        await panel.container.admins().create(username, form.text("password"), role, panel.actor(request))
    except (InvalidValue, Conflict) as error:
        return await _list(panel, request, username=username, role=role, refusal=error)
    return panel.go(PLACE, "admin-created")


@get("/admins/{name:str}", opt={RIGHT: Right.ACCOUNTS})
async def admin_page(request: SignedIn, panel: GivenPanel, name: FromPath[str]) -> Response[bytes]:
    """One admin, and what may be changed of them."""
    return await _one(panel, request, name)


@post("/admins/{name:str}", opt={RIGHT: Right.ACCOUNTS}, request_max_body_size=SMALL)
async def change(request: SignedIn, panel: GivenPanel, name: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Another role, another password, or whether they may sign in: one of them, as the form's button says."""
    try:
        before, after = await panel.container.admins().change(name, _wish(form), panel.actor(request))
    except (InvalidValue, Conflict) as error:
        return await _one(panel, request, name, refusal=error)
    return panel.go(PLACE, "admin-changed" if before != after else "admin-unchanged")


def _wish(form: GivenForm) -> AdminChange:
    """Raises InvalidValue where a new password was typed in two ways."""
    match form.text("act"):
        case "role":
            return AdminChange(role=_role(form.text("role")))
        case "enable":
            return AdminChange(is_active=True)
        case "disable":
            return AdminChange(is_active=False)
        case "password":
            must_agree(form.text("password"), form.text("again"))
            return AdminChange(password=form.text("password"))
        case _:
            return AdminChange()


def _role(text: str) -> Role:
    """Nobody becomes super by a slip."""
    return Role.SUPER if text == Role.SUPER.value else Role.NORMAL


async def _list(
    panel: Panel, request: SignedIn, username: str = "", role: Role = Role.NORMAL, refusal: ModeldeskError | None = None
) -> Response[bytes]:
    admins = (await panel.container.store().access()).admins
    return panel.page(
        request, "admins.html", refusal=refusal, admins=[admins[name] for name in sorted(admins)], username=username, role=role.value
    )


async def _one(panel: Panel, request: SignedIn, name: str, refusal: ModeldeskError | None = None) -> Response[bytes]:
    admin = (await panel.container.store().access()).admins.get(name)
    if admin is None:
        raise AdminNotFound(name)
    return panel.page(request, "admin.html", refusal=refusal, admin=admin, is_self=admin.name == request.user.admin.name)


ROUTES = [list_page, create, admin_page, change]
