"""Choosing the one model in use: select, deselect, one step back, and the rule that a slot never holds two."""

from collections.abc import Mapping, Sequence

from attrs import evolve

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.catalogue import Catalogue, ModelFacts, find_entry
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import (
    RollbackResult,
    SelectionResult,
    SelectModel,
    SlotChange,
    SlotState,
    StoredModel,
    StoredModelStatus,
    previous_version,
    require_version,
    stored_model_status,
)
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.metadata import ModelMetadata
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.catalogue_cache import CatalogueCache


class ModelSelection:
    """Puts a model in use for a slot, or none. Each call is one unit of work; the last commit wins.

    `expected` is the slot's version that the actor has seen: where it is another one by now, VersionConflict is raised, and nothing is changed.
    """

    def __init__(
        self, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, catalogues: CatalogueCache, metadata: ModelMetadata, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._metadata = metadata
        self._clock = clock

    async def select(self, wish: SelectModel, by: Actor, expected: int | None = None) -> SelectionResult:
        """Makes the wished model *the* active one of its slot. A model that no list holds may be wished for.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, VersionConflict, NotAllowed.
        """
        live = await self._live(wish.slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, by, Right.SELECT)
            provider = await work.providers.get(wish.slot.provider)
            provider.require_active()
            provider.capability(wish.slot.capability)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(wish.slot)
            require_version(before, expected)
            model = self._wished(wish, by, provider, facts, live)
            after = before
            if not _in_use_already(before, model):
                after = before.with_active(model)
                step = SlotChange(wish.slot, after.version, model, model.selected_at, by.name)
                await _take(work, step, before, Action.MODEL_SELECTED, by)
        previous = before.active_model
        return SelectionResult(
            current=stored_model_status(after, after.models[model.model_id], provider, facts, live),
            previous=stored_model_status(after, previous, provider, facts, live) if previous else None,
        )

    async def deselect(self, slot: Slot, by: Actor, expected: int | None = None) -> StoredModelStatus | None:
        """Empties a slot and tells what was in it; an empty slot is left as it is. Raises ProviderNotFound, VersionConflict."""
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, by, Right.SELECT)
            provider = await work.providers.get(slot.provider)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(slot)
            require_version(before, expected)
            previous = before.active_model
            if previous is None:
                return None
            after = before.without_active()
            await _take(work, SlotChange(slot, after.version, None, self._clock(), by.name), before, Action.MODEL_DESELECTED, by)
        return stored_model_status(after, previous, provider, facts, live)

    async def roll_back(self, slot: Slot, by: Actor, expected: int | None = None) -> RollbackResult:
        """Brings back what was in use before the last choice: the model of then, or none. The rules of choosing it hold as for a new choice.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, NothingToRollBack, VersionConflict.
        """
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, by, Right.SELECT)
            provider = await work.providers.get(slot.provider)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(slot)
            require_version(before, expected)
            history = await work.choices.history(slot)
            restored = previous_version(history, slot)
            model = self._as_of_then(history, restored, by)
            if model is not None:
                provider.require_active()
                provider.capability(slot.capability)
            after = before.with_active(model) if model is not None else before.without_active()
            step = SlotChange(slot, after.version, model, self._clock(), by.name, restored)
            await _take(work, step, before, Action.CHOICE_ROLLED_BACK, by)
        previous = before.active_model
        return RollbackResult(
            current=stored_model_status(after, model, provider, facts, live) if model is not None else None,
            previous=stored_model_status(after, previous, provider, facts, live) if previous is not None else None,
            version=after.version,
        )

    def _as_of_then(self, history: Sequence[SlotChange], version: int, by: Actor) -> StoredModel | None:
        model = history[version - 1].model if version else None
        return evolve(model, selected_at=self._clock(), selected_by=by.name) if model is not None else None

    async def _live(self, slot: Slot) -> Catalogue | None:
        """Read before the unit of work opens: nobody waits for a writer that looks through a list."""
        snapshot = await self._snapshots.catalogue()
        provider = snapshot.providers.get(slot.provider)
        return await self._catalogues.peek(provider, slot, snapshot) if provider is not None else None

    def _wished(
        self, wish: SelectModel, by: Actor, provider: Provider, facts: Mapping[str, ModelFacts], live: Catalogue | None
    ) -> StoredModel:
        _, entry = find_entry(provider, wish.slot, wish.model_id, facts, live)
        is_free = entry.is_free if entry is not None and entry.is_free is not None else wish.is_free
        name = wish.model_name or (entry.name if entry else wish.model_id)
        return StoredModel(wish.slot, wish.model_id, name, is_free, self._clock(), by.name)


async def _take(work: UnitOfWork, step: SlotChange, before: SlotState, action: Action, by: Actor) -> None:
    """Writes a step down, and that it was taken; and commits."""
    await record_change(work, step, before, action, by)
    await work.commit()


async def record_change(work: UnitOfWork, step: SlotChange, before: SlotState, action: Action, by: Actor) -> None:
    """Writes a step down, and that it was taken."""
    await work.choices.record(step)
    told = {"model_id": before.active}, {"model_id": step.model.model_id if step.model else None, "slot_version": step.version}
    await work.audit.add([audit_entry(by, step.chosen_at, action, step.slot.path, before=told[0], after=told[1])])


def _in_use_already(state: SlotState, model: StoredModel) -> bool:
    # Choosing again what is already in use, under the same name, changes nothing: who chose it first, and when, stays true.
    current = state.active_model
    return current is not None and (current.model_id, current.model_name, current.is_free) == (
        model.model_id,
        model.model_name,
        model.is_free,
    )
