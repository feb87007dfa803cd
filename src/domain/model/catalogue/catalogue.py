"""What a provider offers for one capability at one moment: the list, and the ways to look through it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from itertools import product

from attrs import frozen

from modeldesk.domain.model.catalogue.classification import check_eligibility, classify
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.catalogue.vendor_list import OUTDATED, Modality, VendorList, VendorModel
from modeldesk.domain.model.providers.provider import Capability, DeclaredModel, Provider, Slot
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import CapabilityName, ModelId


class Source(Enum):
    """Where a list came from: the declaration, the vendor just now, the cache, or the last good list."""

    STATIC = "static"
    LIVE = "live"
    CACHE = "cache"
    STALE = "stale"


@frozen
class ModelFacts:
    """What a source of metadata knows of a model; None is unknown. `context_length` is in tokens."""

    name: str | None = None
    pricing: Pricing | None = None
    context_length: int | None = None
    inputs: tuple[Modality, ...] | None = None
    outputs: tuple[Modality, ...] | None = None


NO_FACTS = ModelFacts()
METADATA_SOURCE = "models.dev"
"""What fills the fields that a list leaves open."""


@frozen
class CatalogueModel:
    """A model on offer, normalised. `is_free` None is unknown, never free; `context_length` is in tokens.

    `metadata_fields` names the fields that the list left open and `METADATA_SOURCE` knew; all others are the list's own. `reason` says why the model
    is offered for the capability.
    """

    id: ModelId
    name: str
    is_free: bool | None = None
    pricing: Pricing | None = None
    context_length: int | None = None
    inputs: tuple[Modality, ...] | None = None
    outputs: tuple[Modality, ...] | None = None
    created_on: date | None = None
    deprecated_on: date | None = None
    retires_on: date | None = None
    note: str | None = None
    metadata_fields: tuple[str, ...] = ()
    reason: str = ""


@frozen
class ExcludedModel:
    """A model that the vendor lists and that is not offered for the capability, and why."""

    id: ModelId
    name: str
    reason: str


@frozen
class Catalogue:
    """The models on offer for a capability, each id once, in the order of their source. `fetched_at` is None for a declared list."""

    models: tuple[CatalogueModel, ...]
    fetched_at: datetime | None = None
    excluded: tuple[ExcludedModel, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[ModelId, CatalogueModel]:
        return {model.id: model for model in self.models}

    @cached_property
    def searchable(self) -> Sequence[tuple[str, CatalogueModel]]:
        """What a search looks through, folded once: folding costs ten times what looking does."""
        return [(search_key(f"{model.id} {model.name}"), model) for model in self.models]


def declared_model(declared: DeclaredModel, facts: ModelFacts) -> CatalogueModel:
    """A declared entry with what the metadata adds; the declaration's own values win."""
    return CatalogueModel(
        id=declared.id,
        name=declared.name or facts.name or declared.id,
        is_free=declared.is_free if declared.is_free is not None else _is_free(declared.pricing or facts.pricing),
        pricing=declared.pricing or facts.pricing,
        context_length=declared.context_length or facts.context_length,
        inputs=facts.inputs,
        outputs=facts.outputs,
        metadata_fields=_filled(declared, facts),
        reason="it stands in the declaration",
    )


def declared_catalogue(capability: Capability, facts: Mapping[str, ModelFacts]) -> Catalogue:
    """The list that a declaration holds; an id that stands twice counts once, at its first place."""
    first: dict[ModelId, DeclaredModel] = {}
    for declared in capability.models:
        first.setdefault(declared.id, declared)
    models = tuple(declared_model(declared, facts.get(declared.id, NO_FACTS)) for declared in first.values())
    return Catalogue(models)


def live_catalogue(capability: CapabilityName, listed: VendorList, facts: Mapping[str, ModelFacts], fetched_at: datetime) -> Catalogue:
    """The models of a vendor's list that serve the capability, and those that do not, each with the reason."""
    models, excluded = list[CatalogueModel](), list[ExcludedModel]()
    for entry in listed.models:
        known = facts.get(entry.id, NO_FACTS)
        fit = check_eligibility(classify(entry, known.inputs, known.outputs), capability)
        if (ended := _ended(entry, fetched_at.date())) is not None:
            excluded.append(ExcludedModel(entry.id, entry.name or known.name or entry.id, ended))
        elif fit.is_offered:
            models.append(live_model(entry, known, fit.reason))
        else:
            excluded.append(ExcludedModel(entry.id, entry.name or known.name or entry.id, fit.reason))
    return Catalogue(tuple(models), fetched_at, tuple(excluded))


def live_model(entry: VendorModel, facts: ModelFacts, reason: str) -> CatalogueModel:
    """An entry of a vendor's list with what the metadata adds; the vendor's own values win."""
    pricing = entry.pricing or facts.pricing
    return CatalogueModel(
        id=entry.id,
        name=entry.name or facts.name or entry.id,
        is_free=_is_free(pricing),
        pricing=pricing,
        context_length=entry.context_length or facts.context_length,
        inputs=entry.inputs or facts.inputs,
        outputs=entry.outputs or facts.outputs,
        created_on=entry.created_on,
        deprecated_on=entry.deprecated_on,
        retires_on=entry.retires_on,
        note=entry.note,
        metadata_fields=_filled(entry, facts),
        reason=reason,
    )


def _is_free(pricing: Pricing | None) -> bool | None:
    return pricing.is_free if pricing else None


def _filled(entry: DeclaredModel | VendorModel, facts: ModelFacts) -> tuple[str, ...]:
    if facts is NO_FACTS:
        return ()
    return _FILLED[tuple(bool(getattr(facts, name)) and not getattr(entry, name, None) for name in FILLABLE)]


FILLABLE = ("name", "pricing", "context_length", "inputs", "outputs")
# One tuple for each combination, which thousands of models share.
_FILLED = {
    known: tuple(name for name, is_filled in zip(FILLABLE, known, strict=True) if is_filled)
    for known in product((False, True), repeat=len(FILLABLE))
}


def _ended(entry: VendorModel, today: date) -> str | None:
    if entry.retires_on is not None and entry.retires_on < today:
        return f"its vendor ended it on {entry.retires_on}"
    return None if entry.note in OUTDATED else entry.note


def find_entry(
    provider: Provider, slot: Slot, model: ModelId, facts: Mapping[str, ModelFacts], live: Catalogue | None
) -> tuple[bool | None, CatalogueModel | None]:
    """Whether the slot's list holds the model, and its entry there; `live` is what is known of a live list without asking the vendor.

    (None, None) where there is no list to ask.
    """
    declared = provider.capabilities.get(slot.capability)
    if declared is None or not declared.supported:
        return None, None
    if declared.has_dynamic_models:
        return (None, None) if live is None else (model in live.by_id, live.by_id.get(model))
    entry = next((entry for entry in declared.models if entry.id == model), None)
    return entry is not None, declared_model(entry, facts.get(model, NO_FACTS)) if entry else None
