"""Admins. For super admins with a session only."""

from litestar import Response, patch, post, route
from litestar.params import FromPath

from modeldesk.domain.model.access.admin import AdminChange
from modeldesk.domain.model.access.admin_names import admin_name
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.auth import LARGEST_CREDENTIALS
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.problems import at
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.access import NewAdminBody
from modeldesk.entrypoints.commands.pages import Nothing, PageQuery, page_of
from modeldesk.entrypoints.responses.access import AdminResponse, AdminsResponse, admins_response
from modeldesk.entrypoints.responses.serializer import serialize
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/admins",
    http_method=READING,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(PageQuery, for_tokens=False),
    responses=answers(AdminsResponse, 403, 422),
    tags=["admins"],
    summary="List admins",
)
async def list_admins(request: SignedIn, services: GivenServices) -> Response[AdminsResponse]:
    """Admins by name; `count` is the number of all."""
    query = services.query(request, PageQuery)
    access = await services.container.store().access()
    return Response(admins_response(access, page_of(sorted(access.admins), query.limit, query.offset)))


@post(
    "/admins",
    status_code=200,
    request_max_body_size=LARGEST_CREDENTIALS,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(body=NewAdminBody, for_tokens=False),
    responses=answers(AdminResponse, 400, 403, 409, 413, 415, 422),
    tags=["admins"],
    summary="Create an admin",
)
async def create_admin(request: SignedIn, services: GivenServices) -> Response[AdminResponse]:
    """Creates an admin, who can sign in from then on.

    Where passwords are disabled, `password` is left out: the admin signs in by a link (`modeldesk admin sign-in-link NAME`), or by an
    identity of an identity provider that is linked (`modeldesk admin link`).
    """
    services.query(request, Nothing)
    given = await services.body(request, NewAdminBody)
    with at("$.username"):
        name = admin_name(given.username)
    with at("$.password"):
        created = await services.container.admins().create(name, given.password, given.role, services.actor(request))
    return Response(serialize(AdminResponse, created))


@patch(
    "/admins/{name:str}",
    status_code=200,
    request_max_body_size=LARGEST_CREDENTIALS,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(body=AdminChange, for_tokens=False),
    responses=answers(AdminResponse, 400, 403, 404, 409, 413, 415, 422),
    tags=["admins"],
    summary="Update an admin",
)
async def change_admin(request: SignedIn, services: GivenServices, name: FromPath[str]) -> Response[AdminResponse]:
    """A new role or password, and disabling, end all sessions of the admin. The last enabled super admin cannot be demoted or disabled."""
    services.query(request, Nothing)
    given = await services.body(request, AdminChange)
    with at("$.password"):
        _, changed = await services.container.admins().change(name, given, services.actor(request))
    return Response(serialize(AdminResponse, changed))


ROUTES = [list_admins, create_admin, change_admin]
