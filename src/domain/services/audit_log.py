"""Reading the audit log."""

from collections.abc import Sequence

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.ports.queries import AuditTrail, Snapshots


class Audit:
    """The audit log for those who may see it."""

    def __init__(self, trail: AuditTrail, snapshots: Snapshots) -> None:
        self._trail = trail
        self._snapshots = snapshots

    async def entries(self, wanted: AuditQuery, actor: Actor) -> Sequence[AuditEntry]:
        """The entries that match, newest first, up to the query's limit. Raises NotAllowed."""
        access = await self._snapshots.access()
        actor.with_current_role(access.admins.get(actor.name)).require(Right.ADMINISTER)
        return await self._trail.audit_entries(wanted)
