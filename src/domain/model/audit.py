"""The audit log: who changed what, when and from where, with the values before and after.

Each entry is written in the unit of work of its change, so neither exists without the other. No port changes or deletes an entry. Restoring
a backup of the database restores its audit log too, and adds one entry about the restore.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.values.numbers import EntryId, PageSize
from modeldesk.domain.model.values.texts import MultilineText
from modeldesk.domain.records import frozen

DEFAULT_PAGE = PageSize(100)


class Action(Enum):
    """The kinds of audit entries.

    An entry's subject is a provider, a slot as `provider/capability`, a use as `use:name`, a webhook as `webhook:id`, or the name of an admin or
    token. It is empty for the installation.
    """

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGNED_OUT = "signed-out"
    SESSIONS_ENDED = "sessions-ended"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - an action, not a password
    ADMIN_CREATED = "admin-created"
    ADMIN_CHANGED = "admin-changed"
    IDENTITY_LINKED = "identity-linked"
    IDENTITY_UNLINKED = "identity-unlinked"
    SIGN_IN_LINK_MADE = "sign-in-link-made"
    PROVIDER_CREATED = "provider-created"
    PROVIDER_UPDATED = "provider-updated"
    MODEL_SELECTED = "model-selected"
    MODEL_DESELECTED = "model-deselected"
    CHOICE_ROLLED_BACK = "choice-rolled-back"
    USE_CREATED = "use-created"
    USE_CHANGED = "use-changed"
    USE_DELETED = "use-deleted"
    USE_ROLLED_BACK = "use-rolled-back"
    KEY_SET = "key-set"
    KEY_REMOVED = "key-removed"
    TOKEN_MADE = "token-made"  # noqa: S105 - as above
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - as above
    MASTER_KEY_CHANGED = "master-key-changed"
    LIST_ACCEPTED = "list-accepted"
    CACHE_CLEARED = "cache-cleared"
    WEBHOOK_ADDED = "webhook-added"
    WEBHOOK_CHANGED = "webhook-changed"
    WEBHOOK_SECRET_ROTATED = "webhook-secret-rotated"  # noqa: S105 - as above
    WEBHOOK_REMOVED = "webhook-removed"
    DATABASE_RESTORED = "database-restored"


@frozen
class AuditEntry:
    """One entry of the audit log.

    `by` is empty for an unknown caller. `token` is the name of the API token that was used. `before` and `after` hold the fields that differ;
    None means that the subject did not exist before, or does not exist after. Stored entries have an ascending `id`.
    """

    at: datetime
    by: str
    address: str
    token: str | None
    action: Action
    subject: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    id: int | None = None


@frozen
class AuditQuery:
    """A filter for audit entries. Entries must match every field that is not None.

    A provider as `subject` includes its slots. `until` is exclusive. `older_than` is the id of the last entry of the previous page.
    """

    by: MultilineText | None = None
    action: Action | None = None
    subject: MultilineText | None = None
    since: datetime | None = None
    until: datetime | None = None
    older_than: EntryId | None = None
    limit: PageSize = DEFAULT_PAGE

    def matches(self, entry: AuditEntry) -> bool:
        """Whether the entry passes the filter, ignoring the limit."""
        return (
            (self.by is None or entry.by == self.by)
            and (self.action is None or entry.action is self.action)
            and (self.subject is None or entry.subject == self.subject or entry.subject.startswith(f"{self.subject}/"))
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
            and (self.older_than is None or entry.id is None or entry.id < self.older_than)
        )


def audit_entry(
    actor: Actor,
    at: datetime,
    action: Action,
    subject: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """The entry for what the actor did."""
    return AuditEntry(at, actor.name, actor.address, actor.token, action, subject, before, after)


def own_entry(
    admin: str,
    address: str | None,
    at: datetime,
    action: Action,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """The entry for what an admin did to their own account or sessions. `address` is None where it is unknown."""
    return AuditEntry(at, admin, address or "", None, action, admin, before, after)
