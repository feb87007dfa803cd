"""`modeldesk audit`: shows the audit log."""

from collections.abc import Collection, Sequence

import click
from msgspec import json

from modeldesk.domain.errors import AdminNotFound
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.admin_names import OPERATOR
from modeldesk.domain.model.audit import DEFAULT_PAGE, Action, AuditEntry, AuditQuery
from modeldesk.entrypoints.cli.arguments import Offered, from_options
from modeldesk.entrypoints.cli.choices import OneOf
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.log_pages import echo_page, page_options, since_option
from modeldesk.entrypoints.cli.output import echo_json
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, reading
from modeldesk.entrypoints.cli.unknown_names import note_refusal
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.access import AuditEntryResponse, audit_response

COLUMNS = (
    Column("id", is_number=True, dropped=1),
    Column("at", is_whole=True),
    Column("by", is_whole=True),
    Column("from", dropped=2),
    Column("action"),
    Column("subject", is_whole=True),
    Column("change", is_below=True),
)
ACTIONS = ", ".join(action.value for action in Action)
LONGEST_CHANGE = 120
HIDDEN = ("slot_version",)
"""Fields that differ in every entry and matter to programs only. The JSON contains them."""


@click.command(cls=Command)
@click.option("--by", type=Offered("actors"), help="Only entries of this admin; cli is the command line.")
@click.option(
    "--action", type=OneOf([action.value for action in Action]), metavar="ACTION", help=f"Only entries of this action: {ACTIONS}."
)
@click.option("--subject", type=Offered("subjects"), help="Only entries about this provider, slot (openai/chat) or admin.")
@since_option("entries")
@click.option("--until", metavar="TIME", help="Only entries before this time or date.")
@page_options("entries", DEFAULT_PAGE)
@format_option
def audit(*, form: str, **options: object) -> None:
    """Show the audit log, newest entries first."""
    container = open_container()
    query = from_options(container, AuditQuery, **options)

    async def found(container: Container) -> tuple[Sequence[AuditEntry], Collection[str]]:
        return await container.audit_log().entries(query, CLI_ACTOR), (await container.store().current()).access.admins

    entries, admins = reading(found, container)
    answer = audit_response(entries, query)
    if not entries and query.by is not None and query.by not in {OPERATOR, *admins}:
        note_refusal(AdminNotFound(query.by, sorted(admins)))
    if form == "json":
        echo_json(answer)
    else:
        rows = [_row(entry) for entry in answer["entries"]]
        echo_page(COLUMNS, rows, answer["next"], "entries", otherwise="No audit entries match.")


def _row(entry: AuditEntryResponse) -> tuple[str, ...]:
    actor = f"{entry['by'] or '-'} (token {entry['token']})" if entry["token"] else entry["by"] or "-"
    return str(entry["id"]), entry["at"], actor, entry["address"] or "-", entry["action"], entry["subject"] or "-", _change(entry)


def _change(entry: AuditEntryResponse) -> str:
    """The differing fields, such as `role: normal → super`, truncated."""
    before, after = entry["before"] or {}, entry["after"] or {}
    fields = [
        f"{name}: {_text(before.get(name))} → {_text(after.get(name))}" if name in before else f"{name}: {_text(after[name])}"
        for name in {**before, **after}
        if name not in HIDDEN and before.get(name) != after.get(name)
    ]
    details = "; ".join(fields)
    return details if len(details) <= LONGEST_CHANGE else f"{details[: LONGEST_CHANGE - 1]}…"


def _text(value: object) -> str:
    return value if isinstance(value, str) else "none" if value is None else json.encode(value).decode()
