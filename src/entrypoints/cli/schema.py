"""`modeldesk schema`: prints the JSON Schema of `providers.json`."""

import click

from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo
from modeldesk.entrypoints.cli.running import open_container


@click.command(cls=Command)
def schema() -> None:
    """Print the JSON Schema of providers.json."""
    echo(open_container().declaration_schema())
