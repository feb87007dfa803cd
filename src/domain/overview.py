"""Everything in one place: the dashboard and the list of stored models, computed from one snapshot."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from modeldesk.domain.catalogue import ModelFacts, Slot
from modeldesk.domain.providers import Capability, Provider
from modeldesk.domain.selection import SlotState, Standing, standing
from modeldesk.domain.snapshot import Snapshot
from modeldesk.domain.texts import CapabilityName, Slug

if TYPE_CHECKING:  # the ports are drawn in terms of the values of this layer
    from modeldesk.domain.ports import CatalogueCache, Clock, ModelMetadata, Snapshots


@frozen
class Notice:
    """Something an admin should look at. `code` is stable: `provider-inactive`, `not-in-catalogue`."""

    code: str
    slot: Slot
    message: str


@frozen
class CapabilityOverview:
    """One slot on the dashboard. `model_count` is None where no list was ever read."""

    declared: Capability
    model_count: int | None
    active: Standing | None


@frozen
class ProviderOverview:
    provider: Provider
    capabilities: Mapping[CapabilityName, CapabilityOverview]


@frozen
class Totals:
    """`models` counts stored models, `active_models` the slots that hold one."""

    providers: int
    active_providers: int
    models: int
    active_models: int


@frozen
class Overview:
    """The dashboard as of `generation`."""

    generation: int
    generated_at: datetime
    totals: Totals
    providers: Sequence[ProviderOverview]
    cache_backend: str
    cache_entries: int
    warnings: Sequence[Notice]


@frozen
class ModelFilter:
    """Which stored models are wanted; None leaves a question open."""

    provider: str | None = None
    capability: str | None = None
    is_active: bool | None = None

    def admits(self, slot: Slot) -> bool:
        return self.provider in (None, slot.provider) and self.capability in (None, slot.capability)


class Oversight:
    """Reads the desk as a whole."""

    def __init__(self, snapshots: "Snapshots", metadata: "ModelMetadata", cache: "CatalogueCache", clock: "Clock") -> None:
        self._snapshots = snapshots
        self._metadata = metadata
        self._cache = cache
        self._clock = clock

    async def overview(self) -> Overview:
        """The whole dashboard in one answer."""
        snapshot = await self._snapshots.current()
        used = _by_provider(snapshot, ModelFilter())
        providers = [await self._provider(provider, used.get(provider.slug, ())) for provider in snapshot.providers.values()]
        return Overview(
            generation=snapshot.generation.answers,
            generated_at=self._clock(),
            totals=_totals(snapshot),
            providers=providers,
            cache_backend=self._cache.backend,
            cache_entries=await self._cache.entries(),
            warnings=[warning for entry in providers for warning in _warnings(entry)],
        )

    async def models(self, wanted: ModelFilter) -> Sequence[Standing]:
        """Stored models, by provider in its order, then capability; within a slot the active one first, then the newest choice."""
        snapshot = await self._snapshots.current()
        found = list[Standing]()
        for slug, states in _by_provider(snapshot, wanted).items():
            provider = snapshot.providers[slug]
            facts = await self._metadata.facts(provider)
            found.extend(entry for state in states for entry in _standings(state, provider, facts))
        return found if wanted.is_active is None else [entry for entry in found if entry.is_active is wanted.is_active]

    async def _provider(self, provider: Provider, used: Sequence[SlotState]) -> ProviderOverview:
        facts = await self._metadata.facts(provider)
        in_use = {state.slot.capability: state for state in used if state.active is not None}
        names = [*provider.capabilities, *(name for name in in_use if name not in provider.capabilities)]
        return ProviderOverview(provider, {name: _capability(provider, name, in_use.get(name), facts) for name in names})


def _capability(provider: Provider, name: CapabilityName, state: SlotState | None, facts: Mapping[str, ModelFacts]) -> CapabilityOverview:
    declared = provider.capabilities.get(name)
    active = state.active_model if state else None
    has_list = declared is not None and declared.supported and not declared.has_dynamic_models
    return CapabilityOverview(
        declared=declared or Capability(supported=provider.offers(name)),
        model_count=len({model.id for model in declared.models}) if declared is not None and has_list else None,
        active=standing(state, active, provider, facts) if state and active else None,
    )


def _by_provider(snapshot: Snapshot, wanted: ModelFilter) -> Mapping[Slug, Sequence[SlotState]]:
    grouped: dict[Slug, list[SlotState]] = {slug: [] for slug in snapshot.providers}
    for slot in sorted(snapshot.choices, key=lambda slot: slot.capability):
        if wanted.admits(slot):
            grouped[slot.provider].append(snapshot.choices[slot])
    return {slug: states for slug, states in grouped.items() if states}


def _standings(state: SlotState, provider: Provider, facts: Mapping[str, ModelFacts]) -> Iterable[Standing]:
    by_id = sorted(state.models.values(), key=lambda model: model.model_id)  # settles what two choices of one moment leave open
    newest_first = sorted(by_id, key=lambda model: model.selected_at, reverse=True)
    in_use_first = sorted(newest_first, key=lambda model: model.model_id != state.active)
    return (standing(state, model, provider, facts) for model in in_use_first)


def _totals(snapshot: Snapshot) -> Totals:
    return Totals(
        providers=len(snapshot.providers),
        active_providers=sum(provider.is_active for provider in snapshot.providers.values()),
        models=sum(len(state.models) for state in snapshot.choices.values()),
        active_models=sum(state.active is not None for state in snapshot.choices.values()),
    )


def _warnings(entry: ProviderOverview) -> Iterator[Notice]:
    for capability in entry.capabilities.values():
        if capability.active is None:
            continue
        model = capability.active.model
        if not entry.provider.is_active:
            yield Notice("provider-inactive", model.slot, f"{model.model_id} is in use, but the provider is not active")
        if capability.active.in_catalogue is False:
            yield Notice("not-in-catalogue", model.slot, f"{model.model_id} is in use, but the provider's list does not hold it")
