"""Entering, checking and removing vendors' keys: the shared one of each provider, and admins' own."""

from datetime import datetime

from attrs import evolve

from modeldesk.domain.errors import AdminNotFound, KeyNotFound, LiveListNotAvailable, NotAllowed
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import OPERATOR, Role
from modeldesk.domain.model.access.permissions import Right, right_of_key
from modeldesk.domain.model.audit import Action, AuditEntry, audit_entry
from modeldesk.domain.model.keys.key_choice import choose_key
from modeldesk.domain.model.keys.provider_key import KeyBinding, KeyScope, KeyVerdict, StoredKey, key_hint, origin_of
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.ports.vendors import VendorCatalogues
from modeldesk.domain.services.authorization import require_active_actor


class ProviderKeys:
    """Keeps for each provider one shared key, and one of each admin who has one, sealed. Nothing here gives a key back to who entered it.

    `owner` None means the shared key, which is for super admins; else it is that admin's own, which is for them and for the command line.
    """

    def __init__(
        self,
        *,
        unit_of_work: OpenUnitOfWork,
        snapshots: Snapshots,
        vault: Vault,
        vendors: VendorCatalogues,
        classes: ProviderClasses,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._vault = vault
        self._vendors = vendors
        self._classes = classes
        self._clock = clock

    async def set(self, slug: Slug, owner: str | None, key: Secret, actor: Actor) -> StoredKey:
        """Stores a key in the place of the one before; it is bound to the provider's address of now.

        Raises ProviderNotFound, NotAllowed, KeyNotFound for somebody else's, AdminNotFound, LiveListNotAvailable where there is no address that
        it could be bound to.
        """
        async with self._unit_of_work() as work:
            binding = await self._binding(work, slug, owner, actor)
            # Sealed inside the unit of work: a rotation of the master key that ends meanwhile must not miss it.
            stored = StoredKey(
                binding, self._vault.seal(key, binding), key_hint(key), self._vault.fingerprint(key), self._clock(), actor.name
            )
            replaced = await work.keys.get(slug, owner)
            await work.keys.put(stored)
            await work.audit.add([_audit_entry(actor, Action.KEY_SET, stored.set_at, before=replaced, after=stored)])
            await _forget_failure(work, slug, owner)
            await work.commit()
        return stored

    async def binding(self, slug: Slug, owner: str | None, actor: Actor) -> KeyBinding:
        """What a key would be bound to now, for whoever asks somebody for one only where it could be stored. Raises as `set`."""
        async with self._unit_of_work() as work:
            return await self._binding(work, slug, owner, actor)

    async def delete(self, slug: Slug, owner: str | None, actor: Actor) -> bool:
        """Forgets the key, and what was read with an admin's own one; True if there was one.

        Raises ProviderNotFound, NotAllowed, KeyNotFound for somebody else's, AdminNotFound.
        """
        async with self._unit_of_work() as work:
            await _require_owner(work, slug, owner, actor)
            await work.providers.get(slug)
            stored = await work.keys.get(slug, owner)
            if stored is None:
                return False
            await work.keys.delete(slug, owner)
            await work.audit.add([_audit_entry(actor, Action.KEY_REMOVED, self._clock(), before=stored)])
            if owner is None:
                await _forget_failure(work, slug, owner)
            else:
                await work.lists.forget(slug, owner)
            await work.commit()
        return True

    async def check(self, slug: Slug, owner: str | None, actor: Actor) -> KeyVerdict:
        """What the vendor says of the stored key, by a call that costs nothing.

        Raises ProviderNotFound, NotAllowed, AdminNotFound, KeyNotFound where a personal key is not there or somebody else's, KeyMissing where the
        rule does not let it be spent, KeyUnreadable. A vendor that does not answer is no verdict: inconclusive.
        """
        snapshot = await self._snapshots.current()
        spender = _spender(slug, owner, snapshot, actor)
        provider = snapshot.provider(slug)
        available = snapshot.available_keys(slug, spender)
        if owner is not None and available.personal is None:
            raise KeyNotFound(slug)
        address = self._classes.base_url(provider)
        key = choose_key(provider, address, spender, available)
        return await self._vendors.check(provider, self._vault.open(key.sealed, key.binding))

    async def _binding(self, work: UnitOfWork, slug: Slug, owner: str | None, actor: Actor) -> KeyBinding:
        await _require_owner(work, slug, owner, actor)
        provider = await work.providers.get(slug)
        if owner is not None and not provider.allow_personal_keys:
            raise NotAllowed(f"{slug!r} allows no personal keys")
        address = self._classes.base_url(provider)
        if not address:
            raise LiveListNotAvailable(slug)
        return KeyBinding(slug, owner, origin_of(address))


def _audit_entry(actor: Actor, action: Action, at: datetime, *, before: StoredKey | None, after: StoredKey | None = None) -> AuditEntry:
    """Of a key nothing is told but whose it is, and the hint that is shown anyway."""
    told = [{"owner": key.binding.owner, "hint": key.hint} if key is not None else None for key in (before, after)]
    slug = next(key.binding.provider for key in (after, before) if key is not None)
    return audit_entry(actor, at, action, slug, before=told[0], after=told[1])


def actor_for_admin(owner: str, snapshot: Snapshot) -> Actor:
    """An admin as the one who spends their own key and no other, at the command line's word. Raises AdminNotFound."""
    admin = snapshot.access.admin(owner)
    # The command line is a super operator, whoever's key it spends: how often it may ask is not for the admin's role to say.
    return Actor(admin.name, Role.SUPER, admin.is_active, scopes=(KeyScope.PERSONAL,))


def _spender(slug: Slug, owner: str | None, snapshot: Snapshot, actor: Actor) -> Actor:
    """Who is taken to spend the key that is checked."""
    if owner is None:
        current = snapshot.with_current_role(actor)
        current.require(Right.SHARED_KEYS)
        return current.limited_to(KeyScope.SHARED)
    if actor.name == OPERATOR:
        return actor_for_admin(owner, snapshot)
    actor.require(Right.PERSONAL_KEYS)
    if actor.name != owner:
        raise KeyNotFound(slug)
    return snapshot.with_current_role(actor).limited_to(KeyScope.PERSONAL)


async def _require_owner(work: UnitOfWork, slug: Slug, owner: str | None, actor: Actor) -> None:
    """Their role, and whether they may still sign in, as it is in this very unit of work."""
    known = await require_active_actor(work, actor, right_of_key(KeyScope.SHARED if owner is None else KeyScope.PERSONAL))
    if owner is not None and actor.name == OPERATOR:
        if await work.accounts.admin(owner) is None:
            raise AdminNotFound(owner)
        return
    if owner is not None and actor.name != owner:
        raise KeyNotFound(slug)
    if not known.is_active:
        raise NotAllowed(f"{actor.name!r} is switched off")


async def _forget_failure(work: UnitOfWork, slug: Slug, owner: str | None) -> None:
    """What a vendor said of the key before is no reason to leave it alone with this one."""
    state = await work.lists.state(slug, owner)
    if state.failure is not None:
        await work.lists.put(evolve(state, failure=None))
