"""`modeldesk import-providers`: imports a providers.json completely or not at all."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import click

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.dependents import Dependent
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.services.declaration import Declaration
from modeldesk.domain.services.import_plan import ImportOptions, ImportPlan
from modeldesk.entrypoints.cli.arguments import FILE_OR_DASH, SLUG, from_options
from modeldesk.entrypoints.cli.dependents import echo_dependents
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo, echo_err, echo_json, is_quiet
from modeldesk.entrypoints.cli.output_format import text_or_json_option
from modeldesk.entrypoints.cli.plans import import_lines, import_warnings
from modeldesk.entrypoints.cli.running import has_database, open_container, reading, run_creating, run_with, upgrade_embedded
from modeldesk.entrypoints.commands.providers import ImportQuery
from modeldesk.entrypoints.container import Container

KnownEntries: TypeAlias = Mapping[str, ImportedEntry]
"""The entries that earlier imports have written, by digest."""

NOTHING_KNOWN: KnownEntries = {}

Planned: TypeAlias = tuple[ImportPlan, Sequence[Dependent]]
"""A plan, and the programs that asked lately for what it changes."""


@click.command("import-providers", cls=Command)
@click.option(
    "--file",
    "path",
    type=FILE_OR_DASH,
    help="The file to import; - is standard input. Default: ./providers.json, else ./config/providers.json, else the shipped file.",
)
@click.option("--dry-run", is_flag=True, help="Show what the import would do, without changing anything.")
@click.option("--slug", type=SLUG, metavar="SLUG", multiple=True, help="Import only this provider; may be repeated.")
@click.option("--force", is_flag=True, help="Update existing providers to match the file. Operator flags missing in the file stay.")
@click.option("--prune", is_flag=True, help="Disable providers that are missing in the file.")
@click.option("--deactivate-lost", is_flag=True, help="Allow removing capabilities with an active model; the model is deselected.")
@text_or_json_option
def import_providers(path: Path | None, form: str, **flags: object) -> None:
    """Import the providers of a providers.json."""
    container = open_container()
    command = from_options(container, ImportQuery, **flags)
    options, dry_run = command.options, command.dry_run
    if dry_run or command.slug:
        declared = read_declaration(container, path, command.slug)
        plan, dependents = planned(container, declared, options) if dry_run else imported(container, declared, options)
    else:
        declared, (plan, dependents) = imported_again(container, path, options)
    echo_dependents(dependents)
    if form == "json":
        from modeldesk.entrypoints.responses.imports import import_response  # noqa: PLC0415 - imports all response types

        echo_json(import_response(plan, dry_run=dry_run, dependents=dependents))
    else:
        lines = "\n".join(import_lines(plan, declared.providers, options))
        if dry_run:
            echo(f"🔍 Dry run: nothing will be changed\n{lines}")
        else:
            report_import(plan, lines)


def report_import(plan: ImportPlan, lines: str) -> None:
    """Prints what an import did; with --quiet only its warnings."""
    if is_quiet():
        for warning in import_warnings(plan):
            echo_err(warning)
    else:
        echo(lines)


def read_declaration(container: Container, path: Path | None = None, slugs: Sequence[str] = ()) -> Declaration:
    """The declaration in the given or default file. Raises DeclarationInvalid, UnknownProviders."""
    return opened_declaration(container, path, slugs)(NOTHING_KNOWN)


def opened_declaration(container: Container, path: Path | None, slugs: Sequence[str] = ()) -> Callable[[KnownEntries], Declaration]:
    """Reads the given or default file, and returns a function that parses it without the known entries. Raises as `read_declaration`."""
    files = container.declared_files(container.declaration_file(path))
    if files.capabilities is None and not slugs:
        return lambda known: container.declarations().read_unless_known(files.declaration, known, file=files.shown)
    return lambda _: container.declarations().read(files.declaration, capabilities=files.capabilities, slugs=slugs, file=files.shown)


def imported_again(container: Container, path: Path | None, options: ImportOptions) -> tuple[Declaration, Planned]:
    """Reads a declaration without the entries that earlier imports wrote, and imports it. Raises as `read_declaration` and `imported`."""
    read = opened_declaration(container, path)  # outside of the event loop, where SIGINT ends waiting for standard input

    async def read_and_import(container: Container) -> tuple[Declaration, Planned]:
        declared = read(await known_entries(container))
        await upgrade_embedded(container)  # only now: a file that cannot be read creates nothing
        return declared, await _registered(container, declared, options)

    return run_with(read_and_import, container)


async def known_entries(container: Container) -> KnownEntries:
    """The entries that earlier imports have written; empty if the database fails, which the import itself reports."""
    if has_database(container):
        with suppress(ModeldeskError):
            return {entry.digest: entry for entry in await container.store().imported_entries()}
    return NOTHING_KNOWN


def planned(container: Container, declared: Declaration, options: ImportOptions) -> Planned:
    """The plan of an import. Raises ActiveModelsAffected as the import would."""

    async def plan(container: Container) -> Planned:
        found = await container.registration().plan(declared.providers, options, uses=declared.uses)
        return found, await container.dependents().of_plan(found)

    return reading(plan, container)


def imported(container: Container, declared: Declaration, options: ImportOptions, expected: str | None = None) -> Planned:
    """Imports the providers. `expected` is the digest of a plan. Raises ActiveModelsAffected, PlanConflict, EditsInConflict without changing anything."""
    return run_creating(lambda container: _registered(container, declared, options, expected), container)


async def _registered(container: Container, declared: Declaration, options: ImportOptions, expected: str | None = None) -> Planned:
    done = await container.registration().register(declared.providers, options, CLI_ACTOR, expected, uses=declared.uses)
    return done, await container.dependents().of_plan(done)
