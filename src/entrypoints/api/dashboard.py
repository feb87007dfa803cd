"""Everything in one place, and the cache behind it."""

from litestar import Response, post, route
from litestar.types import ASGIApp

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.api.wishes import ClearQuery, NoQuery
from modeldesk.entrypoints.responses.overview import ClearedResponse, OverviewResponse, overview_response
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/ai/dashboard/overview",
    http_method=READING,
    opt={RIGHT: Right.READ},
    operation_class=asks(),
    responses=answers(OverviewResponse, 422),
    tags=["dashboard"],
    summary="Everything in one answer",
)
async def show_overview(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Every provider and capability with what is active there, totals, the cache, and what needs attention."""

    async def build() -> OverviewResponse:
        services.query(request, NoQuery)
        return overview_response(await services.container.dashboard().overview())

    return await services.answer(request, build, also=(await services.container.list_cache().entries(), await services.expired_lists()))


@post(
    "/ai/dashboard/cache/clear",
    status_code=200,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(ClearQuery),
    responses=answers(ClearedResponse, 400, 403, 404, 413, 415, 422),
    tags=["dashboard"],
    summary="Drop the kept lists",
)
async def clear_cache(request: SignedIn, services: GivenServices) -> Response[ClearedResponse]:
    """Of one provider, or of all; on every worker and machine. `cleared` counts those that were kept by the worker that answers."""
    wanted = services.query(request, ClearQuery)
    await services.no_body(request)
    cleared = await services.container.discovery().clear(wanted.provider, services.actor(request))
    return Response(ClearedResponse(cleared=cleared))


ROUTES = [show_overview, clear_cache]
