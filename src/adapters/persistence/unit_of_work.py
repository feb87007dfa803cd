"""A unit of work over SQL: port calls run functions of `statements` in the connection's thread or task.

A write returns nothing, so it is deferred and runs with the next read or the commit: each round trip to the connection costs about as much
as its statements (docs/adr/0003-storage.md).
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from modeldesk.adapters.persistence import account_statements, audit_statements, statements, webhook_statements
from modeldesk.adapters.persistence.account_stores import SqlAccounts, SqlAttempts, SqlSessions, SqlSetup, SqlTokens
from modeldesk.adapters.persistence.audit_statements import SqlAudit
from modeldesk.adapters.persistence.completed_requests import SqlCompletedRequests
from modeldesk.adapters.persistence.dependent_stores import SqlDependents
from modeldesk.adapters.persistence.federation_stores import SqlIdentities, SqlOneTime
from modeldesk.adapters.persistence.health_statements import SqlHealth
from modeldesk.adapters.persistence.list_stores import SqlChanges, SqlKeys, SqlLists, SqlRefreshes
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.slot_heads import MOST_CHANGED, SlotHeads
from modeldesk.adapters.persistence.slot_stores import SqlChoices, SqlProviders, SqlUses
from modeldesk.adapters.persistence.webhook_stores import SqlOutbox, SqlWebhooks
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.snapshot import Snapshot

T = TypeVar("T")
RUNS_INLINE: frozenset[Callable[..., object]] = statements.RUNS_INLINE | {
    audit_statements.add_entry,
    account_statements.admin,
    account_statements.session_exists,
    account_statements.token_exists,
    webhook_statements.add_event,
    webhook_statements.add_event_if_wanted,
}
"""Functions short enough to run on the event loop."""


class Transaction(Protocol):
    """An open transaction of either database."""

    async def run(self, work: Callable[..., T], *given: Any, runs_inline: bool = False) -> T:
        """Calls `work(connection, *given)`; with `runs_inline` possibly on the event loop."""
        ...

    async def commit(
        self,
        work: Callable[..., None],
        *given: Any,
        parts: Collection[Part],
        runs_inline: bool = False,
        changes: Collection[SlotChange] | None = None,
    ) -> None:
        """Calls `work(connection, *given)`, raises the generation of `parts` and commits: alone, or together with other units of work.

        `changes` are those of slots that the work records; None where they are not known.
        """
        ...

    async def heads(self, slot: Slot | None = None) -> SlotHeads:
        """What is remembered of slots, for use inside the transaction. What others have changed of `slot` has been executed."""
        ...

    async def has_generation(self, part: Part, number: int) -> bool:
        """Whether this is the generation of the part, and nobody has written it within this transaction, which units of work may share."""
        ...


class SqlUnitOfWork(Struct, frozen=True):
    """Raises the generation of the parts that were written, in the same transaction. `known` is the snapshot that its process has.

    `imports` are the imported entries that its process has, with the generation of the catalogue.
    """

    transaction: Transaction
    known: Snapshot | None = None
    imports: tuple[int, Sequence[ImportedEntry]] | None = None
    touched: set[Part] = set()
    pending: list[statements.Write] = []
    is_current: dict[Part, bool] = {}
    """Whether `known` has the generation of the transaction. No other transaction changes it before the end of this one."""

    @property
    def providers(self) -> SqlProviders:
        return SqlProviders(self)

    @property
    def choices(self) -> SqlChoices:
        return SqlChoices(self)

    @property
    def uses(self) -> SqlUses:
        return SqlUses(self)

    @property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self)

    @property
    def sessions(self) -> SqlSessions:
        return SqlSessions(self)

    @property
    def tokens(self) -> SqlTokens:
        return SqlTokens(self)

    @property
    def attempts(self) -> SqlAttempts:
        return SqlAttempts(self)

    @property
    def setup(self) -> SqlSetup:
        return SqlSetup(self)

    @property
    def identities(self) -> SqlIdentities:
        return SqlIdentities(self)

    @property
    def one_time(self) -> SqlOneTime:
        return SqlOneTime(self)

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
    def completed_requests(self) -> SqlCompletedRequests:
        return SqlCompletedRequests(self)

    @property
    def dependents(self) -> SqlDependents:
        return SqlDependents(self)

    @property
    def health(self) -> SqlHealth:
        return SqlHealth(self)

    @property
    def audit(self) -> SqlAudit:
        return SqlAudit(self)

    def metadata_changed(self) -> None:
        self.touched.add("catalogue")

    async def commit(self) -> None:
        writes = tuple(self.pending)
        runs_inline = RUNS_INLINE.issuperset([work for work, _ in writes])
        changes = [given[0] for work, given in writes if work is statements.record] if runs_inline else None
        await self.transaction.commit(statements.write_all, writes, parts=frozenset(self.touched), runs_inline=runs_inline, changes=changes)
        self.pending.clear()
        self.touched.clear()
        self.is_current.clear()

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        writes = tuple(self.pending)
        if writes and "choices" in self.touched:
            (await self.transaction.heads()).forget()
        # Writes before the commit need what long work has: a savepoint, to which they are rolled back alone.
        runs_inline = not writes and work in RUNS_INLINE
        found: T = await self.transaction.run(statements.write_and_read, writes, work, *given, runs_inline=runs_inline)
        # Only now: after a failed read, a commit must still contain these writes.
        self.pending.clear()
        return found

    async def proven(self, part: Part) -> Snapshot | None:
        """`known`, where the transaction has its generation of the part, and this unit of work has not written it."""
        if self.known is None or part in self.touched:
            return None
        if (is_current := self.is_current.get(part)) is None:
            is_current = self.is_current[part] = await self.transaction.has_generation(part, getattr(self.known.generation, part))
        return self.known if is_current else None

    async def head(self, slot: Slot) -> SlotState:
        """As a read of the slot's head would find it."""
        if "choices" in self.touched:
            return await self.read(statements.slot_head, slot)
        heads = await self.transaction.heads(slot)
        if (number := heads.behind) is not None:
            heads.catch_up(*await self.read(statements.heads_after, number, MOST_CHANGED + 1))
        if (known := heads.get(slot)) is None:
            heads.found(known := await self.read(statements.slot_head, slot))
        return known

    async def proven_imports(self) -> Sequence[ImportedEntry] | None:
        """As `proven`, for the entries that imports have written."""
        if self.imports is None or "catalogue" in self.touched:
            return None
        number, entries = self.imports
        return entries if await self.transaction.has_generation("catalogue", number) else None

    def write(self, part: Part | None, work: Callable[..., None], *given: Any) -> None:
        """`part` is the part whose generation the commit raises; None for what no snapshot holds."""
        if part is not None:
            self.touched.add(part)
        self.pending.append((work, given))
