"""Uses: set, delete and roll back the names that products ask for."""

from collections.abc import Mapping

from modeldesk.domain.errors import UseNotFound, UseNothingToRollBack
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.history import change_at, previous_version
from modeldesk.domain.model.providers.provider import Provider, provider_order
from modeldesk.domain.model.use import Use, UseChange, UseName, UseState, changed_fields
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.model.webhooks.change_events import use_event
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.records import frozen
from modeldesk.domain.services.authorization import require_active_actor


@frozen
class UseResult:
    """The use after and before a change, None for none. They are the same if nothing changed. `version` is the name's version after it."""

    current: Use | None
    previous: Use | None
    version: int


class Uses:
    """Each call is one unit of work; the last commit wins.

    `expected` is the version that the actor has seen, 0 for a use that does not exist. Where the use has another one by now,
    UseVersionConflict is raised and nothing changes.
    """

    def __init__(self, unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def put(self, use: Use, actor: Actor, expected: int | None = None) -> UseResult:
        """Creates or changes a use. Its providers exist and offer the capability; the first one is enabled.

        Raises InvalidValue, ProviderNotFound, ProviderInactive, CapabilityNotOffered, UseVersionConflict, NotAllowed.
        """
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ADMINISTER)
            providers = await _providers(work)
            use.require_valid(providers)
            before = await work.uses.state(use.name)
            before.require_version(expected)
            if before.use is None or before.use.provider != use.provider:
                providers[use.provider].require_active()
            if before.holds(use):
                return UseResult(before.use, before.use, before.version)
            after = before.with_use(use.edited_from(before.use))
            action = Action.USE_CREATED if before.use is None else Action.USE_CHANGED
            await record_use_change(work, self._change(after, actor), before, action, actor)
            await work.commit()
        return UseResult(after.use, before.use, after.version)

    async def delete(self, name: UseName, actor: Actor, expected: int | None = None) -> UseResult:
        """Deletes a use; its history stays. Raises UseNotFound, UseVersionConflict, NotAllowed."""
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ADMINISTER)
            before = await work.uses.state(name)
            if before.use is None:
                raise UseNotFound(name, sorted(use.name for use in await work.uses.all()))
            before.require_version(expected)
            after = before.without_use()
            await record_use_change(work, self._change(after, actor), before, Action.USE_DELETED, actor)
            await work.commit()
        return UseResult(None, before.use, after.version)

    async def roll_back(self, name: UseName, actor: Actor, expected: int | None = None) -> UseResult:
        """Restores what the use was before its last change: an earlier form, for which the rules of a new one hold, or none.

        Raises UseNothingToRollBack, UseVersionConflict, ProviderInactive, CapabilityNotOffered, NotAllowed, and UseNotFound for a name that was
        never used.
        """
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ADMINISTER)
            before = await work.uses.state(name)
            if before.version == 0:
                raise UseNotFound(name, sorted(use.name for use in await work.uses.all()))
            before.require_version(expected)
            history = await work.uses.history(name)
            if (restored := previous_version(history)) is None:
                raise UseNothingToRollBack(name)
            change = change_at(history, restored)
            use = change.use if change is not None else None
            if use is not None:
                providers = await _providers(work)
                use.require_valid(providers)
                providers[use.provider].require_active()
            after = before.with_use(use.edited_from(before.use)) if use is not None else before.without_use()
            await record_use_change(work, self._change(after, actor, restored), before, Action.USE_ROLLED_BACK, actor)
            await work.commit()
        return UseResult(after.use, before.use, after.version)

    def _change(self, after: UseState, actor: Actor, restores: int | None = None) -> UseChange:
        return UseChange(after.name, after.version, after.use, self._clock(), actor.name, restores)


async def record_use_change(work: UnitOfWork, change: UseChange, before: UseState, action: Action, actor: Actor) -> None:
    """Records a change with its audit entry and its event."""
    await work.uses.record(change)
    await work.outbox.add([use_event(change, before.use)])
    pairs = changed_fields(before.use, change.use)
    was = {name: pair[0] for name, pair in pairs.items()} if before.use is not None else None
    became = {name: pair[1] for name, pair in pairs.items()} if change.use is not None else None
    await work.audit.add([audit_entry(actor, change.changed_at, action, use_subject(change.name), before=was, after=became)])


def use_subject(name: UseName) -> str:
    """The subject of audit entries about a use. No slug contains a colon, so that no provider has the same subject."""
    return f"use:{name}"


async def _providers(work: UnitOfWork) -> Mapping[Slug, Provider]:
    return {provider.slug: provider for provider in sorted(await work.providers.all(), key=provider_order)}
