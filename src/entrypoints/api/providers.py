"""Providers: list, show, update, import."""

from collections.abc import Mapping

from litestar import Response, patch, post, route
from litestar.params import FromPath
from litestar.types import ASGIApp

from modeldesk.domain.errors import DeclarationInvalid
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.api.answer_reuse import REUSED, nothing_else
from modeldesk.entrypoints.api.conditional import Prepared
from modeldesk.entrypoints.api.openapi_schema import PLAN_DIGEST, PROVIDER_VERSION, READING, answers, asks
from modeldesk.entrypoints.api.preconditions import expected_digest, expected_version
from modeldesk.entrypoints.api.problems import ProblemAnswer, declaration_refused
from modeldesk.entrypoints.api.services import GivenServices, Services, SignedIn
from modeldesk.entrypoints.commands.pages import Nothing, page_of
from modeldesk.entrypoints.commands.providers import DeclarationBody, ImportQuery, ProviderBody, ProvidersQuery
from modeldesk.entrypoints.list_work import LONGEST_INLINE, computed, declared_models
from modeldesk.entrypoints.responses.imports import ImportResponse, import_response
from modeldesk.entrypoints.responses.providers import (
    ChangedProviderResponse,
    ProvidersResponse,
    ShownProviderResponse,
    changed_provider_response,
    shown_provider_response,
)
from modeldesk.entrypoints.rights import RIGHT

IMPORT = "/ai-providers/import"
LARGEST_DECLARATION = 8 * 1024 * 1024
"""Bytes; the command line takes more."""


@route(
    "/ai-providers",
    http_method=READING,
    opt={RIGHT: Right.READ, REUSED: nothing_else},
    operation_class=asks(ProvidersQuery),
    responses=answers(ProvidersResponse, 422),
    tags=["providers"],
    summary="List providers",
)
async def list_providers(request: SignedIn, services: GivenServices) -> ASGIApp:
    """In their sort order; `count` is the total number of matches."""

    async def build() -> Mapping[str, object]:
        query = services.query(request, ProvidersQuery)
        snapshot, actor = await services.container.store().current(), services.actor(request)
        fitting = [provider for provider in snapshot.providers.values() if query.is_active in (None, provider.is_active)]
        shown = page_of(fitting, query.limit, query.offset)
        keys = services.container.key_statuses().of_providers(shown, snapshot, actor)
        models = sum(map(declared_models, shown[:LONGEST_INLINE])) + len(shown)
        return await computed(services.container, models, services.providers.of, shown, keys, len(fitting))

    return await services.answer(request, build, shows_choices=False)


@route(
    "/ai-providers/{slug:str}",
    http_method=READING,
    opt={RIGHT: Right.READ, REUSED: nothing_else},
    operation_class=asks(),
    responses=answers(ShownProviderResponse, 400, 404, 422),
    tags=["providers"],
    summary="Show a provider",
)
async def show_provider(request: SignedIn, services: GivenServices, slug: FromPath[str]) -> ASGIApp:
    """The declaration of the provider, and its key state."""
    return await _shown(request, services, Slug(slug))


@patch(
    "/ai-providers/{slug:str}",
    status_code=200,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(body=ProviderBody, matches=PROVIDER_VERSION),
    responses=answers(ChangedProviderResponse, 400, 403, 404, 412, 413, 415, 422),
    tags=["providers"],
    summary="Update a provider",
)
async def change_provider(request: SignedIn, services: GivenServices, slug: FromPath[str]) -> Response[ChangedProviderResponse]:
    """Updates flags, order, texts and address; fields that are not named stay unchanged. Keys are suspended if the address changes.

    The ETag of the answer is the version for the next If-Match.
    """
    return await _changed(request, services, Slug(slug))


@post(
    IMPORT,
    status_code=200,
    opt={RIGHT: Right.IMPORT},
    request_max_body_size=LARGEST_DECLARATION,
    operation_class=asks(ImportQuery, body=DeclarationBody, matches=PLAN_DIGEST),
    responses=answers(ImportResponse, 400, 403, 404, 409, 412, 413, 415, 422),
    tags=["providers"],
    summary="Import a declaration",
)
async def import_providers(request: SignedIn, services: GivenServices) -> Response[ImportResponse] | Response[ProblemAnswer]:
    """Imports a `providers.json`, completely or not at all. Returns the plan that was applied, or would be.

    With the `digest` of a plan, nothing is imported if the plan has changed. The ETag of the answer is the digest.
    """
    query = services.query(request, ImportQuery)
    options, actor, expected = query.options, services.actor(request), expected_digest(request, query.digest)
    body, registration = await services.sent_body(request), services.container.registration()
    worker = services.container.import_worker()
    async with worker.exclusive():
        try:
            declared = await services.declared(body, query.slug)
        except DeclarationInvalid as error:
            return await worker.run(declaration_refused, error)
        planned = (
            registration.plan(declared.providers, options, expected, uses=declared.uses)
            if query.dry_run
            else registration.register(declared.providers, options, actor, expected, uses=declared.uses)
        )
        plan = await planned
        dependents = await services.container.dependents().of_plan(plan)
        answer = await worker.run(import_response, plan, dry_run=query.dry_run, dependents=dependents)
    return Response(answer, headers={"ETag": f'"{answer["digest"]}"'})


@route(IMPORT, http_method=READING, opt={RIGHT: Right.READ, REUSED: nothing_else}, include_in_schema=False)
async def show_provider_named_import(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Shows the provider with the slug `import`, whose path the import route occupies."""
    return await _shown(request, services, Slug("import"))


@patch(IMPORT, status_code=200, opt={RIGHT: Right.ADMINISTER}, include_in_schema=False)
async def change_provider_named_import(request: SignedIn, services: GivenServices) -> Response[ChangedProviderResponse]:
    """Updates the provider with the slug `import`."""
    return await _changed(request, services, Slug("import"))


async def _shown(request: SignedIn, services: Services, slug: Slug) -> Prepared:
    async def build() -> ShownProviderResponse:
        services.query(request, Nothing)
        snapshot = await services.container.store().current()
        provider = snapshot.provider(slug)
        keys = services.container.key_statuses().of_provider(provider, snapshot, services.actor(request))
        return await computed(services.container, declared_models(provider), shown_provider_response, provider, keys)

    return await services.answer(request, build, shows_choices=False)


async def _changed(request: SignedIn, services: Services, slug: Slug) -> Response[ChangedProviderResponse]:
    services.query(request, Nothing)
    actor = services.actor(request)
    body = await services.body(request, ProviderBody)
    update = await services.container.registration().change(slug, body, actor, expected_version(request))
    key = services.container.key_statuses().of_provider(update.new, await services.container.store().current(), actor)
    return Response(changed_provider_response(update, key), headers={"ETag": f'"{update.new.version}"'})


ROUTES = [list_providers, show_provider, change_provider, import_providers, show_provider_named_import, change_provider_named_import]
