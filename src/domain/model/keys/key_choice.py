"""Which key an actor may use at a provider."""

from collections.abc import Callable, Sequence

from attrs import frozen

from modeldesk.domain.errors import KeyMissing
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.keys.provider_key import KeyScope, StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClass


@frozen
class AvailableKeys:
    """What an actor could come for at a provider: a key of their own, and the shared one; None where there is none."""

    personal: StoredKey | None = None
    shared: StoredKey | None = None

    def of(self, scope: KeyScope) -> StoredKey | None:
        return self.personal if scope is KeyScope.PERSONAL else self.shared


def choose_key(provider: Provider, address: str, actor: Actor, at_hand: AvailableKeys) -> StoredKey:
    """The key that this actor spends at this address of the provider: the first of their scopes that nothing forbids.

    The one place where that is decided. A key that is found here and cannot be decrypted is not passed over: whoever entered it must learn
    of that, and not spend another one instead. Raises KeyMissing, with what stands in the way.
    """
    obstacles = dict[KeyScope, str]()
    for scope in actor.scopes:
        stored = at_hand.of(scope)
        obstacle = _obstacle(provider, address, actor, scope, stored)
        if stored is not None and obstacle is None:
            return stored
        obstacles[scope] = obstacle or ""
    of_what_is_there = [obstacle for scope, obstacle in obstacles.items() if at_hand.of(scope) is not None]
    raise KeyMissing(provider.slug, next(iter([*of_what_is_there, *reversed(obstacles.values())]), _no_key(provider)))


def _obstacle(provider: Provider, address: str, actor: Actor, scope: KeyScope, stored: StoredKey | None) -> str | None:
    """Why the actor does not spend a key of this scope; None where nothing stands in the way."""
    is_own = scope is KeyScope.PERSONAL
    if not actor.is_active:
        return f"{actor.name!r} is switched off, and spends no key"
    if is_own and not provider.allow_personal_keys:
        return f"{provider.slug!r} allows no personal keys"
    if not is_own and actor.role is not Role.SUPER and not provider.allow_shared_for_normal_admins:
        return f"the shared key of {provider.slug!r} is for super admins"
    if stored is None or stored.binding.owner != (actor.name if is_own else None):
        return f"{provider.slug!r} has no API key of {actor.name!r}" if is_own else _no_key(provider)
    if not stored.is_usable_at(address):
        return f"the address of {provider.slug!r} changed, and its key was suspended until it is entered again (modeldesk keys set {provider.slug})"
    return None


def _no_key(provider: Provider) -> str:
    return f"{provider.slug!r} has no API key yet; modeldesk keys set {provider.slug} stores one"


def key_for_list(provider: Provider, known: ProviderClass, actor: Actor, at_hand: AvailableKeys) -> StoredKey | None:
    """The key that goes with the question for a list; None where it is asked without one.

    A list that anybody may read is one list for everybody, and nobody's own key is spent on it. Raises KeyMissing where the list hangs on a
    key that this actor may not spend.
    """
    if known.key_use is KeyRequirement.PUBLIC:
        actor = actor.limited_to(*(scope for scope in actor.scopes if scope is KeyScope.SHARED))
    try:
        return choose_key(provider, known.address(provider), actor, at_hand)
    except KeyMissing:
        can_do_without = known.key_use is KeyRequirement.OPTIONAL and at_hand.shared is None and KeyScope.SHARED in actor.scopes
        if known.key_use is KeyRequirement.PUBLIC or can_do_without:
            return None
        raise


IsReadable = Callable[[StoredKey], bool]
"""Whether a stored key can be decrypted."""


@frozen
class KeyState:
    """What an actor is told of a provider's keys. `usable`: there is one that they may spend, and it can be decrypted; `hint` is that one's.

    The hint of the shared key is told to super admins alone. `unreadable`: which of the two cannot be decrypted.
    """

    shared: bool = False
    personal: bool = False
    usable: bool = False
    hint: str = ""
    unreadable: Sequence[KeyScope] = ()


def key_state(provider: Provider, address: str, actor: Actor, at_hand: AvailableKeys, is_readable: IsReadable) -> KeyState:
    """How the provider's keys stand for this actor."""
    try:
        spent = choose_key(provider, address, actor, at_hand)
    except KeyMissing:
        spent = None
    found = [(scope, key) for scope in actor.scopes if (key := at_hand.of(scope)) is not None]
    unreadable = tuple(scope for scope, key in found if not is_readable(key))
    return KeyState(
        shared=at_hand.shared is not None,
        personal=at_hand.personal is not None,
        usable=spent is not None and is_readable(spent),
        hint=_hint_for(actor, spent, at_hand.shared),
        unreadable=unreadable,
    )


def _hint_for(actor: Actor, spent: StoredKey | None, shared: StoredKey | None) -> str:
    # Where none can be spent, who may enter the shared one is told which it was.
    told = spent or shared
    if told is None or (told.binding.owner is None and actor.role is not Role.SUPER):
        return ""
    return told.hint
