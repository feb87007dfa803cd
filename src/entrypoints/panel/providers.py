"""Providers: the list, and one provider with its capabilities, keys, flags and list health."""

from http import HTTPStatus

from litestar import Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import ProviderVersionConflict
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.dashboard import Overview, ProviderOverview
from modeldesk.entrypoints.panel.attention import attention_of_provider
from modeldesk.entrypoints.panel.dependents import summary_of
from modeldesk.entrypoints.panel.formatting import CAPABILITIES
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.keys import key_row, obstacle_of
from modeldesk.entrypoints.panel.latest_changes import OUTDATED, latest_of_provider, version_in
from modeldesk.entrypoints.panel.overview import matches_search, search_term, search_words
from modeldesk.entrypoints.panel.paging import page_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn, may
from modeldesk.entrypoints.rights import RIGHT


@get("/providers", opt={RIGHT: Right.READ})
async def list_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The providers in their order, page by page, with their active models and the key state for the signed-in admin."""
    found, search = await panel.container.dashboard().overview(), search_term(request)
    snapshot, actor = await panel.container.store().current(), panel.actor(request)
    words = search_words(search)
    matching = [entry for entry in found.providers if matches_search(entry.provider, words)]
    page = page_of(request, "/admin/providers", matching, search)
    keys = {entry.provider.slug: panel.container.key_statuses().of_provider(entry.provider, snapshot, actor) for entry in page.entries}
    return panel.page(request, "providers.html", page=page, keys=keys, count=len(found.providers), search=search)


@get("/providers/{slug:str}", opt={RIGHT: Right.READ})
async def provider_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str]) -> Response[bytes]:
    """One provider: its declaration and its state."""
    snapshot = await panel.container.store().current()
    provider = snapshot.provider(Slug(slug))
    found = await panel.container.dashboard().overview()
    key = panel.container.key_statuses().of_provider(provider, snapshot, panel.actor(request))
    return panel.page(
        request,
        "provider.html",
        provider=provider,
        entry=_entry(found, provider.slug),
        address=panel.container.classes().base_url(provider),
        key=key,
        obstacle=None
        if key.usable
        else obstacle_of(key_row(panel, provider, snapshot, request), may_administer=may(request, Right.ADMINISTER)),
        has_live_list=any(part.supported and part.has_dynamic_models for part in provider.capabilities.values()),
        list_state=snapshot.list_state(provider.slug),
        attention=attention_of_provider(
            provider.slug,
            await panel.container.doctor().diagnosis(),
            found,
            panel.language(request),
            may_administer=may(request, Right.ADMINISTER),
        ),
        usual=list(CAPABILITIES),
    )


@get("/enabled/{slug:str}", opt={RIGHT: Right.ADMINISTER})
async def enabled_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str]) -> Response[bytes]:
    """Asks for confirmation, and shows the consequences."""
    return await _enabled_confirmation(panel, request, Slug(slug))


@post("/enabled/{slug:str}", opt={RIGHT: Right.ADMINISTER})
async def set_enabled(request: SignedIn, panel: GivenPanel, slug: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Enables or disables the provider. Its active models stay selected."""
    is_on = form.text("is_active") == "true"
    try:
        await panel.container.registration().set_active(Slug(slug), is_on, panel.actor(request), version_in(form))
    except ProviderVersionConflict:
        return await _enabled_confirmation(panel, request, Slug(slug), is_outdated=True)
    return panel.redirect(f"/admin/providers/{slug}", "provider-enabled" if is_on else "provider-disabled")


def list_url(slot: Slot) -> str:
    """The URL of a slot's list."""
    return f"/admin/providers/{slot.provider}/{slot.capability}"


async def _enabled_confirmation(panel: Panel, request: SignedIn, slug: Slug, *, is_outdated: bool = False) -> Response[bytes]:
    snapshot = await panel.container.store().current()
    provider = snapshot.provider(slug)
    active_models = [state.active_model for state in snapshot.choices.of_provider(slug).values() if state.active_model]
    return panel.page(
        request,
        "enabled.html",
        provider=provider,
        active_models=active_models,
        dependents=summary_of(await panel.container.dependents().of_provider(slug)) if active_models else None,
        is_outdated=is_outdated,
        latest=await latest_of_provider(panel, request, slug) if is_outdated else None,
        status=OUTDATED if is_outdated else HTTPStatus.OK,
    )


def _entry(overview: Overview, slug: str) -> ProviderOverview:
    return next(entry for entry in overview.providers if entry.provider.slug == slug)


ROUTES = [list_page, provider_page, enabled_page, set_enabled]
