"""Choosing the one model in use: select, deselect, and the rule that a slot never holds two."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from modeldesk.domain.catalogue import Catalogue, ModelFacts, Slot, listed_entry
from modeldesk.domain.prices import Pricing
from modeldesk.domain.providers import Provider
from modeldesk.domain.texts import Line, ModelId

if TYPE_CHECKING:  # the ports are drawn in terms of the values here
    from modeldesk.domain.catalogues import Catalogues
    from modeldesk.domain.credentials import Asker
    from modeldesk.domain.ports import Clock, ModelMetadata, OpenUnitOfWork, Snapshots


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
    """One step in a slot's history: which model was made active, by whom and when. `model` None: the slot was emptied."""

    slot: Slot
    version: int
    model: StoredModel | None
    chosen_at: datetime
    chosen_by: str


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


def standing(state: SlotState, model: StoredModel, provider: Provider, facts: Mapping[str, ModelFacts], live: Catalogue | None) -> Standing:
    """How a stored model stands by today's declaration, the vendor's list where one is known, and the metadata."""
    in_catalogue, entry = listed_entry(provider, state.slot, model.model_id, facts, live)
    return Standing(model, state.active == model.model_id, state.version, in_catalogue, entry.pricing if entry else None)


class ModelSelection:
    """Puts a model in use for a slot, or none. Each call is one unit of work; the last commit wins."""

    def __init__(
        self, unit_of_work: "OpenUnitOfWork", snapshots: "Snapshots", catalogues: "Catalogues", metadata: "ModelMetadata", clock: "Clock"
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._metadata = metadata
        self._clock = clock

    async def select(self, wish: Wish, by: "Asker") -> Selected:
        """Makes the wished model *the* active one of its slot. A model that no list holds may be wished for.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered.
        """
        live = await self._live(wish.slot)
        async with self._unit_of_work() as work:
            provider = await work.providers.get(wish.slot.provider)
            provider.must_be_active()
            provider.capability(wish.slot.capability)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(wish.slot)
            model = self._wished(wish, by, provider, facts, live)
            after = before
            if not _in_use_already(before, model):
                after = before.with_active(model)
                await work.choices.record(Choice(wish.slot, after.version, model, model.selected_at, by.name))
                await work.commit()
        previous = before.active_model
        return Selected(
            now=standing(after, after.models[model.model_id], provider, facts, live),
            previous=standing(after, previous, provider, facts, live) if previous else None,
        )

    async def deselect(self, slot: Slot, by: "Asker") -> Standing | None:
        """Empties a slot and tells what was in it; an empty slot is left as it is. Raises ProviderNotFound."""
        live = await self._live(slot)
        async with self._unit_of_work() as work:
            provider = await work.providers.get(slot.provider)
            facts = await self._metadata.facts(provider)
            before = await work.choices.slot(slot)
            previous = before.active_model
            if previous is None:
                return None
            after = before.without_active()
            await work.choices.record(Choice(slot, after.version, None, self._clock(), by.name))
            await work.commit()
        return standing(after, previous, provider, facts, live)

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


def _in_use_already(state: SlotState, model: StoredModel) -> bool:
    # Choosing again what is already in use, under the same name, changes nothing: who chose it first, and when, stays true.
    current = state.active_model
    return current is not None and (current.model_id, current.model_name, current.is_free) == (
        model.model_id,
        model.model_name,
        model.is_free,
    )
