"""`modeldesk plan` and `modeldesk apply`: an import in two steps, which keeps what admins edited and changes only what was planned.

A plan file holds the declaration and the digest of what its import changes. Applying it plans the same import again, over what is stored by then, and
stops where that would change anything else.
"""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from attrs import evolve
from msgspec import json

from modeldesk.domain.errors import DeclarationInvalid, Malformed, RequestInvalid
from modeldesk.domain.model.providers.edited_field import Side
from modeldesk.domain.services.declaration import Declaration
from modeldesk.domain.services.import_plan import ImportOptions, ImportPlan
from modeldesk.entrypoints.cli.arguments import FILE, FILE_OR_DASH, SLUG, from_options
from modeldesk.entrypoints.cli.choices import OneOf
from modeldesk.entrypoints.cli.dependents import echo_dependents
from modeldesk.entrypoints.cli.edited_fields import decided_lines, edited_lines
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.importing import imported, planned, report_import
from modeldesk.entrypoints.cli.output import echo, echo_err, echo_json
from modeldesk.entrypoints.cli.output_format import text_or_json_option
from modeldesk.entrypoints.cli.plans import import_lines
from modeldesk.entrypoints.cli.running import open_container
from modeldesk.entrypoints.cli.wording import counted
from modeldesk.entrypoints.cli.written_files import require_writable, write_file
from modeldesk.entrypoints.commands.providers import PlanFile, PlanQuery
from modeldesk.entrypoints.container import Container

DRIFT = 2
"""The exit code of `plan --exit-code` where the database differs from the declaration."""


@click.command(cls=Command)
@click.option(
    "--file", "path", type=FILE_OR_DASH, help="The declaration; - is standard input. Default: the file that import-providers would read."
)
@click.option("--slug", type=SLUG, metavar="SLUG", multiple=True, help="Plan only this provider; may be repeated.")
@click.option("--prune", is_flag=True, help="Disable providers that are missing in the file.")
@click.option("--deactivate-lost", is_flag=True, help="Allow removing capabilities with an active model; the model is deselected.")
@click.option(
    "--prefer",
    type=OneOf([side.value for side in Side]),
    help="The value to take where the file and an admin have both changed a field since the last import. Without it, a plan with such a conflict cannot be applied.",
)
@click.option(
    "--out",
    type=FILE,
    help="Write the plan to this file, for modeldesk apply. A plan with a conflict is not written.",
)
@click.option("--exit-code", "tells_drift", is_flag=True, help="Exit with 2 if the database differs from the declaration.")
@text_or_json_option
@click.pass_context
def plan(ctx: click.Context, /, path: Path | None, out: Path | None, form: str, *, tells_drift: bool, **flags: object) -> None:
    """Show what importing a declaration would change, and keep what admins edited.

    A field belongs to the file until an admin edits it. Where only one of them has changed it since the last import, that value stays. Where both have, it
    is a conflict, which --prefer decides. Lists and prices that the desk reads by itself are in no declaration, so no import touches them.
    """
    container = open_container()
    query = from_options(container, PlanQuery, **flags)
    file = container.declaration_file(path)
    if out is not None:
        require_writable(out, container.settings(), {"the declaration": file.path})
    files = container.declared_files(file)
    declared = container.declarations().read(files.declaration, capabilities=files.capabilities, slugs=query.slug, file=files.shown)
    found, dependents = planned(container, declared, query.options)
    echo_dependents(dependents)
    if out is not None and not found.in_conflict:
        changes = list(plan_lines(found, declared, query.options, None))
        _write(out, query, found, changes, texts=(files.declaration, files.capabilities))
    if form == "json":
        from modeldesk.entrypoints.responses.imports import plan_response  # noqa: PLC0415 - imports all response types

        echo_json(plan_response(found, dry_run=True, dependents=dependents))
    else:
        echo("\n".join(plan_lines(found, declared, query.options, out)))
    if out is not None and found.in_conflict:
        echo_err(f"Error: {out} was not written: the plan has {counted(len(found.in_conflict), 'conflict')}")
        ctx.exit(1)
    if tells_drift and not found.changes_nothing:
        ctx.exit(DRIFT)


@click.command(cls=Command)
@click.argument("path", metavar="FILE", type=FILE)
@text_or_json_option
def apply(path: Path, form: str) -> None:
    """Import what a plan file holds, if that still changes exactly what was planned."""
    container = open_container()
    made = _read(container, path)
    capabilities = None if made.capabilities is None else made.capabilities.encode()
    declared = container.declarations().read(made.declaration.encode(), capabilities=capabilities, slugs=made.slug, file=str(path))
    done, dependents = imported(container, declared, made.options, made.digest)
    echo_dependents(dependents)
    if form == "json":
        from modeldesk.entrypoints.responses.imports import plan_response  # noqa: PLC0415 - imports all response types

        echo_json(plan_response(done, dry_run=False, dependents=dependents))
    else:
        report_import(done, "\n".join([*import_lines(done, declared.providers, made.options), *decided_lines(done)]))


def plan_lines(found: ImportPlan, declared: Declaration, options: ImportOptions, out: Path | None) -> Iterator[str]:
    """The plan as an import would report it, then what becomes of the fields that admins edited, and what to do next."""
    yield "🔍 Plan: nothing is changed by it"
    yield from import_lines(found, declared.providers, options)
    yield from edited_lines(found)
    if found.in_conflict:
        yield "A plan with conflicts cannot be applied: --prefer file or --prefer admin decides them, or edit the file"
    elif found.changes_nothing:
        yield "The database is as declared"
    elif out is not None:
        yield f"Apply it: modeldesk apply {shlex.quote(str(out))}"


def _write(out: Path, query: PlanQuery, found: ImportPlan, changes: Sequence[str], *, texts: tuple[bytes, bytes | None]) -> None:
    """Writes a plan file. `texts` are the declaration and the `capabilities.json`; both were read before, so they are UTF-8."""
    declaration, capabilities = texts
    options = {
        "slug": query.slug,
        "prune": query.prune,
        "deactivate_lost": query.deactivate_lost,
        "prefer": query.prefer and query.prefer.value,
    }
    members = {"digest": found.digest, **options, "changes": changes}
    if found.all_decided:
        from modeldesk.entrypoints.responses.imports import decided_response  # noqa: PLC0415 - imports all response types

        members["decided"] = decided_response(found)
    members |= {"declaration": declaration.decode(), "capabilities": capabilities.decode() if capabilities is not None else None}
    write_file(out, json.format(json.encode(members), indent=2) + b"\n")


def _read(container: Container, path: Path) -> PlanFile:
    """The plan of a file. Raises ClickException if it is another JSON document, DeclarationInvalid if it cannot be read or breaks a rule."""
    file = container.single_file(path)
    try:
        return container.request_parser().file(file.declaration, PlanFile)
    except (Malformed, RequestInvalid) as error:
        problems = [error.problem] if isinstance(error, Malformed) else error.problems
        if any(problem.path == "$" and problem.reason.code == "key-missing-in-object" for problem in problems):
            raise click.ClickException(f"{file.shown} is not a plan file; modeldesk plan --out FILE makes one from a declaration") from None
        raise DeclarationInvalid([evolve(problem, file=file.shown) for problem in problems]) from None
