"""What a provider offers for one capability at one moment: the list, and the ways to look through it."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from attrs import field, frozen

from modeldesk.domain.errors import RuleBroken
from modeldesk.domain.prices import PriceUnit, Pricing
from modeldesk.domain.providers import Capability, DeclaredModel, Provider
from modeldesk.domain.texts import CapabilityName, ModelId, Slug


class Source(Enum):
    """Where a list came from: the declaration, the vendor just now, the cache, or the last good list."""

    STATIC = "static"
    LIVE = "live"
    CACHE = "cache"
    STALE = "stale"


@frozen
class Slot:
    """One provider and one capability: the place that holds at most one active model."""

    provider: Slug
    capability: CapabilityName


@frozen
class ModelFacts:
    """What a source of metadata knows of a model; None is unknown. `context_length` is in tokens."""

    name: str | None = None
    pricing: Pricing | None = None
    context_length: int | None = None


NO_FACTS = ModelFacts()


@frozen
class CatalogueModel:
    """A model on offer, normalised. `is_free` None is unknown, never free; `context_length` is in tokens."""

    id: ModelId
    name: str
    is_free: bool | None = None
    pricing: Pricing | None = None
    context_length: int | None = None


@frozen
class Catalogue:
    """The list of one slot, each id once, in the order of its source. `fetched_at` is None for a declared list."""

    slot: Slot
    source: Source
    models: tuple[CatalogueModel, ...]
    fetched_at: datetime | None = None


def declared_model(declared: DeclaredModel, facts: ModelFacts) -> CatalogueModel:
    """A declared entry with what the metadata adds; the declaration's own values win."""
    pricing = declared.pricing or facts.pricing
    is_free = declared.is_free if declared.is_free is not None else (pricing.is_free if pricing else None)
    return CatalogueModel(
        id=declared.id,
        name=declared.name or facts.name or declared.id,
        is_free=is_free,
        pricing=pricing,
        context_length=declared.context_length or facts.context_length,
    )


def declared_catalogue(slot: Slot, capability: Capability, facts: Mapping[str, ModelFacts]) -> Catalogue:
    """The list that a declaration holds; an id that stands twice counts once, at its first place."""
    first: dict[ModelId, DeclaredModel] = {}
    for declared in capability.models:
        first.setdefault(declared.id, declared)
    models = tuple(declared_model(declared, facts.get(declared.id, NO_FACTS)) for declared in first.values())
    return Catalogue(slot, Source.STATIC, models)


def listed_entry(
    provider: Provider, capability: CapabilityName, model: ModelId, facts: Mapping[str, ModelFacts]
) -> tuple[bool | None, CatalogueModel | None]:
    """Whether the slot's list holds the model, and its entry there. (None, None) where there is no list to ask."""
    declared = provider.capabilities.get(capability)
    if declared is None or not declared.supported or declared.has_dynamic_models:
        return None, None
    entry = next((entry for entry in declared.models if entry.id == model), None)
    return entry is not None, declared_model(entry, facts.get(model, NO_FACTS)) if entry else None


@frozen
class CatalogueQuery:
    """What of a list is wanted. `sort` is one of `SORTS`, with `-` before it for descending; None keeps the source's order."""

    search: str | None = None
    free: bool | None = None
    sort: str | None = None
    limit: int | None = field(default=None)
    offset: int = 0


@frozen
class CataloguePage:
    """A part of a list: `total` models fit the query, `models` are those on this page."""

    catalogue: Catalogue
    total: int
    models: tuple[CatalogueModel, ...]


def look_through(catalogue: Catalogue, query: CatalogueQuery) -> CataloguePage:
    """The models that fit the query, sorted and cut. `free` true wants those known to be free, false those known not to be."""
    fitting: Iterable[CatalogueModel] = catalogue.models
    if query.search and (wanted := folded(query.search).split()):
        fitting = [model for model in fitting if all(word in folded(f"{model.id} {model.name}") for word in wanted)]
    if query.free is not None:
        fitting = [model for model in fitting if model.is_free is query.free]
    models = sort_models(fitting, query.sort) if query.sort else tuple(fitting)
    end = None if query.limit is None else query.offset + query.limit
    return CataloguePage(catalogue, len(models), models[query.offset : end])


def sort_models(models: Iterable[CatalogueModel], sort: str) -> tuple[CatalogueModel, ...]:
    """By name, price, context or id, unknown last either way. Raises RuleBroken for another word."""
    descending = sort.startswith("-")
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        raise RuleBroken(f"sort is one of {', '.join(SORTS)}, with - before it for descending; not {sort!r}")
    known = [(value, model) for model in models if (value := key(model)) is not None]
    unknown = [model for model in models if key(model) is None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return (*(model for _, model in known), *unknown)


def folded(text: str) -> str:
    """Without letter case and accents, so that a search for `resume` finds `Résumé`."""
    if text.isascii():
        return text.lower()
    # Decomposed first: some letters are small ones only after it (`ℌ` is H, `™` is TM).
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def _price(model: CatalogueModel) -> Decimal | None:
    # Prompt and completion added stand for what a call costs; prices of unlike units cannot be compared and count as unknown.
    if model.pricing is None or model.pricing.unit is not PriceUnit.MILLION_TOKENS:
        return None
    amounts = [value for name in ("prompt", "completion") if (value := model.pricing.amounts.get(name)) is not None]
    return sum(amounts, Decimal(0)) if amounts else None


SORTS: Mapping[str, Callable[[CatalogueModel], Any]] = {
    "name": lambda model: folded(model.name),
    "price": _price,
    "context": lambda model: model.context_length,
    "id": lambda model: model.id,
}
