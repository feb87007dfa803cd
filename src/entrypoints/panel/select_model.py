"""Selecting, deselecting and rolling back the active model of a slot. Each page asks for confirmation first."""

from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus

from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import Struct

from modeldesk.domain.errors import Conflict, InvalidValue, TooSoon, VendorFailed, VersionConflict
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.catalogue import CatalogueModel, ModelFacts, known_model
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import StoredModelStatus
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import ModelId, model_id
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.entrypoints.commands.models import SelectBody
from modeldesk.entrypoints.panel.browsing import browse_response, find_listed
from modeldesk.entrypoints.panel.comparison import ComparedModel, Comparison
from modeldesk.entrypoints.panel.dependents import summary_of
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.latest_changes import OUTDATED, latest_of_slot, version_in
from modeldesk.entrypoints.panel.providers import list_url
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.paths import slot_from_path
from modeldesk.entrypoints.rights import RIGHT


class Change(Struct, frozen=True):
    """The current and the new model, and how the price changes: `up`, `down`, or None if that is unknown. `nearest` is a listed id like an unlisted one."""

    old: StoredModelStatus | None
    new: CatalogueModel
    is_listed: bool
    is_known: bool
    prices: str | None
    facts: Comparison
    nearest: str | None = None

    @property
    def is_same(self) -> bool:
        return self.old is not None and self.old.model.model_id == self.new.id

    @property
    def shows_cost(self) -> bool:
        """Whether the page shows free or paid for the new model: it is known, and no price shows it."""
        return self.new.is_free is not None and not (self.new.pricing and self.new.pricing.amounts)


@get("/providers/{slug:str}/{capability:str}/select", opt={RIGHT: Right.SELECT})
async def select_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """Asks for confirmation, with the current and the new model side by side."""
    slot = slot_from_path(slug, capability)
    return await _confirmation(panel, request, slot, str(request.query_params.get("model", "")))


@post("/providers/{slug:str}/{capability:str}/select", opt={RIGHT: Right.SELECT})
async def select(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Selects the model. If the slot changed in the meantime, asks again with the model that is active now."""
    slot, model_text = slot_from_path(slug, capability), form.text("model_id")
    try:
        command = panel.command(
            SelectBody,
            provider=slot.provider,
            capability=slot.capability,
            model_id=model_text.strip(),
            model_name=form.line("model_name") or None,
            is_free=form.text("is_free") or None,
        ).command
        selected = await panel.container.selection().select(command, panel.actor(request), version_in(form))
    except VersionConflict:
        return await _confirmation(panel, request, slot, model_text, is_outdated=True)
    except (InvalidValue, Conflict) as error:
        return await browse_response(panel, request, slot, error)
    is_same = selected.previous is not None and selected.previous.model == selected.current.model
    return panel.redirect(list_url(slot), "selection-unchanged" if is_same else "model-selected")


@get("/providers/{slug:str}/{capability:str}/deselect", opt={RIGHT: Right.SELECT})
async def deselect_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """Asks for confirmation."""
    return await _deselect_confirmation(panel, request, slot_from_path(slug, capability))


@post("/providers/{slug:str}/{capability:str}/deselect", opt={RIGHT: Right.SELECT})
async def deselect(
    request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm
) -> Response[bytes]:
    """Deselects the active model; it stays stored."""
    slot = slot_from_path(slug, capability)
    try:
        await panel.container.selection().deselect(slot, panel.actor(request), version_in(form))
    except VersionConflict:
        return await _deselect_confirmation(panel, request, slot, is_outdated=True)
    return panel.redirect(list_url(slot), "model-deselected")


@post("/providers/{slug:str}/{capability:str}/roll-back", opt={RIGHT: Right.SELECT})
async def roll_back(
    request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm
) -> Response[bytes]:
    """Restores what was active before the last change: a model, or none."""
    slot = slot_from_path(slug, capability)
    step = await panel.container.rollback_preview().next(slot)
    try:
        result = await panel.container.selection().roll_back(slot, panel.actor(request), version_in(form))
    except (Conflict, VersionConflict) as error:
        return await browse_response(panel, request, slot, error)
    if result.current is not None:
        return panel.redirect(list_url(slot), "rolled-back")
    return panel.redirect(
        list_url(slot), "first-selection-rolled-back" if step is not None and step.is_to_the_beginning else "rolled-back-to-none"
    )


async def _confirmation(panel: Panel, request: SignedIn, slot: Slot, model_text: str, *, is_outdated: bool = False) -> Response[bytes]:
    provider = (await panel.container.store().current()).provider(slot.provider)
    try:
        provider.require_active()
        provider.capability(slot.capability)
        requested = model_id(model_text.strip())
    except (InvalidValue, Conflict) as error:
        return await browse_response(panel, request, slot, error)
    listing = await _listing(panel, request, slot)
    # Both are of one snapshot: a version of a later moment would let this page replace a model that it does not show.
    status = await panel.container.dashboard().slot(slot)
    old = status.active
    change = await _change(panel, slot, listing, old, requested)
    return panel.page(
        request,
        "select_model.html",
        slot=slot,
        url=list_url(slot),
        provider=status.provider,
        change=change,
        version=status.version,
        is_outdated=is_outdated,
        latest=await latest_of_slot(panel, slot) if is_outdated else None,
        status=OUTDATED if is_outdated else HTTPStatus.OK,
    )


async def _change(panel: Panel, slot: Slot, listing: SlotCatalogue | None, old: StoredModelStatus | None, requested: ModelId) -> Change:
    entry = find_listed(listing, requested)
    facts = await panel.container.metadata().facts((await panel.container.store().current()).provider(slot.provider))
    today = panel.container.clock()().date()
    new = entry or known_model(requested, requested, facts) or CatalogueModel(requested, requested)
    return Change(
        old,
        new,
        is_listed=entry is not None,
        is_known=listing is not None,
        prices=_price_direction(old.pricing if old else None, new.pricing),
        facts=Comparison(_compared(old, listing, facts), ComparedModel.of(new, today)),
        nearest=await panel.container.discovery().nearest(slot, requested) if entry is None else None,
    )


def _compared(old: StoredModelStatus | None, listing: SlotCatalogue | None, facts: Mapping[str, ModelFacts]) -> ComparedModel:
    """The facts of the current model, as the list or else metadata has them; its lifecycle is as of the dashboard."""
    if old is None:
        return ComparedModel()
    id_, name = old.model.model_id, old.model.model_name
    entry = find_listed(listing, id_) or known_model(id_, name, facts)
    return (
        ComparedModel(entry.context_length, entry.inputs, entry.outputs, old.lifecycle) if entry else ComparedModel(lifecycle=old.lifecycle)
    )


async def _deselect_confirmation(panel: Panel, request: SignedIn, slot: Slot, *, is_outdated: bool = False) -> Response[bytes]:
    status = await panel.container.dashboard().slot(slot)
    return panel.page(
        request,
        "deselect.html",
        slot=slot,
        url=list_url(slot),
        provider=status.provider,
        active=status.active,
        dependents=summary_of(await panel.container.dependents().of_slot(slot)),
        version=status.version,
        is_outdated=is_outdated,
        latest=await latest_of_slot(panel, slot) if is_outdated else None,
        status=OUTDATED if is_outdated else HTTPStatus.OK,
    )


async def _listing(panel: Panel, request: SignedIn, slot: Slot) -> SlotCatalogue | None:
    """The list, if it is available; a model can be selected without one."""
    try:
        return await panel.container.discovery().listing(slot, panel.actor(request), most=panel.container.list_wait())
    except (VendorFailed, Conflict, TooSoon):
        return None


def _price_direction(old: Pricing | None, new: Pricing | None) -> str | None:
    """How the price of a million tokens changes, input and output added."""
    before, after = _total(old), _total(new)
    if before is None or after is None or before == after:
        return None
    return "up" if after > before else "down"


def _total(pricing: Pricing | None) -> Decimal | None:
    if pricing is None or pricing.unit is not PriceUnit.MILLION_TOKENS:
        return None
    amounts = [pricing.dollars.get(name) for name in ("prompt", "completion")]
    return sum((amount for amount in amounts if amount is not None), Decimal(0)) if None not in amounts else None


ROUTES = [select_page, select, deselect_page, deselect, roll_back]
