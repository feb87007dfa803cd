"""Every action of the audit log, with its subject and when it is written. An action without words stops the build."""

from collections.abc import Mapping

from modeldesk.domain.model.audit import Action
from reference.markdown import code, table

HEAD = """# Audit events

Each entry has `id`, `at`, `by`, `token`, `address`, `action`, `subject`, `before` and `after`. `by` is the admin's name, `cli` for the command line, or null for a failed sign-in.
`token` names the API token that acted for the admin. `before` and `after` contain what differs. [Read the audit log](../../how-to/audit-log.md) shows the filters.

"""

WORDS: Mapping[Action, tuple[str, str]] = {
    Action.SIGNED_IN: ("admin", "An admin signed in."),
    Action.SIGN_IN_FAILED: (
        "admin, or empty for an unknown name",
        "A sign-in failed. Each of the first five of an hour, then the 8th, 16th, 32nd … with `failures`, the number so far, for each admin and for all unknown names together.",
    ),
    Action.SIGNED_OUT: ("admin", "An admin signed out."),
    Action.SESSIONS_ENDED: ("admin", "Sessions of an admin were ended from the list of sessions, or on the command line."),
    Action.PASSWORD_CHANGED: ("admin", "A password changed. The password is never recorded."),
    Action.ADMIN_CREATED: ("admin", "An admin was created, also by the set-up link or at the first sign-in by an identity provider."),
    Action.ADMIN_CHANGED: ("admin", "A role changed, also by groups at a sign-in, or an admin was enabled or disabled."),
    Action.IDENTITY_LINKED: ("admin", "An admin may sign in as a person of an identity provider."),
    Action.IDENTITY_UNLINKED: ("admin", "An admin can no longer sign in as a person of an identity provider."),
    Action.SIGN_IN_LINK_MADE: ("admin", "A link that signs an admin in once was made on the command line."),
    Action.PROVIDER_CREATED: ("provider", "An import created a provider."),
    Action.PROVIDER_UPDATED: ("provider", "A provider changed: by an edit, an import, or a prune."),
    Action.MODEL_SELECTED: ("slot", "A model was selected."),
    Action.MODEL_DESELECTED: ("slot", "A model was deselected, also by an import with `--deactivate-lost`."),
    Action.CHOICE_ROLLED_BACK: ("slot", "The last selection was rolled back."),
    Action.USE_CREATED: ("use, as `use:` and its name", "A use was created."),
    Action.USE_CHANGED: ("use, as `use:` and its name", "A use was changed or re-pointed."),
    Action.USE_DELETED: ("use, as `use:` and its name", "A use was deleted."),
    Action.USE_ROLLED_BACK: ("use, as `use:` and its name", "The last change of a use was rolled back."),
    Action.KEY_SET: ("provider", "A vendor's key was stored. Only its owner and last four characters are recorded."),
    Action.KEY_REMOVED: ("provider", "A vendor's key was removed."),
    Action.TOKEN_MADE: ("token", "An API token was created."),
    Action.TOKEN_REVOKED: ("token", "An API token was revoked."),
    Action.MASTER_KEY_CHANGED: ("empty", "A new master key was created."),
    Action.LIST_ACCEPTED: ("provider", "A super admin accepted a vendor's list that had shrunk."),
    Action.CACHE_CLEARED: ("provider, or empty for all", "Kept lists were cleared."),
    Action.WEBHOOK_ADDED: (
        "webhook, as `webhook:` and its id",
        "A webhook was added. Its secret is never recorded, nor the query of its address.",
    ),
    Action.WEBHOOK_CHANGED: (
        "webhook, as `webhook:` and its id",
        "The address or the events of a webhook changed, or it was enabled or disabled.",
    ),
    Action.WEBHOOK_SECRET_ROTATED: (
        "webhook, as `webhook:` and its id",
        "A webhook got a new secret; the one before signs too for 24 hours.",
    ),
    Action.WEBHOOK_REMOVED: ("webhook, as `webhook:` and its id", "A webhook was removed."),
    Action.DATABASE_RESTORED: ("empty", "A backup was restored: its time, its file name, and the number of entries before and in it."),
}


def page() -> str:
    """A table of all actions. Raises KeyError for one that has no words here."""
    return HEAD + table(("action", "subject", "when"), ((code(action.value), *WORDS[action]) for action in Action))
