"""Stored models, the one active model of a slot, and the slot's history."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from modeldesk.domain.errors import NothingToRollBack, VersionConflict
from modeldesk.domain.model.catalogue.catalogue import Catalogue, ModelFacts, find_entry
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, SingleLineText


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
class SlotChange:
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
class StoredModelStatus:
    """A stored model as it stands now. `in_catalogue` is None where no list was ever read; `pricing` is today's."""

    model: StoredModel
    is_active: bool
    slot_version: int
    in_catalogue: bool | None
    pricing: Pricing | None


@frozen
class SelectModel:
    """What somebody asks to be put in use. `model_name` goes before the list's name; `is_free` counts where the list does not know."""

    slot: Slot
    model_id: ModelId
    model_name: SingleLineText | None = None
    is_free: bool | None = None


@frozen
class SelectionResult:
    """The model now in use, and the one that was before; the same model, where nothing changed."""

    now: StoredModelStatus
    previous: StoredModelStatus | None


@frozen
class RollbackResult:
    """What is in use after a step back, and what was before it; None where nothing is, or was. `version` is the slot's, after it."""

    now: StoredModelStatus | None
    previous: StoredModelStatus | None
    version: int


def previous_version(history: Sequence[SlotChange], slot: Slot) -> int:
    """The version that was in force before the present one; 0 where that was the slot's first.

    A step back is no choice of its own: two of them in a row go two choices back. Raises NothingToRollBack before the first choice.
    """
    present = effective_version(history, len(history))
    if present == 0:
        raise NothingToRollBack(slot.provider, slot.capability)
    return effective_version(history, present - 1)


def effective_version(history: Sequence[SlotChange], version: int) -> int:
    """The choice that holds at a version: the version itself, or the one that it brought back."""
    restored = history[version - 1].restores if version else 0
    return version if restored is None else restored


def require_version(state: SlotState, expected: int | None) -> None:
    """Raises VersionConflict where somebody expects another version of the slot than there is."""
    if expected is not None and state.version != expected:
        raise VersionConflict(state.slot.provider, state.slot.capability, expected, state.version)


def stored_model_status(
    state: SlotState, model: StoredModel, provider: Provider, facts: Mapping[str, ModelFacts], live: Catalogue | None
) -> StoredModelStatus:
    """How a stored model stands by today's declaration, the vendor's list where one is known, and the metadata."""
    in_catalogue, entry = find_entry(provider, state.slot, model.model_id, facts, live)
    return StoredModelStatus(model, state.active == model.model_id, state.version, in_catalogue, entry.pricing if entry else None)
