"""Keys of vendors: who may spend which, and how they are kept. No key is ever shown, written or logged."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from modeldesk.domain.errors import KeyMissing, RuleBroken
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.audit import OPERATOR
from modeldesk.domain.model.providers.provider import KeyUse, Provider, ProviderClass
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug

SHORTEST_KEY = 8
LONGEST_KEY = 4_096
HINT_LENGTH = 4


KeyPlace = tuple[Slug, str | None]
"""A provider, and the admin whose own key it is; None for the shared one."""


class KeyScope(Enum):
    """Whose a key is: `shared` is everybody's, `personal` is one admin's own."""

    SHARED = "shared"
    PERSONAL = "personal"


PERSONAL_FIRST = (KeyScope.PERSONAL, KeyScope.SHARED)


@frozen
class KeyBinding:
    """What a sealed key is bound to: where it stands, whose it is, and the one origin it may travel to."""

    provider: Slug
    owner: str | None
    origin: str


@frozen
class StoredKey:
    """A key as it is kept: sealed, with what may be shown of it. `owner` None: shared. Set aside: not used until it is entered again."""

    binding: KeyBinding
    sealed: bytes = field(repr=False)
    hint: str
    fingerprint: str
    set_at: datetime
    set_by: str
    is_set_aside: bool = False

    def is_usable_at(self, address: str) -> bool:
        """Whether it may be sent to this address of its provider."""
        return not self.is_set_aside and self.binding.origin == origin_of(address)


class Verdict(Enum):
    """What a vendor said of a key."""

    VALID = "valid"
    REJECTED = "rejected"
    INCONCLUSIVE = "inconclusive"


@frozen
class KeyVerdict:
    """A verdict, why in one line, and when."""

    verdict: Verdict
    detail: str
    checked_at: datetime


@frozen
class Asker:
    """Who asks for something: an admin, or the command line as a super admin of its own name.

    `scopes` are the keys that they come for, the first one first. `address` is where they ask from, empty at the machine itself; `token`
    names the API token that stands for them, where it is one, and `may_import` says that it was given for importing, whatever its role.
    `entry` is the digest of the session or token that let them in.
    """

    name: str
    role: Role
    is_active: bool = True
    scopes: Sequence[KeyScope] = PERSONAL_FIRST
    address: str = ""
    token: str | None = None
    may_import: bool = False
    entry: str | None = field(default=None, repr=False)

    @property
    def may_do_everything(self) -> bool:
        return self.is_active and self.role is Role.SUPER

    def as_known(self, admin: Admin | None) -> "Asker":
        """The same asker as the admin of their name stands now; the command line, which is no admin, stands as it did."""
        if self.name == OPERATOR:
            return self
        if admin is None:
            return evolve(self, is_active=False)
        if self.token is not None:
            # A token has the role that its scopes give it, never its admin's, and none where that admin may not do everything any more.
            return evolve(self, is_active=admin.may_do_everything)
        return evolve(self, role=admin.role, is_active=admin.is_active)

    def coming_for(self, *scopes: KeyScope) -> "Asker":
        """The same asker, who takes a key of these scopes and no other."""
        return evolve(self, scopes=scopes)


THE_OPERATOR = Asker(OPERATOR, Role.SUPER, scopes=(KeyScope.SHARED,))
"""Who works at the command line."""


@frozen
class KeysAtHand:
    """What an asker could come for at a provider: a key of their own, and the shared one; None where there is none."""

    personal: StoredKey | None = None
    shared: StoredKey | None = None

    def of(self, scope: KeyScope) -> StoredKey | None:
        return self.personal if scope is KeyScope.PERSONAL else self.shared


def key_to_spend(provider: Provider, address: str, asker: Asker, at_hand: KeysAtHand) -> StoredKey:
    """The key that this asker spends at this address of the provider: the first of their scopes that nothing forbids.

    The one place where that is decided. A key that is found here and cannot be decrypted is not passed over: whoever entered it must learn
    of that, and not spend another one instead. Raises KeyMissing, with what stands in the way.
    """
    obstacles = dict[KeyScope, str]()
    for scope in asker.scopes:
        stored = at_hand.of(scope)
        obstacle = _obstacle(provider, address, asker, scope, stored)
        if stored is not None and obstacle is None:
            return stored
        obstacles[scope] = obstacle or ""
    of_what_is_there = [obstacle for scope, obstacle in obstacles.items() if at_hand.of(scope) is not None]
    raise KeyMissing(provider.slug, next(iter([*of_what_is_there, *reversed(obstacles.values())]), _no_key(provider)))


def _obstacle(provider: Provider, address: str, asker: Asker, scope: KeyScope, stored: StoredKey | None) -> str | None:
    """Why the asker does not spend a key of this scope; None where nothing stands in the way."""
    is_own = scope is KeyScope.PERSONAL
    if not asker.is_active:
        return f"{asker.name!r} is switched off, and spends no key"
    if is_own and not provider.allow_personal_keys:
        return f"{provider.slug!r} allows no personal keys"
    if not is_own and asker.role is not Role.SUPER and not provider.allow_shared_for_normal_admins:
        return f"the shared key of {provider.slug!r} is for super admins"
    if stored is None or stored.binding.owner != (asker.name if is_own else None):
        return f"{provider.slug!r} has no API key of {asker.name!r}" if is_own else _no_key(provider)
    if not stored.is_usable_at(address):
        return f"the address of {provider.slug!r} changed, and its key was set aside until it is entered again (modeldesk keys set {provider.slug})"
    return None


def _no_key(provider: Provider) -> str:
    return f"{provider.slug!r} has no API key yet; modeldesk keys set {provider.slug} stores one"


def key_for_list(provider: Provider, known: ProviderClass, asker: Asker, at_hand: KeysAtHand) -> StoredKey | None:
    """The key that goes with the question for a list; None where it is asked without one.

    A list that anybody may read is one list for everybody, and nobody's own key is spent on it. Raises KeyMissing where the list hangs on a
    key that this asker may not spend.
    """
    if known.key_use is KeyUse.PUBLIC:
        asker = asker.coming_for(*(scope for scope in asker.scopes if scope is KeyScope.SHARED))
    try:
        return key_to_spend(provider, known.address(provider), asker, at_hand)
    except KeyMissing:
        can_do_without = known.key_use is KeyUse.OPTIONAL and at_hand.shared is None and KeyScope.SHARED in asker.scopes
        if known.key_use is KeyUse.PUBLIC or can_do_without:
            return None
        raise


IsReadable = Callable[[StoredKey], bool]
"""Whether a stored key can be decrypted."""


@frozen
class KeyState:
    """What an asker is told of a provider's keys. `usable`: there is one that they may spend, and it can be decrypted; `hint` is that one's.

    The hint of the shared key is told to super admins alone. `unreadable`: which of the two cannot be decrypted.
    """

    shared: bool = False
    personal: bool = False
    usable: bool = False
    hint: str = ""
    unreadable: Sequence[KeyScope] = ()


def key_state(provider: Provider, address: str, asker: Asker, at_hand: KeysAtHand, is_readable: IsReadable) -> KeyState:
    """How the provider's keys stand for this asker."""
    try:
        spent = key_to_spend(provider, address, asker, at_hand)
    except KeyMissing:
        spent = None
    found = [(scope, key) for scope in asker.scopes if (key := at_hand.of(scope)) is not None]
    unreadable = tuple(scope for scope, key in found if not is_readable(key))
    return KeyState(
        shared=at_hand.shared is not None,
        personal=at_hand.personal is not None,
        usable=spent is not None and is_readable(spent),
        hint=_hint_for(asker, spent, at_hand.shared),
        unreadable=unreadable,
    )


def _hint_for(asker: Asker, spent: StoredKey | None, shared: StoredKey | None) -> str:
    # Where none can be spent, who may enter the shared one is told which it was.
    told = spent or shared
    if told is None or (told.binding.owner is None and asker.role is not Role.SUPER):
        return ""
    return told.hint


def api_key(text: str) -> Secret:
    """A key as a vendor gives it: printable ASCII without blanks, which is what a header can carry. Raises RuleBroken, which never quotes it."""
    if not SHORTEST_KEY <= len(text) <= LONGEST_KEY:
        raise RuleBroken(f"an API key has {SHORTEST_KEY} to {LONGEST_KEY:,} characters, not {len(text)}")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise RuleBroken("an API key is made of printable ASCII without blanks")
    return Secret(text)


def key_hint(key: Secret) -> str:
    """The last four characters; none of a key so short that they would be much of it."""
    text = key.reveal()
    return text[-HINT_LENGTH:] if len(text) >= 4 * HINT_LENGTH else ""


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, the default port left out: what a key is bound to. Empty for an empty address."""
    if not url:
        return ""
    parts = urlsplit(url)
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" if parts.port in (None, standard) else f"{parts.scheme}://{name}:{parts.port}"
