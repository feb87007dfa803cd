"""`modeldesk export`: writes all providers as a `providers.json` whose import changes nothing."""

import errno
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

import click

from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo
from modeldesk.entrypoints.cli.running import open_container, reading

LONGEST_START = 50
"""Of a temporary name, in characters of at most four bytes."""


@click.command(cls=Command)
@click.option("--output", "path", type=click.Path(path_type=Path, allow_dash=True), help="The file to write; without it, standard output.")
def export(path: Path | None) -> None:
    """Export all providers and uses as a providers.json."""
    container = open_container()
    snapshot = reading(lambda container: container.store().current(), container)
    declaration = container.written_declaration(list(snapshot.providers.values()), list(snapshot.uses.values()))
    if path is None or str(path) == "-":
        echo(declaration)
    else:
        try:
            write_atomically(path, declaration)
        except OSError as error:
            raise click.ClickException(f"cannot write {path}: {error.strerror}") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file completely or not at all. It keeps the mode of a file that it replaces. Raises OSError, for a link of another user too."""
    if path.is_symlink() and path.lstat().st_uid not in (0, os.geteuid()):
        raise OSError(errno.ELOOP, "another user placed this link", str(path))
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(content)  # a device or a pipe cannot be replaced; for a folder this raises
        return
    draft = target.with_name(f".{target.name[:LONGEST_START]}.{secrets.token_hex(8)}")
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
