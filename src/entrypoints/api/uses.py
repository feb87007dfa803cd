"""Uses: list, show, set, delete, roll back."""

from litestar import Response, delete, post, put, route
from litestar.params import FromPath
from litestar.types import ASGIApp

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.use import UseName, use_name
from modeldesk.entrypoints.api.answer_reuse import REUSED, nothing_else
from modeldesk.entrypoints.api.openapi_schema import READING, USE_VERSION, answers, asks
from modeldesk.entrypoints.api.preconditions import expected_version
from modeldesk.entrypoints.api.problems import at
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.pages import Nothing, page_of
from modeldesk.entrypoints.commands.uses import UseBody, UsesQuery
from modeldesk.entrypoints.responses.serializer import serialize
from modeldesk.entrypoints.responses.uses import (
    ChangedUseResponse,
    DeletedUseResponse,
    RolledBackUseResponse,
    UseResponse,
    UsesResponse,
    changed_use_response,
    uses_response,
)
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/ai-uses",
    http_method=READING,
    opt={RIGHT: Right.READ, REUSED: nothing_else},
    operation_class=asks(UsesQuery),
    responses=answers(UsesResponse, 422),
    tags=["uses"],
    summary="List uses",
)
async def list_uses(request: SignedIn, services: GivenServices) -> ASGIApp:
    """By name; `count` is their total number."""

    async def build() -> UsesResponse:
        query = services.query(request, UsesQuery)
        uses = list((await services.container.store().current()).uses.values())
        return uses_response(page_of(uses, query.limit, query.offset), len(uses))

    return await services.answer(request, build)


@route(
    "/ai-uses/{name:str}",
    http_method=READING,
    opt={RIGHT: Right.READ, REUSED: nothing_else},
    operation_class=asks(),
    responses=answers(UseResponse, 400, 404, 422),
    tags=["uses"],
    summary="Show a use",
)
async def show_use(request: SignedIn, services: GivenServices, name: FromPath[str]) -> ASGIApp:
    """What it points at; `GET /api/resolve/{use}` says which model that is."""

    async def build() -> UseResponse:
        services.query(request, Nothing)
        return serialize(UseResponse, (await services.container.store().current()).use(UseName(name)))

    return await services.answer(request, build)


@put(
    "/ai-uses/{name:str}",
    status_code=200,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(body=UseBody, matches=USE_VERSION),
    responses=answers(ChangedUseResponse, 400, 403, 404, 409, 412, 413, 415, 422, creates=True),
    tags=["uses"],
    summary="Create or change a use",
)
async def set_use(request: SignedIn, services: GivenServices, name: FromPath[str]) -> Response[ChangedUseResponse]:
    """Creates the use (201) or replaces it as a whole (200). Products that ask for it get the active model of its provider and capability.

    The ETag of the answer is the version for the next If-Match; `"0"` insists on creating.
    """
    services.query(request, Nothing)
    with at("$.path.name"):
        checked = use_name(name)
    use = (await services.body(request, UseBody)).named(checked)
    with at("$.fallbacks"):
        result = await services.container.uses().put(use, services.actor(request), expected_version(request))
    return Response(
        changed_use_response(result),
        status_code=200 if result.previous is not None else 201,
        headers={"ETag": f'"{result.version}"'},
    )


@delete(
    "/ai-uses/{name:str}",
    status_code=200,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(matches=USE_VERSION),
    responses=answers(DeletedUseResponse, 400, 403, 404, 412, 413, 415, 422),
    tags=["uses"],
    summary="Delete a use",
)
async def delete_use(request: SignedIn, services: GivenServices, name: FromPath[str]) -> Response[DeletedUseResponse]:
    """Products that ask for it get 404 from now on. Its history stays, and a rollback brings it back."""
    services.query(request, Nothing)
    await services.no_body(request)
    result = await services.container.uses().delete(UseName(name), services.actor(request), expected_version(request))
    return Response(serialize(DeletedUseResponse, result))


@post(
    "/ai-uses/{name:str}/rollback",
    status_code=200,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(matches=USE_VERSION),
    responses=answers(RolledBackUseResponse, 400, 403, 404, 409, 412, 413, 415, 422),
    tags=["uses"],
    summary="Roll back a use",
)
async def roll_back_use(request: SignedIn, services: GivenServices, name: FromPath[str]) -> Response[RolledBackUseResponse]:
    """Restores what the use was before its last change, a deletion too. Two in a row go back by two changes."""
    services.query(request, Nothing)
    await services.no_body(request)
    result = await services.container.uses().roll_back(UseName(name), services.actor(request), expected_version(request))
    return Response(serialize(RolledBackUseResponse, result))


ROUTES = [list_uses, show_use, set_use, delete_use, roll_back_use]
