"""What a provider offers for a capability: the list, searched, sorted and cut into pages by the server."""

from litestar import Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import Conflict, ModeldeskError, TooSoon, VendorFailed
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.catalogue import CatalogueModel
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.selection import StoredModelStatus
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.entrypoints.panel.browse_query import PAGE_SIZE, SORTS, Shown, shown_of, wanted_in
from modeldesk.entrypoints.panel.error_messages import reason_message
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.providers import place_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn, may
from modeldesk.entrypoints.paths import slot_named
from modeldesk.entrypoints.rights import RIGHT


@get("/providers/{slug:str}/{capability:str}", opt={RIGHT: Right.READ})
async def browse_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """The list. One that has to be fetched from its vendor first is said to be loading; the page then asks for it."""
    slot = slot_named(slug, capability)
    if "wait" not in request.query_params and await _must_be_fetched(panel, request, slot):
        return await _answer(panel, request, slot, Shown(), is_loading=True)
    return await browsed(panel, request, slot)


@post("/providers/{slug:str}/{capability:str}/refresh", opt={RIGHT: Right.READ})
async def refresh(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Has the vendor asked anew; `accept` takes a list that shrank for what it is, and is for super admins."""
    slot = slot_named(slug, capability)
    try:
        listing = await panel.container.discovery().listing(slot, panel.actor(request), RefreshMode.FORCE, is_accepted=form.has("accept"))
    except (VendorFailed, Conflict, TooSoon) as error:
        return await browsed(panel, request, slot, error)
    return panel.go(place_of(slot), "list-refreshed" if listing.failure is None else None)


async def browsed(panel: Panel, request: SignedIn, slot: Slot, refusal: ModeldeskError | None = None) -> Response[bytes]:
    """The page of a list, with why something else was refused at its head. A list that cannot be had is told on a good page."""
    try:
        listing = await panel.container.discovery().listing(slot, panel.actor(request))
    except (VendorFailed, Conflict) as error:
        refusal = None if type(error) is type(refusal) else refusal  # what stands in the place of the list needs no saying twice
        return await _answer(panel, request, slot, Shown(), failure=error, refusal=refusal)
    return await _answer(panel, request, slot, shown_of(listing, wanted_in(request)), refusal=refusal)


async def in_use(panel: Panel, slot: Slot) -> StoredModelStatus | None:
    """The model that is active in the slot, as it stands now."""
    found = await panel.container.dashboard().models(ModelFilter(slot.provider, slot.capability, is_active=True))
    return found[0] if found else None


async def slot_version(panel: Panel, slot: Slot) -> int:
    """How often the slot was changed: who changes it next says which version they have seen."""
    return (await panel.container.store().current()).slot(slot).version


def listed(listing: SlotCatalogue | None, model: ModelId) -> CatalogueModel | None:
    return listing.catalogue.by_id.get(model) if listing is not None else None


async def _may_undo(panel: Panel, provider: Provider, slot: Slot) -> bool:
    """Whether a step back would do something here and now."""
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
    shown: Shown,
    *,
    failure: ModeldeskError | None = None,
    refusal: ModeldeskError | None = None,
    is_loading: bool = False,
) -> Response[bytes]:
    snapshot = await panel.container.store().current()
    language, wanted = panel.language(request), wanted_in(request)
    late = shown.listing.failure if shown.listing is not None else None
    return panel.page(
        request,
        "browse.html",
        refusal=refusal,
        provider=snapshot.provider(slot.provider),
        slot=slot,
        place=place_of(slot),
        wanted=wanted,
        sorts=SORTS,
        shown=shown,
        active=await in_use(panel, slot),
        version=await slot_version(panel, slot),
        may_undo=await _may_undo(panel, snapshot.provider(slot.provider), slot),
        failure=panel.said(request, failure) if failure else None,
        failure_code=failure.code if failure else None,
        late=reason_message(late.reason, language) if late else None,
        most_left_out=PAGE_SIZE,
        is_loading=is_loading,
        may_accept=may(request, Right.ADMINISTER),
    )


ROUTES = [browse_page, refresh]
