"""Entering, checking and removing vendors' keys."""

from typing import TYPE_CHECKING

from modeldesk.domain.accounts import Role
from modeldesk.domain.credentials import Asker, KeyBinding, KeyVerdict, Secret, StoredKey, key_hint, origin_of, shared_key_for
from modeldesk.domain.errors import LiveListNotAvailable, NotAllowed
from modeldesk.domain.providers import ProviderClasses
from modeldesk.domain.texts import Slug

if TYPE_CHECKING:  # the ports are drawn in terms of the values of this layer
    from modeldesk.domain.ports import Clock, OpenUnitOfWork, Snapshots, Vault, VendorCatalogues


class KeyKeeping:
    """Keeps one shared key for each provider, sealed. Nothing here gives a key back to who entered it."""

    def __init__(
        self,
        *,
        unit_of_work: "OpenUnitOfWork",
        snapshots: "Snapshots",
        vault: "Vault",
        vendors: "VendorCatalogues",
        classes: ProviderClasses,
        clock: "Clock",
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._vault = vault
        self._vendors = vendors
        self._classes = classes
        self._clock = clock

    async def set_shared(self, slug: Slug, key: Secret, asker: Asker) -> StoredKey:
        """Stores a key in the place of the one before; it is bound to the provider's address of now.

        Raises ProviderNotFound, NotAllowed, LiveListNotAvailable where there is no address that it could be bound to.
        """
        _must_be_super(asker)
        async with self._unit_of_work() as work:
            provider = await work.providers.get(slug)
            address = self._classes.of(provider).address(provider)
            if not address:
                raise LiveListNotAvailable(slug)
            binding = KeyBinding(slug, None, origin_of(address))
            sealed = self._vault.seal(key, binding)
            stored = StoredKey(binding, sealed, key_hint(key), self._vault.fingerprint(key), self._clock(), asker.name)
            await work.keys.put(stored)
            await work.commit()
        return stored

    async def delete_shared(self, slug: Slug, asker: Asker) -> bool:
        """Forgets the key; True if there was one. Raises ProviderNotFound, NotAllowed."""
        _must_be_super(asker)
        async with self._unit_of_work() as work:
            await work.providers.get(slug)
            if await work.keys.get(slug, None) is None:
                return False
            await work.keys.delete(slug, None)
            await work.commit()
        return True

    async def check_shared(self, slug: Slug, asker: Asker) -> KeyVerdict:
        """What the vendor says of the stored key, by a call that costs nothing.

        Raises ProviderNotFound, NotAllowed, KeyMissing, KeyUnreadable. A vendor that does not answer is no verdict: inconclusive.
        """
        _must_be_super(asker)
        snapshot = await self._snapshots.current()
        provider, stored = snapshot.provider(slug), snapshot.shared_key(slug)
        address = self._classes.of(provider).address(provider)
        key = shared_key_for(provider, address, asker, stored)
        return await self._vendors.check(provider, self._vault.open(key.sealed, key.binding))


def _must_be_super(asker: Asker) -> None:
    if asker.role is not Role.SUPER:
        raise NotAllowed("the shared key is for super admins to set, check and remove")
