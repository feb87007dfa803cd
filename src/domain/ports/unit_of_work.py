"""The unit of work and its stores: what a change of the desk reads and writes.

Ports are asynchronous because adapters wait for a disk or a network. An adapter raises the errors of `modeldesk.domain.errors`, never its own.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from modeldesk.domain.model.audit import AuditEntry
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.use import Use, UseChange, UseName, UseState
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.account_stores import AccountStore, AttemptStore, SessionStore, SetupStore, TokenStore
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

    async def head(self, slot: Slot) -> SlotState:
        """As `slot`. Of its stored models it may have the active one alone, which is what a change needs."""
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

    async def remember(self, use: Use) -> None:
        """Replaces what an existing use remembers of the last import. Its history stays as it is."""
        ...

    async def history(self, name: UseName) -> Sequence[UseChange]:
        """Every change of the name, oldest first."""
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
