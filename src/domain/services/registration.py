"""Importing declared providers and changing single ones: a pure plan is computed first, and applied in one unit of work."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, AuditEntry, audit_entry
from modeldesk.domain.model.keys.provider_key import origin_of
from modeldesk.domain.model.providers.edited_field import EditedField, Side
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.model_differences import bounded_changes
from modeldesk.domain.model.providers.provider import CapabilityChange, Provider, ProviderChange, provider_changes
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.use import Use, UseChange, UseName
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.model.webhooks.change_events import provider_event
from modeldesk.domain.model.webhooks.event import Event
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.provider_store import NO_DIGESTS
from modeldesk.domain.ports.queries import ImportPlanSources
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.declaration import DeclaredEntry, UnreadEntry, digests, read_all, resolved
from modeldesk.domain.services.import_plan import DeclaredProvider, DisplacedModel, ImportOptions, ImportPlan, Update
from modeldesk.domain.services.import_planning import (
    SuspendsKeys,
    plan_import,
    plan_population,
    plan_update,
    providers_after,
    with_displaced_models,
)
from modeldesk.domain.services.selection import record_change
from modeldesk.domain.services.three_way import ThreeWayMerge, UseMerge, replaced_decisions, replaced_fields
from modeldesk.domain.services.use_plan import EditedUse, UsePlan, plan_uses
from modeldesk.domain.services.uses import record_use_change, use_subject

MOST_ASKED_FOR = 500
"""An import of more changed providers reads all that are stored."""


class ProviderRegistration:
    """Imports declarations and changes single providers by the same rules. The actor's rights are checked in the unit of work."""

    def __init__(self, unit_of_work: OpenUnitOfWork, snapshots: ImportPlanSources, classes: ProviderClasses, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._classes = classes
        self._clock = clock

    async def plan(
        self, declared: Sequence[DeclaredEntry], options: ImportOptions, expected: str | None = None, *, uses: Sequence[Use] = ()
    ) -> ImportPlan:
        """What `register` would do now, without changing anything. Raises as `register`."""
        snapshot = await self._snapshots.current()
        suspends_keys = self._key_suspension({provider for provider, _ in snapshot.keys})
        plan = _planned(read_all(declared), snapshot.providers, list(snapshot.choices.values()), options, suspends_keys)
        plan = _with_uses(plan, uses, snapshot.providers, snapshot.uses, options)
        plan.require_digest(expected)
        return _with_deletions(plan, await self._snapshots.use_deletions([use.name for use in plan.uses.created]))

    async def register(
        self,
        declared: Sequence[DeclaredEntry],
        options: ImportOptions,
        actor: Actor,
        expected: str | None = None,
        *,
        uses: Sequence[Use] = (),
    ) -> ImportPlan:
        """Plans an import and applies it as a whole. `expected` is the digest of the plan that the actor has seen.

        Raises ActiveModelsAffected, PlanConflict, EditsInConflict, NotAllowed, and for uses InvalidValue, ProviderNotFound, CapabilityNotOffered.
        """
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.IMPORT)
            suspends_keys = self._key_suspension(await work.keys.providers())
            unread = any(isinstance(entry, UnreadEntry) for entry in declared)
            entries = resolved(declared, await work.providers.imported() if unread else ())
            existing = await _existing(work, entries, every=bool(uses) or options.prune)
            plan = _planned(entries, existing, await work.choices.active(), options, suspends_keys)
            if uses:
                plan = _with_uses(plan, uses, existing, {use.name: use for use in await work.uses.all()}, options)
                plan = _with_deletions(plan, await _deletions(work, plan.uses.created))
            plan.require_digest(expected)
            plan.require_no_conflict()
            await self._apply(plan, work, actor, digests(entries, plan))
        return plan

    async def populate(self, declared: Sequence[DeclaredProvider], actor: Actor) -> ImportPlan:
        """Imports the list of a population script. Raises NotAllowed."""
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.IMPORT)
            plan = plan_population(declared, await _by_slug(work), self._key_suspension(await work.keys.providers()))
            await self._apply(plan, work, actor)
        return plan

    async def change(
        self,
        slug: Slug,
        change: ProviderChange,
        actor: Actor,
        expected: int | None = None,
        *,
        deactivate_lost: bool = False,
        confirmed: Collection[DisplacedModel] = (),
    ) -> Update:
        """Changes one provider as an import would; without a difference nothing is written.

        `expected` is the provider's version that the actor has seen. Active models stay active, except those of removed capabilities: they are
        deselected if the actor has seen and `confirmed` that, or whichever they are with `deactivate_lost`. Raises ProviderNotFound, CapabilityNotFound, ProviderVersionConflict, ActiveModelsAffected, NotAllowed.
        """
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ADMINISTER)
            old = await work.providers.get(slug)
            old.require_version(expected)
            new = change.applied(old)
            suspends_keys = self._key_suspension(await work.keys.providers())
            update = plan_update(old, new, provider_changes(old, new), suspends_keys)
            plan = ImportPlan(updated=[update])
            if isinstance(change, CapabilityChange):
                plan = with_displaced_models(plan, await work.choices.active(), are_allowed=deactivate_lost, confirmed=confirmed)
            if update.changes:
                await self._apply(plan, work, actor)
        return evolve(update, lost=plan.lost)

    async def set_active(self, slug: Slug, is_active: bool, actor: Actor, expected: int | None = None) -> bool:
        """Enables or disables a provider. Returns whether anything changed. `expected` and errors are those of `change`."""
        return bool((await self.change(slug, ProviderChange(is_active=is_active), actor, expected)).changes)

    def _key_suspension(self, keyed: Collection[Slug]) -> SuspendsKeys:
        """The rule for updates where the providers in `keyed` have keys. A class may have a base URL where the declaration has none."""
        address = self._classes.base_url
        return lambda old, new: old.slug in keyed and origin_of(address(old)) != origin_of(address(new))

    async def _apply(self, plan: ImportPlan, work: UnitOfWork, actor: Actor, digests: Mapping[Slug, str] = NO_DIGESTS) -> None:
        """`digests` are those of the entries that the providers are written from, if from any."""
        if written := [*plan.written, *(update.new for update in plan.remembered)]:
            await work.providers.put(await _above_floor(written, plan, work), digests)
        for update in plan.updated:
            if update.suspends_keys:
                await work.keys.suspend(update.new.slug)
        await self._deselect(plan.lost, work, actor)
        await self._write_uses(plan.uses, work, actor)
        if written or plan.lost or plan.uses.written or plan.uses.remembered:
            await work.audit.add(list(_audit_entries(plan, actor, self._clock())))
            if await work.webhooks.all():  # an import has thousands of events, and most often nobody receives them
                await work.outbox.add(list(_events(plan, actor, self._clock())))
            await work.commit()

    async def _deselect(self, lost: Sequence[DisplacedModel], work: UnitOfWork, actor: Actor) -> None:
        for displaced in lost:
            before = await work.choices.slot(displaced.slot)
            change = SlotChange(displaced.slot, before.next_version, None, self._clock(), actor.name)
            await record_change(work, change, before, Action.MODEL_DESELECTED, actor)

    async def _write_uses(self, plan: UsePlan, work: UnitOfWork, actor: Actor) -> None:
        for use in plan.written:
            before = await work.uses.state(use.name)
            after = before.with_use(use)
            change = UseChange(use.name, after.version, after.use, self._clock(), actor.name)
            await record_use_change(work, change, before, Action.USE_CREATED if before.use is None else Action.USE_CHANGED, actor)
        for use in plan.remembered:
            await work.uses.remember(use)


async def _above_floor(written: Sequence[Provider], plan: ImportPlan, work: UnitOfWork) -> Sequence[Provider]:
    """What is written, with the versions of new providers above those that a restored database may have had."""
    floor = await work.providers.version_floor() if plan.created else 0
    created = {provider.slug for provider in plan.created}
    return [evolve(provider, version=floor + 1) if provider.slug in created else provider for provider in written] if floor else written


def _planned(
    entries: Sequence[DeclaredProvider | ImportedEntry],
    existing: Mapping[Slug, Provider],
    active: Sequence[SlotState],
    options: ImportOptions,
    suspends_keys: SuspendsKeys,
) -> ImportPlan:
    """The plan of an import that overwrites, or that merges what admins edited."""
    if not options.three_way:
        plan = plan_import(entries, existing, active, options, suspends_keys)
        return evolve(plan, replaced=replaced_fields(plan.updated))
    merge = ThreeWayMerge(options.prefer)
    plan = plan_import(entries, existing, active, options, suspends_keys, merge=merge.merged)
    return evolve(plan, kept=merge.kept, conflicts=merge.conflicts, decided=merge.decided)


def _with_uses(
    plan: ImportPlan, uses: Sequence[Use], providers: Mapping[Slug, Provider], existing: Mapping[UseName, Use], options: ImportOptions
) -> ImportPlan:
    """The plan with what it does to uses, which may point at providers of the same declaration."""
    if not uses:
        return plan
    after = providers_after(plan, providers)
    if not options.three_way:
        planned = plan_uses(uses, existing, after, force=options.force)
        return evolve(plan, uses=evolve(planned, replaced=replaced_decisions(planned.updated)))
    merge = UseMerge(options.prefer)
    planned = plan_uses(uses, existing, after, force=options.force, merge=merge.merged)
    return evolve(plan, uses=evolve(planned, kept=merge.kept, conflicts=merge.conflicts, decided=merge.decided))


def _with_deletions(plan: ImportPlan, deletions: Sequence[UseChange]) -> ImportPlan:
    return evolve(plan, uses=evolve(plan.uses, deletions=deletions)) if deletions else plan


async def _deletions(work: UnitOfWork, created: Sequence[Use]) -> list[UseChange]:
    histories = [await work.uses.history(name) for name in sorted(use.name for use in created)]
    return [history[-1] for history in histories if history]


def _audit_entries(plan: ImportPlan, actor: Actor, at: datetime) -> Iterator[AuditEntry]:
    """What the plan does to providers. Of a new provider the name is enough: the provider itself shows the rest."""
    for provider in plan.created:
        yield audit_entry(actor, at, Action.PROVIDER_CREATED, provider.slug, after={"name": provider.name})
    for update in plan.updated:
        changes = bounded_changes(update.changes)
        before, after = ({name: change[side] for name, change in changes.items()} for side in (0, 1))
        yield audit_entry(actor, at, Action.PROVIDER_UPDATED, update.new.slug, before=before, after=after)
    for provider in plan.deactivated:
        yield audit_entry(actor, at, Action.PROVIDER_UPDATED, provider.slug, before={"is_active": True}, after={"is_active": False})
    yield from (
        _decision_entry(edited, edited.provider, Action.PROVIDER_UPDATED, actor, at) for edited in plan.decided if _is_remembered(edited)
    )
    for decided in plan.uses.decided:
        if _is_remembered(decided):
            yield _decision_entry(decided, use_subject(decided.use), Action.USE_CHANGED, actor, at)


def _is_remembered(edited: EditedField | EditedUse) -> bool:
    """Whether the decision shows in no other entry: the admin's value stays, and the declared one is remembered as imported."""
    return edited.side is Side.ADMIN


def _decision_entry(edited: EditedField | EditedUse, subject: str, action: Action, actor: Actor, at: datetime) -> AuditEntry:
    pairs = bounded_changes({f"imported {edited.name}": (edited.imported, edited.declared)})
    before, after = ({name: pair[side] for name, pair in pairs.items()} for side in (0, 1))
    return audit_entry(actor, at, action, subject, before=before, after=after)


def _events(plan: ImportPlan, actor: Actor, at: datetime) -> Iterator[Event]:
    """One for each provider that the plan creates or changes."""
    yield from (provider_event(provider.slug, at, actor.name, None) for provider in plan.created)
    yield from (provider_event(update.new.slug, at, actor.name, list(update.changes)) for update in plan.updated)
    yield from (provider_event(provider.slug, at, actor.name, ["is_active"]) for provider in plan.deactivated)


async def _existing(work: UnitOfWork, entries: Sequence[DeclaredProvider | ImportedEntry], *, every: bool) -> dict[Slug, Provider]:
    """The stored providers that the entries may change, or `every` one. For many, reading all is faster than selecting them."""
    changing = [entry.slug for entry in entries if isinstance(entry, DeclaredProvider)]
    if every or len(changing) > MOST_ASKED_FOR:
        return await _by_slug(work)
    return {provider.slug: provider for provider in await work.providers.some(changing)}


async def _by_slug(work: UnitOfWork) -> dict[Slug, Provider]:
    return {provider.slug: provider for provider in await work.providers.all()}
