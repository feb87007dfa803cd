"""`modeldesk tokens`: API tokens for programs. The text of a new one is all that standard output gets, so that it can be piped."""

from datetime import datetime

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.api_token import DEFAULT_DAYS, ListedToken, NewToken, TokenPage, token_name
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.entrypoints.cli.arguments import ADMIN_NAME, Ruled, from_options
from modeldesk.entrypoints.cli.choices import OneOf
from modeldesk.entrypoints.cli.columns import Column, day_of
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo, echo_json, note, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.commands.access import NewTokenBody
from modeldesk.entrypoints.commands.pages import PageQuery
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.access import TokensResponse
from modeldesk.entrypoints.responses.serializer import serialize

COLUMNS = (
    Column("name", is_whole=True),
    Column("acts for", dropped=2),
    Column("scopes"),
    Column("last used", is_whole=True, dropped=1, shorten=day_of),
    Column("expires", is_whole=True, shorten=day_of),
    Column("state"),
    Column("ends with", dropped=3),
)


@click.group(cls=InOrder)
def tokens() -> None:
    """Create, list and revoke API tokens for programs."""


@tokens.command()
@click.argument("name", type=Ruled("name", token_name))
@click.option(
    "--scope",
    "scopes",
    type=OneOf([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="What the token may do; repeatable. Products need resolve.",
)
@click.option("--days", "expires_in_days", type=int, help=f"Days until the token expires, at most 366; {DEFAULT_DAYS} if not given.")
@click.option(
    "--as", "owner", type=ADMIN_NAME, metavar="ADMIN", help="The super admin whom the token acts for; not needed if there is only one."
)
def create(*, name: str, scopes: tuple[str, ...], expires_in_days: int | None, owner: str | None) -> None:
    """Create an API token. Its text is printed once, alone on standard output.

    The token works while the admin whom it acts for is an active super admin.
    """
    container = open_container()
    given = from_options(container, NewTokenBody, name=name, scopes=scopes, expires_in_days=expires_in_days)

    async def created(container: Container) -> NewToken:
        return await container.api_tokens().create_for(owner, given.name, given.scopes, CLI_ACTOR, given.expires_in_days)

    made = writing(created, container)
    echo(made.text)
    token = made.token
    note(f"created the token {token.name}: acts for {token.owner}, expires {format_timestamp(token.expires_at)}; it is never shown again")


@tokens.command("list")
@click.option("--limit", type=int, help="The most tokens to list; 1000 if not given.")
@click.option("--offset", type=int, help="Skip this many tokens.")
@format_option
def list_tokens(*, limit: int | None, offset: int | None, form: str) -> None:
    """List all API tokens by name, expired ones too."""
    container = open_container()
    query = from_options(container, PageQuery, limit=limit, offset=offset)

    async def found(container: Container) -> tuple[TokenPage, datetime]:
        return await container.api_tokens().page(CLI_ACTOR, query.limit, query.offset), container.clock()()

    page, now = reading(found, container)
    if form == "json":
        echo_json(serialize(TokensResponse, page))
    else:
        rows = [_row(one, now) for one in page.tokens]
        echo_table(COLUMNS, rows, otherwise="There are no API tokens.", advice="Create one: modeldesk tokens create NAME --scope resolve")


@tokens.command()
@click.argument("name", type=Ruled("name", token_name, "tokens"))
def revoke(*, name: SingleLineText) -> None:
    """Revoke an API token, at once and on every instance."""
    revoked = writing(lambda container: container.api_tokens().revoke(name, CLI_ACTOR))
    report(f"revoked the token {revoked}")


def _row(listed: ListedToken, now: datetime) -> tuple[str, ...]:
    token, used_at = listed.token, listed.used_at
    return (
        token.name,
        token.owner,
        ", ".join(scope.value for scope in Scope if scope in token.scopes),
        "never" if used_at is None else format_timestamp(used_at),
        format_timestamp(token.expires_at),
        "expired" if token.has_ended(now) else "active",
        f"…{token.hint}",
    )
