"""`modeldesk admin`: manages admins. Passwords come from a prompt or standard input, never from an argument."""

import shlex
import sys
from collections.abc import Sequence

import click

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.federated_identity import FederatedIdentity, issuer_url
from modeldesk.domain.model.access.password_policy import LONGEST_PASSWORD, SHORTEST_PASSWORD, checked_password, nfc_password
from modeldesk.domain.model.access.sign_in_link import LINK_LIFETIME
from modeldesk.domain.model.values.texts import SingleLineText, single_line_text
from modeldesk.entrypoints.cli.arguments import ADMIN_NAME, LINE, NEW_ADMIN_NAME, Offered, Ruled, first_line_of_input
from modeldesk.entrypoints.cli.choices import OneOf
from modeldesk.entrypoints.cli.columns import Column, day_of
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo, echo_err, echo_json, note, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.cli.running import has_database, open_container, reading, run_creating, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.wording import alike_lines, counted, yes_or_no
from modeldesk.entrypoints.responses.access import IdentityResponse, admins_response

QUESTION = f"Password ({SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, not a common one)"
TRIES = 3
MOST_NAMED = 5
"""How many tokens a warning names."""

LINK_MINUTES = int(LINK_LIFETIME.total_seconds()) // 60
COLUMNS = (
    Column("name", is_whole=True),
    Column("role"),
    Column("active"),
    Column("identities", dropped=1, is_below=True),
    Column("since", is_whole=True, dropped=2, shorten=day_of),
)

name_argument = click.argument("name", type=ADMIN_NAME)
ISSUER = Ruled("issuer", issuer_url, "issuers")
LINKED_ISSUER, LINKED_SUBJECT = Offered("linked_issuers"), Ruled("text", single_line_text, "linked_subjects")
stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")


@click.group(cls=InOrder)
def admin() -> None:
    """Manage the admins who may sign in."""


@admin.command()
@click.argument("name", type=NEW_ADMIN_NAME)
@click.option("--role", type=OneOf([role.value for role in Role]), default=Role.SUPER.value, show_default=True, help="The admin's role.")
@stdin_option
def create(*, name: SingleLineText, role: str, password_stdin: bool) -> None:
    """Create an admin.

    Where MODELDESK_PASSWORD_SIGN_IN is false, it asks for no password and prints how the admin signs in.
    """
    require_new(name)
    has_passwords = open_container().settings().password_sign_in
    if password_stdin and not has_passwords:
        raise InvalidValue("password-unused")  # before a database is created
    password = read_password(name, from_stdin=password_stdin) if has_passwords else None
    created = run_creating(lambda container: container.admins().create(name, password, Role(role)))
    report(f"created the {created.role.value} admin {created.name}")
    if not has_passwords:
        note(f"passwords are disabled; {created.name} signs in by a link: modeldesk admin sign-in-link {shlex.quote(created.name)}")
        note(f"or by an identity provider: modeldesk admin link {shlex.quote(created.name)} ISSUER SUBJECT")


@admin.command()
@name_argument
@stdin_option
def password(*, name: SingleLineText, password_stdin: bool) -> None:
    """Change an admin's password and end all their sessions."""
    writing(lambda container: container.store().current()).access.admin(name)  # fails before the prompt for a password
    new = read_password(name, from_stdin=password_stdin)
    writing(lambda container: container.admins().change_password(name, new))
    report(f"changed the password of {name}; all their sessions have ended")
    if not open_container().settings().password_sign_in:
        note("passwords are disabled (MODELDESK_PASSWORD_SIGN_IN=false): this one signs in only once they are enabled")


@admin.command("role")
@name_argument
@click.argument("role", type=OneOf([role.value for role in Role]))
def change_role(name: SingleLineText, role: str) -> None:
    """Change an admin's role and end all their sessions."""
    changed = writing(lambda container: container.admins().set_role(name, Role(role)))
    report(f"{name} is now a {role} admin; all their sessions have ended" if changed else f"{name} is already a {role} admin")
    if changed:
        warn_of_refused_tokens(name)


@admin.command("list")
@format_option
def list_admins(form: str) -> None:
    """List all admins."""
    access = reading(lambda container: container.store().current()).access
    answer = admins_response(access, sorted(access.admins))
    if form == "json":
        echo_json(answer)
    else:
        rows = [
            (entry["username"], entry["role"], yes_or_no(entry["is_active"]), _identities(entry["identities"]), entry["created_at"])
            for entry in answer["admins"]
        ]
        echo_table(COLUMNS, rows, otherwise="There are no admins.", advice="Create one: modeldesk admin create NAME")
        for line in alike_lines(access):
            echo_err(line)


@admin.command()
@name_argument
@click.argument("issuer", type=ISSUER)
@click.argument("subject", type=LINE)
def link(name: SingleLineText, issuer: str, subject: str) -> None:
    """Let an admin sign in by an identity provider.

    ISSUER is the URL of a provider that MODELDESK_OIDC_FILE sets up, SUBJECT the claim "sub" that it gives the person.
    """
    changed = writing(lambda container: container.admin_identities().link(name, FederatedIdentity(issuer, subject)))
    report(f"{name} may sign in as {subject} of {issuer}" if changed else f"{name} may already sign in as {subject} of {issuer}")


@admin.command()
@name_argument
@click.argument("issuer", type=LINKED_ISSUER)
@click.argument("subject", type=LINKED_SUBJECT)
def unlink(name: SingleLineText, issuer: str, subject: str) -> None:
    """Unlink an identity from an admin and end all their sessions."""
    writing(lambda container: container.admin_identities().unlink(name, FederatedIdentity(issuer, subject)))
    report(f"{name} can no longer sign in as {subject} of {issuer}; all their sessions have ended")


@admin.command("sign-in-link")
@name_argument
def sign_in_link(name: SingleLineText) -> None:
    """Print a link that signs an admin in once, within 15 minutes.

    It needs neither a password nor an identity provider.
    """
    container = open_container()
    token = writing(lambda container: container.sign_in_links().make(name), container)
    settings = container.settings()
    echo(f"{settings.public_url or settings.bind_urls[0]}/admin/sign-in/link?token={token}")
    note(f"whoever opens it within {LINK_MINUTES} minutes is signed in as {name}")
    if not settings.public_url:
        note("MODELDESK_PUBLIC_URL is not set: if the server listens at another address, put the path behind that one")


@admin.command()
@name_argument
def enable(name: SingleLineText) -> None:
    """Enable an admin, who may then sign in again."""
    _set_active(name, is_active=True)


@admin.command()
@name_argument
def disable(name: SingleLineText) -> None:
    """Disable an admin and end all their sessions."""
    _set_active(name, is_active=False)


def _identities(identities: Sequence[IdentityResponse]) -> str:
    return ", ".join(f"{identity['subject']} of {identity['issuer']}" for identity in identities)


def _set_active(name: SingleLineText, *, is_active: bool) -> None:
    changed = writing(lambda container: container.admins().set_active(name, is_active))
    if is_active:
        report(f"enabled {name}" if changed else f"{name} is already enabled")
    else:
        report(f"disabled {name}; all their sessions have ended" if changed else f"{name} is already disabled")
    if changed:
        warn_of_refused_tokens(name)


def warn_of_refused_tokens(name: SingleLineText) -> None:
    """Names the API tokens that act for the admin, unless the admin is an active super admin: whoever uses them is refused from now on."""
    access = reading(lambda container: container.store().access())
    tokens = sorted(token.name for token in access.tokens.values() if token.owner == name and token.ended_at is None)
    if tokens and not access.admin(name).is_super:
        many = counted(len(tokens), f"API token acts for {name} and is refused now", f"API tokens act for {name} and are refused now")
        further = f", and {len(tokens) - MOST_NAMED:,} more" if len(tokens) > MOST_NAMED else ""
        echo_err(f"⚠️  {many}: {', '.join(tokens[:MOST_NAMED])}{further}")


def require_new(name: SingleLineText) -> None:
    """Raises AdminExists before the prompt for a password. Creates no database for this check."""
    container = open_container()
    if has_database(container):
        run_creating(lambda container: container.store().current(), container).access.require_new_admin(name)


def read_password(name: SingleLineText, *, from_stdin: bool) -> str:
    """A new password for this admin. A terminal prompts up to three times for a valid one.

    Raises InvalidValue, and UsageError if there is no terminal.
    """
    if from_stdin:
        return checked_password(first_line_of_input("password"), name)
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("there is no terminal for the password prompt; pass the password on standard input with --password-stdin")
    for _ in range(TRIES - 1):
        try:
            return prompted_password(name)
        except InvalidValue as error:
            echo_err(f"Error: {CLI.refusal(error)}")
    return prompted_password(name)


def prompted_password(name: SingleLineText) -> str:
    """Prompts for a password without echo, and again to confirm a valid one. Raises InvalidValue."""
    typed = checked_password(click.prompt(QUESTION, hide_input=True, err=True), name)
    if nfc_password(click.prompt("Repeat password", hide_input=True, err=True)) != typed:
        raise InvalidValue("passwords-differ")
    return typed
