"""`/api/resolve`: which model is active, for a use or for a provider and capability."""

from collections.abc import Mapping

from litestar import route
from litestar.params import FromPath
from litestar.types import ASGIApp

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.use import UseName
from modeldesk.domain.services.resolution import Outcome
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.uses import ResolveQuery
from modeldesk.entrypoints.paths import slot_from_path
from modeldesk.entrypoints.responses.uses import ResolveResponse, resolve_response
from modeldesk.entrypoints.rights import RIGHT

PREFIX = "/api/resolve"


@route(
    "/{use:str}",
    http_method=READING,
    opt={RIGHT: Right.RESOLVE},
    operation_class=asks(ResolveQuery),
    responses=answers(ResolveResponse, 400, 404, 422),
    tags=["resolve"],
    summary="Resolve a use",
)
async def resolve_use(request: SignedIn, services: GivenServices, use: FromPath[str]) -> ASGIApp:
    """The active model of the provider and capability that the use points at. 404 `nothing-active` says why there is none; another model is
    never answered.
    """

    async def build() -> ResolveResponse:
        query = services.query(request, ResolveQuery)
        return _response(await services.container.resolver().of_use(UseName(use)), query)

    return await services.answers.answer(request, build, tagged=without_generation)


@route(
    "/{provider:str}/{capability:str}",
    http_method=READING,
    opt={RIGHT: Right.RESOLVE},
    operation_class=asks(ResolveQuery),
    responses=answers(ResolveResponse, 400, 404, 422),
    tags=["resolve"],
    summary="Resolve a provider and capability",
)
async def resolve_slot(request: SignedIn, services: GivenServices, provider: FromPath[str], capability: FromPath[str]) -> ASGIApp:
    """The active model of a provider and capability, as for a use."""

    async def build() -> ResolveResponse:
        query = services.query(request, ResolveQuery)
        return _response(await services.container.resolver().of_slot(slot_from_path(provider, capability)), query)

    return await services.answers.answer(request, build, tagged=without_generation)


def without_generation(answer: Mapping[str, object]) -> Mapping[str, object]:
    """What the ETag covers: a change elsewhere is nothing new for a product."""
    return {**answer, "generation": None}


def _response(outcome: Outcome, query: ResolveQuery) -> ResolveResponse:
    return resolve_response(outcome.require(), explain=query.explain)


ROUTES = [resolve_use, resolve_slot]
