"""Stored models, the active model of a slot, and the slot's history."""

from collections.abc import Mapping
from datetime import date, datetime

from attrs import field

from modeldesk.domain.errors import Reason, StorageUnavailable, VersionConflict
from modeldesk.domain.model.catalogue.catalogue import Catalogue, FoundEntry, ModelFacts, claims_about, find_entry, known_model
from modeldesk.domain.model.catalogue.lifecycle import Lifecycle, lifecycle_on
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, SingleLineText
from modeldesk.domain.records import frozen


@frozen
class StoredModel:
    """A model that was selected at least once for a slot. Its price is not stored: the current catalogue has it."""

    slot: Slot
    model_id: ModelId
    model_name: str
    is_free: bool | None
    selected_at: datetime
    selected_by: str


@frozen
class SlotState:
    """The state of one slot. `active` is the id of the active model, so that there cannot be two.

    `version` is 0 for a slot without changes, and rises with each change. The first change after a restore gets a version above `version_floor`,
    because lower versions may have meant other states.
    """

    slot: Slot
    version: int = 0
    active: ModelId | None = None
    models: Mapping[ModelId, StoredModel] = field(factory=dict)
    version_floor: int = field(default=0, eq=False)

    @property
    def active_model(self) -> StoredModel | None:
        """None for none. Raises StorageUnavailable where something else changed what is stored, so that the active model is not among it."""
        if self.active is None:
            return None
        if self.active not in self.models:
            raise StorageUnavailable(
                Reason("active-model-not-stored", provider=self.slot.provider, capability=self.slot.capability, model=self.active)
            )
        return self.models[self.active]

    @property
    def next_version(self) -> int:
        return max(self.version, self.version_floor) + 1

    def with_active(self, model: StoredModel) -> "SlotState":
        """The slot after `model` was selected. The previously active model stays stored."""
        models = {**self.models, model.model_id: model}
        return SlotState(self.slot, self.next_version, model.model_id, models, self.version_floor)

    def without_active(self) -> "SlotState":
        """The slot after its model was deselected. All models stay stored."""
        return SlotState(self.slot, self.next_version, None, self.models, self.version_floor)


@frozen
class SlotChange:
    """One change in a slot's history: the model that became active, by whom and when. `model` None: the model was deselected.

    `restores` is the version that a rollback restored, None for any other change. Version 0 is the slot before its first change.
    """

    slot: Slot
    version: int
    model: StoredModel | None
    chosen_at: datetime
    chosen_by: str
    restores: int | None = None


@frozen
class StoredModelStatus:
    """A stored model with its current state. `in_catalogue` is None if no list was ever read. `pricing` is the current price."""

    model: StoredModel
    is_active: bool
    slot_version: int
    in_catalogue: bool | None
    pricing: Pricing | None
    lifecycle: Lifecycle | None = None


@frozen
class SelectModel:
    """A request to select a model. `model_name` overrides the catalogue's name. `is_free` applies if the catalogue does not know."""

    slot: Slot
    model_id: ModelId
    model_name: SingleLineText | None = None
    is_free: bool | None = None


@frozen
class SelectionResult:
    """The current model and the previously active one. They are the same if nothing changed."""

    current: StoredModelStatus
    previous: StoredModelStatus | None


@frozen
class RollbackResult:
    """The active model after and before a rollback, None for none. `version` is the slot's version after it."""

    current: StoredModelStatus | None
    previous: StoredModelStatus | None
    version: int


def require_version(state: SlotState, expected: int | None) -> None:
    """Raises VersionConflict if the slot's version is not the expected one. None expects nothing."""
    if expected is not None and state.version != expected:
        raise VersionConflict(state.slot.provider, state.slot.capability, expected, state.version)


def stored_model_status(
    state: SlotState,
    model: StoredModel,
    provider: Provider,
    facts: Mapping[str, ModelFacts],
    live: Catalogue | None,
    *,
    today: date,
    found: FoundEntry | None = None,
) -> StoredModelStatus:
    """The state of a stored model on a day, from the declaration, the stored live list if any, and the metadata. `found` is what `find_entry` found."""
    in_catalogue, entry = found if found is not None else find_entry(provider, state.slot, model.model_id, facts, live)
    described = entry or known_model(model.model_id, model.model_name, facts)
    return StoredModelStatus(
        model,
        is_active=state.active == model.model_id,
        slot_version=state.version,
        in_catalogue=in_catalogue,
        pricing=described.pricing if described else None,
        lifecycle=lifecycle_on(today, claims_about(model.model_id, entry, facts, live)),
    )
