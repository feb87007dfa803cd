"""What an import changes, computed before anything is written."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import evolve, frozen

from modeldesk.domain.errors import ActiveModelsAffected, UnknownProviders
from modeldesk.domain.model.providers.provider import OPERATOR_FLAGS, Provider, Slot, provider_changes, provider_order
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.values.texts import ModelId, Slug

Changes = Mapping[str, tuple[object, object]]


SetsAside = Callable[[Provider, Provider], bool]
"""Whether a provider that becomes another one holds keys that are not meant for its new address."""


def sets_none_aside(old: Provider, new: Provider) -> bool:
    """Of providers without keys."""
    return False


@frozen
class DeclaredProvider:
    """A provider as a document declares it: complete, absent fields at their defaults; `named` are the fields that it does name."""

    provider: Provider
    named: frozenset[str]

    def overwrite(self, existing: Provider) -> Provider:
        """Equal to the declaration, but for the operator's flags that it does not name."""
        kept = {flag: getattr(existing, flag) for flag in OPERATOR_FLAGS if flag not in self.named}
        return evolve(self.provider, **kept)

    def patch(self, existing: Provider) -> Provider:
        """The named fields alone are taken over."""
        return evolve(existing, **{name: getattr(self.provider, name) for name in self.named})


@frozen
class ImportOptions:
    """`force` updates providers that exist; `prune` deactivates those not declared; `deactivate_lost` allows an update to take away a
    capability whose model is in use."""

    force: bool = False
    prune: bool = False
    deactivate_lost: bool = False


@frozen
class Update:
    """An existing provider and what it becomes. `suspends_keys`: its address moves to another origin, for which its keys are not meant."""

    old: Provider
    new: Provider
    changes: Changes
    suspends_keys: bool = False


KEY_CHANGE = {"shared key": ("set", "suspended until it is entered again")}
"""How an update tells that it sets keys aside."""


@frozen
class Skip:
    """An existing provider that is left as it is, and what a forced import would change."""

    provider: Provider
    changes: Changes


@frozen
class DisplacedModel:
    """A model in use whose capability an update takes away."""

    slot: Slot
    model: ModelId


@frozen
class ImportPlan:
    """What an import does, decided before anything is done.

    Every list is in the order of the declaration; `deactivated`, which is not in it, in the order of lists, and `lost` within a
    provider by capability.
    """

    created: Sequence[Provider] = ()
    updated: Sequence[Update] = ()
    unchanged: Sequence[Provider] = ()
    skipped: Sequence[Skip] = ()
    deactivated: Sequence[Provider] = ()
    lost: Sequence[DisplacedModel] = ()

    @property
    def found(self) -> int:
        """How many declared providers it judges."""
        return len(self.created) + len(self.updated) + len(self.unchanged) + len(self.skipped)

    @property
    def written(self) -> list[Provider]:
        """The providers to store, as they will stand."""
        off = [evolve(provider, is_active=False) for provider in self.deactivated]
        return [*self.created, *(update.new for update in self.updated), *off]


def select_slugs(declared: Sequence[DeclaredProvider], slugs: Sequence[str]) -> Sequence[DeclaredProvider]:
    """Those asked for, all where none is named. Raises UnknownProviders listing what the declaration holds."""
    if not slugs:
        return declared
    known = [entry.provider.slug for entry in declared]
    if missing := [slug for slug in dict.fromkeys(slugs) if slug not in known]:
        raise UnknownProviders(missing, known)
    return [entry for entry in declared if entry.provider.slug in slugs]


def plan_import(
    declared: Iterable[DeclaredProvider],
    existing: Mapping[Slug, Provider],
    active: Sequence[SlotState],
    options: ImportOptions,
    sets_aside: SetsAside = sets_none_aside,
) -> ImportPlan:
    """What importing `declared` over `existing` does.

    Raises ActiveModelsAffected where an update takes away capabilities in use and that is not allowed.
    """
    plan = _plan(declared, existing, DeclaredProvider.overwrite, options, sets_aside)
    lost = _lost(plan.updated, active)
    if lost and not options.deactivate_lost:
        raise ActiveModelsAffected([(entry.slot.provider, entry.slot.capability, entry.model) for entry in lost])
    return evolve(plan, lost=lost)


def plan_population(
    declared: Iterable[DeclaredProvider], existing: Mapping[Slug, Provider], sets_aside: SetsAside = sets_none_aside
) -> ImportPlan:
    """The older way: creates and updates what is listed, in the fields that are named, and deactivates what is not listed."""
    return _plan(declared, existing, DeclaredProvider.patch, ImportOptions(force=True, prune=True), sets_aside)


def _plan(
    declared: Iterable[DeclaredProvider],
    existing: Mapping[Slug, Provider],
    becoming: Callable[[DeclaredProvider, Provider], Provider],
    options: ImportOptions,
    sets_aside: SetsAside,
) -> ImportPlan:
    created, unchanged, judged = list[Provider](), list[Provider](), set[Slug]()
    updated, skipped = list[Update](), list[Skip]()
    for entry in declared:
        judged.add(entry.provider.slug)
        old = existing.get(entry.provider.slug)
        if old is None:
            created.append(entry.provider)
            continue
        new = becoming(entry, old)
        differing = {} if new == old else provider_changes(old, new)
        if not options.force:
            skipped.append(Skip(old, differing))
        elif differing:
            updated.append(_update(old, new, differing, is_moved=sets_aside(old, new)))
        else:
            unchanged.append(old)
    return ImportPlan(created, updated, unchanged, skipped, _not_listed(existing, judged) if options.prune else ())


def _update(old: Provider, new: Provider, differing: Changes, *, is_moved: bool) -> Update:
    return Update(old, new, {**differing, **KEY_CHANGE} if is_moved else differing, suspends_keys=is_moved)


def _lost(updated: Sequence[Update], active: Sequence[SlotState]) -> list[DisplacedModel]:
    becoming = {update.new.slug: (place, update.new) for place, update in enumerate(updated)}
    lost = [
        DisplacedModel(state.slot, state.active)
        for state in active
        if state.active is not None
        and (update := becoming.get(state.slot.provider)) is not None
        and not update[1].offers(state.slot.capability)
    ]
    return sorted(lost, key=lambda entry: (becoming[entry.slot.provider][0], entry.slot.capability))


def _not_listed(existing: Mapping[Slug, Provider], listed: set[Slug]) -> list[Provider]:
    return sorted((provider for slug, provider in existing.items() if slug not in listed and provider.is_active), key=provider_order)
