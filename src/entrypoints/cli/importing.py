"""`modeldesk import-providers`: brings a providers.json in, whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

import click

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.services.import_plan import DeclaredProvider, ImportOptions, ImportPlan
from modeldesk.entrypoints.cli.output import echo, say_json
from modeldesk.entrypoints.cli.plans import import_lines
from modeldesk.entrypoints.cli.refusals import problems_answer
from modeldesk.entrypoints.cli.running import open_container, reading, run_creating
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import SettingWrong

FILE = click.Path(path_type=Path, allow_dash=True)


@click.command("import-providers")
@click.option(
    "--file",
    "path",
    type=FILE,
    help="Without it ./providers.json, else ./config/providers.json, else the one that ships; - is standard input.",
)
@click.option("--dry-run", is_flag=True, help="Show what would happen; change nothing.")
@click.option("--slug", "slugs", metavar="SLUG", multiple=True, help="Only this provider; may be repeated.")
@click.option("--force", is_flag=True, help="Make providers that exist equal to the file; operator's flags that it does not name stay.")
@click.option("--prune", is_flag=True, help="Deactivate providers that the file does not hold.")
@click.option("--deactivate-lost", is_flag=True, help="Let an update take away capabilities whose model is in use.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="For people or programs.")
def import_providers(
    *, path: Path | None, dry_run: bool, slugs: tuple[str, ...], force: bool, prune: bool, deactivate_lost: bool, form: str
) -> None:
    """Bring in the providers of a providers.json."""
    if prune and slugs:
        raise click.UsageError("--prune judges the file as a whole; it does not go with --slug")
    options = ImportOptions(force, prune, deactivate_lost)
    try:
        container = open_container()
        declared = declared_providers(container, path, slugs)
        plan = planned(container, declared, options) if dry_run else imported(container, declared, options)
    except (ModeldeskError, SettingWrong) as error:
        if form == "json":
            say_json(problems_answer(error))
        raise
    if form == "json":
        from modeldesk.entrypoints.responses.providers import import_response  # noqa: PLC0415 - with what all the other answers are made of

        say_json(import_response(plan, dry_run=dry_run))
    else:
        first = ["🔍 Dry run: nothing will be changed"] if dry_run else []
        echo("\n".join([*first, *import_lines(plan, declared, options)]))


def declared_providers(container: Container, path: Path | None = None, slugs: Sequence[str] = ()) -> list[DeclaredProvider]:
    """What the file declares: the one asked for, or the one found. Raises DeclarationInvalid, UnknownNames."""
    files = container.declared_files(container.declaration_file(path))
    return container.declarations().read(files.declaration, capabilities=files.capabilities, slugs=slugs, file=files.shown)


def planned(container: Container, declared: Sequence[DeclaredProvider], options: ImportOptions) -> ImportPlan:
    """What an import would do now. Raises ActiveModelsAtStake as the import would."""
    return reading(lambda desk: desk.registration().plan(declared, options), container)


def imported(container: Container, declared: Sequence[DeclaredProvider], options: ImportOptions) -> ImportPlan:
    """Imports, in the name of the command line. Raises ActiveModelsAtStake, and then nothing was changed."""
    return run_creating(lambda desk: desk.registration().register(declared, options, CLI_ACTOR), container)
