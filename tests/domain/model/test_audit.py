"""Entries of the audit log: what stands in one, and which of them a question finds."""

from datetime import timedelta
from typing import Any

import pytest

from modeldesk.domain.model.access.actor import CLI_ACTOR, OPERATOR, Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.audit import Action, AuditEntry, AuditQuery, audit_entry
from tests.support.manual_clock import NOON

SECOND = timedelta(seconds=1)
ENTRY = AuditEntry(NOON, "sara", "192.0.2.1", None, Action.KEY_SET, "acme/chat", id=7)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, True),
        ({"by": "sara"}, True),
        ({"by": "nima"}, False),
        ({"action": Action.KEY_SET}, True),
        ({"action": Action.KEY_REMOVED}, False),
        ({"subject": "acme/chat"}, True),
        ({"subject": "acme"}, True),
        ({"subject": "acm"}, False),
        ({"subject": "chat"}, False),
        ({"subject": "acme/chat/more"}, False),
        ({"since": NOON}, True),
        ({"since": NOON + SECOND}, False),
        ({"until": NOON + SECOND}, True),
        ({"until": NOON}, False),
        ({"older_than": 8}, True),
        ({"older_than": 7}, False),
        ({"by": "sara", "action": Action.KEY_SET, "subject": "acme", "since": NOON, "until": NOON + SECOND, "older_than": 8}, True),
        ({"by": "nima", "action": Action.KEY_SET, "subject": "acme", "since": NOON, "until": NOON + SECOND, "older_than": 8}, False),
    ],
)
def test_an_entry_must_match_whatever_is_asked_for(wanted: dict[str, Any], found: bool) -> None:
    """A provider finds its slots; `since` is included, `until` and the last id of the page before are not."""
    assert AuditQuery(**wanted).matches(ENTRY) is found


def test_an_entry_without_a_number_is_on_every_page() -> None:
    """It is not stored yet."""
    assert AuditQuery(older_than=1).matches(audit_entry(CLI_ACTOR, NOON, Action.KEY_SET, "acme"))  # type: ignore[arg-type] # a plain number


def test_an_entry_names_who_acted_or_the_command_line() -> None:
    """With their address and token; what stood before and what stands now as they are given."""
    actor = Actor("sara", Role.SUPER, address="192.0.2.1", token="ci")
    before, after = {"hint": "a"}, {"hint": "b"}
    assert audit_entry(actor, NOON, Action.KEY_SET, "acme", before=before, after=after) == AuditEntry(
        NOON, "sara", "192.0.2.1", "ci", Action.KEY_SET, "acme", before, after
    )
    assert audit_entry(CLI_ACTOR, NOON, Action.KEY_SET, "acme", before=before, after=after) == AuditEntry(
        NOON, OPERATOR, "", None, Action.KEY_SET, "acme", before, after
    )
    assert (audit_entry(CLI_ACTOR, NOON, Action.KEY_SET, "acme").before, audit_entry(CLI_ACTOR, NOON, Action.KEY_SET, "acme").after) == (
        None,
        None,
    )
