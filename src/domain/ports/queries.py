"""Reads beside the unit of work."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.setup_token import SetupToken
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange
from modeldesk.domain.model.snapshot import Access, Snapshot
from modeldesk.domain.model.use import UseChange, UseName
from modeldesk.domain.ports.unit_of_work import SerializedList


class Snapshots(Protocol):
    """The source of snapshots."""

    async def current(self) -> Snapshot:
        """The desk as of now, with everything that any worker committed before this call.

        Raises StorageBusy, StorageUnavailable, SchemaMismatch.
        """
        ...

    async def catalogue(self) -> Snapshot:
        """A snapshot whose catalogue is as of now; its selections may be older. Raises as `current`."""
        ...

    async def access(self) -> Access:
        """Admins, sessions and tokens as of now. Cheaper than `current`: every request needs it, and most changes leave it as it is."""
        ...


class ImportedEntries(Protocol):
    """What imports have written, read without waiting for writers."""

    async def imported_entries(self) -> Sequence[ImportedEntry]:
        """As `ProviderStore.imported`. Raises as `Snapshots`."""
        ...


class UseDeletions(Protocol):
    """Which uses were deleted, read without waiting for writers."""

    async def use_deletions(self, names: Collection[UseName]) -> Sequence[UseChange]:
        """The last change of each of these names where it is a deletion, by name. Raises as `Snapshots`."""
        ...


class ImportPlanSources(Snapshots, UseDeletions, Protocol):
    """What an import plan is computed from."""


class SessionUses(Protocol):
    """Last-used times of sessions, which no snapshot holds."""

    async def last_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        """As recorded by any worker before this call; without sessions that have ended. Raises as `Snapshots`."""
        ...


class TokenUses(Protocol):
    """Last-used times of API tokens, which no snapshot holds."""

    async def token_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        """As recorded by any worker before this call; without tokens that were never used. Raises as `Snapshots`."""
        ...


class SetupTokens(Protocol):
    """The set-up token, which no snapshot holds."""

    async def setup_token(self) -> SetupToken | None:
        """None where there is none. Raises as `Snapshots`."""
        ...


class AttemptCounts(Protocol):
    """Counts of failed sign-in attempts, read without waiting for writers."""

    async def attempts(self, digests: Collection[str]) -> Sequence[FailureCount]:
        """The counts that exist. Raises as `Snapshots`."""
        ...


class AuditLog(Protocol):
    """The audit log, read without waiting for writers."""

    async def audit_entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """Newest first; `before` and `after` are plain JSON. Raises as `Snapshots`."""
        ...


class ChoiceHistory(Protocol):
    """The history of slots, read without waiting for writers."""

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        """Every change of the slot, oldest first. Raises as `Snapshots`."""
        ...


class ListContents(Protocol):
    """The last good lists, which are too large for a snapshot."""

    async def serialized(self, models: VendorList) -> SerializedList:
        """The list in the store's format. Called before a unit of work opens: a long list takes longer than writers should wait."""
        ...

    async def models(self, state: ListState) -> VendorList | None:
        """The list that was stored with this state; None where a newer one has replaced it, or it is damaged. Raises as `Snapshots`."""
        ...
