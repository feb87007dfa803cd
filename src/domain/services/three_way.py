"""Merging a declaration into what is stored, with what the last import wrote as the common ancestor.

A field belongs to the file until an admin edits it. Where only one side has changed a field since the last import, that side wins. Where both have,
and differ, it is a conflict: nobody wins until somebody decides. A decision for the admin is remembered: the declared value counts as the
imported one from then on, so that the same conflict is not asked about again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from attrs import evolve, field

from modeldesk.domain.model.providers.edited_field import EditedField, Side
from modeldesk.domain.model.providers.provider import OPERATOR_FLAGS, Provider
from modeldesk.domain.model.use import Use
from modeldesk.domain.records import frozen
from modeldesk.domain.services.import_plan import DeclaredProvider, Update
from modeldesk.domain.services.use_plan import EditedUse, UseUpdate

E = TypeVar("E", EditedField, EditedUse)
DECISIONS: Mapping[str, Sequence[str]] = {"target": ("provider", "capability", "fallbacks"), "description": ("description",)}
"""The fields of a use that are edited together: a slot and its fallbacks are valid as a whole."""


@frozen
class _Merge(Generic[E]):
    """Notes what becomes of edited fields. `prefer` decides conflicts, and each is noted as decided; None leaves them open."""

    prefer: Side | None = None
    kept: list[E] = field(factory=list)
    conflicts: list[E] = field(factory=list)
    decided: list[E] = field(factory=list)

    def _admin_wins(self, edited: E) -> bool:
        """Whether the admin's value stays, for now or for good."""
        if edited.declared == edited.imported:
            self.kept.append(edited)
            return True
        if self.prefer is None:
            self.conflicts.append(edited)
            return True
        self.decided.append(evolve(edited, side=self.prefer))
        return self.prefer is Side.ADMIN


class ThreeWayMerge(_Merge[EditedField]):
    """Merges one provider after the other."""

    def merged(self, entry: DeclaredProvider, existing: Provider) -> Provider:
        """The declared provider, with the admin's values where they are kept or in conflict."""
        admins, remembered = dict[str, Any](), dict[str, Any]()
        for name, imported in existing.imported_values.items():
            edited = EditedField(existing.slug, name, imported, existing.field_value(name), entry.provider.field_value(name))
            is_declared = name in entry.explicit_fields or name not in OPERATOR_FLAGS
            if self._stays(edited, is_declared=is_declared):
                admins[name] = edited.stored
                remembered[name] = edited.declared if is_declared and self.prefer is Side.ADMIN else imported
        return evolve(entry.overwrite(existing).with_fields(admins), imported_values=remembered)

    def _stays(self, edited: EditedField, *, is_declared: bool) -> bool:
        if edited.declared == edited.stored:
            return False
        if not is_declared:
            return True  # the declaration leaves this flag to the operator
        return self._admin_wins(edited)


class UseMerge(_Merge[EditedUse]):
    """Merges one use after the other."""

    def merged(self, declared: Use, existing: Use) -> Use:
        """The declared use, with the admin's values where they are kept or in conflict."""
        admins = dict[str, Any]()
        for edited in _edited_decisions(existing, declared):
            if self._admin_wins(edited):
                admins |= {name: getattr(existing, name) for name in DECISIONS[edited.name]}
        source = _fields_of(declared) if self.prefer is Side.ADMIN else existing.imported_values
        remembered = {name: source[name] for name, stored in admins.items() if name in source and source[name] != stored}
        return evolve(declared, version=existing.version, imported_values=remembered, **admins)


def replaced_fields(updates: Iterable[Update]) -> list[EditedField]:
    """What admins edited since the last import, and these updates replace by the values of the declaration."""
    return [
        EditedField(update.old.slug, name, imported, update.old.field_value(name), update.new.field_value(name))
        for update in updates
        for name, imported in update.old.imported_values.items()
        if update.old.field_value(name) != update.new.field_value(name)
    ]


def replaced_decisions(updates: Iterable[UseUpdate]) -> list[EditedUse]:
    """The edits of uses that the import replaces by the values of the declaration."""
    return [edited for update in updates for edited in _edited_decisions(update.old, update.new)]


def _edited_decisions(existing: Use, new: Use) -> Iterator[EditedUse]:
    """What an admin decided of the use since the last import, and differs from the new use."""
    imported = {**_fields_of(existing), **existing.imported_values}
    for decision, names in DECISIONS.items():
        before, stored, now = (_value(names, values) for values in (imported, _fields_of(existing), _fields_of(new)))
        if stored != now and not existing.imported_values.keys().isdisjoint(names):
            yield EditedUse(existing.name, decision, before, stored, now)


def _fields_of(use: Use) -> Mapping[str, object]:
    return {name: getattr(use, name) for names in DECISIONS.values() for name in names}


def _value(names: Sequence[str], values: Mapping[str, object]) -> object:
    """One field as it is, several by their names; None where no import has written them."""
    if all(values[name] is None for name in names):
        return None
    return values[names[0]] if len(names) == 1 else {name: values[name] for name in names}
