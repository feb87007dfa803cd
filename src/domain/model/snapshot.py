"""An in-memory snapshot of all stored data, which serves every read."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from operator import is_
from typing import TypeVar

from attrs import field

from modeldesk.domain.errors import AdminExists, AdminNotFound, ProviderNotFound, UseNotFound
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.admin_names import LONGEST_ADMIN_NAME, admin_name_key
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.choices import Choices
from modeldesk.domain.model.keys.key_choice import AvailableKeys
from modeldesk.domain.model.keys.provider_key import KeyRef, StoredKey
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.normalization import NFC_SHRINKS_BY, nfc
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen

K = TypeVar("K")


@frozen
class Generation:
    """Three counters, each incremented in the transaction that changes its part. Snapshots with equal counters are equal.

    `catalogue` covers providers with their flags, lists and keys; `choices` stored and active models and uses; `access` admins, sessions and tokens.
    """

    catalogue: int = 0
    choices: int = 0
    access: int = 0

    @property
    def answers(self) -> int:
        """A number that grows with every change visible to admins."""
        return self.catalogue + self.choices


@frozen
class Access:
    """Admins by name, sessions by the digest of their id, API tokens by their digest, and the names of admins by identity."""

    admins: Mapping[str, Admin] = field(factory=dict)
    sessions: Mapping[str, Session] = field(factory=dict)
    tokens: Mapping[str, ApiToken] = field(factory=dict)
    identities: Mapping[FederatedIdentity, str] = field(factory=dict)

    def identities_of(self, admin: str) -> Sequence[FederatedIdentity]:
        """By issuer and subject."""
        found = [identity for identity, name in self.identities.items() if name == admin]
        return sorted(found, key=lambda identity: (identity.issuer, identity.subject))

    def admin(self, name: str) -> Admin:
        """Raises AdminNotFound."""
        try:
            return self.admins[name]
        except KeyError:
            raise AdminNotFound(name, sorted(self.admins)) from None

    def typed_admin(self, name: str) -> Admin | None:
        """The admin of the name that somebody typed. Raises InvalidValue for a text that is too long for a name."""
        return self.admins.get(nfc(name, NFC_SHRINKS_BY * LONGEST_ADMIN_NAME))

    def require_new_admin(self, name: str) -> None:
        """Raises AdminExists, also for a name that looks the same."""
        for admin in self._by_key.get(admin_name_key(name), ()):
            raise AdminExists(admin.name)

    @cached_property
    def admins_alike(self) -> Sequence[Sequence[Admin]]:
        """Admins whose names are the same but for what nobody sees. Older versions allowed that."""
        return [alike for alike in self._by_key.values() if len(alike) > 1]

    @cached_property
    def _by_key(self) -> Mapping[str, Sequence[Admin]]:
        found = defaultdict[str, list[Admin]](list)
        for admin in self.admins.values():
            found[admin_name_key(admin.name)].append(admin)
        return found


def are_same(these: Collection[object], those: Collection[object]) -> bool:
    """Whether these are the same objects in the same order. Comparing identities takes a fiftieth of the time of comparing values."""
    return len(these) == len(those) and all(map(is_, these, those))


def _differing(these: Mapping[K, object], those: Mapping[K, object]) -> set[K]:
    """The keys under which these values are not the same objects as those. Those that are missing here count, too."""
    if these is those:
        return set()
    if are_same(these, those):  # as after most writes
        return {key for key, is_same in zip(these, map(is_, these.values(), those.values()), strict=True) if not is_same}
    return {key for key, value in these.items() if those.get(key) is not value} | (those.keys() - these.keys())


@frozen
class Snapshot:
    """All stored data at one moment; immutable. `providers` and `uses` are sorted, and `choices` has a state for every slot ever
    selected in.

    `version_floor` is the version that every slot is above since the database was restored, 0 where it never was.

    `lists` are visible to everybody. Lists that were read with a personal key are separate, in `own_lists`, so that code for all admins cannot
    reach them by mistake.
    """

    generation: Generation = Generation()
    providers: Mapping[Slug, Provider] = field(factory=dict)
    choices: Choices = field(factory=Choices)
    uses: Mapping[UseName, Use] = field(factory=dict)
    access: Access = Access()
    lists: Mapping[Slug, ListState] = field(factory=dict)
    keys: Mapping[KeyRef, StoredKey] = field(factory=dict)
    own_lists: Mapping[KeyRef, ListState] = field(factory=dict)
    version_floor: int = field(default=0, eq=False)

    def provider(self, slug: Slug) -> Provider:
        """Raises ProviderNotFound."""
        try:
            return self.providers[slug]
        except KeyError:
            raise ProviderNotFound(slug, list(self.providers)) from None

    def list_state(self, provider: Slug, owner: str | None = None) -> ListState:
        """The state of the provider's live list: the shared one, or the one of `owner`'s personal key."""
        found = self.lists.get(provider) if owner is None else self.own_lists.get((provider, owner))
        return found or ListState(provider, owner=owner)

    def changed_since(self, earlier: "Snapshot") -> set[Slug]:
        """The providers that differ in their declaration, their slots, their shared list or their shared key. `earlier` is of the same database."""
        changed = _differing(self.choices.by_provider, earlier.choices.by_provider)
        changed |= _differing(self.providers, earlier.providers) | _differing(self.lists, earlier.lists)
        changed |= {provider for provider, owner in _differing(self.keys, earlier.keys) if owner is None}
        return changed & self.providers.keys()

    def shared_key(self, provider: Slug) -> StoredKey | None:
        return self.keys.get((provider, None))

    def available_keys(self, provider: Slug, actor: Actor) -> AvailableKeys:
        """The stored keys for this actor, whether or not the actor may use them. A token never sees its admin's personal key."""
        own = self.keys.get((provider, actor.name)) if actor.token is None else None
        return AvailableKeys(own, self.shared_key(provider))

    def with_current_role(self, actor: Actor) -> Actor:
        """The actor with the current role and state of their admin."""
        return actor.with_current_role(self.access.admins.get(actor.name))

    def slot(self, slot: Slot) -> SlotState:
        """The state of a slot, empty if it was never used."""
        return self.choices.get(slot) or SlotState(slot, version_floor=self.version_floor)

    def use(self, name: UseName) -> Use:
        """Raises UseNotFound."""
        try:
            return self.uses[name]
        except KeyError:
            raise UseNotFound(name, list(self.uses)) from None
