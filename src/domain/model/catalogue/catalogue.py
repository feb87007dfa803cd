"""The catalogue: the models that a provider offers for one capability."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import TypeAlias

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.classification import UNVERIFIED, check_eligibility, classify
from modeldesk.domain.model.catalogue.lifecycle import Lifecycle, LifecycleClaim, lifecycle_on, vendor_state
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.catalogue.vendor_list import OUTDATED, Modality, UnreadableRow, VendorList, VendorModel
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.steps import A_STEP, Steps
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import CapabilityName, ModelId
from modeldesk.domain.records import frozen


class Source(Enum):
    """The source of a list: the declaration, the vendor, the cache, or the last good list."""

    STATIC = "static"
    LIVE = "live"
    CACHE = "cache"
    STALE = "stale"


NO_SOURCES: Mapping[str, str] = MappingProxyType({})


@frozen
class ModelFacts:
    """Metadata of a model. None is unknown. `context_length` is in tokens.

    `sources` names the source of each field that is not from `METADATA_SOURCE`, and `claims` is what the sources say about the lifecycle.
    """

    name: str | None = None
    pricing: Pricing | None = None
    context_length: int | None = None
    inputs: tuple[Modality, ...] | None = None
    outputs: tuple[Modality, ...] | None = None
    sources: Mapping[str, str] = NO_SOURCES
    claims: tuple[LifecycleClaim, ...] = ()


NO_FACTS = ModelFacts()
DECLARED = Reason("declared")
"""Why a declared model is offered."""

DECLARATION_SOURCE = "declaration"
"""The source of fields that a declaration adds to a vendor's list."""

METADATA_SOURCE = "models.dev"
"""The source that fills fields missing in a list, unless another one is named."""

VENDOR_SOURCE = "vendor"
"""The source of what a vendor's own list says."""


@frozen(weakref_slot=False)
class CatalogueModel:
    """A model in a catalogue. `is_free` None means unknown, never free. `context_length` is in tokens.

    `metadata_fields` names the fields that came from metadata, by `metadata_sources` where that is not `METADATA_SOURCE`; all others came from
    the list. `declared_fields` are those that a declaration adds to a vendor's list. `reason` says why the model is offered for the capability,
    and `claims` is what all sources say about its lifecycle.
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
    reason: Reason = DECLARED
    declared_fields: tuple[str, ...] = ()
    metadata_sources: Mapping[str, str] = NO_SOURCES
    claims: tuple[LifecycleClaim, ...] = ()

    def lifecycle(self, today: date) -> Lifecycle | None:
        """The lifecycle on that day; None where no source says anything."""
        return lifecycle_on(today, self.claims)

    @property
    def is_unverified(self) -> bool:
        """Whether nothing says that the model serves the capability: it is offered on the assumption that it is a language model."""
        return self.reason.code == UNVERIFIED.code


@frozen(weakref_slot=False)
class ExcludedModel:
    """A model that the vendor lists but that is not offered for the capability, with the reason."""

    id: ModelId
    name: str
    reason: Reason
    claims: tuple[LifecycleClaim, ...] = ()


Chunk: TypeAlias = tuple[Sequence[CatalogueModel], Sequence[ExcludedModel]]
"""Models that are offered, and models that are not, of some entries of a vendor's list."""


@frozen
class Catalogue:
    """The models offered for a capability, in the order of their source, each id once. `fetched_at` is None for a declared list.

    `unreadable` counts the rows of the vendor's list that are left out; the first of them are named among `excluded`.
    """

    models: tuple[CatalogueModel, ...]
    fetched_at: datetime | None = None
    excluded: tuple[ExcludedModel, ...] = ()
    unreadable: int = 0

    @cached_property
    def by_id(self) -> Mapping[ModelId, CatalogueModel]:
        return {model.id: model for model in self.models}

    @cached_property
    def searchable(self) -> Sequence[tuple[str, CatalogueModel]]:
        """The search key of each model, computed once: computing a key costs ten times as much as searching it."""
        return [(search_key(f"{model.id} {model.name}"), model) for model in self.models]


def declared_model(declared: DeclaredModel, facts: ModelFacts) -> CatalogueModel:
    """A declared model, completed from metadata. The declaration's values take precedence."""
    return CatalogueModel(
        id=declared.id,
        name=declared.name or facts.name or declared.id,
        is_free=is_declared_free(declared, declared.pricing or facts.pricing),
        pricing=declared.pricing or facts.pricing,
        context_length=declared.context_length or facts.context_length,
        inputs=facts.inputs,
        outputs=facts.outputs,
        metadata_fields=_metadata_fields(declared, facts),
        reason=DECLARED,
        metadata_sources=facts.sources,
        claims=facts.claims,
    )


def is_declared_free(declared: DeclaredModel, pricing: Pricing | None) -> bool | None:
    """As it is declared, else by the price."""
    return declared.is_free if declared.is_free is not None else _is_free(pricing)


def declared_catalogue(capability: Capability, facts: Mapping[str, ModelFacts]) -> Steps[Catalogue]:
    """The catalogue of a declared list. A repeated id counts once, at its first position."""
    found: dict[ModelId, CatalogueModel] = {}
    for number, declared in enumerate(capability.models, 1):
        if declared.id not in found:
            found[declared.id] = declared_model(declared, facts.get(declared.id, NO_FACTS))
        if number % A_STEP == 0:
            yield
    return Catalogue(tuple(found.values()))


def joined_catalogue(chunks: Iterable[Chunk], listed: VendorList, fetched_at: datetime) -> Catalogue:
    """The catalogue of a vendor's list, from the chunks of all its entries."""
    models, excluded = list[CatalogueModel](), list[ExcludedModel]()
    for some_models, some_excluded in chunks:
        models += some_models
        excluded += some_excluded
    excluded += map(_unreadable, listed.unreadable_rows)
    return Catalogue(tuple(models), fetched_at, tuple(excluded), listed.unreadable)


def catalogue_chunk(
    capability: CapabilityName, entries: Iterable[VendorModel], facts: Mapping[str, ModelFacts], fetched_at: datetime
) -> Chunk:
    """What these entries of a vendor's list are in the catalogue. An entry takes some 20 µs."""
    models, excluded = list[CatalogueModel](), list[ExcludedModel]()
    for entry in entries:
        metadata = facts.get(entry.id, NO_FACTS)
        eligibility = check_eligibility(classify(entry, metadata.inputs, metadata.outputs), capability)
        claims = (*_vendor_claims(entry, fetched_at), *metadata.claims)
        if (obstacle := _obstacle(entry, fetched_at.date())) is not None:
            excluded.append(ExcludedModel(entry.id, entry.name or metadata.name or entry.id, obstacle, claims))
        elif eligibility.is_offered:
            models.append(live_model(entry, metadata, eligibility.reason, claims))
        else:
            excluded.append(ExcludedModel(entry.id, entry.name or metadata.name or entry.id, eligibility.reason, claims))
    return models, excluded


def _unreadable(row: UnreadableRow) -> ExcludedModel:
    label = row.label or f"#{row.position}"
    return ExcludedModel(ModelId(label), label, Reason("row-unreadable", row=row.position, reason=row.reason))


def live_model(entry: VendorModel, facts: ModelFacts, reason: Reason, claims: tuple[LifecycleClaim, ...] = ()) -> CatalogueModel:
    """An entry of a vendor's list, completed from metadata. The vendor's values take precedence."""
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
        metadata_fields=_metadata_fields(entry, facts),
        reason=reason,
        metadata_sources=facts.sources,
        claims=claims,
    )


def _vendor_claims(entry: VendorModel, fetched_at: datetime) -> tuple[LifecycleClaim, ...]:
    state = vendor_state(entry.note)
    if state is None and entry.deprecated_on is None and entry.retires_on is None:
        return ()
    return (LifecycleClaim(VENDOR_SOURCE, entry.deprecated_on, entry.retires_on, state, entry.replacement, fetched_at),)


def _is_free(pricing: Pricing | None) -> bool | None:
    return pricing.is_free if pricing else None


def _metadata_fields(entry: DeclaredModel | VendorModel, facts: ModelFacts) -> tuple[str, ...]:
    if facts is NO_FACTS:
        return ()
    return _METADATA_FIELDS[tuple(bool(getattr(facts, name)) and not getattr(entry, name, None) for name in FILLABLE)]


FILLABLE = ("name", "pricing", "context_length", "inputs", "outputs")
# Thousands of models share these tuples, one for each combination.
_METADATA_FIELDS = {
    flags: tuple(name for name, is_filled in zip(FILLABLE, flags, strict=True) if is_filled)
    for flags in product((False, True), repeat=len(FILLABLE))
}


def _obstacle(entry: VendorModel, today: date) -> Reason | None:
    """Why the entry cannot be called as it is listed, whatever it is for."""
    if "*" in entry.id:  # gateways list patterns (`openai/*`)
        return Reason("pattern-not-model")
    if entry.retires_on is not None and entry.retires_on < today:
        return Reason("ended-by-vendor", day=entry.retires_on)
    return None if entry.note is None or entry.note in OUTDATED else Reason("vendor-note", said=entry.note)


FoundEntry: TypeAlias = tuple[bool | None, CatalogueModel | None]
"""Whether a slot's list contains a model, and its entry."""


def find_entry(provider: Provider, slot: Slot, model: ModelId, facts: Mapping[str, ModelFacts], live: Catalogue | None) -> FoundEntry:
    """Whether the slot's list contains the model, and its entry. Returns (None, None) if there is no list.

    `live` is the stored live list, if any; this function never calls the vendor. Until there is one, declared models are known to be offered.
    """
    declared = provider.capabilities.get(slot.capability)
    if declared is None or not declared.supported:
        return None, None
    if declared.has_dynamic_models and live is not None:
        return model in live.by_id, live.by_id.get(model)
    entry = declared.models.find(model)
    if entry is None:
        return None if declared.has_dynamic_models else False, None
    return True, declared_model(entry, facts.get(model, NO_FACTS))


def known_model(model: ModelId, name: str, facts: Mapping[str, ModelFacts]) -> CatalogueModel | None:
    """A model that no list holds, from metadata alone; None where metadata does not know it. Whether it is free stays unknown."""
    found = facts.get(model)
    if found is None:
        return None
    return CatalogueModel(
        model,
        name,
        pricing=found.pricing,
        context_length=found.context_length,
        inputs=found.inputs,
        outputs=found.outputs,
        metadata_fields=tuple(field for field in FILLABLE if field != "name" and getattr(found, field) is not None),
        metadata_sources=found.sources,
        claims=found.claims,
    )


def claims_about(
    model: ModelId, entry: CatalogueModel | None, facts: Mapping[str, ModelFacts], live: Catalogue | None
) -> tuple[LifecycleClaim, ...]:
    """What all sources say about a model's lifecycle, also where the vendor's list holds it and does not offer it, as it does when it has ended."""
    if entry is not None:
        return entry.claims
    excluded = next((found for found in live.excluded if found.id == model), None) if live is not None else None
    return excluded.claims if excluded is not None else facts.get(model, NO_FACTS).claims
