"""`modeldesk populate`, and its older name `runscript`: imports the providers of a Python script."""

from pathlib import Path

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.entrypoints.cli.arguments import FILE
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import report
from modeldesk.entrypoints.cli.plans import population_lines
from modeldesk.entrypoints.cli.running import open_container, run_creating

OLDER_NAME = "populate_ai_providers"


@click.command(cls=Command)
@click.argument("script", required=False, type=FILE)
def populate(script: Path | None) -> None:
    """Import the providers of a Python script of the older system.

    SCRIPT contains a plain list, providers_data. It is parsed, never run. Default: ./scripts/populate_ai_providers.py, else the shipped script.
    Providers that are missing in the list are disabled.
    """
    import_script(script)


@click.command(cls=Command)
@click.argument("name", type=click.Choice([OLDER_NAME]))
def runscript(name: str) -> None:
    """Run populate under its name in the older system."""
    import_script(None)


def import_script(script: Path | None) -> None:
    """Imports the script's list and prints the output of the older system."""
    container = open_container()
    files = container.population_source(container.population_file(script))
    declared = container.declarations().read_population(files.declaration, file=files.shown)
    plan = run_creating(lambda container: container.registration().populate(declared, CLI_ACTOR), container)
    report("\n".join(population_lines(plan, declared)))
