"""Bringing declared providers in: a declaration and what stands become a plan (pure), and a plan is carried out whole or not at all."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from modeldesk.domain.errors import ActiveModelsAtStake, NotAllowed, UnknownNames
from modeldesk.domain.model.access.admin import must_still_act
from modeldesk.domain.model.audit import Action, AuditEntry, deed
from modeldesk.domain.model.catalogue.catalogue import Slot
from modeldesk.domain.model.keys.provider_key import Asker, origin_of
from modeldesk.domain.model.providers.provider import OPERATOR_FLAGS, Provider, ProviderChange, ProviderClasses, changes, in_order
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.services.selection import Choice, SlotState, record_step

if TYPE_CHECKING:  # the ports are drawn in terms of the values here
    from modeldesk.domain.ports.unit_of_work import Clock, OpenUnitOfWork, Snapshots, UnitOfWork

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

    def forced_onto(self, existing: Provider) -> Provider:
        """Equal to the declaration, but for the operator's flags that it does not name."""
        kept = {flag: getattr(existing, flag) for flag in OPERATOR_FLAGS if flag not in self.named}
        return evolve(self.provider, **kept)

    def merged_into(self, existing: Provider) -> Provider:
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
    """An existing provider and what it becomes. `sets_keys_aside`: its address moves to another origin, for which its keys are not meant."""

    old: Provider
    new: Provider
    changes: Changes
    sets_keys_aside: bool = False


KEY_CHANGE = {"shared key": ("set", "set aside until it is entered again")}
"""How an update tells that it sets keys aside."""


@frozen
class Skip:
    """An existing provider that is left as it is, and what a forced import would change."""

    provider: Provider
    changes: Changes


@frozen
class LostModel:
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
    lost: Sequence[LostModel] = ()

    @property
    def found(self) -> int:
        """How many declared providers it judges."""
        return len(self.created) + len(self.updated) + len(self.unchanged) + len(self.skipped)

    @property
    def written(self) -> list[Provider]:
        """The providers to store, as they will stand."""
        off = [evolve(provider, is_active=False) for provider in self.deactivated]
        return [*self.created, *(update.new for update in self.updated), *off]


def only(declared: Sequence[DeclaredProvider], slugs: Sequence[str]) -> Sequence[DeclaredProvider]:
    """Those asked for, all where none is named. Raises UnknownNames listing what the declaration holds."""
    if not slugs:
        return declared
    known = [entry.provider.slug for entry in declared]
    if missing := [slug for slug in dict.fromkeys(slugs) if slug not in known]:
        raise UnknownNames(missing, known)
    return [entry for entry in declared if entry.provider.slug in slugs]


def plan_import(
    declared: Iterable[DeclaredProvider],
    existing: Mapping[Slug, Provider],
    active: Sequence[SlotState],
    options: ImportOptions,
    sets_aside: SetsAside = sets_none_aside,
) -> ImportPlan:
    """What importing `declared` over `existing` does.

    Raises ActiveModelsAtStake where an update takes away capabilities in use and that is not allowed.
    """
    plan = _plan(declared, existing, DeclaredProvider.forced_onto, options, sets_aside)
    lost = _lost(plan.updated, active)
    if lost and not options.deactivate_lost:
        raise ActiveModelsAtStake([(entry.slot.provider, entry.slot.capability, entry.model) for entry in lost])
    return evolve(plan, lost=lost)


def plan_population(
    declared: Iterable[DeclaredProvider], existing: Mapping[Slug, Provider], sets_aside: SetsAside = sets_none_aside
) -> ImportPlan:
    """The older way: creates and updates what is listed, in the fields that are named, and deactivates what is not listed."""
    return _plan(declared, existing, DeclaredProvider.merged_into, ImportOptions(force=True, prune=True), sets_aside)


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
        differing = {} if new == old else changes(old, new)
        if not options.force:
            skipped.append(Skip(old, differing))
        elif differing:
            updated.append(_update(old, new, differing, is_moved=sets_aside(old, new)))
        else:
            unchanged.append(old)
    return ImportPlan(created, updated, unchanged, skipped, _not_listed(existing, judged) if options.prune else ())


class ProviderRegistration:
    """Imports declarations and changes single providers, by the same rules: whoever changes one must be a super admin at that very moment."""

    def __init__(self, unit_of_work: "OpenUnitOfWork", snapshots: "Snapshots", classes: ProviderClasses, clock: "Clock") -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._classes = classes
        self._clock = clock

    async def plan(self, declared: Sequence[DeclaredProvider], options: ImportOptions) -> ImportPlan:
        """What `register` would do now; reads only. Raises ActiveModelsAtStake as the real import would."""
        snapshot = await self._snapshots.current()
        sets_aside = self._sets_aside({provider for provider, _ in snapshot.keys})
        return plan_import(declared, snapshot.providers, list(snapshot.choices.values()), options, sets_aside)

    async def register(self, declared: Sequence[DeclaredProvider], options: ImportOptions, by: Asker) -> ImportPlan:
        """Plans an import and carries it out. Raises ActiveModelsAtStake, NotAllowed, and then nothing was changed."""
        async with self._unit_of_work() as work:
            await _must_still_be_allowed(work, by, importing=True)
            sets_aside = self._sets_aside(await work.keys.providers())
            plan = plan_import(declared, await _by_slug(work), await work.choices.active(), options, sets_aside)
            await self._carry_out(plan, work, by)
        return plan

    async def populate(self, declared: Sequence[DeclaredProvider], by: Asker) -> ImportPlan:
        """Brings the older system's list in. Raises NotAllowed."""
        async with self._unit_of_work() as work:
            await _must_still_be_allowed(work, by, importing=True)
            plan = plan_population(declared, await _by_slug(work), self._sets_aside(await work.keys.providers()))
            await self._carry_out(plan, work, by)
        return plan

    async def change(self, slug: Slug, change: ProviderChange, by: Asker) -> Update:
        """Changes one provider as an import would. Its active models keep their slots; a change of nothing raises no number.

        Raises ProviderNotFound, NotAllowed.
        """
        async with self._unit_of_work() as work:
            await _must_still_be_allowed(work, by)
            old = await work.providers.get(slug)
            new = change.applied(old)
            sets_aside = self._sets_aside(await work.keys.providers())
            update = _update(old, new, changes(old, new), is_moved=sets_aside(old, new))
            if update.changes:
                await self._carry_out(ImportPlan(updated=[update]), work, by)
        return update

    async def set_active(self, slug: Slug, is_active: bool, by: Asker) -> bool:
        """Switches a provider on or off. True if that was a change. Raises ProviderNotFound, NotAllowed."""
        return bool((await self.change(slug, ProviderChange(is_active=is_active), by)).changes)

    def _sets_aside(self, keyed: Collection[Slug]) -> SetsAside:
        """Judges updates while these providers hold keys. A class may know an address where the declaration names none."""
        address = self._classes.address
        return lambda old, new: old.slug in keyed and origin_of(address(old)) != origin_of(address(new))

    async def _carry_out(self, plan: ImportPlan, work: "UnitOfWork", by: Asker) -> None:
        if written := plan.written:
            await work.providers.put(written)
        for update in plan.updated:
            if update.sets_keys_aside:
                await work.keys.set_aside(update.new.slug)
        for lost in plan.lost:
            before = await work.choices.slot(lost.slot)
            step = Choice(lost.slot, before.without_active().version, None, self._clock(), by.name)
            await record_step(work, step, before, Action.MODEL_DESELECTED, by)
        if written or plan.lost:
            await work.audit.add(list(_deeds(plan, by, self._clock())))
            await work.commit()


def _deeds(plan: ImportPlan, by: Asker, at: datetime) -> Iterator[AuditEntry]:
    """What the plan does to providers. Of a new one, what is not at its default need not be told: it stands there."""
    for provider in plan.created:
        yield deed(by, at, Action.PROVIDER_CREATED, provider.slug, after={"name": provider.name})
    for update in plan.updated:
        before, after = ({name: change[side] for name, change in update.changes.items()} for side in (0, 1))
        yield deed(by, at, Action.PROVIDER_UPDATED, update.new.slug, before=before, after=after)
    for provider in plan.deactivated:
        yield deed(by, at, Action.PROVIDER_UPDATED, provider.slug, before={"is_active": True}, after={"is_active": False})


async def _must_still_be_allowed(work: "UnitOfWork", by: Asker, *, importing: bool = False) -> None:
    """As things stand in this unit of work: who was demoted or disabled while the request was under way changes nothing more."""
    now = await must_still_act(work, by)
    if not now.may_do_everything and not (importing and now.is_active and now.may_import):
        raise NotAllowed("only super admins may import and change providers")


def _update(old: Provider, new: Provider, differing: Changes, *, is_moved: bool) -> Update:
    return Update(old, new, {**differing, **KEY_CHANGE} if is_moved else differing, sets_keys_aside=is_moved)


def _lost(updated: Sequence[Update], active: Sequence[SlotState]) -> list[LostModel]:
    becoming = {update.new.slug: (place, update.new) for place, update in enumerate(updated)}
    lost = [
        LostModel(state.slot, state.active)
        for state in active
        if state.active is not None
        and (update := becoming.get(state.slot.provider)) is not None
        and not update[1].offers(state.slot.capability)
    ]
    return sorted(lost, key=lambda entry: (becoming[entry.slot.provider][0], entry.slot.capability))


def _not_listed(existing: Mapping[Slug, Provider], listed: set[Slug]) -> list[Provider]:
    return sorted((provider for slug, provider in existing.items() if slug not in listed and provider.is_active), key=in_order)


async def _by_slug(work: "UnitOfWork") -> dict[Slug, Provider]:
    return {provider.slug: provider for provider in await work.providers.all()}
