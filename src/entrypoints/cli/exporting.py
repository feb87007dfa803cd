"""`modeldesk export`: writes all providers as a `providers.json` whose import changes nothing."""

from pathlib import Path

import click

from modeldesk.entrypoints.cli.arguments import FILE_OR_DASH
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo
from modeldesk.entrypoints.cli.running import open_container, reading
from modeldesk.entrypoints.cli.written_files import require_writable, write_file


@click.command(cls=Command)
@click.option("--output", "path", type=FILE_OR_DASH, help="The file to write; without it, standard output.")
def export(path: Path | None) -> None:
    """Export all providers and uses as a providers.json."""
    container = open_container()
    is_file = path is not None and str(path) != "-"
    if path is not None and is_file:
        require_writable(path, container.settings())
    snapshot = reading(lambda container: container.store().current(), container)
    declaration = container.written_declaration(list(snapshot.providers.values()), list(snapshot.uses.values()))
    if path is not None and is_file:
        write_file(path, declaration)
    else:
        echo(declaration)
