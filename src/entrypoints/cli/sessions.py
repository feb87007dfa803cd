"""`modeldesk sessions`: who is signed in, and ending that."""

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.entrypoints.cli.arguments import ADMIN_NAME, SESSION
from modeldesk.entrypoints.cli.columns import Column, day_of
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo_json, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import reading, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.responses.access import listed_sessions_response

COLUMNS = (
    Column("id", is_whole=True),
    Column("admin", is_whole=True),
    Column("address"),
    Column("device", dropped=1),
    Column("created", is_whole=True, dropped=3, shorten=day_of),
    Column("last used", is_whole=True),
    Column("expires", is_whole=True, dropped=2, shorten=day_of),
    Column("state"),
)


@click.group(cls=InOrder)
def sessions() -> None:
    """List and end the sessions of admins."""


@sessions.command("list")
@click.option("--admin", type=ADMIN_NAME, metavar="NAME", help="Only the sessions of this admin.")
@format_option
def list_sessions(*, admin: str | None, form: str) -> None:
    """List sessions by admin, newest first. The id names a session and opens nothing."""
    answer = listed_sessions_response(reading(lambda container: container.admin_sessions().all(CLI_ACTOR, admin)))
    if form == "json":
        echo_json(answer)
        return
    rows = [
        (
            one["id"],
            one["admin"],
            one["address"] or "unknown",
            one["device"] or "unknown",
            one["created_at"],
            one["seen_at"],
            one["expires_at"],
            "active" if one["is_active"] else "ended",
        )
        for one in answer["sessions"]
    ]
    echo_table(COLUMNS, rows, otherwise="There are no sessions: nobody is signed in.")


@sessions.command()
@click.argument("session_id", metavar="[ID]", type=SESSION, required=False)
@click.option("--admin", type=ADMIN_NAME, metavar="NAME", help="End all sessions of this admin.")
@click.option("--all", "everybody", is_flag=True, help="End all sessions of all admins.")
def end(*, session_id: str | None, admin: str | None, everybody: bool) -> None:
    """End one session, all sessions of an admin, or all, on every instance."""
    if [session_id is not None, admin is not None, everybody].count(True) != 1:
        raise click.UsageError("give the ID of a session, --admin NAME, or --all")
    if session_id is not None:
        ended = writing(lambda container: container.admin_sessions().end(session_id, CLI_ACTOR))
        report(f"ended a session of {ended.admin}")
        return
    count = writing(lambda container: container.admin_sessions().end_all(CLI_ACTOR, admin))
    report(f"ended {count} session{'' if count == 1 else 's'} of {admin or 'all admins'}")
