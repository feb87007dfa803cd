"""Mapping between rows and values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from attrs import fields
from msgspec import json
from sqlalchemy import ColumnElement, Label, Row, and_

from modeldesk.adapters.converter import trusting_converter
from modeldesk.adapters.persistence.prepared import DriverRow
from modeldesk.adapters.persistence.tables import active_models, providers, stored_models
from modeldesk.adapters.persistence.unreadable_rows import reads_rows, require_texts
from modeldesk.domain.errors import Reason, StorageUnavailable
from modeldesk.domain.model.providers.provider import Capability, PricingInfo, Provider, ProviderConfig, Slot
from modeldesk.domain.model.providers.translation import LanguageTag, Translation
from modeldesk.domain.model.selection import SlotChange, SlotState, StoredModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId

_CONVERTER = trusting_converter()
_JSON_COLUMNS: Mapping[str, Any] = {
    "capabilities": Mapping[CapabilityName, Capability],
    "config": ProviderConfig,
    "pricing_info": PricingInfo,
    "translations": Mapping[LanguageTag, Translation],
    "imported_values": Mapping[str, Any],
}
STATE_COLUMNS: tuple[ColumnElement[Any] | Label[Any], ...] = (
    *(active_models.c[name] for name in ("provider", "capability", "slot_version")),
    active_models.c.model_id.label("active"),
    *(stored_models.c[name] for name in ("model_id", "model_name", "is_free", "selected_at", "selected_by")),
)
"""The columns of a slot and one of its stored models."""

SAME_SLOT = and_(stored_models.c.provider == active_models.c.provider, stored_models.c.capability == active_models.c.capability)

_PLAIN_COLUMNS = [attribute.name for attribute in fields(Provider) if attribute.name not in _JSON_COLUMNS]
_plain_values = attrgetter(*_PLAIN_COLUMNS)
_json_values = attrgetter(*_JSON_COLUMNS)
_AS_JSON = [_CONVERTER.get_unstructure_hook(kind) for kind in _JSON_COLUMNS.values()]


PROVIDER_COLUMNS = [column for column in providers.columns if column.name not in ("entry_digest", "changed_in")]
"""Those of the value; the others are the store's own."""


def provider_row(provider: Provider, entry_digest: str | None = None, changed_in: int = 0) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(_PLAIN_COLUMNS, _plain_values(provider), strict=True))
    row |= {"entry_digest": entry_digest, "changed_in": changed_in}
    for name, value, as_json in zip(_JSON_COLUMNS, _json_values(provider), _AS_JSON, strict=True):
        row[name] = json.encode(as_json(value)).decode() if value else "{}"
    return row


@reads_rows
def provider(row: Row[Any] | DriverRow) -> Provider:
    """Raises StorageUnavailable for a row that Modeldesk did not write."""
    values = row._asdict()
    require_texts(row)
    try:
        for name in _JSON_COLUMNS:
            values[name] = _read_json(values[name], name)
    except Exception as error:
        # The converter trusts our own rows, so that a foreign row may raise anything.
        raise StorageUnavailable(Reason("stored-provider-unreadable", provider=row.slug, column=name)) from error
    return Provider(**values)


@lru_cache(maxsize=256)
def _read_json(text: str, column: str) -> Any:
    """Cached, since values are immutable and each selection reads the same provider again."""
    value = json.decode(text)
    if column == "imported_values":
        return {path: _imported(path, imported) for path, imported in value.items()}
    return _CONVERTER.structure(value, _JSON_COLUMNS[column])


def _imported(path: str, value: Any) -> Any:
    """The value of a field, or the capability that `capabilities.chat` names."""
    return _CONVERTER.structure(value, Capability) if "." in path and value is not None else value


def slot_key(slot: Slot) -> dict[str, str]:
    return {"provider": slot.provider, "capability": slot.capability}


def stored_model_row(model: StoredModel) -> dict[str, Any]:
    return {
        **slot_key(model.slot),
        "model_id": model.model_id,
        "model_name": model.model_name,
        "is_free": model.is_free,
        "selected_at": model.selected_at,
        "selected_by": model.selected_by,
    }


def choice_row(choice: SlotChange) -> dict[str, Any]:
    model = choice.model
    return {
        **slot_key(choice.slot),
        "version": choice.version,
        "model_id": model.model_id if model else None,
        "model_name": model.model_name if model else None,
        "is_free": model.is_free if model else None,
        "chosen_at": choice.chosen_at,
        "chosen_by": choice.chosen_by,
        "restores": choice.restores,
    }


@reads_rows
def choice(row: Row[Any]) -> SlotChange:
    require_texts(row)
    slot = Slot(row.provider, row.capability)
    model = None
    if row.model_id is not None:
        model = StoredModel(slot, row.model_id, row.model_name, row.is_free, row.chosen_at, row.chosen_by)
    return SlotChange(slot, row.version, model, row.chosen_at, row.chosen_by, row.restores)


@reads_rows
def slot_states(found: Iterable[Row[Any] | DriverRow]) -> list[SlotState]:
    """From rows of `STATE_COLUMNS`, one per stored model; a slot without stored models has one row without a model."""
    states: dict[tuple[str, str], tuple[SlotState, dict[ModelId, StoredModel]]] = {}
    for row in found:
        require_texts(row)
        key = (row.provider, row.capability)
        if key not in states:
            models: dict[ModelId, StoredModel] = {}
            states[key] = (SlotState(Slot(*key), row.slot_version, row.active, models), models)
        state, models = states[key]
        slot = state.slot
        if row.model_id is not None:
            models[row.model_id] = StoredModel(slot, row.model_id, row.model_name, row.is_free, row.selected_at, row.selected_by)
    return [state for state, _ in states.values()]


def chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
