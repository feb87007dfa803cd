"""Entering, checking and removing vendors' keys: the shared one of each provider, and admins' own."""

from datetime import datetime

from attrs import evolve

from modeldesk.domain.errors import KeyNotFound, KeyRejected, LiveListNotAvailable, NotAllowed
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.admin_names import OPERATOR
from modeldesk.domain.model.access.permissions import Right, right_of_key
from modeldesk.domain.model.audit import Action, AuditEntry, audit_entry
from modeldesk.domain.model.catalogue.list_state import Failure, ListState, call_digest, key_rejection, list_digest
from modeldesk.domain.model.keys.key_choice import choose_key
from modeldesk.domain.model.keys.provider_key import KeyBinding, KeyRejection, KeyScope, KeyVerdict, StoredKey, Verdict, key_hint, origin_of
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.model.webhooks.change_events import failure_event
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.ports.vendors import VendorCatalogues
from modeldesk.domain.services.authorization import existing_admin, require_active_actor
from modeldesk.domain.services.master_key_check import seal_for_storage


class ProviderKeys:
    """Stores for each provider one shared key and one personal key per admin, encrypted. No method returns a key's text.

    `owner` None means the shared key, for super admins; else the personal key of that admin, for them and the command line.
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
        """Stores a key, bound to the provider's current base URL, and replaces the previous one.

        Raises ProviderNotFound, NotAllowed, KeyNotFound for another admin's key, AdminNotFound, LiveListNotAvailable where the provider has no
        base URL to bind it to, MasterKeyMissing.
        """
        async with self._unit_of_work() as work:
            binding = await self._binding(work, slug, owner, actor)
            sealed = await seal_for_storage(work, self._vault, key, binding)
            stored = StoredKey(binding, sealed, key_hint(key), self._vault.fingerprint(key), self._clock(), actor.name)
            replaced = await work.keys.get(slug, owner)
            await work.keys.put(stored)
            await work.audit.add([_audit_entry(actor, Action.KEY_SET, stored.set_at, before=replaced, after=stored)])
            await _clear_failure(work, slug, owner)
            await work.commit()
        return stored

    async def binding(self, slug: Slug, owner: str | None, actor: Actor) -> KeyBinding:
        """What `set` would bind a key to now: checks that it could be stored before the key is asked for. Raises as `set`."""
        async with self._unit_of_work() as work:
            return await self._binding(work, slug, owner, actor)

    async def delete(self, slug: Slug, owner: str | None, actor: Actor) -> bool:
        """Deletes the key; with a personal key the list that was read with it. Returns whether there was a key.

        Raises ProviderNotFound, NotAllowed, KeyNotFound for another admin's key, AdminNotFound.
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
                await _clear_failure(work, slug, owner)
            else:
                await work.lists.forget(slug, owner)
            await work.commit()
        return True

    async def check(self, slug: Slug, owner: str | None, actor: Actor) -> KeyVerdict:
        """Whether the vendor accepts the stored key, by a call that costs nothing; inconclusive where the vendor does not answer.

        Records a verdict for that key: a rejection until the vendor accepts it, by another check or by a list.

        Raises ProviderNotFound, NotAllowed, AdminNotFound, KeyNotFound for a personal key that does not exist or is another admin's, KeyMissing
        where the actor may not use it, KeyUnreadable.
        """
        snapshot = await self._snapshots.current()
        user = _user_of_key(slug, owner, snapshot, actor)
        provider = snapshot.provider(slug)
        available = snapshot.available_keys(slug, user)
        if owner is not None and available.personal is None:
            raise KeyNotFound(slug)
        key = choose_key(provider, self._classes.base_url(provider), user, available)
        verdict = await self._vendors.check(provider, self._vault.open(key.sealed, key.binding))
        if verdict.verdict is not Verdict.INCONCLUSIVE:
            await self._record(provider, key, verdict)
        return verdict

    async def _record(self, checked: Provider, key: StoredKey, verdict: KeyVerdict) -> None:
        """Records the verdict, unless another key was entered or another verdict recorded during the check, or the key would be sent in another way now."""
        slug, owner = key.binding.provider, key.binding.owner
        async with self._unit_of_work() as work:
            stored = await work.keys.get(slug, owner)
            if stored is None or not stored.is_same_entry(key) or stored.rejection != key.rejection:
                return
            provider = await work.providers.get(slug)
            provider_class = self._classes.class_of(provider)
            digest = call_digest(provider, provider_class)
            if digest != call_digest(checked, self._classes.class_of(checked)):
                return
            state, of_list = await work.lists.state(slug, owner), list_digest(provider, provider_class, stored)
            if verdict.verdict is Verdict.VALID:
                await _accept(work, stored, state, of_list)
            elif key_rejection(stored, provider, provider_class) is None:
                await work.keys.put(evolve(stored, rejection=KeyRejection(verdict.detail, digest, verdict.checked_at)))
                failure = Failure(KeyRejected.code, verdict.detail, of_list, verdict.checked_at)
                # Personal keys are their owners' own affair.
                event = failure_event(slug, failure, state.failure) if owner is None else None
                await work.outbox.add([event] if event is not None else [])
                await work.commit()

    async def _binding(self, work: UnitOfWork, slug: Slug, owner: str | None, actor: Actor) -> KeyBinding:
        await _require_owner(work, slug, owner, actor)
        provider = await work.providers.get(slug)
        if owner is not None and not provider.allow_personal_keys:
            raise NotAllowed("personal-keys-not-allowed", provider=slug)
        base_url = self._classes.base_url(provider)
        if not base_url:
            raise LiveListNotAvailable(slug)
        return KeyBinding(slug, owner, origin_of(base_url))


def _audit_entry(actor: Actor, action: Action, at: datetime, *, before: StoredKey | None, after: StoredKey | None = None) -> AuditEntry:
    """Records of a key its owner and its hint, and nothing else."""
    was, became = ({"owner": key.binding.owner, "hint": key.hint} if key is not None else None for key in (before, after))
    slug = next(key.binding.provider for key in (after, before) if key is not None)
    return audit_entry(actor, at, action, slug, before=was, after=became)


def actor_for_admin(owner: str, snapshot: Snapshot) -> Actor:
    """The actor for a command that uses an admin's personal key, and no other key. Raises AdminNotFound."""
    admin = snapshot.access.admin(owner)
    # The command line acts as a super admin with any key: the admin's role does not limit its refreshes.
    return Actor(admin.name, Role.SUPER, admin.is_active, scopes=(KeyScope.PERSONAL,))


def _user_of_key(slug: Slug, owner: str | None, snapshot: Snapshot, actor: Actor) -> Actor:
    """The actor who uses the key that is checked."""
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
    """The actor may manage the owner's key, by their rights in this unit of work."""
    current = await require_active_actor(work, actor, right_of_key(KeyScope.SHARED if owner is None else KeyScope.PERSONAL))
    if owner is not None and actor.name == OPERATOR:
        await existing_admin(work, owner)
        return
    if owner is not None and actor.name != owner:
        raise KeyNotFound(slug)
    if not current.is_active:
        raise NotAllowed("admin-disabled", admin=actor.name)


async def _accept(work: UnitOfWork, key: StoredKey, state: ListState, digest: str) -> None:
    """The vendor accepts the key: nothing says any more that it rejects it. Writes nothing where nothing said so."""
    is_list_failed = state.is_key_rejected(digest)
    if is_list_failed:
        await work.lists.put(evolve(state, failure=None))
    if key.rejection is not None:
        await work.keys.put(evolve(key, rejection=None))
    if is_list_failed or key.rejection is not None:
        await work.commit()


async def _clear_failure(work: UnitOfWork, slug: Slug, owner: str | None) -> None:
    """A failure with the previous key must not delay the first read with this one."""
    state = await work.lists.state(slug, owner)
    if state.failure is not None:
        await work.lists.put(evolve(state, failure=None))
