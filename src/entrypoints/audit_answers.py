"""What the desk answers about what was done."""

from collections.abc import Sequence

from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.entrypoints.shapes import AuditAnswer, AuditEntryAnswer


def audit_answer(entries: Sequence[AuditEntry], wanted: AuditQuery) -> AuditAnswer:
    """`next` is what `older_than` names to read on; null at the end."""
    is_full = len(entries) == wanted.limit
    return AuditAnswer(count=len(entries), entries=[_entry(entry) for entry in entries], next=entries[-1].id if is_full else None)


def _entry(entry: AuditEntry) -> AuditEntryAnswer:
    return AuditEntryAnswer(
        id=entry.id or 0,
        at=format_timestamp(entry.at),
        by=entry.by or None,
        token=entry.token,
        address=entry.address or None,
        action=entry.action.value,
        subject=entry.subject,
        before=entry.before,
        after=entry.after,
    )
