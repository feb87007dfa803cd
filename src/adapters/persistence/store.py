"""Units of work and snapshots over either database."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeAlias, TypeVar

from modeldesk.adapters.deadline import waiting, without_deadline
from modeldesk.adapters.persistence import (
    account_statements,
    audit_statements,
    change_statements,
    dependent_statements,
    federation_statements,
    health_statements,
    list_statements,
    refresh_statements,
    statements,
    use_statements,
    webhook_statements,
)
from modeldesk.adapters.persistence.list_rows import deserialized, serialized
from modeldesk.adapters.persistence.operations import Operations, PostgresOperations, SqliteOperations
from modeldesk.adapters.persistence.prepared import Prepared
from modeldesk.adapters.persistence.snapshot import rebuilt
from modeldesk.adapters.persistence.sqlite.store import SqliteDatabase
from modeldesk.adapters.persistence.unit_of_work import SqlUnitOfWork, Transaction
from modeldesk.adapters.vendor_list_json import ListUnreadable
from modeldesk.domain.errors import ModeldeskError, StorageBusy
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.setup_token import SetupToken
from modeldesk.domain.model.access.sign_in_link import SignInLink
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.model.catalogue.changes import ChangeQuery, ModelChange
from modeldesk.domain.model.catalogue.list_state import ListKey, ListState
from modeldesk.domain.model.catalogue.refresh_plan import RefreshPlan
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.dependents import Dependent
from modeldesk.domain.model.health import ObservedHealth
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange
from modeldesk.domain.model.snapshot import Access, Generation, Snapshot
from modeldesk.domain.model.use import UseChange, UseName
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.model.webhooks.delivery import Backlog, Delivery
from modeldesk.domain.model.webhooks.webhook import Webhook

LOGGER = logging.getLogger(__name__)
T = TypeVar("T")
Known: TypeAlias = tuple[Snapshot | None, tuple[int, Sequence[ImportedEntry]] | None]
SQLITE = "sqlite:///"

BUSY_TIMEOUT = 5.0
"""Seconds that a call waits for a lock, for a connection, or for connecting, before it raises StorageBusy."""


class Database(Protocol):
    """What the store needs of either database."""

    @property
    def location(self) -> str:
        """The path or URL, without a password."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Transaction]: ...

    async def read(self, work: Callable[..., T], *given: Any) -> T: ...

    async def read_prepared(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`, for work that only executes prepared statements: an embedded database needs less for it."""
        ...

    async def change_token(self) -> object: ...

    async def generation(self) -> Generation | None: ...

    def connections(self) -> Mapping[str, int]:
        """How many connections of a pool are in which state; none without a pool."""
        ...

    def listen(self, listener: Callable[[], None]) -> None: ...

    def compile(self, statements: Iterable[Prepared]) -> None:
        """Compiles them for all processes that part from this one, where the database has such statements. Opens nothing."""
        ...

    async def close(self) -> None: ...


class SqlStore:
    """Opens nothing until it is used, and never creates a database: `Operations.upgrade` does.

    Implements `Snapshots`, `ListContents`, `ImportedEntries`, `SessionUses`, `TokenUses`, `AttemptCounts`, `AuditLog`,
    `ChoiceHistory`, `ChangeLog`, `RefreshPlans`, `Outbox`, `DependentLog`, `HealthLog` and `StoredSignInLinks`.
    """

    def __init__(self, database_url: str, *, busy_timeout: float = BUSY_TIMEOUT, guarded: bool | None = None) -> None:
        """`sqlite:///` and a file, or `postgresql://…`. `busy_timeout` in seconds. `guarded`: see `sqlite.wal_guard`."""
        self.database, self.operations = _opened(database_url, busy_timeout, guarded)
        self._rebuild: asyncio.Task[Snapshot] | None = None
        self._lists_read: dict[ListKey, asyncio.Task[VendorList | None]] = {}
        self._snapshot: Snapshot | None = None
        self._imports: tuple[int, Sequence[ImportedEntry]] | None = None
        self._change_token: object = None

    def compile_statements(self) -> None:
        """Those of the work beside requests: else each worker that parts from this process would compile them."""
        self.database.compile((*account_statements.BESIDE_REQUESTS, *webhook_statements.BESIDE_REQUESTS))

    def unit_of_work(self) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return _OpenUnitOfWork(self.database.transaction(), lambda: (self._snapshot, self._imports))

    async def current(self) -> Snapshot:
        if self._snapshot is not None and await self.database.change_token() == self._change_token:
            return self._snapshot
        if (running := self._rebuild) is not None:
            # It may have begun before a change that this caller must see.
            with suppress(ModeldeskError):
                await self._awaited(running)
            if not running.done():
                raise StorageBusy
            if self._snapshot is not None and await self.database.change_token() == self._change_token:
                return self._snapshot
        if self._rebuild in (None, running):  # the one that ended may not have been put away yet
            # Without anybody's deadline: a rebuild that takes longer than one request may wait still ends, for the next ones.
            self._rebuild = asyncio.get_running_loop().create_task(self._rebuilt(), context=without_deadline())
            self._rebuild.add_done_callback(self._on_rebuilt)
        return await self._awaited(self._rebuild)

    async def _awaited(self, shared: "asyncio.Task[T]") -> T:
        try:
            async with waiting():
                return await asyncio.shield(shared)
        except TimeoutError:
            raise StorageBusy from None

    async def _rebuilt(self) -> Snapshot:
        # The token is read before the snapshot, so that the next caller notices a change in between.
        token = await self.database.change_token()
        if self._snapshot is None or token != self._change_token:
            self._snapshot = await self.database.read_prepared(rebuilt, self._snapshot)
            self._change_token = token
        return self._snapshot

    def _on_rebuilt(self, done: "asyncio.Task[Snapshot]") -> None:
        if self._rebuild is done:
            self._rebuild = None
        if not done.cancelled():
            done.exception()  # retrieved here too: everybody who waited may have left

    async def imported_entries(self) -> Sequence[ImportedEntry]:
        self._imports = _, entries = await self.database.read_prepared(statements.known_imports)
        return entries

    async def use_deletions(self, names: Collection[UseName]) -> Sequence[UseChange]:
        return await self.database.read(use_statements.use_deletions, names)

    async def serialized(self, models: VendorList) -> bytes:
        return await asyncio.to_thread(serialized, models)

    async def models(self, state: ListState) -> VendorList | None:
        """The list; a damaged one counts as missing, and is read anew from the vendor.

        Those who ask at the same time share one reading: a list of 5,000 models takes some megabytes while it is read, and they kept them all.
        """
        key = state.key
        reading = self._lists_read.get(key)
        if reading is None:
            reading = self._lists_read[key] = asyncio.get_running_loop().create_task(self._read_list(state), context=without_deadline())
            reading.add_done_callback(lambda done: self._on_list_read(key, done))
        return await self._awaited(reading)

    def _on_list_read(self, key: ListKey, done: "asyncio.Task[VendorList | None]") -> None:
        del self._lists_read[key]
        if not done.cancelled():
            done.exception()  # retrieved here too, as above

    async def _read_list(self, state: ListState) -> VendorList | None:
        content = await self.database.read(list_statements.content, state.provider, state.owner, state.revision)
        try:
            return await asyncio.to_thread(deserialized, content) if content is not None else None
        except ListUnreadable:
            LOGGER.exception("the kept list of %s is damaged", state.provider)
            return None

    async def last_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        return await self.database.read(account_statements.last_uses, tuple(digests))

    async def token_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        return await self.database.read(account_statements.token_uses, tuple(digests))

    async def setup_token(self) -> SetupToken | None:
        return await self.database.read_prepared(account_statements.setup_token)

    async def attempts(self, digests: Collection[str]) -> Sequence[FailureCount]:
        return await self.database.read(account_statements.attempts, tuple(digests))

    async def audit_entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        return await self.database.read(audit_statements.entries, query)

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        return await self.database.read(statements.history, slot)

    async def model_changes(self, query: ChangeQuery) -> Sequence[ModelChange]:
        return await self.database.read(change_statements.changes, query)

    async def last_model_change(self, provider: Slug, model: ModelId) -> ModelChange | None:
        return await self.database.read(change_statements.last_change, provider, model)

    async def refresh_plans(self) -> Sequence[RefreshPlan]:
        return await self.database.read(refresh_statements.plans)

    async def webhooks(self) -> Sequence[Webhook]:
        return await self.database.read_prepared(webhook_statements.all_webhooks)

    async def due_webhooks(self, now: datetime) -> Sequence[str]:
        return await self.database.read_prepared(webhook_statements.due_webhooks, now)

    async def untrimmed(self, until: datetime) -> Sequence[str]:
        return await self.database.read_prepared(webhook_statements.untrimmed, until)

    async def deliveries(self, webhook: str, limit: int) -> Sequence[Delivery]:
        return await self.database.read(webhook_statements.deliveries, webhook, limit)

    async def backlog(self) -> Sequence[Backlog]:
        return await self.database.read(webhook_statements.backlog)

    async def observed_health(self) -> Sequence[ObservedHealth]:
        return await self.database.read(health_statements.observed)

    async def dependents(self, asked: Collection[str] | None, now: datetime) -> Sequence[Dependent]:
        return await self.database.read(dependent_statements.dependents, asked, now)

    async def sign_in_link(self, digest: str) -> SignInLink | None:
        return await self.database.read(federation_statements.sign_in_link, digest)

    # Neither rebuilds anything while the generation of its part is unchanged: else each selection would wait for a rebuild of all selections.

    async def catalogue(self) -> Snapshot:
        known = self._snapshot
        present = await self.database.generation() if known is not None else None
        if known is not None and present is not None and present.catalogue == known.generation.catalogue:
            return known
        return await self.current()

    async def access(self) -> Access:
        known = self._snapshot
        present = await self.database.generation() if known is not None else None
        if known is not None and present is not None and present.access == known.generation.access:
            return known.access
        return (await self.current()).access

    async def close(self) -> None:
        if self._rebuild is not None:
            with suppress(ModeldeskError):
                await asyncio.shield(self._rebuild)
        await asyncio.gather(*self._lists_read.values(), return_exceptions=True)
        await self.database.close()


class _OpenUnitOfWork(AbstractAsyncContextManager[SqlUnitOfWork]):
    """A unit of work inside a transaction, with what its process has cached when it begins: a snapshot, and the imported entries."""

    def __init__(self, transaction: AbstractAsyncContextManager[Transaction], known: Callable[[], Known]) -> None:
        self._transaction = transaction
        self._known = known

    async def __aenter__(self) -> SqlUnitOfWork:
        transaction = await self._transaction.__aenter__()
        return SqlUnitOfWork(transaction, *self._known())

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        return await self._transaction.__aexit__(kind, error, trace)


def pool_connections(store: object) -> Mapping[str, int]:
    """How many connections to the database are in use and idle in this process; none where there is no pool."""
    return store.database.connections() if isinstance(store, SqlStore) else {}


def listen_for_commits(store: object, listener: Callable[[], None]) -> None:
    """Calls `listener` for commits of any process that its database announces: PostgreSQL does, unless the connection is lost meanwhile."""
    if isinstance(store, SqlStore):
        store.database.listen(listener)


def _opened(url: str, busy_timeout: float, guarded: bool | None) -> tuple[Database, Operations]:
    if url.startswith(SQLITE):
        embedded = SqliteDatabase(Path(url.removeprefix(SQLITE)), busy_timeout=busy_timeout, guarded=guarded)
        return embedded, SqliteOperations(embedded)
    from modeldesk.adapters.persistence.postgresql.store import PostgresDatabase  # noqa: PLC0415 - its driver is not wanted for SQLite

    server = PostgresDatabase(url, busy_timeout=busy_timeout)
    return server, PostgresOperations(server)
