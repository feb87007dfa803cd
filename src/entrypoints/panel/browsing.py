"""What a provider offers for a capability: the list, searched, sorted and cut into pages by the server."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from attrs import evolve, field, frozen
from litestar import Request, Response, get, post
from litestar.params import FromPath

from modeldesk.domain.accounts import Role
from modeldesk.domain.catalogue import CatalogueModel, CataloguePage, CatalogueQuery, Slot, SortName
from modeldesk.domain.discovery import Listing
from modeldesk.domain.errands import Patience
from modeldesk.domain.errors import Conflict, ModeldeskError, TooSoon, VendorFailed
from modeldesk.domain.overview import ModelFilter
from modeldesk.domain.providers import Capability, Provider
from modeldesk.domain.selection import Standing
from modeldesk.domain.texts import ModelId
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.overview import searched
from modeldesk.entrypoints.panel.providers import place_of
from modeldesk.entrypoints.panel.sentences import translated
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.paths import slot_named
from modeldesk.entrypoints.statuses import status_of

PAGE_SIZE = 100
SORTS: Mapping[str, str] = {
    "": N_("As listed"),
    "name": N_("Name"),
    "price": N_("Price, lowest first"),
    "-price": N_("Price, highest first"),
    "-context": N_("Context, largest first"),
    "context": N_("Context, smallest first"),
}


@frozen
class Wanted:
    """What of a list somebody wants to see. `page` counts from 1."""

    search: str = ""
    is_free: bool = False
    sort: str = ""
    page: int = 1

    @property
    def query(self) -> CatalogueQuery:
        sort = SortName(self.sort) if self.sort else None
        return CatalogueQuery(self.search or None, self.is_free or None, sort, PAGE_SIZE, (self.page - 1) * PAGE_SIZE)

    def address(self, **changes: Any) -> str:
        """The query of the same list, otherwise looked at: `wanted.address(page=2)`."""
        other = evolve(self, **{"page": 1, **changes})
        told = {
            "search": other.search,
            "free": "1" if other.is_free else "",
            "sort": other.sort,
            "page": other.page if other.page > 1 else "",
        }
        return "?" + urlencode({name: value for name, value in told.items() if value})


@frozen
class Shown:
    """A page of a list with what stands around it; or, with a `failure`, why there is none."""

    listing: Listing | None = None
    page: CataloguePage | None = None
    models: tuple[CatalogueModel, ...] = ()
    number: int = 1
    pages: int = 1
    is_stale: bool = False
    has_foreign_facts: bool = field(default=False)


@get("/providers/{slug:str}/{capability:str}")
async def browse_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """The list. One that has to be fetched from its vendor first is said to be loading; the page then asks for it."""
    slot = slot_named(slug, capability)
    if "wait" not in request.query_params and await _must_be_fetched(panel, request, slot):
        return await _answer(panel, request, slot, Shown(), is_loading=True)
    return await browsed(panel, request, slot)


@post("/providers/{slug:str}/{capability:str}/refresh")
async def refresh(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Has the vendor asked anew; `accept` takes a list that shrank for what it is, and is for super admins."""
    slot = slot_named(slug, capability)
    try:
        listing = await panel.discovery().listing(slot, panel.asker(request), Patience.REFRESH, is_accepted=form.has("accept"))
    except (VendorFailed, Conflict, TooSoon) as error:
        return await browsed(panel, request, slot, error)
    return panel.go(place_of(slot), "list-refreshed" if listing.failure is None else None)


async def browsed(panel: Panel, request: SignedIn, slot: Slot, refusal: ModeldeskError | None = None) -> Response[bytes]:
    """The page of a list, with why something else was refused at its head."""
    try:
        listing = await panel.discovery().listing(slot, panel.asker(request))
    except (VendorFailed, Conflict) as error:
        return await _answer(panel, request, slot, Shown(), failure=error, refusal=refusal)
    return await _answer(panel, request, slot, shown_of(listing, wanted_in(request)), refusal=refusal)


def wanted_in(request: Request[Any, Any, Any]) -> Wanted:
    """What the address asks for; what cannot be meant is as if it were not there."""
    asked = request.query_params
    page, sort = str(asked.get("page", "1")), str(asked.get("sort", ""))
    is_number = page.isascii() and page.isdigit() and 0 < len(page) <= 6
    return Wanted(searched(request), bool(asked.get("free")), sort if sort in SORTS else "", max(1, int(page)) if is_number else 1)


def shown_of(listing: Listing, wanted: Wanted) -> Shown:
    """A page past the end is the last one."""
    page = listing.page(wanted.query)
    pages = max(1, -(-page.total // PAGE_SIZE))
    if wanted.page > pages:
        return shown_of(listing, evolve(wanted, page=pages))
    return Shown(
        listing,
        page,
        page.models,
        wanted.page,
        pages,
        is_stale=listing.source.value == "stale",
        has_foreign_facts=any(model.filled for model in page.models),
    )


async def in_use(panel: Panel, slot: Slot) -> Standing | None:
    """The model that is active in the slot, as it stands now."""
    found = await panel.oversight().models(ModelFilter(slot.provider, slot.capability, is_active=True))
    return found[0] if found else None


async def slot_version(panel: Panel, slot: Slot) -> int:
    """How often the slot was changed: who changes it next says which version they have seen."""
    return (await panel.snapshots().current()).slot(slot).version


def listed(listing: Listing | None, model: ModelId) -> CatalogueModel | None:
    return listing.catalogue.by_id.get(model) if listing is not None else None


async def _may_undo(panel: Panel, provider: Provider, slot: Slot) -> bool:
    """Whether a step back would do something here and now."""
    return provider.is_active and provider.offers(slot.capability) and await panel.steps_back().is_possible(slot)


async def _must_be_fetched(panel: Panel, request: SignedIn, slot: Slot) -> bool:
    snapshot = await panel.snapshots().current()
    provider = snapshot.provider(slot.provider)
    try:
        declared = _offered(provider, slot)
        return declared.has_dynamic_models and not panel.live_lists().is_at_hand(provider, snapshot, panel.asker(request))
    except Conflict:
        return False


def _offered(provider: Provider, slot: Slot) -> Capability:
    provider.must_be_active()
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
    snapshot = await panel.snapshots().current()
    language, wanted = panel.language(request), wanted_in(request)
    late = shown.listing.failure if shown.listing is not None else None
    return panel.page(
        request,
        "browse.html",
        status=status_of(failure) if failure else 200,
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
        late=(translated(late.reason, language) or late.reason) if late else None,
        is_loading=is_loading,
        may_accept=request.user.admin.role is Role.SUPER,
    )


ROUTES = [browse_page, refresh]
