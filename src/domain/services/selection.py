"""Choosing the one model in use: select, deselect, one step back, and the rule that a slot never holds two."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from modeldesk.domain.errors import NothingToRollBack, SlotChanged
from modeldesk.domain.model.access.admin import must_still_act
from modeldesk.domain.model.audit import Action, deed
from modeldesk.domain.model.catalogue.catalogue import Catalogue, ModelFacts, Slot, listed_entry
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import Line, ModelId

if TYPE_CHECKING:  # the ports are drawn in terms of the values here
    from modeldesk.domain.model.keys.provider_key import Asker
    from modeldesk.domain.ports.unit_of_work import Clock, ModelMetadata, OpenUnitOfWork, Snapshots, UnitOfWork
    from modeldesk.domain.services.catalogue_cache import Catalogues


@frozen
class StoredModel:
    """A model that was selected at least once for a slot. Its price and its place in the list are not stored: they are today's."""

    slot: Slot
    model_id: ModelId
    model_name: str
    is_free: bool | None
    selected_at: datetime
    selected_by: str


@frozen
class SlotState:
    """Everything remembered of one slot. `active` is the key of the model in use, so there cannot be two.

    `version` counts the slot's changes from its first one on.
    """

    slot: Slot
    version: int = 0
    active: ModelId | None = None
    models: Mapping[ModelId, StoredModel] = field(factory=dict)

    @property
    def active_model(self) -> StoredModel | None:
        return self.models[self.active] if self.active is not None else None

    def with_active(self, model: StoredModel) -> "SlotState":
        """The slot after `model` was chosen; whatever was active before stays stored."""
        return evolve(self, version=self.version + 1, active=model.model_id, models={**self.models, model.model_id: model})

    def without_active(self) -> "SlotState":
        """The slot after it was emptied; its models stay stored."""
        return evolve(self, version=self.version + 1, active=None)


@frozen
class Choice:
    """One step in a slot's history: which model was made active, by whom and when. `model` None: the slot was emptied.

    `restores` is the version that this step brought back, None for a choice of its own; 0 is the slot before its first step.
    """

    slot: Slot
    version: int
    model: StoredModel | None
    chosen_at: datetime
    chosen_by: str
    restores: int | None = None


@frozen
class Standing:
    """A stored model as it stands now. `in_catalogue` is None where no list was ever read; `pricing` is today's."""

    model: StoredModel
    is_active: bool
    slot_version: int
    in_catalogue: bool | None
    pricing: Pricing | None


@frozen
class Wish:
    """What somebody asks to be put in use. `model_name` goes before the list's name; `is_free` counts where the list does not know."""

    slot: Slot
    model_id: ModelId
    model_name: Line | None = None
    is_free: bool | None = None


@frozen
class Selected:
    """The model now in use, and the one that was before; the same model, where nothing changed."""

    now: Standing
    previous: Standing | None


@frozen
class RolledBack:
    """What is in use after a step back, and what was before it; None where nothing is, or was. `version` is the slot's, after it."""

    now: Standing | None
    previous: Standing | None
    version: int


def version_before(history: Sequence[Choice], slot: Slot) -> int:
    """The version that was in force before the present one; 0 where that was the slot's first.

    A step back is no choice of its own: two of them in a row go two choices back. Raises NothingToRollBack before the first choice.
    """
    present = _in_force(history, len(history))
    if present == 0:
        raise NothingToRollBack(slot.provider, slot.capability)
    return _in_force(history, present - 1)


def _in_force(history: Sequence[Choice], version: int) -> int:
    """The choice that holds at a version: the version itself, or the one that it brought back."""
    restored = history[version - 1].restores if version else 0
    return version if restored is None else restored


def must_stand_at(state: SlotState, expected: int | None) -> None:
    """Raises SlotChanged where somebody expects another version of the slot than there is."""
    if expected is not None and state.version != expected:
        raise SlotChanged(state.slot.provider, state.slot.capability, expected, state.version)


def standing(state: SlotState, model: StoredModel, provider: Provider, facts: Mapping[str, ModelFacts], live: Catalogue | None) -> Standing:
    """How a stored model stands by today's declaration, the vendor's list where one is known, and the metadata."""
    in_catalogue, entry = listed_entry(provider, state.slot, model.model_id, facts, live)
    return Standing(model, state.active == model.model_id, state.version, in_catalogue, entry.pricing if entry else None)


class ModelSelection:
    """Puts a model in use for a slot, or none. Each call is one unit of work; the last commit wins.

    `expected` is the slot's version that the asker has seen: where it is another one by now, SlotChanged is raised, and nothing is changed.
    """

    def __init__(
        self, unit_of_work: "OpenUnitOfWork", snapshots: "Snapshots", catalogues: "Catalogues", metadata: "ModelMetadata", clock: "Clock"
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._metadata = metadata
        self._clock = clock

    async def select(self, wish: Wish, by: "Asker", expected: int | None = None) -> Selected:
        """Makes the wished model *the* active one of its slot. A model that no list holds may be wished for.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, SlotChanged, NotAllowed.
        """
        live = await self._live(wish.slot)
        async with self._unit_of_work() as work:
            await must_still_act(work, by)
            provider = await work.providers.get(wish.slot.provider)
            provider.must_be_active()
            provider.capability(wish.slot.capability)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(wish.slot)
            must_stand_at(before, expected)
            model = self._wished(wish, by, provider, facts, live)
            after = before
            if not _in_use_already(before, model):
                after = before.with_active(model)
                step = Choice(wish.slot, after.version, model, model.selected_at, by.name)
                await _take(work, step, before, Action.MODEL_SELECTED, by)
        previous = before.active_model
        return Selected(
            now=standing(after, after.models[model.model_id], provider, facts, live),
            previous=standing(after, previous, provider, facts, live) if previous else None,
        )

    async def deselect(self, slot: Slot, by: "Asker", expected: int | None = None) -> Standing | None:
        """Empties a slot and tells what was in it; an empty slot is left as it is. Raises ProviderNotFound, SlotChanged."""
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            await must_still_act(work, by)
            provider = await work.providers.get(slot.provider)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(slot)
            must_stand_at(before, expected)
            previous = before.active_model
            if previous is None:
                return None
            after = before.without_active()
            await _take(work, Choice(slot, after.version, None, self._clock(), by.name), before, Action.MODEL_DESELECTED, by)
        return standing(after, previous, provider, facts, live)

    async def roll_back(self, slot: Slot, by: "Asker", expected: int | None = None) -> RolledBack:
        """Brings back what was in use before the last choice: the model of then, or none. The rules of choosing it hold as for a new choice.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, NothingToRollBack, SlotChanged.
        """
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            await must_still_act(work, by)
            provider = await work.providers.get(slot.provider)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(slot)
            must_stand_at(before, expected)
            history = await work.choices.history(slot)
            restored = version_before(history, slot)
            model = self._as_of_then(history, restored, by)
            if model is not None:
                provider.must_be_active()
                provider.capability(slot.capability)
            after = before.with_active(model) if model is not None else before.without_active()
            step = Choice(slot, after.version, model, self._clock(), by.name, restored)
            await _take(work, step, before, Action.CHOICE_ROLLED_BACK, by)
        previous = before.active_model
        return RolledBack(
            now=standing(after, model, provider, facts, live) if model is not None else None,
            previous=standing(after, previous, provider, facts, live) if previous is not None else None,
            version=after.version,
        )

    def _as_of_then(self, history: Sequence[Choice], version: int, by: "Asker") -> StoredModel | None:
        model = history[version - 1].model if version else None
        return evolve(model, selected_at=self._clock(), selected_by=by.name) if model is not None else None

    async def _live(self, slot: Slot) -> Catalogue | None:
        """Read before the unit of work opens: nobody waits for a writer that looks through a list."""
        snapshot = await self._snapshots.catalogue()
        provider = snapshot.providers.get(slot.provider)
        return await self._catalogues.known(provider, slot, snapshot) if provider is not None else None

    def _wished(self, wish: Wish, by: "Asker", provider: Provider, facts: Mapping[str, ModelFacts], live: Catalogue | None) -> StoredModel:
        _, entry = listed_entry(provider, wish.slot, wish.model_id, facts, live)
        is_free = entry.is_free if entry is not None and entry.is_free is not None else wish.is_free
        name = wish.model_name or (entry.name if entry else wish.model_id)
        return StoredModel(wish.slot, wish.model_id, name, is_free, self._clock(), by.name)


async def _take(work: "UnitOfWork", step: Choice, before: SlotState, action: Action, by: "Asker") -> None:
    """Writes a step down, and that it was taken; and commits."""
    await record_step(work, step, before, action, by)
    await work.commit()


async def record_step(work: "UnitOfWork", step: Choice, before: SlotState, action: Action, by: "Asker") -> None:
    """Writes a step down, and that it was taken."""
    await work.choices.record(step)
    told = {"model_id": before.active}, {"model_id": step.model.model_id if step.model else None, "slot_version": step.version}
    await work.audit.add([deed(by, step.chosen_at, action, step.slot.path, before=told[0], after=told[1])])


def _in_use_already(state: SlotState, model: StoredModel) -> bool:
    # Choosing again what is already in use, under the same name, changes nothing: who chose it first, and when, stays true.
    current = state.active_model
    return current is not None and (current.model_id, current.model_name, current.is_free) == (
        model.model_id,
        model.model_name,
        model.is_free,
    )
