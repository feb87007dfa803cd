"""`modeldesk populate`, and the name it had in the older system: brings the Python list of providers in."""

from pathlib import Path

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.entrypoints.cli.output import echo
from modeldesk.entrypoints.cli.plans import population_lines
from modeldesk.entrypoints.cli.running import open_container, run_creating

OLDER_NAME = "populate_ai_providers"


@click.command()
@click.argument("script", required=False, type=click.Path(path_type=Path))
def populate(script: Path | None) -> None:
    """Bring in the providers of an older Python list.

    SCRIPT holds a plain list, providers_data; it is read and never run. Without it: ./scripts/populate_ai_providers.py, else the
    one that ships. Providers that the list does not hold are deactivated.
    """
    bring_in(script)


@click.command()
@click.argument("name", type=click.Choice([OLDER_NAME]))
def runscript(name: str) -> None:
    """Call populate by the name it had in the older system."""
    bring_in(None)


def bring_in(script: Path | None) -> None:
    """Populates, and prints what the older system printed."""
    container = open_container()
    files = container.population_source(container.population_file(script))
    declared = container.declarations().read_population(files.declaration, file=files.shown)
    plan = run_creating(lambda desk: desk.registration().populate(declared, CLI_ACTOR), container)
    echo("\n".join(population_lines(plan, declared)))
