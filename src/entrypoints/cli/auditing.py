"""`modeldesk audit`: what was done."""

from datetime import datetime

import click
from msgspec import json

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import DEFAULT_PAGE, Action, AuditQuery
from modeldesk.domain.model.values.numbers import LARGEST_PAGE
from modeldesk.domain.model.values.timestamps import parse_timestamp
from modeldesk.entrypoints.cli.arguments import format_option
from modeldesk.entrypoints.cli.output import echo, say_json
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.cli.running import reading
from modeldesk.entrypoints.cli.tables import Column, say_table
from modeldesk.entrypoints.responses.access import AuditEntryResponse, audit_response

COLUMNS = (Column("id", is_number=True), Column("at"), Column("by"), Column("from"), Column("action"), Column("subject"), Column("change"))
LONGEST_CHANGE = 120
COUNTED = ("slot_version",)
"""Differs at every choice, and tells a person nothing; programs find it in the JSON."""


class Moment(click.ParamType[datetime, str]):
    """A moment or a day, in UTC where it does not say otherwise."""

    name = "timestamp"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return parse_timestamp(value)
        except InvalidValue as error:
            self.fail(CLI.refusal(error), param, ctx)


@click.command()
@click.option("--by", help="Only what this admin did; cli is the command line.")
@click.option("--action", type=click.Choice([action.value for action in Action]), help="Only deeds of this kind.")
@click.option("--subject", help="Only what was done to this provider, slot (openai/chat) or admin.")
@click.option("--since", type=Moment(), help="From this moment or day on.")
@click.option("--until", type=Moment(), help="Before this moment or day.")
@click.option("--older-than", type=click.IntRange(min=1), help="Only entries with a smaller id than this: the next page.")
@click.option("--limit", type=click.IntRange(1, LARGEST_PAGE), default=DEFAULT_PAGE, show_default=True, help="How many at most.")
@format_option
def audit(
    *,
    by: str | None,
    action: str | None,
    subject: str | None,
    since: datetime | None,
    until: datetime | None,
    older_than: int | None,
    limit: int,
    form: str,
) -> None:
    """Show who did what, when and from where; the newest first."""
    wanted = AuditQuery(by, Action(action) if action else None, subject, since, until, older_than, limit)
    answer = audit_response(reading(lambda container: container.audit_log().entries(wanted, CLI_ACTOR)), wanted)
    if form == "json":
        say_json(answer)
        return
    say_table(COLUMNS, [_row(entry) for entry in answer["entries"]], otherwise="The audit trail holds nothing that fits.")
    if answer["next"] is not None:
        echo(f"There may be more; --older-than {answer['next']} shows the next page")


def _row(entry: AuditEntryResponse) -> tuple[str, ...]:
    doer = f"{entry['by'] or '-'} (token {entry['token']})" if entry["token"] else entry["by"] or "-"
    return str(entry["id"]), entry["at"], doer, entry["address"] or "-", entry["action"], entry["subject"] or "-", _change(entry)


def _change(entry: AuditEntryResponse) -> str:
    """`role: normal → super`, each member that differs and says something; long values are cut."""
    before, after = entry["before"] or {}, entry["after"] or {}
    told = [
        f"{name}: {_text(before.get(name))} → {_text(after.get(name))}" if name in before else f"{name}: {_text(after[name])}"
        for name in {**before, **after}
        if name not in COUNTED and before.get(name) != after.get(name)
    ]
    said = "; ".join(told)
    return said if len(said) <= LONGEST_CHANGE else f"{said[: LONGEST_CHANGE - 1]}…"


def _text(value: object) -> str:
    return value if isinstance(value, str) else "none" if value is None else json.encode(value).decode()
