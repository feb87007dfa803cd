"""Every port of the domain, on one page: what the services need from outside, and nothing about who gives it.

Ports are asynchronous because what stands behind them waits. An adapter raises the errors of `modeldesk.domain.errors`, never its own.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from modeldesk.domain.accounts import Admin, Session
from modeldesk.domain.catalogue import Catalogue, ModelFacts, Slot
from modeldesk.domain.providers import Provider
from modeldesk.domain.selection import Choice, SlotState
from modeldesk.domain.snapshot import Access, Snapshot
from modeldesk.domain.texts import Slug

Clock = Callable[[], datetime]
"""The present moment, in UTC, with its time zone."""


class ProviderStore(Protocol):
    """Providers, inside a unit of work."""

    async def get(self, slug: Slug) -> Provider:
        """Raises ProviderNotFound."""
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

    async def record(self, choice: Choice) -> None:
        """Stores the chosen model, makes it the active one (or none) and adds the step to the slot's history."""
        ...

    async def history(self, slot: Slot) -> Sequence[Choice]:
        """Every step of the slot, the first one first."""
        ...


class AccountStore(Protocol):
    """Admins and sessions, inside a unit of work."""

    async def admin(self, name: str) -> Admin | None: ...

    async def put(self, admin: Admin) -> None:
        """Adds or replaces."""
        ...

    async def begin(self, session: Session) -> None: ...

    async def end(self, digest: str) -> None:
        """A session that is not there has ended already."""
        ...

    async def end_sessions(self, admin: str) -> None: ...

    async def forget_expired(self, now: datetime) -> None: ...


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

    def renew(self) -> None:
        """Raises the catalogue's number at commit though nothing is written: every process builds its lists anew."""
        ...

    async def commit(self) -> None:
        """Raises StorageBusy, StorageUnavailable."""
        ...


OpenUnitOfWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""A new unit of work for each call. Entering raises StorageBusy, StorageUnavailable, SchemaMismatch."""


class Snapshots(Protocol):
    """Where the present snapshot comes from."""

    async def current(self) -> Snapshot:
        """The desk as of now: whatever was committed anywhere before this call is in it.

        Raises StorageBusy, StorageUnavailable, SchemaMismatch.
        """
        ...

    async def access(self) -> Access:
        """Who may come in as of now, as `current` has it. Every request asks, and most changes of a desk change nothing of it."""
        ...


class ModelMetadata(Protocol):
    """A source of names, prices and context sizes, independent of the vendors' own lists."""

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """What is known of this vendor's models, by model id; empty where the vendor is unknown."""
        ...


class CatalogueCache(Protocol):
    """Keeps lists for as long as the generation they were built from is the present one."""

    @property
    def backend(self) -> str:
        """Its name in the overview: `memory`."""
        ...

    async def get(self, slot: Slot, generation: int) -> Catalogue | None: ...

    async def put(self, slot: Slot, generation: int, catalogue: Catalogue) -> None: ...

    async def entries(self) -> int: ...

    async def clear(self, provider: Slug | None) -> int:
        """Drops the lists of one provider, or all of them; tells how many."""
        ...


class PasswordHasher(Protocol):
    """Slow hashes on purpose, never on the event loop. Raises SignInBusy where too many are wanted at once."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Without a hash to compare with, it takes as long and answers False."""
        ...
