"""A unit of work over SQL: port calls run functions of `statements` in the connection's thread or task.

A write returns nothing, so it is deferred and runs with the next read or the commit: each round trip to the connection costs about as much
as its statements (docs/adr/0003-storage.md).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from attrs import field, frozen

from modeldesk.adapters.persistence import account_statements, audit_statements, statements, use_statements, webhook_statements
from modeldesk.adapters.persistence.dependent_stores import SqlDependents
from modeldesk.adapters.persistence.list_stores import SqlChanges, SqlKeys, SqlLists, SqlRefreshes
from modeldesk.adapters.persistence.webhook_stores import SqlOutbox, SqlWebhooks
from modeldesk.domain.errors import ProviderNotFound
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken
from modeldesk.domain.model.audit import AuditEntry
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.use import Use, UseChange, UseName, UseState
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.provider_store import NO_DIGESTS

T = TypeVar("T")
RUNS_INLINE: frozenset[Callable[..., object]] = statements.RUNS_INLINE | {
    audit_statements.add_entry,
    account_statements.admin,
    account_statements.session_exists,
    account_statements.token_exists,
    webhook_statements.add_event,
}
"""Functions short enough to run on the event loop."""


class Transaction(Protocol):
    """An open transaction of either database."""

    async def run(self, work: Callable[..., T], *given: Any, runs_inline: bool = False) -> T:
        """Calls `work(connection, *given)`; with `runs_inline` possibly on the event loop."""
        ...

    async def commit(self, work: Callable[..., None], *given: Any, runs_inline: bool = False) -> None:
        """Calls `work(connection, *given)` and commits, in one round trip."""
        ...


@frozen
class SqlUnitOfWork:
    """Raises the generation of the parts that were written, in the same transaction."""

    transaction: Transaction
    touched: set[str] = field(factory=set)
    pending: list[statements.Write] = field(factory=list)

    @property
    def providers(self) -> "SqlProviders":
        return SqlProviders(self)

    @property
    def choices(self) -> "SqlChoices":
        return SqlChoices(self)

    @property
    def uses(self) -> "SqlUses":
        return SqlUses(self)

    @property
    def accounts(self) -> "SqlAccounts":
        return SqlAccounts(self)

    @property
    def sessions(self) -> "SqlSessions":
        return SqlSessions(self)

    @property
    def tokens(self) -> "SqlTokens":
        return SqlTokens(self)

    @property
    def attempts(self) -> "SqlAttempts":
        return SqlAttempts(self)

    @property
    def setup(self) -> "SqlSetup":
        return SqlSetup(self)

    @property
    def keys(self) -> SqlKeys:
        return SqlKeys(self)

    @property
    def lists(self) -> SqlLists:
        return SqlLists(self)

    @property
    def changes(self) -> SqlChanges:
        return SqlChanges(self)

    @property
    def refreshes(self) -> SqlRefreshes:
        return SqlRefreshes(self)

    @property
    def webhooks(self) -> SqlWebhooks:
        return SqlWebhooks(self)

    @property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self)

    @property
    def dependents(self) -> SqlDependents:
        return SqlDependents(self)

    @property
    def audit(self) -> "SqlAudit":
        return SqlAudit(self)

    def metadata_changed(self) -> None:
        self.touched.add("catalogue")

    async def commit(self) -> None:
        writes = tuple(self.pending)
        await self.transaction.commit(statements.write_and_raise, writes, frozenset(self.touched), runs_inline=self._runs_inline())
        self.pending.clear()
        self.touched.clear()

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        writes, runs_inline = tuple(self.pending), self._runs_inline(work)
        found: T = await self.transaction.run(statements.write_and_read, writes, work, *given, runs_inline=runs_inline)
        # Only now: after a failed read, a commit must still contain these writes.
        self.pending.clear()
        return found

    def write(self, part: str | None, work: Callable[..., None], *given: Any) -> None:
        """`part` is the part whose generation the commit raises; None for what no snapshot holds."""
        if part is not None:
            self.touched.add(part)
        self.pending.append((work, given))

    def _runs_inline(self, *works: Callable[..., object]) -> bool:
        return RUNS_INLINE.issuperset((*works, *(work for work, _ in self.pending)))


@frozen
class SqlProviders:
    work: SqlUnitOfWork

    async def get(self, slug: Slug) -> Provider:
        found = await self.work.read(statements.provider, slug)
        if found is None:
            raise ProviderNotFound(slug, await self.work.read(statements.provider_slugs))
        return found

    async def all(self) -> Sequence[Provider]:
        return await self.work.read(statements.providers)

    async def some(self, slugs: Collection[Slug]) -> Sequence[Provider]:
        return await self.work.read(statements.some_providers, tuple(slugs))

    async def imported(self) -> Sequence[ImportedEntry]:
        return await self.work.read(statements.imported_entries)

    async def put(self, providers: Sequence[Provider], digests: Mapping[Slug, str] = NO_DIGESTS) -> None:
        self.work.write("catalogue", statements.put_providers, tuple(providers), digests)

    async def version_floor(self) -> int:
        return await self.work.read(statements.version_floor)


@frozen
class SqlChoices:
    work: SqlUnitOfWork

    async def slot(self, slot: Slot) -> SlotState:
        return await self.work.read(statements.slot_state, slot)

    async def active(self) -> Sequence[SlotState]:
        return [state for state in await self.work.read(statements.slot_states) if state.active is not None]

    async def record(self, choice: SlotChange) -> None:
        self.work.write("choices", statements.record, choice)

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        return await self.work.read(statements.history, slot)


@frozen
class SqlUses:
    work: SqlUnitOfWork

    async def state(self, name: UseName) -> UseState:
        return await self.work.read(use_statements.use_state, name)

    async def all(self) -> Sequence[Use]:
        return await self.work.read(use_statements.uses)

    async def record(self, change: UseChange) -> None:
        self.work.write("choices", use_statements.record_use, change)

    async def history(self, name: UseName) -> Sequence[UseChange]:
        return await self.work.read(use_statements.use_history, name)


@frozen
class SqlAccounts:
    work: SqlUnitOfWork

    async def admin(self, name: str) -> Admin | None:
        return await self.work.read(account_statements.admin, name)

    async def all(self) -> Sequence[Admin]:
        return await self.work.read(account_statements.admins)

    async def put(self, admin: Admin) -> None:
        self.work.write("access", account_statements.put_admin, admin)


@frozen
class SqlSessions:
    work: SqlUnitOfWork

    async def begin(self, session: Session) -> None:
        self.work.write("access", account_statements.begin_session, session)

    async def of(self, admin: str) -> Sequence[Session]:
        return await self.work.read(account_statements.sessions_of, admin)

    async def exists(self, digest: str) -> bool:
        return await self.work.read(account_statements.session_exists, digest)

    async def record_use(self, digest: str, at: datetime) -> None:
        self.work.write(None, account_statements.record_session_use, digest, at)

    async def end(self, digest: str) -> None:
        self.work.write("access", account_statements.end_session, digest)

    async def end_all(self, admin: str) -> None:
        self.work.write("access", account_statements.end_sessions, admin)

    async def forget_ended(self, now: datetime, unused_since: datetime) -> None:
        self.work.write("access", account_statements.forget_ended, now, unused_since)


@frozen
class SqlTokens:
    work: SqlUnitOfWork

    async def by_name(self, name: str) -> ApiToken | None:
        return await self.work.read(account_statements.token_by_name, name)

    async def exists(self, digest: str) -> bool:
        return await self.work.read(account_statements.token_exists, digest)

    async def add(self, token: ApiToken) -> None:
        self.work.write("access", account_statements.add_token, token)

    async def record_use(self, digest: str, at: datetime) -> None:
        self.work.write(None, account_statements.record_token_use, digest, at)

    async def delete(self, digest: str) -> None:
        self.work.write("access", account_statements.delete_token, digest)

    async def end_expired(self, now: datetime) -> None:
        self.work.write("access", account_statements.end_expired_tokens, now)


@frozen
class SqlAttempts:
    work: SqlUnitOfWork

    async def get(self, digests: Collection[str]) -> Sequence[FailureCount]:
        return await self.work.read(account_statements.attempts, tuple(digests))

    async def put(self, counts: Sequence[FailureCount]) -> None:
        self.work.write(None, account_statements.put_attempts, tuple(counts))

    async def forget(self, until: datetime, most: int) -> None:
        self.work.write(None, account_statements.forget_attempts, until, most)


@frozen
class SqlSetup:
    work: SqlUnitOfWork

    async def get(self) -> SetupToken | None:
        return await self.work.read(account_statements.setup_token)

    async def put(self, token: SetupToken | None) -> None:
        self.work.write(None, account_statements.put_setup_token, token)


@frozen
class SqlAudit:
    work: SqlUnitOfWork

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        if len(entries) == 1:
            self.work.write(None, audit_statements.add_entry, entries[0])
        elif entries:
            self.work.write(None, audit_statements.add_entries, tuple(entries))
