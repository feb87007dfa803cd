"""What somebody wants of a live list, for whom and with which key it is read, whether that is still in order, and what comes of it."""

from datetime import datetime
from enum import Enum

from attrs import frozen

from modeldesk.domain.errors import KeyMissing, LiveListNotAvailable
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import ListKey, ListState, list_digest
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.key_choice import AvailableKeys, key_for_list
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClass, ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot


class RefreshMode(Enum):
    """What to do about a list that is stale: show it with STALE_OK and refresh it behind, or WAIT_IF_STALE; FORCE refreshes even a fresh one.

    A list is shown all the same where the refresh that was waited for fails.
    """

    STALE_OK = "stale ok"
    WAIT_IF_STALE = "wait if stale"
    FORCE = "force"


@frozen
class ServedList:
    """A list to show: where it came from, and how it stands. A list that was read and could not be kept has a state of its own."""

    state: ListState
    models: VendorList
    source: Source
    read_at: datetime


CoalescingKey = tuple[ListKey, int, bool]


@frozen
class ListRequest:
    """One reading of a list: of which provider, for whom, with which key, and as the list stood when it began."""

    provider: Provider
    provider_class: ProviderClass
    actor: Actor
    key: StoredKey | None
    state: ListState
    started_at: datetime
    is_accepted: bool

    @property
    def owner(self) -> str | None:
        """Whose list it is: nobody else ever sees what was read with an admin's own key."""
        return owner_of(self.key)

    @property
    def digest(self) -> str:
        return list_digest(self.provider, self.provider_class, self.key)

    @property
    def list_key(self) -> ListKey:
        """Whoever reads the same list has the same, on every instance."""
        return ListKey(self.provider.slug, self.digest, owner=self.owner)

    @property
    def coalescing_key(self) -> CoalescingKey:
        """Whose outcome serves the same callers: who accepts a shrunk list is not served by a reading that does not, nor who asks after a
        clearing by one that began before it.
        """
        return self.list_key, self.state.invalidations, self.is_accepted

    def key_to_send(self, snapshot: Snapshot) -> StoredKey | None:
        """The key that is sent, as things stand when it is: the rule is asked once more, for a turn may have been waited for.

        Raises KeyMissing where it gives a key of somebody else's, or none, or where the provider has moved meanwhile.
        """
        provider = snapshot.provider(self.provider.slug)
        if self.provider_class.base_url(provider) != self.provider_class.base_url(self.provider):
            raise _changed(self)
        return self._key_now(provider, snapshot)

    def may_be_shown(self, snapshot: Snapshot) -> None:
        """After a wait: its list is still one that this actor may see, also where the provider itself has gone. Raises KeyMissing."""
        self._key_now(snapshot.providers.get(self.provider.slug, self.provider), snapshot)

    def holds(self, provider: Provider, known: ProviderClass, actor: Actor, available: AvailableKeys) -> bool:
        """Whether nothing that shapes the list, and nobody's right to its key, is other than when it began."""
        try:
            key = key_for_list(provider, known, actor, available)
        except KeyMissing:
            return False
        return (owner_of(key), list_digest(provider, known, key)) == (self.owner, self.digest)

    def _key_now(self, provider: Provider, snapshot: Snapshot) -> StoredKey | None:
        key = key_for_list(
            provider, self.provider_class, snapshot.with_current_role(self.actor), snapshot.available_keys(provider.slug, self.actor)
        )
        if owner_of(key) != self.owner:
            raise _changed(self)
        return key


def no_progress(pages: int, models: int) -> None:
    """Tells nobody."""


def prepare_request(
    provider: Provider, classes: ProviderClasses, snapshot: Snapshot, actor: Actor, now: datetime, *, is_accepted: bool = False
) -> ListRequest:
    """What would be asked for this actor as things stand. Raises LiveListNotAvailable, KeyMissing."""
    known = classes.class_of(provider)
    if not known.base_url(provider):
        raise LiveListNotAvailable(provider.slug)
    actor = snapshot.with_current_role(actor)
    key = key_for_list(provider, known, actor, snapshot.available_keys(provider.slug, actor))
    return ListRequest(provider, known, actor, key, snapshot.list_state(provider.slug, owner_of(key)), now, is_accepted)


def owner_of(key: StoredKey | None) -> str | None:
    """The admin whose own key it is."""
    return key.binding.owner if key is not None else None


def _changed(request: ListRequest) -> KeyMissing:
    slug = request.provider.slug
    return KeyMissing(slug, f"the keys of {slug!r}, or who may spend them, changed while its list was waited for; ask again")
