"""The list of models of a slot; the server searches, sorts and paginates it."""

from litestar import Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import Conflict, KeyMissing, ModeldeskError, TooSoon, VendorFailed, VersionConflict
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.catalogue import CatalogueModel
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.entrypoints.list_work import computed
from modeldesk.entrypoints.panel.browse_query import SORTS, ListPage, browse_filters, list_page_of
from modeldesk.entrypoints.panel.error_messages import reason_message
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.latest_changes import latest_of_slot
from modeldesk.entrypoints.panel.providers import list_url
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn, may
from modeldesk.entrypoints.paths import slot_from_path
from modeldesk.entrypoints.rights import RIGHT

MOST_EXCLUDED = 100

KEY_REASONS = ("key-none", "key-none-own", "key-is-suspended", "key-unreadable", "key-wanted-by-vendor")
"""Why a list is not read, where a key would help."""


@get("/providers/{slug:str}/{capability:str}", opt={RIGHT: Right.READ})
async def browse_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """The list. If it must be fetched first, a loading page is shown at once, which then requests the list."""
    slot = slot_from_path(slug, capability)
    if "wait" not in request.query_params and await _must_be_fetched(panel, request, slot):
        return await _answer(panel, request, slot, ListPage(), is_loading=True)
    return await browse_response(panel, request, slot)


@post("/providers/{slug:str}/{capability:str}/refresh", opt={RIGHT: Right.READ})
async def refresh(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Refreshes the list; `accept` also accepts a list that shrank, and is for super admins."""
    slot = slot_from_path(slug, capability)
    try:
        listing = await panel.container.discovery().listing(
            slot, panel.actor(request), RefreshMode.FORCE, is_accepted=form.has("accept"), most=panel.container.list_wait()
        )
    except (VendorFailed, Conflict, TooSoon) as error:
        return await browse_response(panel, request, slot, error)
    return panel.redirect(list_url(slot), "list-refreshed" if listing.failure is None and listing.unread is None else None)


async def browse_response(panel: Panel, request: SignedIn, slot: Slot, refusal: ModeldeskError | None = None) -> Response[bytes]:
    """The list page, with a refusal at its top if given. An unavailable list is shown as a page with status 200."""
    try:
        listing = await panel.container.discovery().listing(slot, panel.actor(request), most=panel.container.list_wait())
    except (VendorFailed, Conflict) as error:
        refusal = None if type(error) is type(refusal) else refusal  # the same error is already shown in place of the list
        return await _answer(panel, request, slot, ListPage(), failure=error, refusal=refusal)
    page = await computed(panel.container, len(listing.catalogue.models), list_page_of, listing, browse_filters(request))
    return await _answer(panel, request, slot, page, refusal=refusal)


def find_listed(listing: SlotCatalogue | None, model: ModelId) -> CatalogueModel | None:
    return listing.catalogue.by_id.get(model) if listing is not None else None


async def _can_roll_back(panel: Panel, provider: Provider, slot: Slot) -> bool:
    """Whether there is a change to roll back, and the slot accepts it."""
    return provider.is_active and provider.offers(slot.capability) and await panel.container.rollback_preview().is_possible(slot)


async def _must_be_fetched(panel: Panel, request: SignedIn, slot: Slot) -> bool:
    snapshot = await panel.container.store().current()
    provider = snapshot.provider(slot.provider)
    try:
        declared = _offered(provider, slot)
        return declared.has_dynamic_models and not panel.container.live_lists().is_cached(provider, snapshot, panel.actor(request))
    except Conflict:
        return False


def _offered(provider: Provider, slot: Slot) -> Capability:
    provider.require_active()
    return provider.capability(slot.capability)


async def _answer(
    panel: Panel,
    request: SignedIn,
    slot: Slot,
    shown: ListPage,
    *,
    failure: ModeldeskError | None = None,
    refusal: ModeldeskError | None = None,
    is_loading: bool = False,
) -> Response[bytes]:
    status = await panel.container.dashboard().slot(slot)
    language, filters = panel.language(request), browse_filters(request)
    refresh_failure = shown.listing.failure if shown.listing is not None else None
    return panel.page(
        request,
        "browse.html",
        refusal=refusal,
        provider=status.provider,
        slot=slot,
        url=list_url(slot),
        filters=filters,
        sorts=SORTS,
        shown=shown,
        active=status.active,
        version=status.version,
        latest=await latest_of_slot(panel, slot) if isinstance(refusal, VersionConflict) else None,
        can_roll_back=await _can_roll_back(panel, status.provider, slot),
        failure=panel.said(request, failure) if failure else None,
        failure_code=failure.code if failure else None,
        says_more_than_title=isinstance(failure, KeyMissing) and failure.reason.code != "key-none",
        refresh_failure=reason_message(refresh_failure.reason, language) if refresh_failure else None,
        most_excluded=MOST_EXCLUDED,
        is_loading=is_loading,
        may_accept=may(request, Right.ADMINISTER),
        may_select_by_id=status.provider.is_active and status.provider.offers(slot.capability),
        key_reasons=KEY_REASONS,
    )


ROUTES = [browse_page, refresh]
