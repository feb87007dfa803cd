"""Selecting a slot's active model: select, deselect and roll back."""

from collections.abc import Mapping, Sequence

from attrs import evolve

from modeldesk.domain.errors import NothingToRollBack
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.catalogue import Catalogue, ModelFacts, find_entry
from modeldesk.domain.model.history import change_at, previous_version
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
from modeldesk.domain.model.webhooks.change_events import slot_event
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.metadata import ModelMetadata
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.catalogue_cache import CatalogueCache


class ModelSelection:
    """Each call is one unit of work; the last commit wins.

    `expected` is the slot's version that the actor has seen. Where the slot has another version by now, VersionConflict is raised and nothing
    changes.
    """

    def __init__(
        self, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, catalogues: CatalogueCache, metadata: ModelMetadata, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._metadata = metadata
        self._clock = clock

    async def select(self, request: SelectModel, actor: Actor, expected: int | None = None) -> SelectionResult:
        """Makes a model the active one of its slot, whether or not a list holds it.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, VersionConflict, NotAllowed.
        """
        live = await self._live(request.slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.SELECT)
            provider = await work.providers.get(request.slot.provider)
            provider.require_active()
            provider.capability(request.slot.capability)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(request.slot)
            require_version(before, expected)
            model = self._stored_model(request, actor, provider, facts, live)
            after = before
            if not _is_active_already(before, model):
                after = before.with_active(model)
                change = SlotChange(request.slot, after.version, model, model.selected_at, actor.name)
                await _record_and_commit(work, change, before, Action.MODEL_SELECTED, actor)
        previous = before.active_model
        return SelectionResult(
            current=stored_model_status(after, after.models[model.model_id], provider, facts, live, today=self._clock().date()),
            previous=stored_model_status(after, previous, provider, facts, live, today=self._clock().date()) if previous else None,
        )

    async def deselect(self, slot: Slot, actor: Actor, expected: int | None = None) -> StoredModelStatus | None:
        """Leaves the slot without an active model; returns the one it had. Raises ProviderNotFound, VersionConflict, NotAllowed."""
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.SELECT)
            provider = await work.providers.get(slot.provider)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(slot)
            require_version(before, expected)
            previous = before.active_model
            if previous is None:
                return None
            after = before.without_active()
            await _record_and_commit(
                work, SlotChange(slot, after.version, None, self._clock(), actor.name), before, Action.MODEL_DESELECTED, actor
            )
        return stored_model_status(after, previous, provider, facts, live, today=self._clock().date())

    async def roll_back(self, slot: Slot, actor: Actor, expected: int | None = None) -> RollbackResult:
        """Restores what was active before the last selection: a model, for which the rules of a new selection hold, or none.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, NothingToRollBack, VersionConflict.
        """
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.SELECT)
            provider = await work.providers.get(slot.provider)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(slot)
            require_version(before, expected)
            history = await work.choices.history(slot)
            if (restored := previous_version(history)) is None:
                raise NothingToRollBack(slot.provider, slot.capability)
            model = self._restored_model(history, restored, actor)
            if model is not None:
                provider.require_active()
                provider.capability(slot.capability)
            after = before.with_active(model) if model is not None else before.without_active()
            change = SlotChange(slot, after.version, model, self._clock(), actor.name, restored)
            await _record_and_commit(work, change, before, Action.CHOICE_ROLLED_BACK, actor)
        previous = before.active_model
        return RollbackResult(
            current=stored_model_status(after, model, provider, facts, live, today=self._clock().date()) if model is not None else None,
            previous=stored_model_status(after, previous, provider, facts, live, today=self._clock().date())
            if previous is not None
            else None,
            version=after.version,
        )

    def _restored_model(self, history: Sequence[SlotChange], version: int, actor: Actor) -> StoredModel | None:
        change = change_at(history, version)
        model = change.model if change is not None else None
        return evolve(model, selected_at=self._clock(), selected_by=actor.name) if model is not None else None

    async def _live(self, slot: Slot) -> Catalogue | None:
        """The slot's live list. Read before the unit of work opens, so that no writer waits meanwhile."""
        snapshot = await self._snapshots.catalogue()
        provider = snapshot.providers.get(slot.provider)
        return await self._catalogues.peek(provider, slot, snapshot) if provider is not None else None

    def _stored_model(
        self, request: SelectModel, actor: Actor, provider: Provider, facts: Mapping[str, ModelFacts], live: Catalogue | None
    ) -> StoredModel:
        _, entry = find_entry(provider, request.slot, request.model_id, facts, live)
        is_free = entry.is_free if entry is not None and entry.is_free is not None else request.is_free
        name = request.model_name or (entry.name if entry else request.model_id)
        return StoredModel(request.slot, request.model_id, name, is_free, self._clock(), actor.name)


async def _record_and_commit(work: UnitOfWork, change: SlotChange, before: SlotState, action: Action, actor: Actor) -> None:
    """Records a change with its audit entry, and commits."""
    await record_change(work, change, before, action, actor)
    await work.commit()


async def record_change(work: UnitOfWork, change: SlotChange, before: SlotState, action: Action, actor: Actor) -> None:
    """Records a change with its audit entry and its event."""
    await work.choices.record(change)
    await work.outbox.add([slot_event(change, before)])
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
