"""The unit of work and its stores: what a change of the desk reads and writes.

Ports are asynchronous because adapters wait for a disk or a network. An adapter raises the errors of `modeldesk.domain.errors`, never its own.
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
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.use import Use, UseChange, UseName, UseState
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.change_log import ChangeStore
from modeldesk.domain.ports.dependents import DependentStore
from modeldesk.domain.ports.federation import IdentityStore, OneTimeStore
from modeldesk.domain.ports.idempotency import CompletedRequestStore
from modeldesk.domain.ports.observed_health import HealthStore
from modeldesk.domain.ports.outbox import OutboxStore, WebhookStore
from modeldesk.domain.ports.provider_store import ProviderStore
from modeldesk.domain.ports.refresh_plans import RefreshStore

SerializedList = Any
"""A list in the store's own format."""


class ChoiceStore(Protocol):
    """Stored models, the active model of each slot, and its history."""

    async def slot(self, slot: Slot) -> SlotState:
        """An empty state where the slot was never used."""
        ...

    async def active(self) -> Sequence[SlotState]:
        """The slots that have an active model."""
        ...

    async def record(self, choice: SlotChange) -> None:
        """Stores the model, makes it the active one (or makes none active), and appends the change to the slot's history."""
        ...

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        """Every change of the slot, oldest first."""
        ...


class UseStore(Protocol):
    """Uses, each with its history."""

    async def state(self, name: UseName) -> UseState:
        """An empty state where the name was never used."""
        ...

    async def all(self) -> Sequence[Use]:
        """In no particular order."""
        ...

    async def record(self, change: UseChange) -> None:
        """Puts or deletes the use, and appends the change to its history."""
        ...

    async def history(self, name: UseName) -> Sequence[UseChange]:
        """Every change of the name, oldest first."""
        ...


class AccountStore(Protocol):
    """Admins."""

    async def admin(self, name: str) -> Admin | None: ...

    async def all(self) -> Sequence[Admin]:
        """In no particular order."""
        ...

    async def put(self, admin: Admin) -> None:
        """Adds or replaces. Raises AdminExists, now or at the commit, for a new admin whose name is the same as another's (`admin_name_key`)."""
        ...


class SessionStore(Protocol):
    """Sessions."""

    async def begin(self, session: Session) -> None:
        """Adds a session; its last use is its creation."""
        ...

    async def of(self, admin: str) -> Sequence[Session]:
        """An admin's sessions, in no particular order."""
        ...

    async def exists(self, digest: str) -> bool:
        """Whether the session has not been ended."""
        ...

    async def record_use(self, digest: str, at: datetime) -> None:
        """Sets the last use, if the session exists and the recorded use is not later. Leaves the generation as it is."""
        ...

    async def end(self, digest: str) -> None:
        """Does nothing where the session has ended already."""
        ...

    async def end_all(self, admin: str) -> None: ...

    async def forget_ended(self, now: datetime, unused_since: datetime) -> None:
        """Deletes sessions that expire at `now` or before, and those last used at `unused_since` or before."""
        ...


class TokenStore(Protocol):
    """API tokens."""

    async def by_name(self, name: str) -> ApiToken | None:
        """The token of this name; letter case does not matter."""
        ...

    async def exists(self, digest: str) -> bool:
        """Whether the token has not been revoked."""
        ...

    async def add(self, token: ApiToken) -> None:
        """Adds a token that was never used."""
        ...

    async def record_use(self, digest: str, at: datetime) -> None:
        """Sets the last use, if the token exists and the recorded use is not later. Leaves the generation as it is."""
        ...

    async def delete(self, digest: str) -> None:
        """Does nothing where there is no such token."""
        ...

    async def end_expired(self, now: datetime) -> None:
        """Marks the tokens that expire at `now` or before as ended, whatever a clock says later."""
        ...


class AttemptStore(Protocol):
    """Counts of failed sign-in attempts. Writing them leaves the generation as it is."""

    async def get(self, digests: Collection[str]) -> Sequence[FailureCount]:
        """The counts that exist."""
        ...

    async def put(self, counts: Sequence[FailureCount]) -> None:
        """Adds or replaces; deletes a count of zero."""
        ...

    async def forget(self, until: datetime, most: int) -> None:
        """Deletes counts whose last failure is at `until` or before. Of the rest it keeps at most `most`, those with the most failures."""
        ...


class SetupStore(Protocol):
    """The token with which the first admin is created. Writing it leaves the generation as it is."""

    async def get(self) -> SetupToken | None: ...

    async def put(self, token: SetupToken | None) -> None:
        """Replaces the token; None deletes it."""
        ...


class KeyStore(Protocol):
    """Encrypted vendor keys."""

    async def get(self, provider: Slug, owner: str | None) -> StoredKey | None:
        """The shared key for owner None, else the admin's personal key."""
        ...

    async def put(self, key: StoredKey) -> None:
        """Adds or replaces."""
        ...

    async def delete(self, provider: Slug, owner: str | None) -> None: ...

    async def all(self) -> Sequence[StoredKey]:
        """Every key of every owner, in no particular order."""
        ...

    async def providers(self) -> Collection[Slug]:
        """The providers that have a key."""
        ...

    async def suspend(self, provider: Slug) -> None:
        """Suspends every key of a provider: it stays stored, and is not used until it is entered again."""
        ...


class ListStore(Protocol):
    """The last good list of each provider with its state: the shared one, and those read with admins' personal keys."""

    async def state(self, provider: Slug, owner: str | None = None) -> ListState:
        """The state of the shared list for owner None, else of the admin's own. A new state where no list was ever read."""
        ...

    async def own(self, provider: Slug) -> Sequence[ListState]:
        """The states of lists read with personal keys."""
        ...

    async def put(self, state: ListState, serialized: SerializedList | None = None) -> None:
        """Replaces the state of its provider and owner, and the list where one is given."""
        ...

    async def forget(self, provider: Slug, owner: str) -> None:
        """Deletes an admin's own list and its state."""
        ...


class AuditStore(Protocol):
    """The audit log, append-only. Writing it leaves the generation as it is."""

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        """Appends the entries in this order; each gets the next id. `before` and `after` may hold domain values."""
        ...


class UnitOfWork(Protocol):
    """One atomic change of the desk. Units of work are serialized: what one reads stays true until it ends.

    Leaving it without `commit` rolls back. A commit raises the generation of the parts that were written.
    """

    @property
    def providers(self) -> ProviderStore: ...

    @property
    def choices(self) -> ChoiceStore: ...

    @property
    def uses(self) -> UseStore: ...

    @property
    def accounts(self) -> AccountStore: ...

    @property
    def sessions(self) -> SessionStore: ...

    @property
    def tokens(self) -> TokenStore: ...

    @property
    def attempts(self) -> AttemptStore: ...

    @property
    def setup(self) -> SetupStore: ...

    @property
    def identities(self) -> IdentityStore: ...

    @property
    def one_time(self) -> OneTimeStore: ...

    @property
    def keys(self) -> KeyStore: ...

    @property
    def lists(self) -> ListStore: ...

    @property
    def changes(self) -> ChangeStore: ...

    @property
    def refreshes(self) -> RefreshStore: ...

    @property
    def webhooks(self) -> WebhookStore: ...

    @property
    def outbox(self) -> OutboxStore: ...

    @property
    def completed_requests(self) -> CompletedRequestStore: ...

    @property
    def dependents(self) -> DependentStore: ...

    @property
    def health(self) -> HealthStore: ...

    @property
    def audit(self) -> AuditStore: ...

    def metadata_changed(self) -> None:
        """The commit raises the generation of the catalogue: answers that were built with other metadata are built anew."""
        ...

    async def commit(self) -> None:
        """Raises StorageBusy, StorageUnavailable."""
        ...


OpenUnitOfWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""A new unit of work for each call. Entering raises StorageBusy, StorageUnavailable, SchemaMismatch."""
