"""The whole desk at one moment, in memory: what every read is answered from."""

from collections.abc import Mapping

from attrs import field, frozen

from modeldesk.domain.errors import AdminExists, AdminNotFound, ProviderNotFound
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.keys.key_choice import AvailableKeys
from modeldesk.domain.model.keys.provider_key import KeyRef, StoredKey
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.values.texts import Slug


@frozen
class Generation:
    """Three counters, each raised in the same transaction as a change of its part: catalogue (providers, their flags, lists and keys),
    choices (stored and active models), access (admins, sessions and tokens). Two snapshots of equal numbers are equal.
    """

    catalogue: int = 0
    choices: int = 0
    access: int = 0

    @property
    def answers(self) -> int:
        """One number that grows whenever anything changes that an admin is shown."""
        return self.catalogue + self.choices


@frozen
class Access:
    """Who may come in: admins by name, sessions by the digest of their id, API tokens by their own."""

    admins: Mapping[str, Admin] = field(factory=dict)
    sessions: Mapping[str, Session] = field(factory=dict)
    tokens: Mapping[str, ApiToken] = field(factory=dict)

    def admin(self, name: str) -> Admin:
        """Raises AdminNotFound."""
        try:
            return self.admins[name]
        except KeyError:
            raise AdminNotFound(name) from None

    def must_be_new(self, name: str) -> None:
        """Raises AdminExists."""
        if name in self.admins:
            raise AdminExists(name)


@frozen
class Snapshot:
    """Immutable. `providers` stand in their order (sort order, then slug); `choices` holds a state for every slot ever used.

    `lists` are those that everybody may know of. Those that were read with an admin's own key are apart from them, in `own_lists`, so that
    what counts the former cannot come upon the latter.
    """

    generation: Generation = Generation()
    providers: Mapping[Slug, Provider] = field(factory=dict)
    choices: Mapping[Slot, SlotState] = field(factory=dict)
    access: Access = Access()
    lists: Mapping[Slug, ListState] = field(factory=dict)
    keys: Mapping[KeyRef, StoredKey] = field(factory=dict)
    own_lists: Mapping[KeyRef, ListState] = field(factory=dict)

    def provider(self, slug: Slug) -> Provider:
        """Raises ProviderNotFound."""
        try:
            return self.providers[slug]
        except KeyError:
            raise ProviderNotFound(slug, list(self.providers)) from None

    def list_state(self, provider: Slug, owner: str | None = None) -> ListState:
        """How the provider's live list stands: everybody's, or the one of an admin's own key."""
        found = self.lists.get(provider) if owner is None else self.own_lists.get((provider, owner))
        return found or ListState(provider, owner=owner)

    def shared_key(self, provider: Slug) -> StoredKey | None:
        return self.keys.get((provider, None))

    def available_keys(self, provider: Slug, actor: Actor) -> AvailableKeys:
        """The keys that this actor could come for, whether they may spend them or not. A token is not even told of its admin's own."""
        own = self.keys.get((provider, actor.name)) if actor.token is None else None
        return AvailableKeys(own, self.shared_key(provider))

    def with_current_role(self, actor: Actor) -> Actor:
        """The actor as they stand now: their role may be another one, and they may be switched off."""
        return actor.with_current_role(self.access.admins.get(actor.name))

    def slot(self, slot: Slot) -> SlotState:
        """The state of a slot, empty where it was never used."""
        return self.choices.get(slot) or SlotState(slot)
