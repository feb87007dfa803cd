"""The plan of an import: what it changes, and what that is computed from."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from attrs import evolve

from modeldesk.domain.errors import EditsInConflict, PlanConflict
from modeldesk.domain.model.providers.edited_field import EditedField, Side
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import OPERATOR_FLAGS, Provider, Slot
from modeldesk.domain.model.use import changed_fields
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.records import frozen
from modeldesk.domain.services.plan_digest import digest_of
from modeldesk.domain.services.use_plan import EditedUse, UsePlan

Changes = Mapping[str, tuple[object, object]]


@frozen
class DeclaredProvider:
    """A declared provider, absent fields at their defaults. `explicit_fields` are those that the declaration contains.

    `digest` identifies the entry that it was read from; None where what was read is more than the entry.
    """

    provider: Provider
    explicit_fields: frozenset[str]
    digest: str | None = None

    @property
    def slug(self) -> Slug:
        return self.provider.slug

    def overwrite(self, existing: Provider) -> Provider:
        """The declared provider, at the existing version; the operator's flags that the declaration leaves out stay as they are."""
        kept = {flag: getattr(existing, flag) for flag in OPERATOR_FLAGS if flag not in self.explicit_fields}
        edited = {name: value for name, value in existing.imported_values.items() if name in kept}
        return evolve(self.provider, version=existing.version, imported_values=edited, **kept)

    def patch(self, existing: Provider) -> Provider:
        """The existing provider with the explicit fields replaced."""
        edited = {path: old for path, old in existing.imported_values.items() if path.partition(".")[0] not in self.explicit_fields}
        return evolve(existing, imported_values=edited, **{name: getattr(self.provider, name) for name in self.explicit_fields})


@frozen
class ImportOptions:
    """`force` updates existing providers; `prune` deactivates those that are not declared; `deactivate_lost` allows an update to remove a
    capability that has an active model.

    `three_way` keeps what admins edited since the last import, where the declaration has not changed it; `prefer` decides where it has.
    """

    force: bool = False
    prune: bool = False
    deactivate_lost: bool = False
    three_way: bool = False
    prefer: Side | None = None


@frozen
class DisplacedModel:
    """An active model whose capability an update removes."""

    slot: Slot
    model: ModelId


@frozen
class Update:
    """An existing provider and what it becomes, at the next version. `suspends_keys`: its base URL moves to another origin, and its keys are
    suspended. `lost` are the models that a change of this provider alone deselects; a plan has those of all its updates.
    """

    old: Provider
    new: Provider
    changes: Changes
    suspends_keys: bool = False
    lost: Sequence[DisplacedModel] = ()


@frozen
class Skip:
    """An existing provider that stays as it is, and what `force` would change."""

    provider: Provider | ImportedEntry
    changes: Changes


@frozen
class ImportPlan:
    """What an import does.

    Lists are in the order of the declaration; `deactivated` is in display order, and `lost` by capability within a provider. `kept` are fields
    that stay as an admin edited them, and `decided` those of which a preferred side has won; a plan with `conflicts` cannot be applied. `replaced` are
    those that an import overwrites, which takes every value of the declaration. `remembered`
    are the unchanged providers for which the last import has other values from now on.
    """

    created: Sequence[Provider] = ()
    updated: Sequence[Update] = ()
    unchanged: Sequence[Provider | ImportedEntry] = ()
    skipped: Sequence[Skip] = ()
    deactivated: Sequence[Provider] = ()
    lost: Sequence[DisplacedModel] = ()
    uses: UsePlan = UsePlan()
    kept: Sequence[EditedField] = ()
    conflicts: Sequence[EditedField] = ()
    decided: Sequence[EditedField] = ()
    remembered: Sequence[Update] = ()
    replaced: Sequence[EditedField] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether applying the plan changes nothing. Fields that admins edited may still differ from the declaration.

        A decision is a change even for the admin: from then on the field is kept.
        """
        return not (self.written or self.lost or self.uses.written or self.in_conflict or self.all_decided)

    @property
    def all_decided(self) -> list[EditedField | EditedUse]:
        """The decided fields of providers and of uses."""
        return [*self.decided, *self.uses.decided]

    @property
    def all_replaced(self) -> list[EditedField | EditedUse]:
        """The replaced fields of providers and of uses."""
        return [*self.replaced, *self.uses.replaced]

    @property
    def in_conflict(self) -> list[str]:
        """The paths of the fields that both sides have changed, of providers and of uses."""
        return [*(edited.path for edited in self.conflicts), *(edited.path for edited in self.uses.conflicts)]

    @property
    def found(self) -> int:
        """The number of declared providers."""
        return len(self.created) + len(self.updated) + len(self.unchanged) + len(self.skipped)

    @property
    def written(self) -> list[Provider]:
        """The providers that are created or whose fields change."""
        deactivated = [evolve(provider, is_active=False, version=provider.version + 1) for provider in self.deactivated]
        return [*self.created, *(update.new for update in self.updated), *deactivated]

    @property
    def unused_keys(self) -> Mapping[Slug, Sequence[str]]:
        """The keys of `config` that are kept and that nothing uses, for each provider that is created or updated."""
        stored = [*self.created, *(update.new for update in self.updated)]
        return {provider.slug: list(provider.config.further) for provider in stored if provider.config.further}

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that identify what the plan changes. Equal plans have equal digests in every process.

        What is skipped or unchanged is no part of it.
        """
        return digest_of(_planned_changes(self))

    def require_no_conflict(self) -> None:
        """Raises EditsInConflict if a field was changed on both sides."""
        if self.in_conflict:
            raise EditsInConflict(self.in_conflict)

    def require_digest(self, expected: str | None) -> None:
        """Raises PlanConflict if this is not the plan with the expected digest. None expects nothing."""
        if expected is not None and self.digest != expected:
            raise PlanConflict(expected, self.digest)


def _planned_changes(plan: ImportPlan) -> Iterator[tuple[str, object]]:
    """Each change with its kind. Versions are no change of their own: they follow from the others."""
    for provider in plan.created:
        yield "created", provider
    for update in plan.updated:
        yield "updated", (update.new.slug, update.changes)
    for provider in plan.deactivated:
        yield "deactivated", provider.slug
    for lost in plan.lost:
        yield "lost", (lost.slot.path, lost.model)
    for use in plan.uses.created:
        yield "use created", changed_fields(None, use)
    for change in plan.uses.updated:
        yield "use updated", (change.new.name, changed_fields(change.old, change.new))
    for edited in plan.all_decided:
        yield "decided", (edited.path, edited.imported, edited.stored, edited.declared, edited.side)
