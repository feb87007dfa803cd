"""Computes the plan of an import, before anything is written."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from attrs import evolve

from modeldesk.domain.errors import ActiveModelsAffected
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Provider, provider_changes, provider_order
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.import_plan import Changes, DeclaredProvider, DisplacedModel, ImportOptions, ImportPlan, Skip, Update

SuspendsKeys = Callable[[Provider, Provider], bool]
"""Whether an update of a provider suspends its keys, since they are not meant for its new address."""

Merge = Callable[[DeclaredProvider, Provider], Provider]
"""What a provider becomes, from its entry in the declaration and what is stored."""

KEY_CHANGE = {"shared key": ("set", "suspended until it is entered again")}
"""The entry among the changes of an update that says that it suspends keys."""


def plan_import(
    declared: Iterable[DeclaredProvider | ImportedEntry],
    existing: Mapping[Slug, Provider],
    active: Sequence[SlotState],
    options: ImportOptions,
    suspends_keys: SuspendsKeys,
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


def plan_population(declared: Iterable[DeclaredProvider], existing: Mapping[Slug, Provider], suspends_keys: SuspendsKeys) -> ImportPlan:
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
    updated, skipped, remembered = list[Update](), list[Skip](), list[Update]()
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
            updated.append(plan_update(old, new, differing, suspends_keys))
        else:
            unchanged.append(old)
            if new.imported_values != old.imported_values:
                remembered.append(Update(old, new, {}))
    deactivated = _not_listed(existing, listed) if options.prune else ()
    return ImportPlan(created, updated, unchanged, skipped, deactivated, remembered=remembered)


def plan_update(old: Provider, new: Provider, differing: Changes, suspends_keys: SuspendsKeys) -> Update:
    """The update of one provider whose fields differ so; a provider without a difference stays at its version."""
    next_version = evolve(new, version=old.version + 1) if differing else old
    if suspends_keys(old, new):
        return Update(old, next_version, {**differing, **KEY_CHANGE}, suspends_keys=True)
    return Update(old, next_version, differing)


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
