"""Which key an actor may use at a provider."""

from collections.abc import Callable, Sequence

import attrs

from modeldesk.domain.errors import KeyMissing, Reason
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.keys.provider_key import KeyScope, StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClass
from modeldesk.domain.records import frozen


@frozen
class AvailableKeys:
    """The stored keys of a provider for one actor: the actor's personal key and the shared key, None if missing."""

    personal: StoredKey | None = None
    shared: StoredKey | None = None

    def of(self, scope: KeyScope) -> StoredKey | None:
        return self.personal if scope is KeyScope.PERSONAL else self.shared


def choose_key(provider: Provider, url: str, actor: Actor, available: AvailableKeys) -> StoredKey:
    """The key that this actor uses at this URL of the provider: the first of the actor's scopes with an allowed key.

    No other code makes this choice. A key that cannot be decrypted is still chosen, so that its owner learns about it instead of using another
    key unawares. Raises KeyMissing with the reason.
    """
    obstacles = dict[KeyScope, Reason]()
    for scope in actor.scopes:
        stored = available.of(scope)
        obstacle = _obstacle(provider, url, actor, scope, stored)
        if obstacle is not None:
            obstacles[scope] = obstacle
        elif stored is not None:
            return stored
    of_stored_keys = [obstacle for scope, obstacle in obstacles.items() if available.of(scope) is not None]
    raise KeyMissing(provider.slug, next(iter([*of_stored_keys, *reversed(obstacles.values())]), _no_key(provider)))


def _obstacle(provider: Provider, url: str, actor: Actor, scope: KeyScope, stored: StoredKey | None) -> Reason | None:
    """Why the actor may not use a key of this scope, or None."""
    is_own = scope is KeyScope.PERSONAL
    if not actor.is_active:
        return Reason("key-of-disabled-admin", admin=actor.name)
    if is_own and not provider.allow_personal_keys:
        return Reason("personal-keys-not-allowed", provider=provider.slug)
    if not is_own and actor.role is not Role.SUPER and not provider.allow_shared_for_normal_admins:
        return Reason("shared-key-super-only", provider=provider.slug)
    if stored is None or stored.binding.owner != (actor.name if is_own else None):
        return Reason("key-none-own", provider=provider.slug, admin=actor.name) if is_own else _no_key(provider)
    if not stored.is_usable_at(url):
        return Reason("key-is-suspended", provider=provider.slug)
    return None


def _no_key(provider: Provider) -> Reason:
    return Reason("key-none", provider=provider.slug)


def key_for_list(provider: Provider, provider_class: ProviderClass, actor: Actor, available: AvailableKeys) -> StoredKey | None:
    """The key for reading the provider's list, or None to read it without a key.

    A public list is the same for everybody, so that no personal key is used for it. Raises KeyMissing if the list requires a key that this
    actor may not use.
    """
    if provider_class.key_requirement is KeyRequirement.PUBLIC:
        actor = actor.limited_to(*(scope for scope in actor.scopes if scope is KeyScope.SHARED))
    try:
        return choose_key(provider, provider_class.base_url(provider), actor, available)
    except KeyMissing:
        is_optional = provider_class.key_requirement is KeyRequirement.OPTIONAL
        can_do_without = is_optional and available.shared is None and KeyScope.SHARED in actor.scopes
        if provider_class.key_requirement is KeyRequirement.PUBLIC or can_do_without:
            return None
        raise


IsReadable = Callable[[StoredKey], bool]
"""Whether a stored key can be decrypted."""

IsRejected = Callable[[StoredKey], bool]
"""Whether the vendor rejected the key when it was last checked, or when its list was last read."""


@attrs.frozen(cache_hash=True)
class KeyState:
    """The keys of a provider as one actor may see them.

    `usable` means that the actor may use a key and it can be decrypted; the vendor may have rejected it all the same: `is_rejected`. `hint` shows the end of that key; only super admins see the hint of the
    shared key. `unreadable` lists the keys that cannot be decrypted.
    """

    shared: bool = False
    personal: bool = False
    usable: bool = False
    hint: str = ""
    unreadable: Sequence[KeyScope] = ()
    is_rejected: bool = False


NO_KEYS = KeyState()
"""Where no key is stored, whatever the provider allows."""


def key_state(
    provider: Provider,
    url: str,
    actor: Actor,
    available: AvailableKeys,
    is_readable: IsReadable,
    *,
    is_rejected: IsRejected = lambda _: False,
) -> KeyState:
    """The state of the provider's keys for this actor."""
    try:
        chosen = choose_key(provider, url, actor, available)
    except KeyMissing:
        chosen = None
    found = [(scope, key) for scope in actor.scopes if (key := available.of(scope)) is not None]
    unreadable = tuple(scope for scope, key in found if not is_readable(key))
    return KeyState(
        shared=available.shared is not None,
        personal=available.personal is not None,
        usable=chosen is not None and is_readable(chosen),
        hint=_hint_for(actor, chosen, available.shared),
        unreadable=unreadable,
        is_rejected=chosen is not None and is_rejected(chosen),
    )


def _hint_for(actor: Actor, chosen: StoredKey | None, shared: StoredKey | None) -> str:
    # Without a usable key, super admins still see which shared key to enter again.
    key = chosen or shared
    if key is None or (key.binding.owner is None and actor.role is not Role.SUPER):
        return ""
    return key.hint
