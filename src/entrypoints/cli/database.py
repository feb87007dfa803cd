"""`modeldesk db`: upgrades, checks, backs up and restores the database."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from attrs import asdict

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.revived import Revived
from modeldesk.domain.model.audit import Action, AuditEntry, audit_entry
from modeldesk.domain.services.master_key_rotation import KeysUnder, keys_under
from modeldesk.entrypoints.cli.arguments import FILE, confirm
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo_err, echo_json, note, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.cli.running import (
    has_database,
    noting_creation,
    open_container,
    report_missing_database,
    require_database,
    run_with,
)
from modeldesk.entrypoints.cli.start_notes import master_key_notes, open_to_others
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.wording import alike_lines
from modeldesk.entrypoints.cli.written_files import require_other_file, require_writable, shown
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.keys import MasterKeyResponse
from modeldesk.entrypoints.responses.serializer import serialize

GUARDED = {
    True: "on: this SQLite version can corrupt a WAL database, so checkpoints and writes exclude each other",
    False: "off: this SQLite version does not need it",
    None: "none: not SQLite",
}

COUNT_NAMES = {"audit_trail": "audit log entries"}
"""Names of counts that are not those of their tables."""

file_argument = click.argument("path", type=FILE)


@click.group(cls=InOrder)
def db() -> None:
    """Upgrade, check, back up and restore the database."""


@db.command()
def upgrade() -> None:
    """Upgrade the schema to the current version. Creates the embedded database if there is none."""
    container = open_container()
    with noting_creation(container):
        before, current = run_with(lambda container: container.store().operations.upgrade(), container)
    if before == current:
        report(f"the schema is up to date: {current}")
    else:
        report(f"upgraded the schema from {before} to {current}" if before else f"created the schema {current}")
    for line in alike_lines(run_with(lambda container: container.store().access(), open_container())):
        echo_err(line)


@db.command()
@format_option
def status(form: str) -> None:
    """Show the database's location, schema version, row counts and master keys."""
    container = open_container()
    answer: dict[str, Any] = {}
    if has_database(container):
        status, under, notes = run_with(_status, container)
        for line in (*open_to_others(container.settings()), *notes):
            echo_err(line)
        answer = {**asdict(status), "master_keys": [serialize(MasterKeyResponse, entry) for entry in under]}
    else:
        report_missing_database(container)
    if form == "json":
        echo_json(answer)
    elif answer:
        echo_table((Column("field", is_whole=True), Column("value")), _status_rows(answer), otherwise="")


@db.command()
@format_option
def check(form: str) -> None:
    """Check integrity, references and Modeldesk's own rules. Exit code 1 if there are problems."""
    container = open_container()
    require_database(container)
    found = run_with(lambda container: container.store().operations.check(), container)
    if form == "json":
        echo_json({"problems": [CLI.reason(problem) for problem in found]})
    for problem in found:
        echo_err(f"Error: {CLI.reason(problem)}")
    if found:
        raise click.exceptions.Exit(1)
    if form != "json":
        report("the database has no problems")


@db.command()
@file_argument
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def backup(*, path: Path, force: bool) -> None:
    """Back up the embedded database to a file. Servers may keep running."""
    container = open_container()
    require_database(container)
    require_writable(path, container.settings())
    if path.exists() and not force:
        raise click.ClickException(f"{shown(path)} exists already; --force overwrites it")
    run_with(lambda container: container.store().operations.backup(path), container)
    report(f"backed up {container.settings().database_file} to {shown(path)}")


@db.command()
@file_argument
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--keep-tokens", is_flag=True, help="Keep the sessions and API tokens of the backup, also those that ended since.")
def restore(*, path: Path, yes: bool, keep_tokens: bool) -> None:
    """Restore a backup. It replaces everything in the database, and ends all sessions and API tokens."""
    container = open_container()
    require_other_file(path, container.settings())
    if not yes:  # fails before the question, if the restore is impossible
        run_with(lambda container: container.store().operations.require_restorable(path), container)
        confirm(f"Replace everything in {container.settings().database_file} with {shown(path)}?", "--yes")
    restoring = open_container()
    with noting_creation(restoring):
        revived = run_with(
            lambda container: container.store().operations.restore(path, _restoring(path, container), keep_tokens=keep_tokens), restoring
        )
    report(f"restored the database from {shown(path)}")
    if not keep_tokens:
        note("all sessions and API tokens ended; everybody signs in again, and programs need new tokens")
    for line in _revived_lines(revived):
        echo_err(line)


def _revived_lines(revived: Revived) -> Iterator[str]:
    """What the restore brings back, and how each of it is taken away again."""
    for receiver in revived.receivers:
        yield f"{receiver} receives events again; to prevent that: modeldesk webhooks list, and modeldesk webhooks remove ID"
    for name in revived.admins:
        yield f"{name} may sign in again, with the password of the backup; to prevent that: modeldesk admin disable {shlex.quote(name)}"
    for name in revived.super_admins:
        yield f"{name} is a super admin again; to prevent that: modeldesk admin role {shlex.quote(name)} normal"
    for name in revived.passwords:
        yield f"{name} has the password of the backup again; to change it: modeldesk admin password {shlex.quote(name)}"
    for name, issuer, subject in revived.identities:
        arguments = shlex.join((name, issuer, subject))
        yield f"{name} may sign in as {subject} of {issuer} again; to prevent that: modeldesk admin unlink {arguments}"


def _restoring(path: Path, container: Container) -> AuditEntry:
    """The audit entry about the restore."""
    return audit_entry(CLI_ACTOR, container.clock()(), Action.DATABASE_RESTORED, "", after={"file": shown(Path(path.name))})


async def _status(container: Container) -> tuple[Any, list[KeysUnder], list[str]]:
    """The database's status, the number of secrets under each master key, and warnings about missing master keys."""
    store = container.store()
    status = await store.operations.status()
    under = keys_under((await store.current()).keys.values(), container.vault(), await store.webhooks())
    return status, under, await master_key_notes(container)


def _status_rows(answer: dict[str, Any]) -> list[tuple[str, str]]:
    facts = {
        "database": f"{answer['engine']} {answer['library']}",
        "location": answer["location"],
        "schema": answer["schema"],
        "WAL guard": GUARDED[answer["wal_guard"]],
        "generation": ", ".join(f"{name} {number}" for name, number in answer["generation"].items()),
    }
    counts = [(COUNT_NAMES.get(name) or name.replace("_", " "), f"{count:,}") for name, count in answer["rows"].items()]
    return [
        *facts.items(),
        *counts,
        *((f"secrets under {entry['id'] or 'no'} ({entry['state']})", str(entry["count"])) for entry in answer["master_keys"]),
    ]
