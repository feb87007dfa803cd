"""A request for a live list: for whom and with which key it is read, whether that still holds, and the outcome."""

from datetime import datetime
from enum import Enum

from modeldesk.domain.errors import KeyMissing, LiveListNotAvailable, Reason
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import ListKey, ListState, list_digest
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.key_choice import AvailableKeys, key_for_list
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClass, ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.records import frozen


class RefreshMode(Enum):
    """STALE_OK serves a stale list and refreshes it in the background; WAIT_IF_STALE waits for the refresh; FORCE refreshes a fresh list too.

    Where a refresh fails, the list is served as it is.
    """

    STALE_OK = "stale ok"
    WAIT_IF_STALE = "wait if stale"
    FORCE = "force"


@frozen
class ServedList:
    """A list with its source and state. A list that was fetched and not recorded has an empty state."""

    state: ListState
    models: VendorList
    source: Source
    read_at: datetime


CoalescingKey = tuple[ListKey, int, bool]
"""Requests with equal keys share one refresh."""


@frozen
class ListRequest:
    """One request: the provider, the actor, the key that is sent, and the list's state when the request started."""

    provider: Provider
    provider_class: ProviderClass
    actor: Actor
    key: StoredKey | None
    state: ListState
    started_at: datetime
    is_accepted: bool

    @property
    def owner(self) -> str | None:
        """The admin whose list it is, None for the shared list. A list read with a personal key is shown to nobody else."""
        return owner_of(self.key)

    @property
    def digest(self) -> str:
        return list_digest(self.provider, self.provider_class, self.key)

    @property
    def list_key(self) -> ListKey:
        """Equal for requests for the same list, on every instance."""
        return ListKey(self.provider.slug, self.digest, owner=self.owner)

    @property
    def coalescing_key(self) -> CoalescingKey:
        """A request that accepts a shrunk list, or that comes after an invalidation, does not share an earlier refresh without it."""
        return self.list_key, self.state.invalidations, self.is_accepted

    def key_to_send(self, snapshot: Snapshot) -> StoredKey | None:
        """The key to send, chosen anew, since the request may have waited for the lock.

        Raises KeyMissing where the choice is another owner's key or none, or where the provider's base URL has changed.
        """
        provider = snapshot.provider(self.provider.slug)
        if self.provider_class.base_url(provider) != self.provider_class.base_url(self.provider):
            raise _changed(self)
        return self._current_key(provider, snapshot)

    def require_visible(self, snapshot: Snapshot) -> None:
        """Checks after a wait that the actor may still see the list, also where the provider is gone. Raises KeyMissing."""
        self._current_key(snapshot.providers.get(self.provider.slug, self.provider), snapshot)

    def holds(self, provider: Provider, provider_class: ProviderClass, actor: Actor, available: AvailableKeys) -> bool:
        """Whether the list would be read in the same way now, and the actor may still use the key."""
        try:
            key = key_for_list(provider, provider_class, actor, available)
        except KeyMissing:
            return False
        return (owner_of(key), list_digest(provider, provider_class, key)) == (self.owner, self.digest)

    def _current_key(self, provider: Provider, snapshot: Snapshot) -> StoredKey | None:
        key = key_for_list(
            provider, self.provider_class, snapshot.with_current_role(self.actor), snapshot.available_keys(provider.slug, self.actor)
        )
        if owner_of(key) != self.owner:
            raise _changed(self)
        return key


def no_progress(pages: int, models: int) -> None:
    """Reports to nobody."""


def prepare_request(
    provider: Provider, classes: ProviderClasses, snapshot: Snapshot, actor: Actor, now: datetime, *, is_accepted: bool = False
) -> ListRequest:
    """The request that this actor would make now. Raises LiveListNotAvailable, KeyMissing."""
    provider_class = classes.class_of(provider)
    if not provider_class.base_url(provider):
        raise LiveListNotAvailable(provider.slug)
    actor = snapshot.with_current_role(actor)
    key = key_for_list(provider, provider_class, actor, snapshot.available_keys(provider.slug, actor))
    return ListRequest(provider, provider_class, actor, key, snapshot.list_state(provider.slug, owner_of(key)), now, is_accepted)


def owner_of(key: StoredKey | None) -> str | None:
    """The admin whose personal key it is; None for the shared key, and for none."""
    return key.binding.owner if key is not None else None


def _changed(request: ListRequest) -> KeyMissing:
    slug = request.provider.slug
    return KeyMissing(slug, Reason("keys-changed-meanwhile", provider=slug))
