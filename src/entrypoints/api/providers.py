"""The vendors."""

from litestar import route
from litestar.params import FromPath
from litestar.types import ASGIApp

from modeldesk.domain.rights import Right
from modeldesk.domain.texts import Slug
from modeldesk.entrypoints.answers import provider_answer, providers_answer
from modeldesk.entrypoints.api.description import READING, answers, asks
from modeldesk.entrypoints.api.rights import RIGHT
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.api.wishes import NoQuery, ProvidersQuery, part
from modeldesk.entrypoints.shapes import ProviderAnswer, ProvidersAnswer


@route(
    "/ai-providers",
    http_method=READING,
    opt={RIGHT: Right.READ},
    operation_class=asks(ProvidersQuery),
    responses=answers(ProvidersAnswer, 422),
    tags=["providers"],
    summary="All providers",
)
async def list_providers(request: SignedIn, services: GivenServices) -> ASGIApp:
    """In their order; `count` is how many there are in all that fit."""

    async def build() -> ProvidersAnswer:
        wanted = services.query(request, ProvidersQuery)
        snapshot, asker = await services.snapshots().current(), services.asker(request)
        fitting = [provider for provider in snapshot.providers.values() if wanted.is_active in (None, provider.is_active)]
        shown = [(provider, services.key_state(provider, snapshot, asker)) for provider in part(fitting, wanted.limit, wanted.offset)]
        return providers_answer(shown, len(fitting))

    return await services.answer(request, build)


@route(
    "/ai-providers/{slug:str}",
    http_method=READING,
    opt={RIGHT: Right.READ},
    operation_class=asks(),
    responses=answers(ProviderAnswer, 400, 404, 422),
    tags=["providers"],
    summary="One provider",
)
async def show_provider(request: SignedIn, services: GivenServices, slug: FromPath[str]) -> ASGIApp:
    """Everything that is declared of it."""

    async def build() -> ProviderAnswer:
        services.query(request, NoQuery)
        snapshot = await services.snapshots().current()
        provider = snapshot.provider(Slug(slug))
        return provider_answer(provider, services.key_state(provider, snapshot, services.asker(request)))

    return await services.answer(request, build)


ROUTES = [list_providers, show_provider]
