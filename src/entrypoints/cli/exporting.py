"""`modeldesk export`: all providers as a `providers.json` that imports back to what is there."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import click

from modeldesk.entrypoints.cli.output import echo
from modeldesk.entrypoints.cli.running import open_container, reading


@click.command()
@click.option("--output", "path", type=click.Path(path_type=Path, allow_dash=True), help="Into this file; else to standard output.")
def export(path: Path | None) -> None:
    """Write all providers as a providers.json."""
    container = open_container()
    snapshot = reading(lambda desk: desk.store().current(), container)
    written = container.written_declaration(list(snapshot.providers.values()))
    if path is None or str(path) == "-":
        echo(written)
    else:
        try:
            put_in_place(path, written)
        except OSError as error:
            raise click.ClickException(f"cannot write {path}: {error.strerror}") from error


def put_in_place(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all, with the rights that any new file gets, or those of the file it takes the place of.

    Raises OSError.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(content)  # a device or a pipe has no place to be moved to; a folder says by itself that it is none
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
