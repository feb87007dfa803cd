"""Capabilities of a provider: show, set, remove. A capability is edited as a whole, with its description, its patterns and its models in their order."""

from litestar import Response, delete, put, route
from litestar.params import FromPath
from litestar.types import ASGIApp

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.providers.provider import CapabilityChange, Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug, capability_name
from modeldesk.entrypoints.api.answer_reuse import REUSED, nothing_else
from modeldesk.entrypoints.api.openapi_schema import PROVIDER_VERSION, READING, answers, asks
from modeldesk.entrypoints.api.preconditions import expected_version, has_condition
from modeldesk.entrypoints.api.problems import at
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.commands.providers import CapabilityBody, CapabilityQuery
from modeldesk.entrypoints.list_work import computed, declared_models
from modeldesk.entrypoints.responses.providers import (
    ChangedCapabilityResponse,
    DeclaredCapabilityResponse,
    RemovedCapabilityResponse,
    capability_response,
    changed_capability_response,
    removed_capability_response,
)
from modeldesk.entrypoints.rights import RIGHT

PATH = "/ai-providers/{slug:str}/capabilities/{capability:str}"


@route(
    PATH,
    http_method=READING,
    opt={RIGHT: Right.READ, REUSED: nothing_else},
    operation_class=asks(),
    responses=answers(DeclaredCapabilityResponse, 400, 404, 422),
    tags=["providers"],
    summary="Show a capability",
)
async def show_capability(request: SignedIn, services: GivenServices, slug: FromPath[str], capability: FromPath[str]) -> ASGIApp:
    """As it is declared, offered or not. `version` is the provider's, for If-Match."""

    async def build() -> DeclaredCapabilityResponse:
        services.query(request, Nothing)
        provider = (await services.container.store().current()).provider(Slug(slug))
        return await computed(services.container, declared_models(provider), capability_response, provider, CapabilityName(capability))

    return await services.answer(request, build, shows_choices=False)


@put(
    PATH,
    status_code=200,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(CapabilityQuery, body=CapabilityBody, matches=PROVIDER_VERSION),
    responses=answers(ChangedCapabilityResponse, 400, 403, 404, 409, 412, 413, 415, 422, creates=True),
    tags=["providers"],
    summary="Create or change a capability",
)
async def set_capability(
    request: SignedIn, services: GivenServices, slug: FromPath[str], capability: FromPath[str]
) -> Response[ChangedCapabilityResponse]:
    """Adds the capability (201) or replaces it as a whole (200), models and their order included; other capabilities stay.

    The body that GET returns may be sent back: its `version` is then the expected one, as in If-Match. 409 if it becomes unsupported while a model is active, unless `deactivate_lost` is true or `deselect` names that model (`chat:large`). An active model that leaves the list stays active. The
    ETag of the answer is the provider's version for the next If-Match.
    """
    query = services.query(request, CapabilityQuery)
    with at("$.path.capability"):
        name = capability_name(capability)
    body = await services.body(request, CapabilityBody)
    expected = expected_version(request) if has_condition(request) else body.version
    change = CapabilityChange(capabilities={name: body.declared_for(Slot(Slug(slug), name))})
    update = await services.container.registration().change(
        Slug(slug),
        change,
        services.actor(request),
        expected,
        deactivate_lost=query.deactivate_lost,
        confirmed=query.confirmed(Slug(slug)),
    )
    return Response(
        await computed(services.container, declared_models(update.new), changed_capability_response, update, name),
        status_code=200 if name in update.old.capabilities else 201,
        headers={"ETag": f'"{update.new.version}"'},
    )


@delete(
    PATH,
    status_code=200,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(CapabilityQuery, matches=PROVIDER_VERSION),
    responses=answers(RemovedCapabilityResponse, 400, 403, 404, 409, 412, 413, 415, 422),
    tags=["providers"],
    summary="Remove a capability",
)
async def remove_capability(
    request: SignedIn, services: GivenServices, slug: FromPath[str], capability: FromPath[str]
) -> Response[RemovedCapabilityResponse]:
    """Removes the capability from the provider. 409 while a model is active, unless `deactivate_lost` is true or `deselect` names that model (`chat:large`).

    A provider whose last capability is removed offers every capability, without a list, so an active model stays active.
    """
    query, name = services.query(request, CapabilityQuery), CapabilityName(capability)
    await services.no_body(request)
    update = await services.container.registration().change(
        Slug(slug),
        CapabilityChange(capabilities={name: None}),
        services.actor(request),
        expected_version(request),
        deactivate_lost=query.deactivate_lost,
        confirmed=query.confirmed(Slug(slug)),
    )
    return Response(removed_capability_response(update, name), headers={"ETag": f'"{update.new.version}"'})


ROUTES = [show_capability, set_capability, remove_capability]
