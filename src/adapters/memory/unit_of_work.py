"""An in-memory store, for tests and for planning an import without a database.

It fulfils the contracts of the ports: units of work are serialized, a change is invisible before its commit, and a commit raises the
generation of the parts that were written. Every call awaits `pause`, so that a test can choose how two clients interleave.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from attrs import evolve, field

from modeldesk.adapters.audit_json import as_stored
from modeldesk.adapters.memory.accounts import InMemoryAccounts, InMemoryAttempts, InMemorySessions, InMemorySetup, InMemoryTokens
from modeldesk.adapters.memory.changes import InMemoryChanges
from modeldesk.adapters.memory.completed_requests import InMemoryCompletedRequests
from modeldesk.adapters.memory.contents import Contents, Draft, Pause, no_pause
from modeldesk.adapters.memory.dependents import InMemoryDependents, dependents
from modeldesk.adapters.memory.federation import InMemoryIdentities, InMemoryOneTime, sign_in_link
from modeldesk.adapters.memory.health import InMemoryHealth
from modeldesk.adapters.memory.keys_and_lists import InMemoryKeys, InMemoryLists
from modeldesk.adapters.memory.providers import InMemoryProviders
from modeldesk.adapters.memory.refresh_plans import InMemoryRefreshes
from modeldesk.adapters.memory.uses import InMemoryUses
from modeldesk.adapters.memory.webhooks import InMemoryOutbox, InMemoryWebhooks, backlog, due, oldest_first, untrimmed
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.setup_token import SetupToken
from modeldesk.domain.model.access.sign_in_link import SignInLink
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.model.catalogue.changes import ChangeQuery, ModelChange
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.refresh_plan import RefreshPlan
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.choices import Choices
from modeldesk.domain.model.dependents import Dependent
from modeldesk.domain.model.health import ObservedHealth
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Slot, provider_order
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.snapshot import Access, Snapshot
from modeldesk.domain.model.use import UseChange, UseName
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.model.webhooks.delivery import Backlog, Delivery
from modeldesk.domain.model.webhooks.webhook import Webhook
from modeldesk.domain.records import define, frozen


@define
class InMemoryStore:
    """The contents, and the unit of work that holds the write lock.

    Implements `Snapshots`, `ListContents`, `ImportedEntries`, `SessionUses`, `TokenUses`, `AttemptCounts`, `AuditLog`,
    `ChoiceHistory`, `ChangeLog`, `RefreshPlans`, `Outbox`, `DependentLog`, `HealthLog` and `StoredSignInLinks`.
    """

    pause: Pause = no_pause
    contents: Contents = field(factory=Contents)
    writer: "InMemoryUnitOfWork | None" = None
    _snapshot: tuple[Contents, Snapshot] | None = field(default=None, init=False, repr=False)

    def unit_of_work(self) -> "InMemoryUnitOfWork":
        return InMemoryUnitOfWork(self)

    async def current(self) -> Snapshot:
        """The same object until a commit."""
        await self.pause()
        held = self.contents
        if self._snapshot is None or self._snapshot[0] is not held:
            self._snapshot = (held, _snapshot_of(held))
        return self._snapshot[1]

    async def imported_entries(self) -> Sequence[ImportedEntry]:
        await self.pause()
        return list(self.contents.imported.values())

    async def use_deletions(self, names: Collection[UseName]) -> Sequence[UseChange]:
        await self.pause()
        histories = (self.contents.use_history.get(name, ()) for name in sorted(names))
        return [history[-1] for history in histories if history and history[-1].use is None]

    async def serialized(self, models: VendorList) -> VendorList:
        """The list itself: memory needs no other format."""
        return models

    async def models(self, state: ListState) -> VendorList | None:
        await self.pause()
        revision, models = self.contents.list_contents.get((state.provider, state.owner), (0, None))
        return models if revision == state.revision else None

    async def catalogue(self) -> Snapshot:
        return await self.current()

    async def access(self) -> Access:
        await self.pause()
        return Access(self.contents.admins, self.contents.sessions, self.contents.tokens, self.contents.identities)

    async def last_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        await self.pause()
        return {digest: self.contents.session_uses[digest] for digest in digests if digest in self.contents.session_uses}

    async def token_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        await self.pause()
        return {digest: self.contents.token_uses[digest] for digest in digests if digest in self.contents.token_uses}

    async def setup_token(self) -> SetupToken | None:
        await self.pause()
        return self.contents.setup_token

    async def attempts(self, digests: Collection[str]) -> Sequence[FailureCount]:
        await self.pause()
        return [self.contents.attempts[digest] for digest in digests if digest in self.contents.attempts]

    async def audit_entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        await self.pause()
        return [entry for entry in reversed(self.contents.audit) if query.matches(entry)][: query.limit]

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        await self.pause()
        return self.contents.history.get(slot, ())

    async def model_changes(self, query: ChangeQuery) -> Sequence[ModelChange]:
        await self.pause()
        return [change for change in reversed(self.contents.changes) if query.matches(change)][: query.limit]

    async def last_model_change(self, provider: Slug, model: ModelId) -> ModelChange | None:
        await self.pause()
        about = (change for change in reversed(self.contents.changes) if (change.provider, change.model_id) == (provider, model))
        return next(about, None)

    async def refresh_plans(self) -> Sequence[RefreshPlan]:
        await self.pause()
        return list(self.contents.refresh_plans.values())

    async def webhooks(self) -> Sequence[Webhook]:
        await self.pause()
        return oldest_first(self.contents)

    async def due_webhooks(self, now: datetime) -> Sequence[str]:
        await self.pause()
        return sorted({delivery.webhook for delivery in due(self.contents, now)})

    async def untrimmed(self, until: datetime) -> Sequence[str]:
        await self.pause()
        return untrimmed(self.contents, until)

    async def deliveries(self, webhook: str, limit: int) -> Sequence[Delivery]:
        await self.pause()
        return [delivery for delivery in reversed(self.contents.deliveries) if delivery.webhook == webhook][:limit]

    async def backlog(self) -> Sequence[Backlog]:
        await self.pause()
        return backlog(self.contents)

    async def observed_health(self) -> Sequence[ObservedHealth]:
        await self.pause()
        return self.contents.health

    async def dependents(self, asked: Collection[str] | None, now: datetime) -> Sequence[Dependent]:
        await self.pause()
        return dependents(self.contents, asked, now)

    async def sign_in_link(self, digest: str) -> SignInLink | None:
        await self.pause()
        return sign_in_link(self.contents, digest)

    async def close(self) -> None:
        """Has nothing to close."""


def _snapshot_of(held: Contents) -> Snapshot:
    providers = {provider.slug: provider for provider in sorted(held.providers.values(), key=provider_order)}
    lists = {provider: state for (provider, owner), state in held.lists.items() if owner is None}
    own_lists = {ref: state for ref, state in held.lists.items() if ref[1] is not None}
    access = Access(held.admins, held.sessions, held.tokens, held.identities)
    uses = dict(sorted(held.uses.items()))
    return Snapshot(held.generation, providers, Choices.of(held.choices.values()), uses, access, lists, held.keys, own_lists)


class InMemoryUnitOfWork:
    """Holds the store's write lock from entry to exit."""

    def __init__(self, store: InMemoryStore) -> None:
        self._store = store
        self._draft = Draft(store.contents, store.pause)

    async def __aenter__(self) -> Self:
        await self._store.pause()
        while self._store.writer is not None:
            # A pause that never suspends would block the event loop here.
            await (asyncio.sleep(0) if self._store.pause is no_pause else self._store.pause())
        self._store.writer = self
        self._draft = Draft(self._store.contents, self._store.pause)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._store.writer = None

    @property
    def providers(self) -> InMemoryProviders:
        return InMemoryProviders(self._draft)

    @property
    def choices(self) -> "InMemoryChoices":
        return InMemoryChoices(self._draft)

    @property
    def uses(self) -> InMemoryUses:
        return InMemoryUses(self._draft)

    @property
    def accounts(self) -> InMemoryAccounts:
        return InMemoryAccounts(self._draft)

    @property
    def sessions(self) -> InMemorySessions:
        return InMemorySessions(self._draft)

    @property
    def tokens(self) -> InMemoryTokens:
        return InMemoryTokens(self._draft)

    @property
    def attempts(self) -> InMemoryAttempts:
        return InMemoryAttempts(self._draft)

    @property
    def setup(self) -> InMemorySetup:
        return InMemorySetup(self._draft)

    @property
    def identities(self) -> InMemoryIdentities:
        return InMemoryIdentities(self._draft)

    @property
    def one_time(self) -> InMemoryOneTime:
        return InMemoryOneTime(self._draft)

    @property
    def keys(self) -> InMemoryKeys:
        return InMemoryKeys(self._draft)

    @property
    def lists(self) -> InMemoryLists:
        return InMemoryLists(self._draft)

    @property
    def changes(self) -> InMemoryChanges:
        return InMemoryChanges(self._draft)

    @property
    def refreshes(self) -> InMemoryRefreshes:
        return InMemoryRefreshes(self._draft)

    @property
    def webhooks(self) -> InMemoryWebhooks:
        return InMemoryWebhooks(self._draft)

    @property
    def outbox(self) -> InMemoryOutbox:
        return InMemoryOutbox(self._draft)

    @property
    def completed_requests(self) -> InMemoryCompletedRequests:
        return InMemoryCompletedRequests(self._draft)

    @property
    def dependents(self) -> InMemoryDependents:
        return InMemoryDependents(self._draft)

    @property
    def health(self) -> InMemoryHealth:
        return InMemoryHealth(self._draft)

    @property
    def audit(self) -> "InMemoryAudit":
        return InMemoryAudit(self._draft)

    def metadata_changed(self) -> None:
        self._draft.write("catalogue")

    async def commit(self) -> None:
        await self._store.pause()
        self._store.contents = self._draft.committed()


@frozen
class InMemoryChoices:
    draft: Draft

    async def slot(self, slot: Slot) -> SlotState:
        return (await self.draft.read()).choices.get(slot) or SlotState(slot)

    async def head(self, slot: Slot) -> SlotState:
        return await self.slot(slot)

    async def active(self) -> Sequence[SlotState]:
        return [state for state in (await self.draft.read()).choices.values() if state.active is not None]

    async def record(self, choice: SlotChange) -> None:
        held = await self.draft.read()
        before = held.choices.get(choice.slot) or SlotState(choice.slot)
        after = before.without_active() if choice.model is None else before.with_active(choice.model)
        changes = (*held.history.get(choice.slot, ()), choice)
        self.draft.write("choices", choices={**held.choices, choice.slot: after}, history={**held.history, choice.slot: changes})

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        return (await self.draft.read()).history.get(slot, ())


@frozen
class InMemoryAudit:
    draft: Draft

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        held = (await self.draft.read()).audit
        numbered = (evolve(as_stored(entry), id=number) for number, entry in enumerate(entries, start=len(held) + 1))
        self.draft.write(None, audit=(*held, *numbered))
