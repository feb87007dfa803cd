"""Reading the audit trail."""

from collections.abc import Sequence

from modeldesk.domain.errors import NotAllowed
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.ports.queries import AuditTrail, Snapshots


def require_super(actor: Actor) -> None:
    """Raises NotAllowed for a normal admin."""
    if not actor.is_super:
        raise NotAllowed("the audit trail is for super admins")


class Audit:
    """Reading the trail."""

    def __init__(self, trail: AuditTrail, snapshots: Snapshots) -> None:
        self._trail = trail
        self._snapshots = snapshots

    async def entries(self, wanted: AuditQuery, actor: Actor) -> Sequence[AuditEntry]:
        """Those that are wanted, the newest first, at most so many as the query's limit. Raises NotAllowed."""
        access = await self._snapshots.access()
        require_super(actor.with_current_role(access.admins.get(actor.name)))
        return await self._trail.audit_entries(wanted)
