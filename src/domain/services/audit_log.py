"""Reading the audit log."""

from collections.abc import Sequence

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.ports.queries import AuditLog, Snapshots


class Audit:
    """The audit log for those who may see it."""

    def __init__(self, log: AuditLog, snapshots: Snapshots) -> None:
        self._log = log
        self._snapshots = snapshots

    async def entries(self, query: AuditQuery, actor: Actor) -> Sequence[AuditEntry]:
        """The entries that match, newest first, up to the query's limit. Raises NotAllowed."""
        access = await self._snapshots.access()
        actor.with_current_role(access.admins.get(actor.name)).require(Right.ADMINISTER)
        return await self._log.audit_entries(query)
