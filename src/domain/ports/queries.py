"""Reads beside the unit of work."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange
from modeldesk.domain.model.snapshot import Access, Snapshot
from modeldesk.domain.ports.unit_of_work import SerializedList


class Snapshots(Protocol):
    """Where the present snapshot comes from."""

    async def current(self) -> Snapshot:
        """The desk as of now: whatever was committed anywhere before this call is in it.

        Raises StorageBusy, StorageUnavailable, SchemaMismatch.
        """
        ...

    async def catalogue(self) -> Snapshot:
        """The desk with its catalogue as of now; what is chosen may be of an earlier moment. Raises as `current`."""
        ...

    async def access(self) -> Access:
        """Who may come in as of now, as `current` has it. Every request asks, and most changes of a desk change nothing of it."""
        ...


class SessionUses(Protocol):
    """When sessions were used last, which is no part of a snapshot."""

    async def last_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        """As written down by any worker before this call; a session that has ended is missing. Raises as `Snapshots`."""
        ...


class TokenUses(Protocol):
    """When API tokens were used last, which is no part of a snapshot either."""

    async def token_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        """As written down by any worker before this call; one that was never used is missing. Raises as `Snapshots`."""
        ...


class AttemptCounts(Protocol):
    """Failed attempts to sign in, read without waiting for a turn."""

    async def attempts(self, digests: Collection[str]) -> Sequence[FailureCount]:
        """Those that there are. Raises as `Snapshots`."""
        ...


class AuditTrail(Protocol):
    """What was changed, read without waiting for a turn."""

    async def audit_entries(self, wanted: AuditQuery) -> Sequence[AuditEntry]:
        """The newest first; before and after are plain JSON. Raises as `Snapshots`."""
        ...


class ChoiceHistory(Protocol):
    """The history of slots, read without waiting for a turn."""

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        """Every step of the slot, the first one first. Raises as `Snapshots`."""
        ...


class ListContents(Protocol):
    """The last good lists themselves, which are too large for a snapshot."""

    async def serialized(self, models: VendorList) -> SerializedList:
        """A list made ready to be stored, before a unit of work opens: for a long one that takes longer than anybody should wait."""
        ...

    async def models(self, state: ListState) -> VendorList | None:
        """The list that this state was written with; None where a newer one took its place, or it cannot be read. Raises as `Snapshots`."""
        ...
