"""The overview, and the cache of lists."""

from collections.abc import Mapping

from litestar import Response, post, route
from litestar.types import ASGIApp

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.answer_reuse import REUSED, cached_lists
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.commands.providers import ClearQuery
from modeldesk.entrypoints.list_work import computed
from modeldesk.entrypoints.responses.doctor import DoctorResponse
from modeldesk.entrypoints.responses.overview import ClearedResponse, OverviewResponse
from modeldesk.entrypoints.responses.serializer import serialize
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/ai/dashboard/overview",
    http_method=READING,
    opt={RIGHT: Right.READ, REUSED: cached_lists},
    operation_class=asks(),
    responses=answers(OverviewResponse, 422),
    tags=["dashboard"],
    summary="Show the overview",
)
async def show_overview(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Every provider and capability with its active model, totals, cache statistics, and alerts."""

    async def build() -> Mapping[str, object]:
        services.query(request, Nothing)
        overview = await services.container.dashboard().overview()
        return await computed(services.container, len(overview.providers), services.overviews.of, overview)

    return await services.answer(request, build, also=(await services.container.list_cache().entries(), await services.expired_lists()))


@route(
    "/ai/doctor",
    http_method=READING,
    opt={RIGHT: Right.READ},
    operation_class=asks(),
    responses=answers(DoctorResponse, 422),
    tags=["dashboard"],
    summary="Check the active models",
)
async def check_health(request: SignedIn, services: GivenServices) -> Response[DoctorResponse]:
    """The worst state of each slot that has an active model, with the reason, what to do, and proposed successors. The worst slots come first."""
    services.query(request, Nothing)
    return Response(serialize(DoctorResponse, await services.container.doctor().diagnosis()), headers={"Cache-Control": "no-store"})


@post(
    "/ai/dashboard/cache/clear",
    status_code=200,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(ClearQuery),
    responses=answers(ClearedResponse, 400, 403, 404, 413, 415, 422),
    tags=["dashboard"],
    summary="Clear the cache",
)
async def clear_cache(request: SignedIn, services: GivenServices) -> Response[ClearedResponse]:
    """Clears the cached lists of one provider or of all, on every instance. `cleared` counts the lists that this worker had cached."""
    query = services.query(request, ClearQuery)
    await services.no_body(request)
    cleared = await services.container.discovery().clear(query.provider, services.actor(request))
    return Response(ClearedResponse(cleared=cleared))


ROUTES = [show_overview, check_health, clear_cache]
