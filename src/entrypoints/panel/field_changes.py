"""The changed fields of a provider or a use, prepared for the table of a page."""

from collections.abc import Sequence

from msgspec import Struct

from modeldesk.domain.model.providers.declared_model import DeclaredModels
from modeldesk.domain.model.providers.differing_parts import common_prefix_length, differing_parts
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.model_differences import DifferingModels, differing_models
from modeldesk.domain.model.providers.ownership import edited_field
from modeldesk.domain.model.providers.provider import Capability, Provider
from modeldesk.domain.model.use import changed_fields
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.services.import_plan import Changes
from modeldesk.domain.services.use_plan import UseUpdate
from modeldesk.entrypoints.panel.formatting import CAPABILITIES, LONGEST_VALUE, Word

MOST_PARTS = 40
KEPT_BEFORE_DIFFERENCE = 40


class FieldChange(Struct, frozen=True):
    """A field with its current and new value; for lists of models, what differs in place of both. `lost` is a capability that ends.

    `is_edited`: an admin has edited it since the last import.
    """

    name: str
    old: object
    new: object
    models: DifferingModels | None = None
    is_edited: bool = False
    lost: CapabilityName | None = None


def field_changes(changes: Changes, stored: Provider | ImportedEntry) -> Sequence[FieldChange]:
    """The changed fields of a stored provider, in field order: of objects such as `config` each member that differs."""
    shown = list[FieldChange]()
    for name, (old, new) in changes.items():
        parts = differing_parts(name, old, new)
        shown += [_field_change(*part, stored) for part in (parts if len(parts) <= MOST_PARTS else [(name, old, new)])]
    return shown


def use_changes(update: UseUpdate) -> Sequence[FieldChange]:
    """The changed fields of a use. Capabilities have words, as everywhere; slugs are code."""
    changed = changed_fields(update.old, update.new).items()
    return [
        FieldChange(name, _use_value(name, old), _use_value(name, new), is_edited=name in update.old.imported_values)
        for name, (old, new) in changed
    ]


def _use_value(name: str, value: object) -> object:
    match name, value:
        case "capability", str() if value in CAPABILITIES:
            return Word(CAPABILITIES[value])
        case "capability" | "provider", str():
            return [value]
    return value


def _field_change(name: str, old: object, new: object, stored: Provider | ImportedEntry) -> FieldChange:
    models = differing_models(old, new) if isinstance(old, DeclaredModels) and isinstance(new, DeclaredModels) else None
    is_edited = isinstance(stored, Provider) and edited_field(stored, name) is not None
    return FieldChange(name, *from_difference(old, new), models, is_edited, _lost_capability(name, old, new))


def from_difference(old: object, new: object) -> tuple[object, object]:
    """Two long texts from shortly before the place where they begin to differ, since a page shows the beginning of each; other values as they are."""
    if not (isinstance(old, str) and isinstance(new, str)):
        return old, new
    start = common_prefix_length(old, new) - KEPT_BEFORE_DIFFERENCE
    return (old, new) if start + 2 * KEPT_BEFORE_DIFFERENCE < LONGEST_VALUE else (f"…{old[start:]}", f"…{new[start:]}")


def _lost_capability(name: str, old: object, new: object) -> CapabilityName | None:
    """The capability that is offered now, and no longer by the new value."""
    parts = name.split(".")
    if parts[0] != "capabilities" or len(parts) == 1:
        return None
    is_removed = len(parts) == 2 and isinstance(old, Capability) and old.supported and new is None
    is_ended = parts[2:] == ["supported"] and old is True and new is False
    return CapabilityName(parts[1]) if is_removed or is_ended else None
