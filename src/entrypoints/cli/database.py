"""`modeldesk db`: looking after the database."""

from pathlib import Path
from typing import Any

import click
from attrs import asdict

from modeldesk.domain.model.audit import Action, AuditEntry, audit_entry
from modeldesk.domain.services.master_key_rotation import KeysUnder, keys_under
from modeldesk.entrypoints.cli.arguments import format_option
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo, echo_err, say_json
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.cli.running import has_database, note_missing, open_container, run_with
from modeldesk.entrypoints.cli.tables import Column, say_table
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.keys import master_keys_response

GUARDED = {
    True: "on: this SQLite can corrupt a WAL database, so nobody checkpoints beside a write",
    False: "off: this SQLite needs none",
    None: "none: not SQLite",
}

file_argument = click.argument("path", type=click.Path(path_type=Path))


@click.group(cls=InOrder)
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the schema up to date; make the embedded database where there is none."""
    before, now = run_with(lambda desk: desk.store().operations.upgrade(), open_container())
    if before == now:
        echo(f"the schema is up to date: {now}")
    else:
        echo(f"the schema is now {now}; it was {before}" if before else f"the schema is now {now}; there was none before")


@db.command()
@format_option
def status(form: str) -> None:
    """Show where the database is, and how it stands."""
    container = open_container()
    answer: dict[str, Any] = {}
    if has_database(container):
        status, under = run_with(_status, container)
        answer = {**asdict(status), "master_keys": master_keys_response(under)}
    else:
        note_missing(container)
    if form == "json":
        say_json(answer)
    elif answer:
        say_table((Column("what", is_id=True), Column("is")), _status_rows(answer), otherwise="")


@db.command()
@format_option
def check(form: str) -> None:
    """Check integrity, references and our own rules; exit code 1 if anything is wrong."""
    container = must_have_database()
    found = run_with(lambda desk: desk.store().operations.check(), container)
    if form == "json":
        say_json({"problems": [CLI.reason(problem) for problem in found]})
    for problem in found:
        echo_err(f"Error: {CLI.reason(problem)}")
    if found:
        raise click.exceptions.Exit(1)
    if form != "json":
        echo("nothing is wrong with the database")


@db.command()
@file_argument
@click.option("--force", is_flag=True, help="Overwrite a file that is there already.")
def backup(*, path: Path, force: bool) -> None:
    """Write a consistent copy of the embedded database, while servers keep running."""
    container = must_have_database()
    must_not_be_the_database(path, container)
    if path.exists() and not force:
        raise click.ClickException(f"{path} exists already; --force overwrites it")
    run_with(lambda desk: desk.store().operations.backup(path), container)
    echo(f"{path} holds a copy of {container.settings().database_file}")


@db.command()
@file_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(*, path: Path, yes: bool) -> None:
    """Put a copy back; all that is in the database now is lost."""
    container = open_container()
    must_not_be_the_database(path, container)
    if not yes:  # and nobody is asked about what cannot be done
        run_with(lambda desk: desk.store().operations.must_be_restorable(path), container)
        click.confirm(f"Replace everything in {container.settings().database_file} with {_readable(str(path))}?", abort=True, err=True)
    run_with(lambda desk: desk.store().operations.restore(path, _restoring(path, desk)), open_container())
    echo(f"the database is restored from {_readable(str(path))}")


def must_have_database() -> Container:
    """Wires everything for an operation on what is there; refuses where there is nothing."""
    container = open_container()
    if not has_database(container):
        raise click.ClickException(f"there is no database at {container.settings().database_file}")
    return container


def must_not_be_the_database(path: Path, container: Container) -> None:
    """A copy over the database itself would destroy both. Raises wrong usage."""
    file = container.settings().database_file
    if file is not None and path.resolve() == file.resolve():
        raise click.UsageError(f"{path} is the database itself")


def _restoring(path: Path, container: Container) -> AuditEntry:
    """What the trail tells of it."""
    return audit_entry(None, container.clock()(), Action.DATABASE_RESTORED, "", after={"file": _readable(path.name)})


def _readable(name: str) -> str:
    """A file's name for people: what does not show in it, or is no text, stands there as a mark."""
    return "".join(char if char.isprintable() else "�" for char in name)


async def _status(container: Container) -> tuple[Any, list[KeysUnder]]:
    """How the database stands, and how many of its keys are under each master key."""
    status = await container.store().operations.status()
    return status, keys_under((await container.store().current()).keys.values(), container.vault())


def _status_rows(answer: dict[str, Any]) -> list[tuple[str, str]]:
    told = {
        "database": f"{answer['engine']} {answer['library']}",
        "location": answer["location"],
        "schema": answer["schema"],
        "WAL guard": GUARDED[answer["wal_guard"]],
        "generation": ", ".join(f"{name} {number}" for name, number in answer["generation"].items()),
    }
    counts = [(name.replace("_", " "), f"{count:,}") for name, count in answer["rows"].items()]
    return [
        *told.items(),
        *counts,
        *((f"keys under {entry['id'] or 'no'} ({entry['state']})", str(entry["count"])) for entry in answer["master_keys"]),
    ]
