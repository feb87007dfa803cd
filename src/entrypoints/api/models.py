"""Models: list, browse, select, deselect, roll back."""

from collections.abc import Mapping

from litestar import post, route
from litestar.types import ASGIApp

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.entrypoints.api.answer_reuse import REUSED, nothing_else
from modeldesk.entrypoints.api.authentication import refuse_cross_site
from modeldesk.entrypoints.api.conditional import encoded
from modeldesk.entrypoints.api.direct_handlers import DIRECT
from modeldesk.entrypoints.api.openapi_schema import READING, SLOT_VERSION, answers, asks
from modeldesk.entrypoints.api.preconditions import expected_version, idempotency_key
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.models import BrowseQuery, ModelsQuery, SelectBody, SlotBody
from modeldesk.entrypoints.commands.pages import Nothing, page_of
from modeldesk.entrypoints.list_work import computed
from modeldesk.entrypoints.responses.models import (
    BrowseResponse,
    DeselectResponse,
    ModelsResponse,
    RollbackResponse,
    SelectResponse,
    browse_answer,
    select_response,
)
from modeldesk.entrypoints.responses.serializer import serialize
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/ai-models",
    http_method=READING,
    opt={RIGHT: Right.READ, REUSED: nothing_else},
    operation_class=asks(ModelsQuery),
    responses=answers(ModelsResponse, 422),
    tags=["models"],
    summary="List stored models",
)
async def list_models(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Every model that was selected at least once; in each slot the active one comes first."""

    async def build() -> Mapping[str, object]:
        query = services.query(request, ModelsQuery)
        found = await services.container.dashboard().models(query.filter)
        page = page_of(found, query.limit, query.offset)
        return await computed(services.container, len(page), services.stored_models.of, page, len(found))

    return await services.answer(request, build, also=await services.expired_lists())


@route(
    "/ai-models/browse-models",
    http_method=READING,
    opt={RIGHT: Right.READ, REUSED: nothing_else},
    operation_class=asks(BrowseQuery),
    responses=answers(BrowseResponse, 403, 404, 409, 422, 429, 502),
    tags=["models"],
    summary="Browse the models of a provider",
)
async def browse_models(request: SignedIn, services: GivenServices) -> ASGIApp:
    """The models of a provider for a capability, in the order of their source. A stale list is returned at once and refreshed in the background."""
    query = services.query(request, BrowseQuery)
    if query.refresh:
        refuse_cross_site(request.scope)
    mode = RefreshMode.FORCE if query.refresh else RefreshMode.STALE_OK
    listing = await services.container.discovery().listing(
        query.slot, services.actor(request), mode, is_accepted=query.accept, most=services.container.list_wait()
    )

    async def build() -> Mapping[str, object]:
        models = len(listing.catalogue.models)
        return await computed(services.container, models, browse_answer, listing, query.catalogue_query, explain=query.explain)

    is_reusable = listing.is_settled and not query.refresh
    return await services.answer(
        request, build, also=listing.etag_key, of=listing.generation, is_reusable=is_reusable, is_kept=not listing.is_just_read
    )


@post(
    "/ai-models/select-model",
    status_code=200,
    opt={RIGHT: Right.SELECT, DIRECT: True},
    operation_class=asks(body=SelectBody, matches=SLOT_VERSION, repeats=True),
    responses=answers(SelectResponse, 400, 403, 404, 409, 412, 413, 415, 422),
    tags=["models"],
    summary="Select the active model",
)
async def select_model(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Stores the model and makes it active for its provider and capability. The model need not be in the list."""
    services.query(request, Nothing)
    body = await services.body(request, SelectBody)
    actor = services.actor(request)
    key = idempotency_key(request, actor, body)
    selected = await services.container.selection().select(body.command, actor, expected_version(request), key)
    return encoded(select_response(selected))


@post(
    "/ai-models/deselect-model",
    status_code=200,
    opt={RIGHT: Right.SELECT, DIRECT: True},
    operation_class=asks(body=SlotBody, matches=SLOT_VERSION, repeats=True),
    responses=answers(DeselectResponse, 400, 403, 404, 412, 413, 415, 422),
    tags=["models"],
    summary="Deselect the active model",
)
async def deselect_model(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Leaves the slot without an active model; the model stays stored. An empty slot is no error."""
    services.query(request, Nothing)
    body = await services.body(request, SlotBody)
    actor = services.actor(request)
    key = idempotency_key(request, actor, body)
    previous = await services.container.selection().deselect(body.slot, actor, expected_version(request), key)
    return encoded(serialize(DeselectResponse, previous=previous))


@post(
    "/ai-models/rollback",
    status_code=200,
    opt={RIGHT: Right.SELECT, DIRECT: True},
    operation_class=asks(body=SlotBody, matches=SLOT_VERSION, repeats=True),
    responses=answers(RollbackResponse, 400, 403, 404, 409, 412, 413, 415, 422),
    tags=["models"],
    summary="Roll back the last change",
)
async def roll_back(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Restores what was active before the last change: a model, or none. Each further call goes back one more change."""
    services.query(request, Nothing)
    body = await services.body(request, SlotBody)
    actor = services.actor(request)
    key = idempotency_key(request, actor, body)
    done = await services.container.selection().roll_back(body.slot, actor, expected_version(request), key)
    return encoded(serialize(RollbackResponse, done))


ROUTES = [list_models, browse_models, select_model, deselect_model, roll_back]
