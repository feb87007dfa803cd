"""The audit log: actor, action, subject, time and changes. It is read-only."""

import re
from collections.abc import Mapping, Sequence

from litestar import Response, get
from msgspec import Struct

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, AuditEntry, AuditQuery
from modeldesk.domain.model.values.timestamps import parse_timestamp
from modeldesk.domain.services.failed_sign_ins import MEMBER
from modeldesk.entrypoints.commands.pages import next_page
from modeldesk.entrypoints.panel.field_changes import from_difference
from modeldesk.entrypoints.panel.filters import PAGE_SIZE, Filters, filters_of, older_than
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.services import GivenPanel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

ACTIONS: Mapping[Action, str] = {
    Action.SIGNED_IN: N_("signed in"),
    Action.SIGN_IN_FAILED: N_("failed to sign in"),
    Action.SIGNED_OUT: N_("signed out"),
    Action.SESSIONS_ENDED: N_("ended sessions"),
    Action.IDENTITY_LINKED: N_("linked an identity"),
    Action.IDENTITY_UNLINKED: N_("unlinked an identity"),
    Action.SIGN_IN_LINK_MADE: N_("created a sign-in link"),
    Action.PASSWORD_CHANGED: N_("changed a password"),
    Action.ADMIN_CREATED: N_("created an admin"),
    Action.ADMIN_CHANGED: N_("updated an admin"),
    Action.PROVIDER_CREATED: N_("created a provider"),
    Action.PROVIDER_UPDATED: N_("updated a provider"),
    Action.MODEL_SELECTED: N_("selected a model"),
    Action.MODEL_DESELECTED: N_("deselected a model"),
    Action.CHOICE_ROLLED_BACK: N_("rolled back a change"),
    Action.USE_CREATED: N_("created a use"),
    Action.USE_CHANGED: N_("changed a use"),
    Action.USE_DELETED: N_("deleted a use"),
    Action.USE_ROLLED_BACK: N_("rolled back a use"),
    Action.KEY_SET: N_("entered a key"),
    Action.KEY_REMOVED: N_("removed a key"),
    Action.TOKEN_MADE: N_("created an API token"),
    Action.TOKEN_REVOKED: N_("revoked an API token"),
    Action.MASTER_KEY_CHANGED: N_("changed the master key"),
    Action.LIST_ACCEPTED: N_("accepted a shorter list"),
    Action.WEBHOOK_ADDED: N_("added a webhook"),
    Action.WEBHOOK_CHANGED: N_("changed a webhook"),
    Action.WEBHOOK_SECRET_ROTATED: N_("rotated the secret of a webhook"),
    Action.WEBHOOK_REMOVED: N_("removed a webhook"),
    Action.CACHE_CLEARED: N_("cleared the cache"),
    Action.DATABASE_RESTORED: N_("restored the database from a backup"),
}
"""The labels of the actions; an action without one is shown by its name."""

BOOKKEEPING = {"slot_version"}
"""Fields of an entry that only programs need."""

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+(?:Z|\+00:00)")


class AuditFilters(Filters, frozen=True):
    """`since` and `until` are dates."""

    by: str = ""
    action: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""


class EntryRow(Struct, frozen=True):
    """An entry with its changes: name, old and new value. A failed sign-in has a `reason` instead; `failures` is set where it stands for many."""

    entry: AuditEntry
    differences: Sequence[tuple[str, object, object]]
    reason: str | None = None
    failures: int | None = None


@get("/audit", opt={RIGHT: Right.ADMINISTER})
async def audit_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The entries, newest first, page by page."""
    filters = filters_of(request, AuditFilters)
    try:
        query = panel.command(AuditQuery, **filters.given, older_than=older_than(request), limit=PAGE_SIZE)
    except InvalidValue as error:
        return panel.page(request, "audit.html", refusal=error, rows=[], filters=filters, actions=ACTIONS, following=None)
    entries = await panel.container.audit_log().entries(query, panel.actor(request))
    following = next_page(entries, PAGE_SIZE)
    return panel.page(request, "audit.html", rows=[_row(entry) for entry in entries], filters=filters, actions=ACTIONS, following=following)


def _row(entry: AuditEntry) -> EntryRow:
    """The row of an entry, without fields that did not change."""
    if entry.action is Action.SIGN_IN_FAILED:
        failures = (entry.after or {}).get(MEMBER)
        return EntryRow(entry, (), _failure_reason(entry), failures if isinstance(failures, int) else None)
    before, after = entry.before or {}, entry.after or {}
    names = (name for name in dict.fromkeys([*before, *after]) if name not in BOOKKEEPING)
    changes = [(name, *from_difference(_shown(before.get(name)), _shown(after.get(name)))) for name in names]
    return EntryRow(entry, [difference for difference in changes if difference[1] != difference[2]])


def _shown(value: object) -> object:
    """A value for readers: times are parsed, and what is empty is none."""
    if isinstance(value, str) and _TIMESTAMP.fullmatch(value):
        return parse_timestamp(value)
    return None if value in ("", []) else value


def _failure_reason(entry: AuditEntry) -> str:
    """Why a sign-in failed: an entry has no subject if the admin is unknown."""
    if not entry.subject:
        return N_("unknown admin name")
    is_active = (entry.after or {}).get("is_active", True)
    return N_("the password was wrong") if is_active else N_("the admin is disabled")


ROUTES = [audit_page]
