"""`modeldesk admin`: who may sign in. A password comes from a prompt or from standard input, never from an argument."""

import sys

import click

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.password_policy import LONGEST_PASSWORD, SHORTEST_PASSWORD, checked_password
from modeldesk.domain.model.values.texts import SingleLineText, nfc
from modeldesk.entrypoints.cli.arguments import ADMIN_NAME, first_line_of_input, format_option
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo, echo_err, say_json
from modeldesk.entrypoints.cli.running import has_database, open_container, reading, run_creating, writing
from modeldesk.entrypoints.cli.tables import Column, say_table
from modeldesk.entrypoints.cli.wording import yes_or_no
from modeldesk.entrypoints.responses.access import admins_response

QUESTION = f"Password ({SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, not a common one)"
TRIES = 3
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
def create(*, name: SingleLineText, role: str, password_stdin: bool) -> None:
    """Make a new admin."""
    must_be_new(name)
    password = read_password(name, from_stdin=password_stdin)
    made = run_creating(lambda container: container.admins().create(name, password, Role(role)))
    echo(f"{made.name} may sign in, as a {made.role.value} admin")


@admin.command()
@name_argument
@stdin_option
def password(*, name: SingleLineText, password_stdin: bool) -> None:
    """Change a password; all sessions of that admin end."""
    writing(lambda container: container.store().current()).access.admin(name)  # before anybody types a password for nothing
    new = read_password(name, from_stdin=password_stdin)
    writing(lambda container: container.admins().change_password(name, new))
    echo(f"the password of {name} has been changed, and all their sessions have ended")


@admin.command("role")
@name_argument
@click.argument("role", type=click.Choice([role.value for role in Role]))
def change_role(name: SingleLineText, role: str) -> None:
    """Change what an admin may do; all their sessions end."""
    changed = writing(lambda container: container.admins().set_role(name, Role(role)))
    echo(f"{name} is a {role} admin now, and all their sessions have ended" if changed else f"{name} was a {role} admin already")


@admin.command("list")
@format_option
def list_admins(form: str) -> None:
    """List all admins."""
    answer = admins_response(reading(lambda container: container.store().current()).access.admins)
    if form == "json":
        say_json(answer)
    else:
        rows = [(entry["username"], entry["role"], yes_or_no(entry["is_active"]), entry["created_at"]) for entry in answer["admins"]]
        say_table(COLUMNS, rows, otherwise="There is no admin; modeldesk admin create NAME makes one.")


@admin.command()
@name_argument
def enable(name: SingleLineText) -> None:
    """Let an admin sign in again."""
    _allow(name, is_active=True)


@admin.command()
@name_argument
def disable(name: SingleLineText) -> None:
    """Stop an admin from signing in; all their sessions end."""
    _allow(name, is_active=False)


def _allow(name: SingleLineText, *, is_active: bool) -> None:
    changed = writing(lambda container: container.admins().set_active(name, is_active))
    if is_active:
        echo(f"{name} may sign in again" if changed else f"{name} was enabled already")
    else:
        echo(f"{name} may not sign in any more, and all their sessions have ended" if changed else f"{name} was disabled already")


def must_be_new(name: SingleLineText) -> None:
    """Judged before anybody types a password for nothing; where there is no database, none is made for it. Raises AdminExists."""
    container = open_container()
    if has_database(container):
        run_creating(lambda desk: desk.store().current(), container).access.require_new_admin(name)


def read_password(name: SingleLineText, *, from_stdin: bool) -> str:
    """The password of an admin of that name. On a terminal, what is refused is asked for again, three times in all.

    Raises InvalidValue, and wrong usage where nobody can be asked.
    """
    if from_stdin:
        return first_line_of_input("password")
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask for the password on; give it on standard input with --password-stdin")
    for _ in range(TRIES - 1):
        try:
            return typed_password(name)
        except InvalidValue as error:
            echo_err(f"Error: {error}")
    return typed_password(name)


def typed_password(name: SingleLineText) -> str:
    """Asks on a terminal, unseen, and once more if it may be one. Raises InvalidValue."""
    typed = checked_password(click.prompt(QUESTION, hide_input=True, err=True), name)
    if nfc(click.prompt("Repeat for confirmation", hide_input=True, err=True)) != typed:
        raise InvalidValue("passwords-differ")
    return typed
