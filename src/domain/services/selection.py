"""Selecting a slot's active model: select, deselect and roll back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import cast

from attrs import evolve, field

from modeldesk.domain.errors import NothingToRollBack
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.catalogue import Catalogue, FoundEntry, ModelFacts, find_entry
from modeldesk.domain.model.history import change_at, previous_version
from modeldesk.domain.model.idempotency import IdempotencyKey, SlotOutcome
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import (
    RollbackResult,
    SelectionResult,
    SelectModel,
    SlotChange,
    SlotState,
    StoredModel,
    StoredModelStatus,
    require_version,
    stored_model_status,
)
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.model.webhooks.change_events import slot_event, slot_event_type
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.metadata import ModelMetadata
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.records import frozen
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.repeated_requests import outcome_of, remember

MOST_KEPT = 256
"""Slots whose sources are kept for the next selection, and models of each that were looked for."""


@frozen
class _Sources:
    """What is known of a slot's models: the declaration, the metadata, and the live list if any. Each model is looked for once."""

    provider: Provider
    facts: Mapping[str, ModelFacts]
    live: Catalogue | None
    _found: dict[ModelId, FoundEntry] = field(factory=dict, init=False)

    def find(self, slot: Slot, model: ModelId) -> FoundEntry:
        """As `find_entry`."""
        if model not in self._found:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            self._found[model] = find_entry(self.provider, slot, model, self.facts, self.live)
        return self._found[model]

    def status(self, state: SlotState, model: StoredModel | None, today: date) -> StoredModelStatus | None:
        """As `stored_model_status`; None for no model."""
        if model is None:
            return None
        found = self.find(state.slot, model.model_id)
        return stored_model_status(state, model, self.provider, self.facts, self.live, today=today, found=found)


class ModelSelection:
    """Each call is one unit of work; the last commit wins.

    `expected` is the slot's version that the actor has seen. Where the slot has another version by now, VersionConflict is raised and nothing
    changes. A request that is repeated with its `key` does nothing twice, and has the same result.
    """

    def __init__(
        self, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, catalogues: CatalogueCache, metadata: ModelMetadata, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._metadata = metadata
        self._clock = clock
        self._sources_of: dict[Slot, _Sources] = {}
        self._listed = set[Slot]()
        """Slots with a live list, as far as they are known."""

    async def select(
        self, request: SelectModel, actor: Actor, expected: int | None = None, key: IdempotencyKey | None = None
    ) -> SelectionResult:
        """Makes a model the active one of its slot, whether or not a list holds it.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, VersionConflict, NotAllowed, IdempotencyKeyReused.
        """
        live = await self._live(request.slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.SELECT)
            provider = await work.providers.get(request.slot.provider)
            sources, now = await self._sources(provider, request.slot, live), self._clock()
            outcome = await outcome_of(work, key, now)
            if outcome is None:
                provider.require_active()
                provider.capability(request.slot.capability)
                before = await work.choices.head(request.slot)
                require_version(before, expected)
                model = _stored_model(request, actor, sources, now)
                after = before if _is_active_already(before, model) else before.with_active(model)
                if after is not before:
                    change = SlotChange(request.slot, after.version, model, model.selected_at, actor.name)
                    await record_change(work, change, before, Action.MODEL_SELECTED, actor)
                outcome = SlotOutcome(after, before.active_model)
                await _commit(work, key, outcome, now, is_change=after is not before)
        current, previous = _statuses(outcome, sources, now)
        return SelectionResult(cast(StoredModelStatus, current), previous)  # a selection leaves a model active

    async def deselect(
        self, slot: Slot, actor: Actor, expected: int | None = None, key: IdempotencyKey | None = None
    ) -> StoredModelStatus | None:
        """Leaves the slot without an active model; returns the one it had.

        Raises ProviderNotFound, VersionConflict, NotAllowed, IdempotencyKeyReused.
        """
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.SELECT)
            provider = await work.providers.get(slot.provider)
            sources, now = await self._sources(provider, slot, live), self._clock()
            outcome = await outcome_of(work, key, now)
            if outcome is None:
                before = await work.choices.head(slot)
                require_version(before, expected)
                after = before if before.active is None else before.without_active()
                if after is not before:
                    change = SlotChange(slot, after.version, None, now, actor.name)
                    await record_change(work, change, before, Action.MODEL_DESELECTED, actor)
                outcome = SlotOutcome(after, before.active_model)
                await _commit(work, key, outcome, now, is_change=after is not before)
        return _statuses(outcome, sources, now)[1]

    async def roll_back(self, slot: Slot, actor: Actor, expected: int | None = None, key: IdempotencyKey | None = None) -> RollbackResult:
        """Restores what was active before the last selection: a model, for which the rules of a new selection hold, or none.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, NothingToRollBack, VersionConflict, IdempotencyKeyReused.
        """
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.SELECT)
            provider = await work.providers.get(slot.provider)
            sources, now = await self._sources(provider, slot, live), self._clock()
            outcome = await outcome_of(work, key, now)
            if outcome is None:
                before = await work.choices.head(slot)
                require_version(before, expected)
                outcome = await _rolled_back(work, before, provider, actor, now)
                await _commit(work, key, outcome, now, is_change=True)
        current, previous = _statuses(outcome, sources, now)
        return RollbackResult(current, previous, outcome.after.version)

    async def _live(self, slot: Slot) -> Catalogue | None:
        """The slot's live list. Read before the unit of work opens, so that no writer waits meanwhile; not at all for a declared list."""
        return await self._read_live(slot) if slot in self._listed else None

    async def _sources(self, provider: Provider, slot: Slot, live: Catalogue | None) -> _Sources:
        """Of the provider as the unit of work has it. The same object as last time while all of it is the same."""
        declared = provider.capabilities.get(slot.capability)
        if declared is not None and declared.has_dynamic_models and slot not in self._listed:
            self._listed.add(slot)  # from the next time on, it is read before
            live = await self._read_live(slot)
        facts = await self._metadata.facts(provider)
        known = self._sources_of.get(slot)
        if known is not None and known.provider is provider and known.facts is facts and known.live is live:
            return known
        if len(self._sources_of) >= MOST_KEPT:
            self._sources_of = {}
        self._sources_of[slot] = made = _Sources(provider, facts, live)
        return made

    async def _read_live(self, slot: Slot) -> Catalogue | None:
        snapshot = await self._snapshots.catalogue()
        provider = snapshot.providers.get(slot.provider)
        return await self._catalogues.peek(provider, slot, snapshot) if provider is not None else None


def _stored_model(request: SelectModel, actor: Actor, sources: _Sources, now: datetime) -> StoredModel:
    _, entry = sources.find(request.slot, request.model_id)
    is_free = entry.is_free if entry is not None and entry.is_free is not None else request.is_free
    name = request.model_name or (entry.name if entry else request.model_id)
    return StoredModel(request.slot, request.model_id, name, is_free, now, actor.name)


def _restored_model(history: Sequence[SlotChange], version: int, actor: Actor, now: datetime) -> StoredModel | None:
    change = change_at(history, version)
    model = change.model if change is not None else None
    return evolve(model, selected_at=now, selected_by=actor.name) if model is not None else None


def _statuses(outcome: SlotOutcome, sources: _Sources, now: datetime) -> tuple[StoredModelStatus | None, StoredModelStatus | None]:
    """The current and the previous model."""
    after, today = outcome.after, now.date()
    return sources.status(after, after.active_model, today), sources.status(after, outcome.previous, today)


async def _rolled_back(work: UnitOfWork, before: SlotState, provider: Provider, actor: Actor, now: datetime) -> SlotOutcome:
    """Records the change. Raises NothingToRollBack, and as a selection of the model that is restored."""
    history = await work.choices.history(before.slot)
    if (restored := previous_version(history)) is None:
        raise NothingToRollBack(before.slot.provider, before.slot.capability)
    model = _restored_model(history, restored, actor, now)
    if model is not None:
        provider.require_active()
        provider.capability(before.slot.capability)
    after = before.with_active(model) if model is not None else before.without_active()
    change = SlotChange(before.slot, after.version, model, now, actor.name, restored)
    await record_change(work, change, before, Action.CHOICE_ROLLED_BACK, actor)
    return SlotOutcome(after, before.active_model)


async def _commit(work: UnitOfWork, key: IdempotencyKey | None, outcome: SlotOutcome, now: datetime, *, is_change: bool) -> None:
    """Commits what was changed, and remembers a request that has a key."""
    if key is not None:
        await remember(work, key, outcome, now, is_change=is_change)
    if is_change or key is not None:
        await work.commit()


async def record_change(work: UnitOfWork, change: SlotChange, before: SlotState, action: Action, actor: Actor) -> None:
    """Records a change with its audit entry and its event."""
    await work.choices.record(change)
    await work.outbox.add_if_wanted(slot_event_type(change), partial(slot_event, change, before))
    was, became = {"model_id": before.active}, {"model_id": change.model.model_id if change.model else None, "slot_version": change.version}
    await work.audit.add([audit_entry(actor, change.chosen_at, action, change.slot.path, before=was, after=became)])


def _is_active_already(state: SlotState, model: StoredModel) -> bool:
    # Selecting the active model again changes nothing: who selected it first, and when, stays recorded.
    current = state.active_model
    return current is not None and (current.model_id, current.model_name, current.is_free) == (
        model.model_id,
        model.model_name,
        model.is_free,
    )
