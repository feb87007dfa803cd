"""How stored keys stand, as people are told of it. Nothing here opens a key or spends one."""

from enum import Enum

from modeldesk.domain.errors import AdminNotFound, KeyMissing
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.keys.key_choice import IsReadable, KeyState, choose_key, key_state
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.services.provider_keys import actor_for_admin


class KeyStatus(Enum):
    """Whether a key is used: not where no master key at hand opens it, where the provider's address changed, or where the provider allows no
    personal keys or their owner is switched off.
    """

    USABLE = "usable"
    UNREADABLE = "unreadable"
    SUSPENDED = "suspended"
    NOT_ALLOWED = "not allowed"


class KeyStatuses:
    """Tells how keys stand by a snapshot: all of one provider to one actor, or one key by itself."""

    def __init__(self, classes: ProviderClasses, is_readable: IsReadable) -> None:
        self._classes = classes
        self._is_readable = is_readable

    def of_provider(self, provider: Provider, snapshot: Snapshot, actor: Actor) -> KeyState:
        """How the provider's keys stand for who asks."""
        available = snapshot.available_keys(provider.slug, actor)
        return key_state(provider, self._classes.base_url(provider), actor, available, self._is_readable)

    def of_key(self, key: StoredKey, snapshot: Snapshot) -> KeyStatus:
        """How one key stands for whoever it is meant for."""
        provider, owner = snapshot.provider(key.binding.provider), key.binding.owner
        address = self._classes.base_url(provider)
        if not self._is_readable(key):
            return KeyStatus.UNREADABLE
        if not key.is_usable_at(address):
            return KeyStatus.SUSPENDED
        try:
            actor = actor_for_admin(owner, snapshot) if owner is not None else CLI_ACTOR
            choose_key(provider, address, actor, snapshot.available_keys(provider.slug, actor))
        except (AdminNotFound, KeyMissing):
            return KeyStatus.NOT_ALLOWED
        return KeyStatus.USABLE
