"""Resolution: which model a product uses now, for a use or for a slot."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias

from modeldesk.domain.errors import CapabilityNotOffered, NothingActive, Reason
from modeldesk.domain.model.catalogue.catalogue import METADATA_SOURCE, CatalogueModel, claims_about, find_entry, known_model
from modeldesk.domain.model.catalogue.lifecycle import Lifecycle, LifecycleState, lifecycle_on
from modeldesk.domain.model.choices import States
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.selection import StoredModel
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import HttpUrl
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.metadata import ModelMetadata
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.records import frozen
from modeldesk.domain.services.breaks import Break
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.provider_parts import ProviderParts


@frozen
class ResolvedModel:
    """The active model of a slot, with what a client needs to call it. `base_url` is empty where the provider has none.

    `in_catalogue` is None if no list was ever read. `entry` is the model's entry in the list, else what metadata knows of it, else None.
    """

    slot: Slot
    model: StoredModel
    slot_version: int
    provider: Provider
    base_url: HttpUrl
    in_catalogue: bool | None
    entry: CatalogueModel | None
    lifecycle: Lifecycle | None = None

    @property
    def pricing(self) -> Pricing | None:
        return self.entry.pricing if self.entry is not None else None

    @property
    def context_length(self) -> int | None:
        return self.entry.context_length if self.entry is not None else None

    @property
    def selected_at(self) -> datetime:
        return self.model.selected_at


@frozen
class Resolution:
    """One answer to "which model now?". `use` is None where a slot was asked for.

    `further` has the active models of the use's further providers in their order, or why they have none; nothing switches to them. `generation` is that of the snapshot.
    """

    use: Use | None
    resolved: ResolvedModel
    further: Sequence[ResolvedModel | Reason]
    generation: int

    @property
    def fallbacks(self) -> list[ResolvedModel]:
        """The active models of the further providers, without those that have none."""
        return [found for found in self.further if isinstance(found, ResolvedModel)]

    @property
    def steps(self) -> list[Reason]:
        """How the answer was found."""
        if self.use is None:
            return _steps(self.resolved)
        first = Reason("resolve-use", use=self.use.name, provider=self.use.provider, capability=self.use.capability)
        return [first, *_steps(self.resolved), *map(_fallback_step, self.use.fallback_slots, self.further)]


def active_model(snapshot: Snapshot, slot: Slot) -> tuple[Provider, StoredModel]:
    """The provider and the active model of a slot. Raises NothingActive, which says why there is none, and ProviderNotFound."""
    provider = snapshot.provider(slot.provider)
    if not provider.is_active:
        raise NothingActive(slot.provider, slot.capability, Reason("provider-inactive", provider=slot.provider))
    try:
        provider.capability(slot.capability)
    except CapabilityNotOffered as refusal:
        raise NothingActive(slot.provider, slot.capability, refusal.as_reason()) from None
    model = snapshot.slot(slot).active_model
    if model is None:
        raise _empty(slot)
    return provider, model


def _empty(slot: Slot) -> NothingActive:
    return NothingActive(slot.provider, slot.capability, Reason("slot-empty", provider=slot.provider, capability=slot.capability))


@frozen
class Outcome:
    """What a question came to: a resolution, or the refusal that says why nothing is active. `slot_version` is 0 for a slot never selected in."""

    slot: Slot
    use: Use | None
    slot_version: int
    resolution: Resolution | None
    refusal: NothingActive | None = None

    def require(self) -> Resolution:
        """The resolution. Raises NothingActive."""
        if self.resolution is None:
            raise self.refusal or _empty(self.slot)
        return self.resolution


SlotResolution: TypeAlias = ResolvedModel | NothingActive
"""What a slot comes to."""

WITHOUT_A_BREAK = 200
"""Questions that are answered at a stretch, some milliseconds for those with many fallbacks."""

KnownSlots = dict[Slot, SlotResolution]
"""What each slot comes to, as far as it is known."""


class Resolver:
    """Answers from one snapshot; asks no vendor, and never answers with another model than the active one."""

    def __init__(
        self, snapshots: Snapshots, catalogues: CatalogueCache, metadata: ModelMetadata, classes: ProviderClasses, clock: Clock
    ) -> None:
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._metadata = metadata
        self._classes = classes
        self._clock = clock
        self._kept = ProviderParts[Sequence[tuple[Slot, SlotResolution]]]()

    async def of_use(self, name: UseName) -> Outcome:
        """What the use runs on. Raises UseNotFound."""
        snapshot = await self._snapshots.current()
        return await self._of_use(snapshot, snapshot.use(name), {})

    async def of_slot(self, slot: Slot) -> Outcome:
        """What the slot runs on. Raises ProviderNotFound."""
        snapshot = await self._snapshots.current()
        snapshot.provider(slot.provider)
        return await self._of_slot(snapshot, slot, {})

    async def all(self) -> Sequence[Outcome]:
        """Every use by name, then every slot that was ever selected in or that a use points at, from one snapshot.

        Where nothing changed in a provider, its models are the same objects as before.
        """
        snapshot = await self._snapshots.current()
        uses = snapshot.uses.values()
        slots = sorted({*snapshot.choices, *(use.slot for use in uses)}, key=lambda slot: slot.path)
        basis = self._clock().date(), self._metadata.stamp(), self._catalogues.expired(snapshot)
        parts = await self._kept.current(snapshot, basis, partial(self._of_provider, snapshot))
        known: KnownSlots = {slot: found for part in parts for slot, found in part}
        outcomes = list[Outcome]()
        for asked in (*uses, *slots):
            of_one = self._of_use(snapshot, asked, known) if isinstance(asked, Use) else self._of_slot(snapshot, asked, known)
            outcomes.append(await of_one)
            if len(outcomes) % WITHOUT_A_BREAK == 0:
                await Break()
        return outcomes

    async def _of_use(self, snapshot: Snapshot, use: Use, known: KnownSlots) -> Outcome:
        version, found = snapshot.slot(use.slot).version, await self._once(snapshot, use.slot, known)
        if isinstance(found, NothingActive):
            return Outcome(use.slot, use, version, None, found)
        all_further = [await self._once(snapshot, slot, known) for slot in use.fallback_slots]
        further = [one.reason if isinstance(one, NothingActive) else one for one in all_further]
        return Outcome(use.slot, use, version, Resolution(use, found, further, snapshot.generation.answers))

    async def _of_slot(self, snapshot: Snapshot, slot: Slot, known: KnownSlots) -> Outcome:
        version, found = snapshot.slot(slot).version, await self._once(snapshot, slot, known)
        if isinstance(found, NothingActive):
            return Outcome(slot, None, version, None, found)
        return Outcome(slot, None, version, Resolution(None, found, (), snapshot.generation.answers))

    async def _of_provider(self, snapshot: Snapshot, provider: Provider, states: States) -> Sequence[tuple[Slot, SlotResolution]]:
        """What each slot of the provider comes to in which a model was ever selected."""
        return [(state.slot, await self._found(snapshot, state.slot)) for state in states.values()]

    async def _once(self, snapshot: Snapshot, slot: Slot, known: KnownSlots) -> SlotResolution:
        """Of all uses together, a slot is resolved once, however many have it as a fallback."""
        if slot not in known:
            known[slot] = await self._found(snapshot, slot)
        return known[slot]

    async def _found(self, snapshot: Snapshot, slot: Slot) -> SlotResolution:
        try:
            return await self._resolved(snapshot, slot)
        except NothingActive as refusal:
            return refusal.with_traceback(None)  # it may be kept for long, and with a traceback everything that stood in its frames

    async def _resolved(self, snapshot: Snapshot, slot: Slot) -> ResolvedModel:
        provider, model = active_model(snapshot, slot)
        facts = await self._metadata.facts(provider)
        live = await self._catalogues.peek(provider, slot, snapshot)
        in_catalogue, entry = find_entry(provider, slot, model.model_id, facts, live)
        return ResolvedModel(
            slot,
            model,
            snapshot.slot(slot).version,
            provider,
            base_url=self._classes.base_url(provider),
            in_catalogue=in_catalogue,
            entry=entry or known_model(model.model_id, model.model_name, facts),
            lifecycle=lifecycle_on(self._clock().date(), claims_about(model.model_id, entry, facts, live)),
        )


def _fallback_step(slot: Slot, found: ResolvedModel | Reason) -> Reason:
    if isinstance(found, Reason):
        return Reason("resolve-fallback-empty", provider=slot.provider, reason=found)
    return Reason("resolve-fallback", provider=slot.provider, model=found.model.model_id)


def _steps(resolved: ResolvedModel) -> list[Reason]:
    """How the answer was found, as a person would say it."""
    model = resolved.model
    active = Reason(
        "resolve-active",
        provider=resolved.slot.provider,
        capability=resolved.slot.capability,
        model=model.model_id,
        at=model.selected_at,
        version=resolved.slot_version,
    )
    name = resolved.slot.provider
    steps = [active, Reason("resolve-no-list", provider=name)]
    if resolved.in_catalogue is not None:
        steps[1] = Reason("resolve-listed", provider=name) if resolved.in_catalogue else Reason("resolve-not-listed", provider=name)
    if not resolved.in_catalogue and resolved.entry is not None and resolved.entry.metadata_fields:
        steps.append(Reason("resolve-by-metadata", model=model.model_id, source=_source(resolved.entry)))
    ends = resolved.lifecycle
    if ends is not None and ends.state is not LifecycleState.ACTIVE:
        steps.append(Reason("resolve-ends", model=model.model_id, state=ends.state.value, source=ends.source))
    return steps


def _source(entry: CatalogueModel) -> str:
    """The source of the price, else of the first field that metadata knows."""
    field = "pricing" if "pricing" in entry.metadata_fields else entry.metadata_fields[0]
    return entry.metadata_sources.get(field, METADATA_SOURCE)
