"""What an import does to uses: the same rules as for providers."""

from collections.abc import Callable, Mapping, Sequence

from attrs import evolve

from modeldesk.domain.model.providers.edited_field import Side
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.use import Use, UseChange, UseName, changed_fields
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen


@frozen
class UseUpdate:
    """An existing use and what it becomes, at the next version."""

    old: Use
    new: Use


@frozen
class EditedUse:
    """The last import wrote `imported`, an admin stored `stored`, and the declaration has `declared` now. None: no import has written the use.

    `name` is `description`, or `target`: provider, capability and fallbacks are one decision. `side` is as in an edited field.
    """

    use: UseName
    name: str
    imported: object
    stored: object
    declared: object
    side: Side | None = None

    @property
    def path(self) -> str:
        """`use:support-chat.target`; no slug contains a colon."""
        return f"use:{self.use}.{self.name}"


MergeUse = Callable[[Use, Use], Use]
"""What a use becomes, from the declared and the existing one."""


def overwrite(declared: Use, _: Use) -> Use:
    """The declared use, whatever is stored."""
    return declared


@frozen
class UsePlan:
    """What an import does to uses. `skipped` exist and stay as they are, without `force`. `kept`, `conflicts`, `decided` and `replaced` are
    as in an import plan.

    `remembered` are those of the unchanged uses for which the last import has other values from now on. `deletions` are the last changes of those created uses that somebody deleted.
    """

    created: Sequence[Use] = ()
    updated: Sequence[UseUpdate] = ()
    unchanged: Sequence[Use] = ()
    skipped: Sequence[Use] = ()
    kept: Sequence[EditedUse] = ()
    conflicts: Sequence[EditedUse] = ()
    decided: Sequence[EditedUse] = ()
    remembered: Sequence[Use] = ()
    replaced: Sequence[EditedUse] = ()
    deletions: Sequence[UseChange] = ()

    @property
    def found(self) -> int:
        """The number of declared uses."""
        return len(self.created) + len(self.updated) + len(self.unchanged) + len(self.skipped)

    @property
    def written(self) -> list[Use]:
        """The uses to store; each gets the next version of its name."""
        return [*self.created, *(update.new for update in self.updated)]


def plan_uses(
    declared: Sequence[Use],
    existing: Mapping[UseName, Use],
    providers: Mapping[Slug, Provider],
    *,
    force: bool,
    merge: MergeUse = overwrite,
) -> UsePlan:
    """What importing the declared uses over the existing ones does. `providers` are those after the import.

    Raises InvalidValue, ProviderNotFound, CapabilityNotOffered for a use that points nowhere.
    """
    created, updated = list[Use](), list[UseUpdate]()
    unchanged, skipped, remembered = list[Use](), list[Use](), list[Use]()
    for entry in declared:
        old = existing.get(entry.name)
        if old is not None and not force:
            skipped.append(old)
            continue
        use = entry if old is None else merge(entry, old)
        use.require_valid(providers)
        if old is None:
            created.append(use)
        elif changed_fields(old, use):
            updated.append(UseUpdate(old, evolve(use, version=old.version + 1)))
        else:
            unchanged.append(old)
            if use.imported_values != old.imported_values:
                remembered.append(evolve(use, version=old.version))
    return UsePlan(created, updated, unchanged, skipped, remembered=remembered)
