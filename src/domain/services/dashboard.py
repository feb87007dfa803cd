"""The dashboard and the list of stored models, computed from one snapshot."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import chain

from modeldesk.domain.model.catalogue.catalogue import Catalogue, ModelFacts
from modeldesk.domain.model.catalogue.declaration_overlay import declared_count
from modeldesk.domain.model.choices import States
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.selection import SlotState, StoredModelStatus, stored_model_status
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.list_cache import ListCache
from modeldesk.domain.ports.metadata import ModelMetadata
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.records import frozen
from modeldesk.domain.services.alerts import Alert, list_alerts, model_alerts
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.provider_parts import ProviderParts


@frozen
class CapabilityOverview:
    """One slot on the dashboard. `model_count` is None where no list was ever read, `fetched_at` also where the list is declared."""

    declared: Capability
    model_count: int | None
    fetched_at: datetime | None
    active: StoredModelStatus | None


@frozen
class ProviderOverview:
    """`models` counts stored models, `active_models` the slots that have one."""

    provider: Provider
    capabilities: Mapping[CapabilityName, CapabilityOverview]
    alerts: Sequence[Alert] = ()
    models: int = 0
    active_models: int = 0


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
    warnings: Sequence[Alert]


@frozen
class SlotStatus:
    """A slot at one moment: its provider, its version and its active model, None for none."""

    provider: Provider
    version: int
    active: StoredModelStatus | None


@frozen
class ModelFilter:
    """Which stored models to list; None means any."""

    provider: str | None = None
    capability: str | None = None
    is_active: bool | None = None

    def admits(self, status: StoredModelStatus) -> bool:
        slot = status.model.slot
        is_wanted = self.provider in (None, slot.provider) and self.capability in (None, slot.capability)
        return is_wanted and self.is_active in (None, status.is_active)


EVERY_MODEL = ModelFilter()


class Dashboard:
    """Reads the whole desk. Asks no vendor. Keeps what it computed for each provider."""

    def __init__(
        self,
        *,
        snapshots: Snapshots,
        catalogues: CatalogueCache,
        classes: ProviderClasses,
        metadata: ModelMetadata,
        cache: ListCache,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._classes = classes
        self._metadata = metadata
        self._cache = cache
        self._vault = vault
        self._clock = clock
        self._overviews = ProviderParts[ProviderOverview]()
        self._stored_models = ProviderParts[Sequence[StoredModelStatus]]()

    async def overview(self) -> Overview:
        """The whole dashboard. A provider whose sources are the same has the same overview object as before."""
        snapshot = await self._snapshots.current()
        providers = await self._overviews.current(snapshot, self._basis(snapshot), partial(self._provider, snapshot))
        totals, alerts = _summary(providers)
        return Overview(
            generation=snapshot.generation.answers,
            generated_at=self._clock(),
            totals=totals,
            providers=providers,
            cache_backend=self._cache.backend,
            cache_entries=await self._cache.entries(),
            warnings=alerts,
        )

    async def models(self, query: ModelFilter) -> Sequence[StoredModelStatus]:
        """Stored models, by provider in display order, then capability; within a slot the active one first, then the latest selected.

        Where nothing changed in a provider, they are the same objects as before.
        """
        snapshot = await self._snapshots.current()
        parts = await self._stored_models.current(snapshot, self._basis(snapshot), partial(self._models, snapshot))
        if query == EVERY_MODEL:
            return list(chain.from_iterable(parts))
        return [status for part in parts for status in part if query.admits(status)]

    async def slot(self, slot: Slot) -> SlotStatus:
        """Version and model are of the same snapshot. Raises ProviderNotFound."""
        snapshot = await self._snapshots.current()
        provider, state = snapshot.provider(slot.provider), snapshot.slot(slot)
        model = state.active_model
        if model is None:
            return SlotStatus(provider, state.version, None)
        facts = await self._metadata.facts(provider)
        live = await self._catalogues.peek(provider, slot, snapshot)
        return SlotStatus(provider, state.version, stored_model_status(state, model, provider, facts, live, today=self._clock().date()))

    def _basis(self, snapshot: Snapshot) -> Hashable:
        """What a provider's part depends on besides what the snapshot holds of it."""
        return self._clock().date(), self._metadata.stamp(), self._catalogues.expired(snapshot)

    async def _provider(self, snapshot: Snapshot, provider: Provider, states: States) -> ProviderOverview:
        facts = await self._metadata.facts(provider)
        active = {name: states[name] for name in sorted(states) if states[name].active is not None}
        names = [*provider.capabilities, *(name for name in active if name not in provider.capabilities)]
        shown = dict[CapabilityName, CapabilityOverview]()
        for name in names:
            live = await self._catalogues.peek(provider, Slot(provider.slug, name), snapshot)
            shown[name] = _capability(provider, name, active.get(name), facts, live, today=self._clock().date())
        statuses = [capability.active for capability in shown.values() if capability.active is not None]
        live_alerts = list_alerts(provider, self._classes.class_of(provider), snapshot, self._vault.is_readable)
        alerts = [*live_alerts, *model_alerts(provider, statuses)]
        return ProviderOverview(provider, shown, alerts, sum(len(state.models) for state in states.values()), len(active))

    async def _models(self, snapshot: Snapshot, provider: Provider, states: States) -> Sequence[StoredModelStatus]:
        found = list[StoredModelStatus]()
        facts = await self._metadata.facts(provider) if states else {}
        for name in sorted(states):
            live = await self._catalogues.peek(provider, states[name].slot, snapshot)
            found.extend(_statuses(states[name], provider, facts, live, today=self._clock().date()))
        return found


def _capability(
    provider: Provider,
    name: CapabilityName,
    state: SlotState | None,
    facts: Mapping[str, ModelFacts],
    live: Catalogue | None,
    *,
    today: date,
) -> CapabilityOverview:
    declared = provider.capabilities.get(name)
    active = state.active_model if state else None
    return CapabilityOverview(
        declared=declared or Capability(supported=provider.offers(name)),
        model_count=_model_count(declared, live),
        fetched_at=live.fetched_at if live else None,
        active=stored_model_status(state, active, provider, facts, live, today=today) if state and active else None,
    )


def _model_count(declared: Capability | None, live: Catalogue | None) -> int | None:
    if live is not None:
        return len(live.models)
    if declared is None or not declared.supported or (declared.has_dynamic_models and not declared.models):
        return None
    return declared_count(declared)


def _statuses(
    state: SlotState, provider: Provider, facts: Mapping[str, ModelFacts], live: Catalogue | None, *, today: date
) -> Iterable[StoredModelStatus]:
    by_id = sorted(state.models.values(), key=lambda model: model.model_id)  # for models selected at the same time
    newest_first = sorted(by_id, key=lambda model: model.selected_at, reverse=True)
    active_first = sorted(newest_first, key=lambda model: model.model_id != state.active)
    return (stored_model_status(state, model, provider, facts, live, today=today) for model in active_first)


def _summary(providers: Sequence[ProviderOverview]) -> tuple[Totals, Sequence[Alert]]:
    """In one pass: with ten thousand providers, access to memory takes longer than counting."""
    active = models = active_models = 0
    alerts = list[Alert]()
    for entry in providers:
        active += entry.provider.is_active
        models += entry.models
        active_models += entry.active_models
        alerts += entry.alerts
    return Totals(len(providers), active, models, active_models), alerts
