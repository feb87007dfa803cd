"""What a declaration adds to a vendor's list: models of its own, and patterns over ids."""

import re
from collections.abc import Iterable, Mapping, Sequence
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
    declared_model,
    is_declared_free,
    live_model,
)
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.steps import A_STEP, Steps
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.records import frozen

CLASSIFIED_OTHERWISE = "other-purpose"
"""The reason of an exclusion that the declaration knows better than. Why a vendor no longer serves a model, it does not know better."""


def with_declared(capability: Capability, built: Catalogue, listed: VendorList, facts: Mapping[str, ModelFacts]) -> Steps[Catalogue]:
    """The catalogue of a vendor's list, joined by the declared models and narrowed by the patterns.

    A declared model is offered at the vendor's place, with the declaration's values before the vendor's; one that the vendor does not list comes
    behind. A model that the vendor has ended stays out.
    """
    if capability.models:
        built = yield from _joined(capability.models, built, listed, facts)
    return (yield from narrowed(capability, built))


def narrowed(capability: Capability, built: Catalogue) -> Steps[Catalogue]:
    """The catalogue without the models that `include` and `exclude` leave out; they are excluded with that reason."""
    if not capability.include and not capability.exclude:
        return built
    patterns, kept, left_out = _Patterns.of(capability), list[CatalogueModel](), list[ExcludedModel]()
    for number, model in enumerate(built.models, 1):
        if (reason := patterns.reason_against(model.id)) is None:
            kept.append(model)
        else:
            left_out.append(ExcludedModel(model.id, model.name, reason))
        if number % A_STEP == 0:
            yield
    return evolve(built, models=tuple(kept), excluded=(*built.excluded, *left_out))


def declared_count(capability: Capability) -> int:
    """How many declared models are offered."""
    listed = set(capability.models.ids)
    if not capability.include and not capability.exclude:
        return len(listed)
    patterns = _Patterns.of(capability)
    return sum(patterns.reason_against(model) is None for model in listed)


@frozen
class _Patterns:
    """The patterns of a capability, and the reasons by which they leave models out."""

    include: re.Pattern[str] | None
    exclude: re.Pattern[str] | None
    not_included: Reason
    by_pattern: Reason

    @classmethod
    def of(cls, capability: Capability) -> "_Patterns":
        return cls(
            _pattern(capability.include),
            _pattern(capability.exclude),
            Reason("not-included", patterns=list(capability.include)),
            Reason("excluded-by-pattern", patterns=list(capability.exclude)),
        )

    def reason_against(self, model: ModelId) -> Reason | None:
        if self.include is not None and not self.include.fullmatch(model):
            return self.not_included
        return self.by_pattern if self.exclude is not None and self.exclude.fullmatch(model) else None


def _pattern(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(translate, patterns))) if patterns else None


def _joined(declared: Iterable[DeclaredModel], built: Catalogue, listed: VendorList, facts: Mapping[str, ModelFacts]) -> Steps[Catalogue]:
    own: dict[ModelId, DeclaredModel] = {}
    for number, one in enumerate(declared, 1):
        own.setdefault(one.id, one)
        if number % A_STEP == 0:
            yield
    otherwise = {model.id for model in built.excluded if model.reason.code == CLASSIFIED_OTHERWISE and model.id in own}
    offered, models = built.by_id, list[CatalogueModel]()
    for position, key in enumerate(listed.ids_in_order):
        if key in own and (key in offered or key in otherwise):
            known = offered.get(key) or live_model(listed.models[position], facts.get(key, NO_FACTS), DECLARED)
            models.append(_overlaid(own[key], known))
        elif key in offered:
            models.append(offered[key])
        if position % A_STEP == A_STEP - 1:
            yield
    present = listed.ids
    for number, (key, one) in enumerate(own.items(), 1):
        if key not in present:
            models.append(_behind(one, facts))
        if number % A_STEP == 0:
            yield
    return evolve(built, models=tuple(models), excluded=tuple(model for model in built.excluded if model.id not in otherwise))


def _overlaid(declared: DeclaredModel, model: CatalogueModel) -> CatalogueModel:
    fields = _declared_fields(declared)
    pricing = declared.pricing or model.pricing
    return evolve(
        model,
        name=declared.name or model.name,
        is_free=is_declared_free(declared, pricing),
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
