"""Bringing declared providers in: a declaration and what stands become a plan (pure), and a plan is carried out whole or not at all."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, AuditEntry, audit_entry
from modeldesk.domain.model.keys.provider_key import origin_of
from modeldesk.domain.model.providers.provider import Provider, ProviderChange, provider_changes
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.selection import SlotChange
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.import_plan import (
    DeclaredProvider,
    ImportOptions,
    ImportPlan,
    SetsAside,
    Update,
    _update,
    plan_import,
    plan_population,
)
from modeldesk.domain.services.selection import record_change


class ProviderRegistration:
    """Imports declarations and changes single providers, by the same rules: whoever changes one must be a super admin at that very moment."""

    def __init__(self, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, classes: ProviderClasses, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._classes = classes
        self._clock = clock

    async def plan(self, declared: Sequence[DeclaredProvider], options: ImportOptions) -> ImportPlan:
        """What `register` would do now; reads only. Raises ActiveModelsAtStake as the real import would."""
        snapshot = await self._snapshots.current()
        sets_aside = self._sets_aside({provider for provider, _ in snapshot.keys})
        return plan_import(declared, snapshot.providers, list(snapshot.choices.values()), options, sets_aside)

    async def register(self, declared: Sequence[DeclaredProvider], options: ImportOptions, by: Actor) -> ImportPlan:
        """Plans an import and carries it out. Raises ActiveModelsAtStake, NotAllowed, and then nothing was changed."""
        async with self._unit_of_work() as work:
            await require_active_actor(work, by, Right.IMPORT)
            sets_aside = self._sets_aside(await work.keys.providers())
            plan = plan_import(declared, await _by_slug(work), await work.choices.active(), options, sets_aside)
            await self._carry_out(plan, work, by)
        return plan

    async def populate(self, declared: Sequence[DeclaredProvider], by: Actor) -> ImportPlan:
        """Brings the older system's list in. Raises NotAllowed."""
        async with self._unit_of_work() as work:
            await require_active_actor(work, by, Right.IMPORT)
            plan = plan_population(declared, await _by_slug(work), self._sets_aside(await work.keys.providers()))
            await self._carry_out(plan, work, by)
        return plan

    async def change(self, slug: Slug, change: ProviderChange, by: Actor) -> Update:
        """Changes one provider as an import would. Its active models keep their slots; a change of nothing raises no number.

        Raises ProviderNotFound, NotAllowed.
        """
        async with self._unit_of_work() as work:
            await require_active_actor(work, by, Right.ADMINISTER)
            old = await work.providers.get(slug)
            new = change.applied(old)
            sets_aside = self._sets_aside(await work.keys.providers())
            update = _update(old, new, provider_changes(old, new), is_moved=sets_aside(old, new))
            if update.changes:
                await self._carry_out(ImportPlan(updated=[update]), work, by)
        return update

    async def set_active(self, slug: Slug, is_active: bool, by: Actor) -> bool:
        """Switches a provider on or off. True if that was a change. Raises ProviderNotFound, NotAllowed."""
        return bool((await self.change(slug, ProviderChange(is_active=is_active), by)).changes)

    def _sets_aside(self, keyed: Collection[Slug]) -> SetsAside:
        """Judges updates while these providers hold keys. A class may know an address where the declaration names none."""
        address = self._classes.base_url
        return lambda old, new: old.slug in keyed and origin_of(address(old)) != origin_of(address(new))

    async def _carry_out(self, plan: ImportPlan, work: UnitOfWork, by: Actor) -> None:
        if written := plan.written:
            await work.providers.put(written)
        for update in plan.updated:
            if update.suspends_keys:
                await work.keys.suspend(update.new.slug)
        for lost in plan.lost:
            before = await work.choices.slot(lost.slot)
            step = SlotChange(lost.slot, before.without_active().version, None, self._clock(), by.name)
            await record_change(work, step, before, Action.MODEL_DESELECTED, by)
        if written or plan.lost:
            await work.audit.add(list(_deeds(plan, by, self._clock())))
            await work.commit()


def _deeds(plan: ImportPlan, by: Actor, at: datetime) -> Iterator[AuditEntry]:
    """What the plan does to providers. Of a new one, what is not at its default need not be told: it stands there."""
    for provider in plan.created:
        yield audit_entry(by, at, Action.PROVIDER_CREATED, provider.slug, after={"name": provider.name})
    for update in plan.updated:
        before, after = ({name: change[side] for name, change in update.changes.items()} for side in (0, 1))
        yield audit_entry(by, at, Action.PROVIDER_UPDATED, update.new.slug, before=before, after=after)
    for provider in plan.deactivated:
        yield audit_entry(by, at, Action.PROVIDER_UPDATED, provider.slug, before={"is_active": True}, after={"is_active": False})


async def _by_slug(work: UnitOfWork) -> dict[Slug, Provider]:
    return {provider.slug: provider for provider in await work.providers.all()}
