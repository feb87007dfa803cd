"""Merging a declaration into what is stored, with what the last import wrote as the common ancestor.

A field belongs to the file until an admin edits it. Where only one side has changed a field since the last import, that side wins. Where both have,
and differ, it is a conflict: nobody wins until somebody decides.
"""

from typing import Any

from attrs import evolve, field, frozen

from modeldesk.domain.model.providers.edited_field import EditedField, Side
from modeldesk.domain.model.providers.provider import OPERATOR_FLAGS, Provider
from modeldesk.domain.services.import_plan import DeclaredProvider


@frozen
class ThreeWayMerge:
    """Merges one provider after the other, and notes what it does with edited fields. `prefer` decides conflicts; None leaves them open."""

    prefer: Side | None = None
    kept: list[EditedField] = field(factory=list)
    conflicts: list[EditedField] = field(factory=list)

    def merged(self, entry: DeclaredProvider, existing: Provider) -> Provider:
        """The declared provider, with the admin's values where they are kept or in conflict."""
        admins = dict[str, Any]()
        for name, imported in existing.imported_values.items():
            edited = EditedField(existing.slug, name, imported, existing.field_value(name), entry.provider.field_value(name))
            if self._stays(edited, is_declared=name in entry.explicit_fields or name not in OPERATOR_FLAGS):
                admins[name] = edited.stored
        overwritten = entry.overwrite(existing)
        remaining = {name: value for name, value in existing.imported_values.items() if name in admins}
        return evolve(overwritten.with_fields(admins), imported_values=remaining)

    def _stays(self, edited: EditedField, *, is_declared: bool) -> bool:
        if edited.declared == edited.stored:
            return False
        if not is_declared:
            return True  # the declaration leaves this flag to the operator
        if edited.declared == edited.imported:
            self.kept.append(edited)
            return True
        if self.prefer is not None:
            return self.prefer is Side.ADMIN
        self.conflicts.append(edited)
        return True
