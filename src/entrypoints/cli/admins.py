"""`modeldesk admin`: who may sign in. A password comes from a prompt or from standard input, never from an argument."""

import sys

import click

from modeldesk.domain.accounts import Role
from modeldesk.domain.texts import Line
from modeldesk.entrypoints.account_answers import admins_answer
from modeldesk.entrypoints.cli.arguments import ADMIN_NAME, first_line_of_input, format_option
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import say, say_json
from modeldesk.entrypoints.cli.running import founding, reading, writing
from modeldesk.entrypoints.cli.tables import Column, say_table
from modeldesk.entrypoints.cli.wording import yes_or_no

COLUMNS = (Column("name", is_id=True), Column("role"), Column("active"), Column("since"))

name_argument = click.argument("name", type=ADMIN_NAME)
stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")


@click.group(cls=InOrder)
def admin() -> None:
    """Say who may sign in."""


@admin.command()
@name_argument
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.SUPER.value, show_default=True, help="Their rights.")
@stdin_option
def create(*, name: Line, role: str, password_stdin: bool) -> None:
    """Make a new admin."""
    password = read_password(from_stdin=password_stdin)
    made = founding(lambda container: container.accounts().create(name, password, Role(role)))
    say(f"{made.name} may sign in, as {made.role.value} admin")


@admin.command()
@name_argument
@stdin_option
def password(*, name: Line, password_stdin: bool) -> None:
    """Change a password; all sessions of that admin end."""
    new = read_password(from_stdin=password_stdin)
    writing(lambda container: container.accounts().change_password(name, new))
    say(f"the password of {name} is changed, and every session of theirs has ended")


@admin.command("role")
@name_argument
@click.argument("role", type=click.Choice([role.value for role in Role]))
def change_role(name: Line, role: str) -> None:
    """Change what an admin may do; all their sessions end."""
    changed = writing(lambda container: container.accounts().set_role(name, Role(role)))
    say(f"{name} is {role} admin now, and every session of theirs has ended" if changed else f"{name} was {role} admin already")


@admin.command("list")
@format_option
def list_admins(form: str) -> None:
    """List all admins."""
    answer = admins_answer(reading(lambda container: container.desk().current()).access.admins)
    if form == "json":
        say_json(answer)
    else:
        rows = [(entry["username"], entry["role"], yes_or_no(entry["is_active"]), entry["created_at"]) for entry in answer["admins"]]
        say_table(COLUMNS, rows, otherwise="There is no admin; modeldesk admin create NAME makes one.")


@admin.command()
@name_argument
def enable(name: Line) -> None:
    """Let an admin sign in again."""
    _allow(name, is_active=True)


@admin.command()
@name_argument
def disable(name: Line) -> None:
    """Let an admin sign in no more; all their sessions end."""
    _allow(name, is_active=False)


def _allow(name: Line, *, is_active: bool) -> None:
    changed = writing(lambda container: container.accounts().set_active(name, is_active))
    if is_active:
        say(f"{name} may sign in again" if changed else f"{name} could sign in already")
    else:
        say(f"{name} may not sign in any more, and every session of theirs has ended" if changed else f"{name} could not sign in anyway")


def read_password(*, from_stdin: bool) -> str:
    """Asks twice on a terminal, unseen. Wrong usage where nobody can be asked."""
    if from_stdin:
        return first_line_of_input("password")
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask for the password on; give it on standard input with --password-stdin")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed
