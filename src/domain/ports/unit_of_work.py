"""Every port of the domain, on one page: what the services need from outside, and nothing about who gives it.

Ports are asynchronous because what stands behind them waits. An adapter raises the errors of `modeldesk.domain.errors`, never its own.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken
from modeldesk.domain.model.audit import AuditEntry
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.values.texts import Slug

SerializedList = Any
"""A list as a store keeps it, which is the store's own business."""


class ProviderStore(Protocol):
    """Providers, inside a unit of work."""

    async def get(self, slug: Slug) -> Provider:
        """Raises ProviderNotFound with the slugs that there are, in the order of lists."""
        ...

    async def all(self) -> Sequence[Provider]:
        """In no particular order."""
        ...

    async def put(self, providers: Sequence[Provider]) -> None:
        """Adds those whose slug is new, replaces the others."""
        ...


class ChoiceStore(Protocol):
    """Stored models, which one of each slot is active, and the history of that, inside a unit of work."""

    async def slot(self, slot: Slot) -> SlotState:
        """Empty where the slot was never used."""
        ...

    async def active(self) -> Sequence[SlotState]:
        """The slots that hold an active model."""
        ...

    async def record(self, choice: SlotChange) -> None:
        """Stores the chosen model, makes it the active one (or none) and adds the step to the slot's history."""
        ...

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        """Every step of the slot, the first one first."""
        ...


class AccountStore(Protocol):
    """Admins, inside a unit of work."""

    async def admin(self, name: str) -> Admin | None: ...

    async def all(self) -> Sequence[Admin]:
        """In no particular order."""
        ...

    async def put(self, admin: Admin) -> None:
        """Adds or replaces."""
        ...


class SessionStore(Protocol):
    """Sessions, inside a unit of work."""

    async def begin(self, session: Session) -> None:
        """Used for the first time when it was created."""
        ...

    async def of(self, admin: str) -> Sequence[Session]:
        """All of an admin's, in no particular order."""
        ...

    async def exists(self, digest: str) -> bool:
        """Whether it has not been ended."""
        ...

    async def record_use(self, digest: str, at: datetime) -> None:
        """Writes down that a session was used, if it is there and was not used later. Raises no number: nobody reads anything anew for it."""
        ...

    async def end(self, digest: str) -> None:
        """A session that is not there has ended already."""
        ...

    async def end_all(self, admin: str) -> None: ...

    async def forget_ended(self, now: datetime, unused_since: datetime) -> None:
        """Drops those whose hour has come at `now`, and those that were used last at `unused_since` or before."""
        ...


class TokenStore(Protocol):
    """API tokens, inside a unit of work."""

    async def by_name(self, name: str) -> ApiToken | None:
        """By its name, in whatever letter case."""
        ...

    async def exists(self, digest: str) -> bool:
        """Whether it has not been revoked."""
        ...

    async def add(self, token: ApiToken) -> None:
        """Never used so far."""
        ...

    async def record_use(self, digest: str, at: datetime) -> None:
        """Writes down that a token was used, if it is there and was not used later. Raises no number, as with sessions."""
        ...

    async def delete(self, digest: str) -> None:
        """A token that is not there is fine."""
        ...


class AttemptStore(Protocol):
    """Counts of failed attempts to sign in, inside a unit of work. Writing them raises no number."""

    async def get(self, digests: Collection[str]) -> Sequence[FailureCount]:
        """Those that there are."""
        ...

    async def put(self, counts: Sequence[FailureCount]) -> None:
        """Adds or replaces; a count of nothing is dropped."""
        ...

    async def forget(self, until: datetime, most: int) -> None:
        """Drops those whose last failure was at `until` or before, and of more than `most` those with the fewest failures."""
        ...


class SetUpStore(Protocol):
    """The token by which a desk without admins gets its first, inside a unit of work. Writing it raises no number."""

    async def get(self) -> SetupToken | None: ...

    async def put(self, token: SetupToken | None) -> None:
        """In the place of the one before; None drops it."""
        ...


class KeyStore(Protocol):
    """Sealed keys of vendors, inside a unit of work."""

    async def get(self, provider: Slug, owner: str | None) -> StoredKey | None:
        """The shared key for owner None, else that admin's own."""
        ...

    async def put(self, key: StoredKey) -> None:
        """Adds or replaces."""
        ...

    async def delete(self, provider: Slug, owner: str | None) -> None: ...

    async def all(self) -> Sequence[StoredKey]:
        """Every key, whoever owns it, in no particular order."""
        ...

    async def providers(self) -> Collection[Slug]:
        """Those that hold a key."""
        ...

    async def suspend(self, provider: Slug) -> None:
        """Every key of a provider stays stored, and is not used until it is entered again."""
        ...


class ListStore(Protocol):
    """The last good lists of each provider, everybody's and those of admins' own keys, and how they stand, inside a unit of work."""

    async def state(self, provider: Slug, owner: str | None = None) -> ListState:
        """Everybody's for owner None, else that admin's own. A new one where nothing was ever read."""
        ...

    async def own(self, provider: Slug) -> Sequence[ListState]:
        """Those of admins' own keys."""
        ...

    async def put(self, state: ListState, serialized: SerializedList | None = None) -> None:
        """Replaces the state of its provider and owner; with a serialized list the list too."""
        ...

    async def forget(self, provider: Slug, owner: str) -> None:
        """An admin's own list goes, and its state."""
        ...


class AuditStore(Protocol):
    """The trail of what was changed, inside a unit of work. It only grows. Writing it raises no number."""

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        """In this order; each gets the next id. What they hold of before and after may be values of the domain."""
        ...


class UnitOfWork(Protocol):
    """One change of the desk: whole or not at all. Units of work take their turns; what is read in one stays true until it ends.

    Leaving it without `commit` rolls back. A commit raises the numbers of the parts that were written.
    """

    @property
    def providers(self) -> ProviderStore: ...

    @property
    def choices(self) -> ChoiceStore: ...

    @property
    def accounts(self) -> AccountStore: ...

    @property
    def sessions(self) -> SessionStore: ...

    @property
    def tokens(self) -> TokenStore: ...

    @property
    def attempts(self) -> AttemptStore: ...

    @property
    def set_up(self) -> SetUpStore: ...

    @property
    def keys(self) -> KeyStore: ...

    @property
    def lists(self) -> ListStore: ...

    @property
    def audit(self) -> AuditStore: ...

    async def commit(self) -> None:
        """Raises StorageBusy, StorageUnavailable."""
        ...


OpenUnitOfWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""A new unit of work for each call. Entering raises StorageBusy, StorageUnavailable, SchemaMismatch."""
