"""What the desk answers, as JSON: one function for each kind of answer, used by REST and by `--format json` alike.

Their shapes stand in `shapes`.
"""

from collections.abc import Sequence
from typing import Any

from modeldesk.domain.model.catalogue.catalogue import METADATA_SOURCE, CatalogueModel
from modeldesk.domain.model.catalogue.query import CatalogueQuery
from modeldesk.domain.model.keys.key_choice import KeyState
from modeldesk.domain.model.keys.provider_key import KeyVerdict, StoredKey
from modeldesk.domain.model.providers.provider import Capability, DeclaredModel, PricingInfo, Provider, ProviderConfig
from modeldesk.domain.model.selection import RollbackResult, SelectionResult, StoredModelStatus
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.domain.services.dashboard import Alert, CapabilityOverview, Overview, ProviderOverview
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.master_key_rotation import KeysUnder, RotationResult
from modeldesk.entrypoints.shapes import (
    BrowseAnswer,
    CacheAnswer,
    CapabilityAnswer,
    CapabilityOverviewAnswer,
    DeclaredModelAnswer,
    DeselectedAnswer,
    ExcludedAnswer,
    KeyAnswer,
    KeysAnswer,
    KeyStateAnswer,
    KeyVerdictAnswer,
    ListedKeyAnswer,
    MasterKeyAnswer,
    ModelAnswer,
    ModelsAnswer,
    NoticeAnswer,
    OverviewAnswer,
    ProviderAnswer,
    ProviderOverviewAnswer,
    ProvidersAnswer,
    RolledBackAnswer,
    RotatedAnswer,
    SelectedAnswer,
    StoredModelAnswer,
    TotalsAnswer,
)


def provider_answer(provider: Provider, key: KeyState) -> ProviderAnswer:
    return ProviderAnswer(
        slug=provider.slug,
        name=provider.name,
        display_name=provider.display_name,
        description=provider.description,
        provider_class=provider.provider_class,
        api_base_url=provider.api_base_url,
        website=provider.website,
        logo_url=provider.logo_url,
        documentation_url=provider.documentation_url,
        capabilities={name: capability_answer(capability) for name, capability in provider.capabilities.items()},
        config=provider.config.members,
        pricing_info=provider.pricing_info.members,
        sort_order=provider.sort_order,
        is_active=provider.is_active,
        is_recommended=provider.is_recommended,
        allow_personal_keys=provider.allow_personal_keys,
        allow_shared_for_normal_admins=provider.allow_shared_for_normal_admins,
        key=key_state_answer(key),
    )


def key_state_answer(key: KeyState) -> KeyStateAnswer:
    """`unreadable` stands there only where it is so: it is a damage, and most providers have none."""
    answer = KeyStateAnswer(shared=key.shared, personal=key.personal, usable=key.usable, hint=key.hint)
    if key.unreadable:
        answer["unreadable"] = [scope.value for scope in key.unreadable]
    return answer


def providers_answer(providers: Sequence[tuple[Provider, KeyState]], count: int) -> ProvidersAnswer:
    """`count` is how many there are in all, of which `providers` may be a part."""
    return ProvidersAnswer(count=count, providers=[provider_answer(provider, key) for provider, key in providers])


def capability_answer(capability: Capability) -> CapabilityAnswer:
    return CapabilityAnswer(
        supported=capability.supported,
        has_dynamic_models=capability.has_dynamic_models,
        description=capability.description,
        models=[declared_model_answer(model) for model in capability.models],
    )


def declared_model_answer(model: DeclaredModel) -> DeclaredModelAnswer:
    """What the declaration says, and no more: browsing shows what metadata adds."""
    answer = DeclaredModelAnswer(id=model.id, name=model.name or model.id)
    if model.is_free is not None:
        answer["is_free"] = model.is_free
    if model.pricing is not None:
        answer["pricing"] = model.pricing.members
    if model.context_length is not None:
        answer["context_length"] = model.context_length
    return answer


def browse_answer(listing: SlotCatalogue, query: CatalogueQuery, *, explain: bool = False) -> BrowseAnswer:
    """A page of a list. With `explain` each model says why it is offered and where its facts come from, and the others why they are not."""
    catalogue, page = listing.catalogue, listing.page(query)
    answer = BrowseAnswer(
        provider=listing.slot.provider,
        capability=listing.slot.capability,
        source=listing.source.value,
        fetched_at=format_timestamp(catalogue.fetched_at) if catalogue.fetched_at else None,
        count=len(page.models),
        total=page.total,
        models=[model_answer(model, is_active=model.id == listing.active, explain=explain) for model in page.models],
    )
    if listing.failure is not None:
        answer["failure"] = listing.failure.reason
    if listing.state is not None and listing.state.shrunk is not None:
        answer["waiting"] = listing.state.shrunk.count
    if explain:
        answer["excluded"] = [ExcludedAnswer(id=model.id, name=model.name, reason=model.reason) for model in catalogue.excluded]
    return answer


def model_answer(model: CatalogueModel, *, is_active: bool, explain: bool = False) -> ModelAnswer:
    """What is not known of most models is left out where it is not, so that a list of thousands stays small."""
    answer = ModelAnswer(
        id=model.id,
        name=model.name,
        is_free=model.is_free,
        pricing=pricing_answer(model.pricing),
        context_length=model.context_length,
        is_active=is_active,
    )
    if model.inputs:
        answer["input_modalities"] = [modality.value for modality in model.inputs]
    if model.outputs:
        answer["output_modalities"] = [modality.value for modality in model.outputs]
    if model.created_on:
        answer["created_on"] = model.created_on.isoformat()
    if model.deprecated_on:
        answer["deprecated_on"] = model.deprecated_on.isoformat()
    if model.retires_on:
        answer["retires_on"] = model.retires_on.isoformat()
    if model.note:
        answer["note"] = model.note
    if explain:
        answer["reason"] = model.reason
        answer["sources"] = dict.fromkeys((FACT_NAMES.get(name, name) for name in model.metadata_fields), METADATA_SOURCE)
    return answer


FACT_NAMES = {"inputs": "input_modalities", "outputs": "output_modalities"}


def key_answer(key: StoredKey) -> KeyAnswer:
    """What may be told of a key; the key itself is never answered."""
    return KeyAnswer(
        provider=key.binding.provider,
        scope="personal" if key.binding.owner else "shared",
        hint=key.hint,
        set_at=format_timestamp(key.set_at),
        set_by=key.set_by,
    )


def keys_answer(keys: Sequence[tuple[StoredKey, str, str]], under: Sequence[KeysUnder]) -> KeysAnswer:
    """Each key with the id of its master key and how it stands; then how many there are under each master key."""
    listed = [
        ListedKeyAnswer(**key_answer(key), owner=key.binding.owner, master_key=master_key, state=state) for key, master_key, state in keys
    ]
    return KeysAnswer(count=len(listed), keys=listed, master_keys=master_keys_answer(under))


def master_keys_answer(under: Sequence[KeysUnder]) -> list[MasterKeyAnswer]:
    return [MasterKeyAnswer(id=entry.id, state=entry.state, count=entry.count) for entry in under]


def rotated_answer(rotated: RotationResult) -> RotatedAnswer:
    return RotatedAnswer(
        is_new=rotated.is_new,
        resealed=rotated.resealed,
        remaining=rotated.remaining,
        unreadable=[{"provider": provider, "owner": owner} for provider, owner in rotated.unreadable],
        master_keys=master_keys_answer(rotated.under),
    )


def key_verdict_answer(verdict: KeyVerdict) -> KeyVerdictAnswer:
    return KeyVerdictAnswer(verdict=verdict.verdict.value, detail=verdict.detail, checked_at=format_timestamp(verdict.checked_at))


def stored_model_answer(standing: StoredModelStatus) -> StoredModelAnswer:
    model = standing.model
    return StoredModelAnswer(
        provider=model.slot.provider,
        capability=model.slot.capability,
        model_id=model.model_id,
        model_name=model.model_name,
        is_free=model.is_free,
        pricing=pricing_answer(standing.pricing),
        is_active=standing.is_active,
        in_catalogue=standing.in_catalogue,
        selected_at=format_timestamp(model.selected_at),
        selected_by=model.selected_by,
        slot_version=standing.slot_version,
    )


def selected_answer(selected: SelectionResult) -> SelectedAnswer:
    return SelectedAnswer(**stored_model_answer(selected.current), previous=_maybe(selected.previous))


def deselected_answer(previous: StoredModelStatus | None) -> DeselectedAnswer:
    return DeselectedAnswer(previous=_maybe(previous))


def rolled_back_answer(done: RollbackResult) -> RolledBackAnswer:
    return RolledBackAnswer(active=_maybe(done.current), previous=_maybe(done.previous), slot_version=done.version)


def models_answer(models: Sequence[StoredModelStatus], count: int) -> ModelsAnswer:
    """`count` is how many there are in all, of which `models` may be a part."""
    return ModelsAnswer(count=count, models=[stored_model_answer(standing) for standing in models])


def overview_answer(overview: Overview) -> OverviewAnswer:
    totals = overview.totals
    return OverviewAnswer(
        generation=overview.generation,
        generated_at=format_timestamp(overview.generated_at),
        totals=TotalsAnswer(
            providers=totals.providers,
            active_providers=totals.active_providers,
            models=totals.models,
            active_models=totals.active_models,
        ),
        providers=[_provider_overview(entry) for entry in overview.providers],
        cache=CacheAnswer(backend=overview.cache_backend, entries=overview.cache_entries),
        warnings=[_notice(notice) for notice in overview.warnings],
    )


def pricing_answer(pricing: Pricing | None) -> dict[str, str] | None:
    return pricing.members if pricing is not None else None


def plain(value: object) -> Any:
    """A part of a provider as JSON."""
    if isinstance(value, Capability):
        return capability_answer(value)
    if isinstance(value, DeclaredModel):
        return declared_model_answer(value)
    if isinstance(value, ProviderConfig | PricingInfo):
        return value.members
    return [plain(entry) for entry in value] if isinstance(value, tuple) else value


def _maybe(standing: StoredModelStatus | None) -> StoredModelAnswer | None:
    return stored_model_answer(standing) if standing is not None else None


def _provider_overview(entry: ProviderOverview) -> ProviderOverviewAnswer:
    provider = entry.provider
    return ProviderOverviewAnswer(
        slug=provider.slug,
        name=provider.name,
        display_name=provider.display_name,
        sort_order=provider.sort_order,
        is_active=provider.is_active,
        is_recommended=provider.is_recommended,
        capabilities={name: _capability_overview(capability) for name, capability in entry.capabilities.items()},
    )


def _capability_overview(capability: CapabilityOverview) -> CapabilityOverviewAnswer:
    return CapabilityOverviewAnswer(
        supported=capability.declared.supported,
        has_dynamic_models=capability.declared.has_dynamic_models,
        model_count=capability.model_count,
        fetched_at=format_timestamp(capability.fetched_at) if capability.fetched_at else None,
        active_model=_maybe(capability.active),
    )


def _notice(notice: Alert) -> NoticeAnswer:
    return NoticeAnswer(code=notice.code, provider=notice.slot.provider, capability=notice.slot.capability, message=notice.message)
