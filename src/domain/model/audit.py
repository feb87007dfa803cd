"""The trail of what was changed: by whom, from where, when, what, and what it was before and after.

An entry is written in the unit of work of the change itself: there is no change without its entry, and no entry without its change.
Nothing here changes or drops an entry, and no port can. An operator who puts a copy of the database back puts back its trail, to which
one entry is added that tells of it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from attrs import frozen

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import OPERATOR

DEFAULT_PAGE = 100


class Action(Enum):
    """What was done. The subject is a provider, a slot as `provider/capability`, an admin's or a token's name, or empty for the whole desk."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGNED_OUT = "signed-out"
    SESSIONS_ENDED = "sessions-ended"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - the name of a deed
    ADMIN_CREATED = "admin-created"
    ADMIN_CHANGED = "admin-changed"
    PROVIDER_CREATED = "provider-created"
    PROVIDER_UPDATED = "provider-updated"
    MODEL_SELECTED = "model-selected"
    MODEL_DESELECTED = "model-deselected"
    CHOICE_ROLLED_BACK = "choice-rolled-back"
    KEY_SET = "key-set"
    KEY_REMOVED = "key-removed"
    TOKEN_MADE = "token-made"  # noqa: S105 - as above
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - as above
    MASTER_KEY_CHANGED = "master-key-changed"
    LIST_ACCEPTED = "list-accepted"
    CACHE_CLEARED = "cache-cleared"
    DATABASE_RESTORED = "database-restored"


@frozen
class AuditEntry:
    """One deed. `by` is empty where nobody who is known did it; `token` names the API token that acted for them. `before` and `after` hold
    what differs, None where there was nothing or nothing is left. Entries that were stored have an `id`, which grows.
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
    """Which entries are wanted: all that fit every member that is not None. A `subject` that is a provider stands for its slots too.

    `until` is exclusive, `older_than` is the id of the last entry that was read before.
    """

    by: str | None = None
    action: Action | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    older_than: int | None = None
    limit: int = DEFAULT_PAGE

    def fits(self, entry: AuditEntry) -> bool:
        """Whether the entry is wanted; the limit apart."""
        return (
            (self.by is None or entry.by == self.by)
            and (self.action is None or entry.action is self.action)
            and (self.subject is None or entry.subject == self.subject or entry.subject.startswith(f"{self.subject}/"))
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
            and (self.older_than is None or entry.id is None or entry.id < self.older_than)
        )


def audit_entry(
    by: Actor | None,
    at: datetime,
    action: Action,
    subject: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """The entry of what `by` does now; None is the command line."""
    if by is None:
        return AuditEntry(at, OPERATOR, "", None, action, subject, before, after)
    return AuditEntry(at, by.name, by.address, by.token, action, subject, before, after)
