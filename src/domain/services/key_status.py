"""The status of stored keys, for display. Opens no key and uses none."""

from collections.abc import Sequence
from enum import Enum
from functools import partial

from modeldesk.domain.errors import AdminNotFound, KeyMissing
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.catalogue.list_state import key_rejection, list_digest
from modeldesk.domain.model.keys.key_choice import NO_KEYS, IsReadable, KeyState, choose_key, key_state
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.services.provider_keys import actor_for_admin


class KeyStatus(Enum):
    """UNREADABLE: no available master key opens it. SUSPENDED: the provider's base URL changed. NOT_ALLOWED: the provider allows no personal keys,
    or the key's owner is disabled. REJECTED: the vendor rejected the key when it was last checked, or when its list was last read; it is used all the
    same, since the vendor may accept it again.
    """

    USABLE = "usable"
    UNREADABLE = "unreadable"
    SUSPENDED = "suspended"
    NOT_ALLOWED = "not allowed"
    REJECTED = "rejected"


class KeyStatuses:
    """Computes statuses from a snapshot: a provider's keys for one actor, or one key."""

    def __init__(self, classes: ProviderClasses, is_readable: IsReadable) -> None:
        self._classes = classes
        self._is_readable = is_readable

    def of_provider(self, provider: Provider, snapshot: Snapshot, actor: Actor) -> KeyState:
        """The state of the provider's keys for this actor."""
        available = snapshot.available_keys(provider.slug, actor)
        is_rejected = partial(self._is_rejected, provider, snapshot)
        return key_state(provider, self._classes.base_url(provider), actor, available, self._is_readable, is_rejected=is_rejected)

    def of_providers(self, providers: Sequence[Provider], snapshot: Snapshot, actor: Actor) -> list[KeyState]:
        """As `of_provider`, for each. Most of thousands of providers have no key."""
        keyed = {provider for provider, owner in snapshot.keys if owner in (None, actor.name)}
        return [self.of_provider(provider, snapshot, actor) if provider.slug in keyed else NO_KEYS for provider in providers]

    def of_key(self, key: StoredKey, snapshot: Snapshot) -> KeyStatus:
        """The status of one key for its owner."""
        provider, owner = snapshot.provider(key.binding.provider), key.binding.owner
        base_url = self._classes.base_url(provider)
        if not self._is_readable(key):
            return KeyStatus.UNREADABLE
        if not key.is_usable_at(base_url):
            return KeyStatus.SUSPENDED
        try:
            actor = actor_for_admin(owner, snapshot) if owner is not None else CLI_ACTOR
            choose_key(provider, base_url, actor, snapshot.available_keys(provider.slug, actor))
        except (AdminNotFound, KeyMissing):
            return KeyStatus.NOT_ALLOWED
        return KeyStatus.REJECTED if self._is_rejected(provider, snapshot, key) else KeyStatus.USABLE

    def _is_rejected(self, provider: Provider, snapshot: Snapshot, key: StoredKey) -> bool:
        provider_class = self._classes.class_of(provider)
        if key_rejection(key, provider, provider_class) is not None:
            return True
        return snapshot.list_state(provider.slug, key.binding.owner).is_key_rejected(list_digest(provider, provider_class, key))
