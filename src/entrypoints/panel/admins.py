"""Admins: list, create, change. For super admins only."""

from litestar import Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import AdminNotFound, Conflict, InvalidValue, ModeldeskError
from modeldesk.domain.model.access.admin import AdminChange, Role
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.commands.access import NewAdminBody
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.paging import page_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.panel.signing_in import first_password, require_same_password
from modeldesk.entrypoints.rights import RIGHT

URL = "/admin/admins"
SMALL = 16 * 1024


@get("/admins", opt={RIGHT: Right.ACCOUNTS})
async def list_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    return await _list(panel, request)


@post("/admins", opt={RIGHT: Right.ACCOUNTS}, request_max_body_size=SMALL)
async def create(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Creates an admin, who can sign in from then on."""
    username, role = form.line("username"), _role(form.text("role"))
    try:
        password = first_password(panel, form)
        command = panel.command(NewAdminBody, username=username, password=password, role=role.value)
        await panel.container.admins().create(command.username, command.password, command.role, panel.actor(request))
    except (InvalidValue, Conflict) as error:
        return await _list(panel, request, username=username, role=role, refusal=error)
    return panel.redirect(URL, "admin-created" if panel.has_passwords else "admin-created-without-password")


@get("/admins/{name:str}", opt={RIGHT: Right.ACCOUNTS})
async def admin_page(request: SignedIn, panel: GivenPanel, name: FromPath[str]) -> Response[bytes]:
    """One admin, with the forms to change them."""
    return await _one(panel, request, name)


@post("/admins/{name:str}", opt={RIGHT: Right.ACCOUNTS}, request_max_body_size=SMALL)
async def change(request: SignedIn, panel: GivenPanel, name: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Changes the role, the password, or whether the admin is enabled, depending on the button of the form."""
    try:
        before, after = await panel.container.admins().change(name, panel.command(AdminChange, **_changes(form)), panel.actor(request))
    except (InvalidValue, Conflict) as error:
        return await _one(panel, request, name, refusal=error)
    return panel.redirect(URL, "admin-updated" if before != after else "nothing-changed")


def _changes(form: GivenForm) -> dict[str, object]:
    """What the button of the form changes. Raises InvalidValue if the repeated password differs."""
    match form.text("act"):
        case "role":
            return {"role": _role(form.text("role")).value}
        case "enable":
            return {"is_active": True}
        case "disable":
            return {"is_active": False}
        case "password":
            require_same_password(form.text("password"), form.text("again"))
            return {"password": form.text("password")}
        case _:
            return {}


def _role(text: str) -> Role:
    """Anything but `super` is normal, so that no mistake makes a super admin."""
    return Role.SUPER if text == Role.SUPER.value else Role.NORMAL


async def _list(
    panel: Panel, request: SignedIn, username: str = "", role: Role = Role.NORMAL, refusal: ModeldeskError | None = None
) -> Response[bytes]:
    admins = (await panel.container.store().access()).admins
    page = page_of(request, URL, [admins[name] for name in sorted(admins)])
    return panel.page(
        request, "admins.html", refusal=refusal, page=page, username=username, role=role.value, has_passwords=panel.has_passwords
    )


async def _one(panel: Panel, request: SignedIn, name: str, refusal: ModeldeskError | None = None) -> Response[bytes]:
    access = await panel.container.store().access()
    admin = access.admins.get(name)
    if admin is None:
        raise AdminNotFound(name, sorted(access.admins))
    return panel.page(
        request,
        "admin.html",
        refusal=refusal,
        admin=admin,
        identities=access.identities_of(name),
        has_passwords=panel.has_passwords,
        is_self=admin.name == request.user.admin.name,
    )


ROUTES = [list_page, create, admin_page, change]
