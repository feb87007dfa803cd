"""Choosing the active model: old and new side by side, asked once, done and undone; and emptying a slot."""

from decimal import Decimal
from typing import Any

from attrs import frozen
from litestar import Request, Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import Conflict, InvalidValue, TooSoon, VendorFailed, VersionConflict
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.catalogue import CatalogueModel
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SelectModel, StoredModelStatus
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import line, model_id
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.entrypoints.panel.browsing import browsed, in_use, listed, slot_version
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.providers import place_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.paths import slot_named
from modeldesk.entrypoints.rights import RIGHT

LONGEST_VERSION = 18


@frozen
class Change:
    """What a choice changes: the model in use, the one wished for, and how prices move (`up`, `down`, None where that cannot be said)."""

    old: StoredModelStatus | None
    new: CatalogueModel
    is_listed: bool
    is_known: bool
    prices: str | None

    @property
    def is_same(self) -> bool:
        return self.old is not None and self.old.model.model_id == self.new.id

    @property
    def is_cost_news(self) -> bool:
        """Whether free or not is known of the new one, and not seen from its price."""
        return self.new.is_free is not None and not (self.new.pricing and self.new.pricing.amounts)


@get("/providers/{slug:str}/{capability:str}/select", opt={RIGHT: Right.SELECT})
async def choose_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """Asks once, with both models side by side."""
    slot = slot_named(slug, capability)
    return await _question(panel, request, slot, str(request.query_params.get("model", "")))


@post("/providers/{slug:str}/{capability:str}/select", opt={RIGHT: Right.SELECT})
async def choose(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Makes it the active one; where somebody else chose meanwhile, asks again with what stands now."""
    slot, wished = slot_named(slug, capability), form.text("model_id")
    try:
        name = form.line("model_name")
        wish = SelectModel(slot, model_id(wished.strip()), line(name) if name else None, _free(form.text("is_free")))
        selected = await panel.container.selection().select(wish, panel.actor(request), version_in(form))
    except VersionConflict:
        return await _question(panel, request, slot, wished, has_moved=True)
    except (InvalidValue, Conflict) as error:
        return await browsed(panel, request, slot, error)
    is_same = selected.previous is not None and selected.previous.model == selected.current.model
    return panel.go(place_of(slot), "choice-unchanged" if is_same else "model-chosen")


@get("/providers/{slug:str}/{capability:str}/deselect", opt={RIGHT: Right.SELECT})
async def clear_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """Asks once."""
    slot = slot_named(slug, capability)
    provider = (await panel.container.store().current()).provider(slot.provider)
    return panel.page(
        request,
        "deselect.html",
        slot=slot,
        place=place_of(slot),
        provider=provider,
        active=await in_use(panel, slot),
        version=await slot_version(panel, slot),
    )


@post("/providers/{slug:str}/{capability:str}/deselect", opt={RIGHT: Right.SELECT})
async def clear(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm) -> Response[bytes]:
    """No model is active afterwards; what was stays stored."""
    slot = slot_named(slug, capability)
    try:
        await panel.container.selection().deselect(slot, panel.actor(request), version_in(form))
    except VersionConflict as error:
        return await browsed(panel, request, slot, error)
    return panel.go(place_of(slot), "slot-emptied")


@post("/providers/{slug:str}/{capability:str}/roll-back", opt={RIGHT: Right.SELECT})
async def undo(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Brings back what was active before the last choice: a model, or none."""
    slot = slot_named(slug, capability)
    step = await panel.container.rollback_preview().next(slot)
    try:
        done = await panel.container.selection().roll_back(slot, panel.actor(request), version_in(form))
    except (Conflict, VersionConflict) as error:
        return await browsed(panel, request, slot, error)
    if done.current is not None:
        return panel.go(place_of(slot), "choice-undone")
    return panel.go(place_of(slot), "first-choice-undone" if step is not None and step.is_to_the_beginning else "emptied-again")


def version_in(form: Form) -> int:
    """The slot's version that the page showed; one that cannot be meant is a version that no slot has, so that nothing is done."""
    text = form.text("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_VERSION else -1


async def _question(panel: Panel, request: Request[Any, Any, Any], slot: Slot, wished: str, *, has_moved: bool = False) -> Response[bytes]:
    provider = (await panel.container.store().current()).provider(slot.provider)
    try:
        provider.require_active()
        provider.capability(slot.capability)
        wanted = model_id(wished.strip())
    except (InvalidValue, Conflict) as error:
        return await browsed(panel, request, slot, error)
    listing = await _listing(panel, request, slot)
    entry = listed(listing, wanted)
    old = await in_use(panel, slot)
    new = entry or CatalogueModel(wanted, wanted)
    change = Change(old, new, entry is not None, listing is not None, _moved(old.pricing if old else None, new.pricing))
    return panel.page(
        request,
        "select_model.html",
        slot=slot,
        place=place_of(slot),
        provider=provider,
        change=change,
        version=await slot_version(panel, slot),
        has_moved=has_moved,
    )


async def _listing(panel: Panel, request: SignedIn, slot: Slot) -> SlotCatalogue | None:
    """The list, where there is one to be had; a model may be chosen without."""
    try:
        return await panel.container.discovery().listing(slot, panel.actor(request))
    except (VendorFailed, Conflict, TooSoon):
        return None


def _moved(old: Pricing | None, new: Pricing | None) -> str | None:
    """Where the price of a million tokens goes, prompt and completion added."""
    before, after = _total(old), _total(new)
    if before is None or after is None or before == after:
        return None
    return "up" if after > before else "down"


def _total(pricing: Pricing | None) -> Decimal | None:
    if pricing is None or pricing.unit is not PriceUnit.MILLION_TOKENS:
        return None
    amounts = [pricing.amounts.get(name) for name in ("prompt", "completion")]
    return sum((amount for amount in amounts if amount is not None), Decimal(0)) if None not in amounts else None


def _free(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


ROUTES = [choose_page, choose, clear_page, clear, undo]
