"""The plan of an import: what it changes, computed before anything is written."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from enum import Enum
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

from attrs import evolve, fields, frozen, has

from modeldesk.domain.errors import ActiveModelsAffected, EditsInConflict, PlanConflict
from modeldesk.domain.model.providers.declared_model import DeclaredModels
from modeldesk.domain.model.providers.edited_field import EditedField, Side
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import OPERATOR_FLAGS, Provider, Slot, provider_changes, provider_order
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.use import changed_fields
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.services.use_plan import UsePlan

_EXACT = Context(prec=100)
"""More digits than any number of a declaration has."""

_PLAIN = frozenset((str, bool, int, type(None)))

Changes = Mapping[str, tuple[object, object]]


SuspendsKeys = Callable[[Provider, Provider], bool]
"""Whether an update of a provider suspends its keys, since they are not meant for its new address."""


def suspends_no_keys(old: Provider, new: Provider) -> bool:
    """For providers without keys."""
    return False


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


Merge = Callable[[DeclaredProvider, Provider], Provider]
"""What a provider becomes, from its entry in the declaration and what is stored."""


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


KEY_CHANGE = {"shared key": ("set", "suspended until it is entered again")}
"""How the changes of an update show that it suspends keys."""


@frozen
class Skip:
    """An existing provider that stays as it is, and what `force` would change."""

    provider: Provider | ImportedEntry
    changes: Changes


@frozen
class ImportPlan:
    """What an import does.

    Lists are in the order of the declaration; `deactivated` is in display order, and `lost` by capability within a provider. `kept` are fields
    that stay as an admin edited them; a plan with `conflicts` cannot be applied.
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

    @property
    def changes_nothing(self) -> bool:
        """Whether applying the plan changes nothing. Fields that admins edited may still differ from the declaration."""
        return not (self.written or self.lost or self.uses.written or self.in_conflict)

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
        """The providers to store."""
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
        digest = sha256()
        for kind, value in _planned_changes(self):
            digest.update(json.dumps([kind, _as_json(value)], sort_keys=True).encode() + b"\n")
        return digest.hexdigest()

    def require_no_conflict(self) -> None:
        """Raises EditsInConflict if a field was changed on both sides."""
        if self.in_conflict:
            raise EditsInConflict(self.in_conflict)

    def require_digest(self, expected: str | None) -> None:
        """Raises PlanConflict if this is not the plan with the expected digest. None expects nothing."""
        if expected is not None and self.digest != expected:
            raise PlanConflict(expected, self.digest)


def plan_import(
    declared: Iterable[DeclaredProvider | ImportedEntry],
    existing: Mapping[Slug, Provider],
    active: Sequence[SlotState],
    options: ImportOptions,
    suspends_keys: SuspendsKeys = suspends_no_keys,
    *,
    merge: Merge = DeclaredProvider.overwrite,
) -> ImportPlan:
    """What importing `declared` over `existing` does. An imported entry is equal to what is stored, and `existing` may lack it.

    `merge` makes the new provider from an entry and the existing one.

    Raises ActiveModelsAffected where an update removes a capability that has an active model, unless `deactivate_lost` is set.
    """
    plan = _plan(declared, existing, merge, options, suspends_keys)
    return with_displaced_models(plan, active, are_allowed=options.deactivate_lost)


def with_displaced_models(
    plan: ImportPlan, active: Sequence[SlotState], *, are_allowed: bool, confirmed: Collection[DisplacedModel] = ()
) -> ImportPlan:
    """The plan with the active models whose capabilities it removes.

    Raises ActiveModelsAffected with those that are not `confirmed`, unless all of them are allowed.
    """
    lost = _lost(plan.updated, active)
    refused = [] if are_allowed else [entry for entry in lost if entry not in confirmed]
    if refused:
        raise ActiveModelsAffected([(entry.slot.provider, entry.slot.capability, entry.model) for entry in refused])
    return evolve(plan, lost=lost)


def providers_after(plan: ImportPlan, existing: Mapping[Slug, Provider]) -> Mapping[Slug, Provider]:
    """The providers once the plan is applied, in display order."""
    after = {**existing, **{provider.slug: provider for provider in plan.written}}
    return {provider.slug: provider for provider in sorted(after.values(), key=provider_order)}


def plan_population(
    declared: Iterable[DeclaredProvider], existing: Mapping[Slug, Provider], suspends_keys: SuspendsKeys = suspends_no_keys
) -> ImportPlan:
    """The import of a population script: creates and patches what is listed, and deactivates what is not."""
    return _plan(declared, existing, DeclaredProvider.patch, ImportOptions(force=True, prune=True), suspends_keys)


def _plan(
    declared: Iterable[DeclaredProvider | ImportedEntry],
    existing: Mapping[Slug, Provider],
    merge: Merge,
    options: ImportOptions,
    suspends_keys: SuspendsKeys,
) -> ImportPlan:
    created, unchanged, listed = list[Provider](), list[Provider | ImportedEntry](), set[Slug]()
    updated, skipped = list[Update](), list[Skip]()
    for entry in declared:
        slug = entry.slug
        listed.add(slug)
        if isinstance(entry, ImportedEntry):
            unchanged.append(entry) if options.force else skipped.append(Skip(entry, {}))
            continue
        old = existing.get(slug)
        if old is None:
            created.append(entry.provider)
            continue
        new = merge(entry, old)
        differing = {} if new == old else provider_changes(old, new)
        if not options.force:
            skipped.append(Skip(old, differing))
        elif differing:
            updated.append(plan_update(old, new, differing, is_moved=suspends_keys(old, new)))
        else:
            unchanged.append(old)
    return ImportPlan(created, updated, unchanged, skipped, _not_listed(existing, listed) if options.prune else ())


def plan_update(old: Provider, new: Provider, differing: Changes, *, is_moved: bool) -> Update:
    next_version = evolve(new, version=old.version + 1) if differing else old
    return Update(old, next_version, {**differing, **KEY_CHANGE} if is_moved else differing, suspends_keys=is_moved)


def _lost(updated: Sequence[Update], active: Sequence[SlotState]) -> list[DisplacedModel]:
    updates = {update.new.slug: (index, update.new) for index, update in enumerate(updated)}
    lost = [
        DisplacedModel(state.slot, state.active)
        for state in active
        if state.active is not None
        and (update := updates.get(state.slot.provider)) is not None
        and not update[1].offers(state.slot.capability)
    ]
    return sorted(lost, key=lambda entry: (updates[entry.slot.provider][0], entry.slot.capability))


def _not_listed(existing: Mapping[Slug, Provider], listed: set[Slug]) -> list[Provider]:
    return sorted((provider for slug, provider in existing.items() if slug not in listed and provider.is_active), key=provider_order)


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


def _as_json(value: object) -> object:
    """The value as JSON that is the same for equal values. Numbers are tagged, so that none equals the text of its digits."""
    kind: Any = type(value)
    if kind in _PLAIN:  # nearly all of a long declaration
        return value
    value = value.value if isinstance(value, Enum) else value
    if isinstance(value, Decimal):
        return {"decimal": str(value.normalize(_EXACT))}
    if isinstance(value, Mapping):
        return {name: _as_json(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list | DeclaredModels):
        return [_as_json(entry) for entry in value]
    if names := _field_names(kind):
        return {name: _as_json(getattr(value, name)) for name in names}
    return value


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(attribute.name for attribute in fields(kind)) if has(kind) else ()
