"""Failed sign-ins in the audit log: an entry for each of the first few of an hour, then one whenever their number has doubled.

So an attack from ever new addresses cannot fill the audit log, and its size still stands there.
"""

from collections.abc import Mapping
from datetime import datetime

from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.login_attempts import AUDITED_EACH, FailureCount, failures_digest, is_audited
from modeldesk.domain.model.audit import Action, AuditEntry
from modeldesk.domain.ports.unit_of_work import UnitOfWork

MEMBER = "failures"
"""The member of an entry that counts: how many failed sign-ins of this hour it stands for."""


async def audit_failure(
    work: UnitOfWork, admin: Admin | None, address: str | None, now: datetime, more: Mapping[str, object] | None = None
) -> None:
    """Counts a failed sign-in as this admin, or as one whose name is unknown, and adds an entry where it is due.

    An unknown name is not recorded: it may be a password, typed into the wrong field. `more` is added to the entry.
    """
    subject, after = (admin.name, {"is_active": admin.is_active}) if admin is not None else ("", {})
    digest = failures_digest(subject, now)
    stored = await work.attempts.get([digest])
    count = (stored[0] if stored else FailureCount(digest, 0, now)).one_more(now)
    await work.attempts.put([count])
    if is_audited(count.failures):
        details: dict[str, object] = {**after, **(more or {}), **({MEMBER: count.failures} if count.failures > AUDITED_EACH else {})}
        await work.audit.add([AuditEntry(now, "", address or "", None, Action.SIGN_IN_FAILED, subject, after=details or None)])
