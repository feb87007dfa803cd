"""What a declaration adds to a vendor's list: models of its own, and patterns over ids."""

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate

from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.catalogue import (
    DECLARED,
    NO_FACTS,
    Catalogue,
    CatalogueModel,
    ExcludedModel,
    ModelFacts,
    declared_catalogue,
    declared_model,
    live_model,
)
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.values.texts import ModelId

CLASSIFIED_OTHERWISE = "other-purpose"
"""The reason of an exclusion that the declaration knows better than. Why a vendor no longer serves a model, it does not know better."""


def with_declared(capability: Capability, built: Catalogue, listed: VendorList, facts: Mapping[str, ModelFacts]) -> Catalogue:
    """The catalogue of a vendor's list, joined by the declared models and narrowed by the patterns.

    A declared model is offered at the vendor's place, with the declaration's values before the vendor's; one that the vendor does not list comes
    behind. A model that the vendor has ended stays out.
    """
    if capability.models:
        built = _joined(capability.models, built, listed, facts)
    return narrowed(capability, built)


def narrowed(capability: Capability, built: Catalogue) -> Catalogue:
    """The catalogue without the models that `include` and `exclude` leave out; they are excluded with that reason."""
    if not capability.include and not capability.exclude:
        return built
    included, excluded = _pattern(capability.include), _pattern(capability.exclude)
    kept, left_out = list[CatalogueModel](), list[ExcludedModel]()
    not_included = Reason("not-included", patterns=list(capability.include))
    by_pattern = Reason("excluded-by-pattern", patterns=list(capability.exclude))
    for model in built.models:
        if capability.include and not included.fullmatch(model.id):
            left_out.append(ExcludedModel(model.id, model.name, not_included))
        elif capability.exclude and excluded.fullmatch(model.id):
            left_out.append(ExcludedModel(model.id, model.name, by_pattern))
        else:
            kept.append(model)
    return evolve(built, models=tuple(kept), excluded=(*built.excluded, *left_out))


def declared_count(capability: Capability) -> int:
    """How many declared models are offered."""
    if capability.include or capability.exclude:
        return len(narrowed(capability, declared_catalogue(capability, {})).models)
    return len(set(capability.models.ids))


def _pattern(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)))


def _joined(declared: Iterable[DeclaredModel], built: Catalogue, listed: VendorList, facts: Mapping[str, ModelFacts]) -> Catalogue:
    own: dict[ModelId, DeclaredModel] = {}
    for one in declared:
        own.setdefault(one.id, one)
    otherwise = {model.id for model in built.excluded if model.reason.code == CLASSIFIED_OTHERWISE and model.id in own}
    offered, models = built.by_id, list[CatalogueModel]()
    for entry in listed.models:
        if entry.id in own and (entry.id in offered or entry.id in otherwise):
            known = offered.get(entry.id) or live_model(entry, facts.get(entry.id, NO_FACTS), DECLARED)
            models.append(_overlaid(own[entry.id], known))
        elif entry.id in offered:
            models.append(offered[entry.id])
    present = {entry.id for entry in listed.models}
    models += (_behind(one, facts) for key, one in own.items() if key not in present)
    return evolve(built, models=tuple(models), excluded=tuple(model for model in built.excluded if model.id not in otherwise))


def _overlaid(declared: DeclaredModel, model: CatalogueModel) -> CatalogueModel:
    fields = _declared_fields(declared)
    pricing = declared.pricing or model.pricing
    is_free = declared.is_free if declared.is_free is not None else pricing.is_free if pricing else None
    return evolve(
        model,
        name=declared.name or model.name,
        is_free=is_free,
        pricing=pricing,
        context_length=declared.context_length or model.context_length,
        metadata_fields=tuple(name for name in model.metadata_fields if name not in fields),
        declared_fields=fields,
        reason=DECLARED,
    )


def _behind(declared: DeclaredModel, facts: Mapping[str, ModelFacts]) -> CatalogueModel:
    return evolve(declared_model(declared, facts.get(declared.id, NO_FACTS)), declared_fields=_declared_fields(declared))


def _declared_fields(declared: DeclaredModel) -> tuple[str, ...]:
    return tuple(name for name in ("name", "is_free", "pricing", "context_length") if getattr(declared, name) is not None)
